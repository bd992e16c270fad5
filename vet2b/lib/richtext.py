from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "h3", "h4", "blockquote", "a", "code"}
LINKS = {"http", "https", "mailto"}


@cache
def renderer() -> Markdown:
    return Markdown(extensions=["sane_lists"], output_format="html")


def to_html(text: str) -> SafeString:
    """Markdown as safe HTML: only an allow-list of elements survives, and links promise nothing to search engines."""
    html = renderer().reset().convert(text)
    for level in (2, 1):
        html = html.replace(f"<h{level}>", "<h3>").replace(f"</h{level}>", "</h3>")
    return mark_safe(
        nh3.clean(
            html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=LINKS, link_rel="nofollow ugc noopener"
        )
    )
