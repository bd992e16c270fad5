"""Ratios of the search itself, in this process, asked in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.db import connection
from django.http import QueryDict

from marketplace.asked import understand
from marketplace.facets import offered
from marketplace.models.search import OfferSearch
from marketplace.results import Results
from marketplace.search import find_words, groups_of_words
from vet2b.bench.table import Row

NAIVE = ("category_id", "country", "price_group")
ROUNDS = 15


def median_ratio(ours: Callable[[], Any], base: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Time of `ours` over time of `base`, each run once in turn; the median of the rounds."""
    ours(), base()
    return statistics.median(seconds(ours) / seconds(base) for _ in range(rounds))


def seconds(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def page(query: str) -> None:
    """A page of results without its template."""
    results = Results(QueryDict(query), None)
    _read = results.cards, results.facets, results.total


def measure(word: str, typo: str) -> list[Row]:
    return [
        Row("a page at 45 % of the rows, against page 1", "x time", depth(), 1.3),
        Row("count and facets of a word in 10 % of offers, against 3 GROUP BY", "x time", facets(word), 0.35),
        Row("facets without a word, against select 1", "x time", cached_facets(), 3),
        Row("a typo'd word, against the right word", "x time", typos(word, typo), 1.3),
    ]


def depth() -> float:
    rows = OfferSearch.objects.live().order_by("-published_at", "-offer_id")
    at = rows.values_list("published_at", "pk")[int(rows.count() * 0.45)]
    deep = QueryDict(mutable=True)
    deep.update({"sort": "new", "after": f"{str(at[0]).replace('+00:00', '+00')}~{at[1]}~24"})
    return median_ratio(lambda: page(deep.urlencode()), lambda: page("sort=new"))


def facets(word: str) -> float:
    """Our one statement against the three that a plain program would send, over the same rows and index."""
    asked, rows = understand(word), OfferSearch.objects.live()
    return median_ratio(
        lambda: groups_of_words(asked, rows), lambda: [count_by(column, asked.query) for column in NAIVE]
    )


def count_by(column: str, query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}, count(*) FROM marketplace_offersearch "  # noqa: S608 - one of NAIVE
            "WHERE is_live AND vector @@ %s::tsquery GROUP BY 1",
            [query],
        )
        return cursor.fetchall()


def cached_facets() -> float:
    caches["local"].clear()
    return median_ratio(offered, select_1, rounds=50)


def select_1() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def typos(word: str, typo: str) -> float:
    return median_ratio(lambda: page(f"q={typo}"), lambda: page(f"q={word}"))


def whole_search(word: str) -> float:
    """Seconds of looking up, counting and ranking a word; to compare two sizes of the same database."""
    asked, rows = understand(word), OfferSearch.objects.live()
    page(f"q={word}")
    return statistics.median(seconds(lambda: find_words(asked, rows, rows, "best", None)) for _ in range(ROUNDS))
