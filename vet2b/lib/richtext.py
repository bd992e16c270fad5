"""Markdown that people write, as HTML that is safe to show (trust.md INP-8)."""

import unicodedata
from functools import lru_cache
from xml.etree.ElementTree import Element  # noqa: S405 - built by the Markdown library, nothing is parsed

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "h3", "h4", "h5", "h6", "blockquote", "a", "code", "pre", "hr"}
LINKS = ("http://", "https://")
HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}  # the page has titles of its own above
DEEPEST = 20  # nested quotes or lists
MOST_LINKS = 200  # the time to look for them grows with the square


class LowerHeadings(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            element.tag = HEADINGS.get(element.tag, element.tag)


def renderer() -> Markdown:
    """Without HTML in the text, images and e-mail links: those would be stripped, or found by collectors."""
    markdown = Markdown(extensions=["sane_lists"], output_format="html")
    markdown.treeprocessors.register(LowerHeadings(markdown), "lower_headings", 1)
    markdown.preprocessors.deregister("html_block")
    for name in ("html", "image_link", "image_reference", "short_image_ref", "automail"):
        markdown.inlinePatterns.deregister(name)
    return markdown


@lru_cache(512)
def to_html(text: str) -> SafeString:
    """Only an allow-list of elements survives, and links promise nothing to search engines."""
    try:
        html = renderer().convert(text) if is_reasonable(text) else linebreaks(text, autoescape=True)
    except RecursionError:
        html = linebreaks(text, autoescape=True)
    return mark_safe(
        nh3.clean(
            html, tags=TAGS, attributes={"a": {"href"}}, attribute_filter=outward, url_schemes={"http", "https"},
            link_rel="nofollow ugc noopener",
        )
    )  # fmt: skip


def outward(tag: str, name: str, value: str) -> str | None:
    """Links lead to whole web addresses only, never to a page or a verb of this site."""
    return value if name != "href" or value.lower().startswith(LINKS) else None


def is_reasonable(text: str) -> bool:
    """Whether rendering takes milliseconds; what no person writes is shown as it stands."""
    return text.count("[") <= MOST_LINKS and nesting(text) <= DEEPEST


def nesting(text: str) -> int:
    """How deep the deepest quote or list may go, judged by the beginnings of lines."""
    starts = (line[: len(line) - len(line.lstrip(" >\t*+-"))] for line in text.splitlines())
    return max((start.count(">") + len(start.expandtabs(4)) // 4 for start in starts), default=0)


def one_line(text: str) -> str:
    """Without line breaks, control and direction characters, which could forge a header or a file name."""
    plain = "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} else char for char in text)
    return " ".join(plain.split())
