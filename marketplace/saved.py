"""What the queries of saved searches mean: one form of each, a name, and the offers that match."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from marketplace.asked import MAX_LENGTH, Asked, understand, understand_all
from marketplace.facets import chips_of
from marketplace.filters import BUDGETS, FACETS, OfferFilter
from marketplace.models import SavedSearch
from marketplace.models.search import OfferSearch, OfferSearchQuerySet
from marketplace.search import SORTS, as_sql, fetch

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


def matching(query: str, since: dt.datetime, until: dt.datetime | None = None) -> OfferSearchQuerySet:
    """Offers published after `since` that the page of results shows for this query."""
    asked = QueryDict(query)
    rows = narrowed(asked, understand(asked.get("q", ""), is_exact=asked.get("exact") == "1"))
    rows = rows.filter(published_at__gt=since)
    return rows.filter(published_at__lte=until) if until else rows


def narrowed(query: QueryDict, asked: Asked) -> OfferSearchQuerySet:
    rows = OfferFilter(query, queryset=OfferSearch.objects.live()).narrowed((*BUDGETS, *FACETS))
    return rows.matching(asked.query) if asked else rows


def with_new(user: User, most: int | None = None) -> list[SavedSearch]:
    """The person's searches, newest first, each with how many offers are new since it was opened."""
    searches = list(user.saved_searches.order_by("-created_at", "-pk")[:most])
    for search, number in zip(searches, count_new(searches), strict=True):
        search.new = number
    return searches


def count_new(searches: Sequence[SavedSearch]) -> list[int]:
    """For all searches together one statement to understand their words and one to count."""
    if not searches:
        return []
    queries = [QueryDict(search.query) for search in searches]
    asked = understand_all([(query.get("q", ""), query.get("exact") == "1") for query in queries])
    parts = [
        as_sql(narrowed(query, words).filter(published_at__gt=search.seen_at), ("offer_id",))
        for search, query, words in zip(searches, queries, asked, strict=True)
    ]
    numbered = " UNION ALL ".join(
        f"SELECT {n} AS n, count(*) AS found FROM ({part}) m"  # noqa: S608 - what the ORM compiled
        for n, (part, _params) in enumerate(parts)
    )
    rows = fetch(f"{numbered} ORDER BY n", [param for _part, params in parts for param in params])
    return [found for _n, found in rows]
