"""Lists that can be searched and whose searches can be saved: every app registers its own here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from accounts.models.users import User


@dataclass(frozen=True)
class Line:
    """A thing that was found, as a mail tells it; `url` is absolute."""

    title: str
    url: str
    about: str
    lang: str = ""


class Kept(Protocol):
    """What a kind knows of a search that somebody saved."""

    query: str
    seen_at: datetime


@dataclass(frozen=True)
class SearchKind:
    """`count_new(user, searches)` takes the same number of statements for any number of searches;
    `found(user, query, since, until)` gives the pages of what was published in between that this person may read."""

    list_url: str
    label: Any
    normalised: Callable[[str], str]
    suggested_name: Callable[[str], str]
    count_new: Callable[[User, Sequence[Kept]], list[int]]
    found: Callable[[User, str, datetime, datetime], tuple[int, list[Line]]]
    news: Callable[[int], str]


_kinds: dict[str, SearchKind] = {}


def register(code: str, kind: SearchKind) -> None:
    _kinds[code] = kind


def kind_of(code: str) -> SearchKind | None:
    return _kinds.get(code)
