"""What every template may use without loading it (settings: TEMPLATES builtins)."""

import datetime as dt
import zoneinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.db import models
from django.forms import BoundField, CheckboxInput, FileInput, Select
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, ngettext
from django.utils.translation import gettext as _
from django_countries import countries

from vet2b.lib import art, formats

register = template.Library()

TONES = {
    "pine": "published verified active completed signed awarded fulfilled approved sent paid ok selected confirmed",
    "mari": (
        "pending in_review hidden_pending requested quoted countered delivered agreement_pending partly_signed "
        "proposed changes_requested submitted remarks shortlisted"
    ),
    "flax": "open accepted scheduled in_progress running shortlisting",
    "poppy": "rejected hidden suspended removed disputed refused terminated overdue",
}
TONE_OF = {status: tone for tone, statuses in TONES.items() for status in statuses.split()}
REVIEWS_TO_SHOW_STARS = 3
COUNTRIES_SERVED = ("IT", "LT", "LV", "PL", "PT")


@register.simple_tag
@lru_cache(1024)
def icon(name: str, label: str = "") -> SafeString:
    """A Lucide icon of the sprite. Without a label it is decoration."""
    hint = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"/></svg>', hint, static("icons/sprite.svg"), name)


@register.simple_tag
def picture(code: str, seed: str, *, eager: bool = False) -> SafeString:
    """The tile panel of a category, as an image that the browser keeps."""
    loading = "eager" if eager else "lazy"
    return format_html(
        '<img class="art" src="{}" alt="" width="400" height="300" loading="{}" decoding="async">',
        art.panel_url(code, seed),
        loading,
    )


@register.simple_tag
def crest(name: str, logo_url: str = "") -> SafeString:
    """The logo of an organisation, or its initials on a tile."""
    if logo_url:
        return format_html('<img class="crest" src="{}" alt="" width="40" height="40" loading="lazy">', logo_url)
    tone = art.crest_tone(name)
    return format_html('<span class="crest crest-{}" aria-hidden="true">{}</span>', tone, art.initials(name))


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else formats.money(amount, currency)


@register.filter
def money_exact(amount: Decimal | None, currency: str) -> str:
    """With cents always, for columns of sums."""
    return "" if amount is None else formats.money(amount, currency, cents=True)


@register.simple_tag
def status_badge(thing: models.Model) -> SafeString:
    status = thing.status  # type: ignore[attr-defined]
    label = thing.get_status_display()  # type: ignore[attr-defined]
    return format_html('<span class="badge-t {}">{}</span>', TONE_OF.get(status, "quiet"), label)


@register.simple_tag
def stars(rating: Decimal | float | None, count: int) -> SafeString:
    """Too few reviews say nothing yet, so stars start at three."""
    if not rating or count < REVIEWS_TO_SHOW_STARS:
        return format_html('<span class="rate">{}</span>', _("New"))
    label = ngettext("%(rating)s of 5, %(count)s review", "%(rating)s of 5, %(count)s reviews", count)
    shown = formats.rating(float(rating))
    return format_html(
        '<span class="rate">{}<span aria-hidden="true">{} <span class="count">({})</span></span>'
        '<span class="visually-hidden">{}</span></span>',
        icon("star"),
        shown,
        count,
        label % {"rating": shown, "count": count},
    )


@register.simple_tag
def local_day(value: dt.date) -> str:
    return formats.day(value)


@register.simple_tag
def date_range(start: dt.date, end: dt.date) -> str:
    return formats.day_range(start, end)


@register.simple_tag
def local_time(value: dt.datetime, zone: str = "") -> SafeString:
    """The moment in the given IANA zone, or in the current one; the zone is always named."""
    shown = formats.moment(value, zoneinfo.ZoneInfo(zone) if zone else None)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@register.simple_tag
def time_span(start: dt.datetime, end: dt.datetime, zone: str) -> SafeString:
    """From and to in the given IANA zone, which is named."""
    shown = formats.span(start, end, zoneinfo.ZoneInfo(zone))
    return format_html('<time datetime="{}">{}</time>', start.isoformat(), shown)


@register.simple_tag(takes_context=True)
def active(context: RequestContext, *view_names: str) -> SafeString:
    """` aria-current="page"` on the link to the page that is open."""
    match = getattr(context.get("request"), "resolver_match", None)
    is_open = match is not None and match.view_name in view_names
    return SafeString(' aria-current="page"' if is_open else "")


@register.simple_tag(takes_context=True)
def other_language_url(context: RequestContext, code: str) -> str:
    """This page in another language. All our addresses are the same but for the prefix."""
    request = context.get("request")
    path, query = (request.path, request.META.get("QUERY_STRING", "")) if request else ("/", "")
    first, _slash, rest = path.lstrip("/").partition("/")
    bare = f"/{rest}" if first in dict(settings.LANGUAGES) else path
    prefix = "" if code == settings.LANGUAGE_CODE else f"/{code}"
    return f"{prefix}{bare}?{query}" if query else f"{prefix}{bare}"


@register.simple_tag(takes_context=True)
def language_links(context: RequestContext) -> list[dict[str, Any]]:
    current = get_language()
    return [
        {
            "code": code,
            "name": capfirst(get_language_info(code)["name_local"]),
            "url": other_language_url(context, code),
            "is_current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]


@register.simple_tag
def language_name(code: str) -> str:
    """The name of a language in the reader's language."""
    return capfirst(get_language_info(code)["name_translated"])


@register.simple_tag
def developing() -> bool:
    """While developing the footer leads to the mails that were written to files."""
    return settings.DEBUG


@register.simple_tag
def countries_served() -> list[tuple[str, str]]:
    return sorted(((code, countries.name(code)) for code in COUNTRIES_SERVED), key=lambda country: country[1])


@register.filter
def kind(field: BoundField) -> str:
    """Which part of forms/field.html draws this field."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    if field.use_fieldset:
        return "options" if hasattr(widget, "choices") else "group"
    return "file" if isinstance(widget, FileInput) else "control"


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's widget in the site's style."""
    widget = field.field.widget
    css = "form-select" if isinstance(widget, Select) else "form-control"
    return field.as_widget(attrs={"class": f"{css} {widget.attrs.get('class', '')}".strip()})


@register.simple_tag
def title_prefix(*forms: Any) -> str:
    """Screen readers hear the title first, so a page with errors says so there."""
    return _("Error: ") if any(form and form.is_bound and form.errors for form in forms) else ""
