import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from vet2b.lib.richtext import to_html
from vet2b.lib.stamps import stamp

register = template.Library()
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.filter
def json_ld(content: dict[str, Any]) -> SafeString:
    """A data block of schema.org JSON; nothing in it can end the element."""
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(json.dumps(content, ensure_ascii=False).translate(ESCAPES)),
    )


@register.filter
def rich(text: str) -> SafeString:
    return to_html(text)


@register.simple_tag
def offer_cards(cards: list[dict[str, Any]], level: int = 3) -> SafeString:
    """List items, each with a heading of that level."""
    return stamp("components/_offer_card_item.html", "card", cards, level=level)
