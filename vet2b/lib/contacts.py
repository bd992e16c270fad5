"""Finds what leads past the site: addresses, links and telephone numbers."""

import re

LEADS_AWAY = re.compile(
    r"""
    [^\s@]+@[^\s@]+\.[^\s@]{2,}        # an e-mail address
    | \b(?:https?://|www\.)\S+         # a link
    | \+\d(?:[\s()/.-]?\d){6,}          # a telephone number with its country, or with a 0 in front
    | (?<![\w.,:-])0\d(?:[\s()/-]?\d){6,}
    """,
    re.VERBOSE | re.IGNORECASE,
)


def has_contact(text: str) -> bool:
    return LEADS_AWAY.search(text) is not None
