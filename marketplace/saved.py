"""The searches that a person keeps, with what is new; `saved_offers.py` and its kin know each list."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from accounts.models import User
from accounts.searching import kind_of
from marketplace.models import SavedSearch
from marketplace.search import fetch

MOST_LINES = 10  # of one search in a mail


def with_new(user: User, most: int | None = None) -> list[SavedSearch]:
    """The person's searches, newest first, each with how much is new since it was opened."""
    searches = list(user.saved_searches.order_by("-created_at", "-pk")[:most])
    by_kind = sorted(searches, key=lambda search: search.kind)
    for code, group in groupby(by_kind, key=lambda search: search.kind):
        if kind := kind_of(code):
            same = list(group)
            for search, number in zip(same, kind.count_new(user, same), strict=True):
                search.new = number
    return searches


def counted(parts: Iterable[tuple[str, tuple[Any, ...]]]) -> list[int]:
    """How many rows each statement has, in one statement."""
    statements = list(parts)
    numbered = " UNION ALL ".join(
        f"SELECT {n} AS n, count(*) AS found FROM ({sql}) m"  # noqa: S608 - what the ORM compiled
        for n, (sql, _params) in enumerate(statements)
    )
    rows = fetch(f"{numbered} ORDER BY n", [param for _sql, params in statements for param in params])
    return [found for _n, found in rows]
