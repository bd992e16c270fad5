"""The list of offers, as saved searches ask it: one form of each query, a name, and the offers that match."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import searching
from accounts.models import User
from accounts.searching import Kept, Line
from marketplace.asked import MAX_LENGTH, Asked, understand, understand_all
from marketplace.cards import cards
from marketplace.facets import chips_of
from marketplace.filters import BUDGETS, FACETS, OfferFilter
from marketplace.models.search import OfferSearch, OfferSearchQuerySet
from marketplace.saved import MOST_LINES, counted
from marketplace.search import SORTS, as_sql
from vet2b.lib.mail import absolute

NAMED_CHIPS = 3


def normalised(text: str) -> str:
    """The same search always as the same text, without what the list of offers does not know."""
    asked, clean = QueryDict(text), QueryDict(mutable=True)
    offers = OfferFilter(asked, queryset=OfferSearch.objects.none())
    if words := " ".join(asked.get("q", "")[:MAX_LENGTH].split()):
        clean["q"] = words
        if asked.get("exact") == "1":
            clean["exact"] = "1"
    for name in FACETS:
        if codes := offers.chosen(name):
            clean.setlist(name, sorted(set(codes)))
    for name in BUDGETS:
        if offers.values.get(name) is not None:
            clean[name] = f"{offers.values[name].normalize():f}"
    if asked.get("sort") in SORTS and asked["sort"] != "best":
        clean["sort"] = asked["sort"]
    return clean.urlencode()


def suggested_name(query: str) -> str:
    asked = QueryDict(query)
    chips = chips_of(OfferFilter(asked, queryset=OfferSearch.objects.none()), asked)
    words = [asked.get("q", ""), *(str(chip.label) for chip in chips[:NAMED_CHIPS])]
    return " · ".join(filter(None, words))[:80] or _("All services")


def matching(query: str, since: datetime, until: datetime | None = None) -> OfferSearchQuerySet:
    """Offers published after `since` that the page of results shows for this query."""
    asked = QueryDict(query)
    rows = narrowed(asked, understand(asked.get("q", ""), is_exact=asked.get("exact") == "1"))
    rows = rows.filter(published_at__gt=since)
    return rows.filter(published_at__lte=until) if until else rows


def narrowed(query: QueryDict, asked: Asked) -> OfferSearchQuerySet:
    rows = OfferFilter(query, queryset=OfferSearch.objects.live()).narrowed((*BUDGETS, *FACETS))
    return rows.matching(asked.query) if asked else rows


def count_new(_user: User, searches: Sequence[Kept]) -> list[int]:
    """One statement to understand the words of all searches and one to count."""
    queries = [QueryDict(search.query) for search in searches]
    asked = understand_all([(query.get("q", ""), query.get("exact") == "1") for query in queries])
    return counted(
        as_sql(narrowed(query, words).filter(published_at__gt=search.seen_at), ("offer_id",))
        for search, query, words in zip(searches, queries, asked, strict=True)
    )


def found(_user: User, query: str, since: datetime, until: datetime) -> tuple[int, list[Line]]:
    rows = matching(query, since, until).order_by("-published_at", "-pk")
    pks = list(rows.values_list("pk", flat=True))
    return len(pks), [line_of(card) for card in cards(pks[:MOST_LINES])]


def line_of(card: dict[str, Any]) -> Line:
    price = " ".join(filter(None, [str(card["price"]), str(card["price_note"])]))
    return Line(card["title"], absolute(card["url"]), f"{card['school_name']} · {price}", card["lang"])


def news(n: int) -> str:
    return ngettext("%(n)s new service", "%(n)s new services", n) % {"n": n}


searching.register(
    "offers",
    searching.SearchKind(
        "marketplace:offer_list", gettext_lazy("Services"), normalised, suggested_name, count_new, found, news
    ),
)
