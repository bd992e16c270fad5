# ruff: noqa: S608 - only constants of this module and what the ORM compiled go into these statements
"""Finding offers: rows in order and counts for the facets. Plain SQL, since this is the busiest page.

With marketplace.asked and marketplace.cards that makes three statements, whatever the number of offers.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.asked import Asked
from marketplace.models.search import NO_DATE, NO_PRICE, OfferSearchQuerySet

PAGE = 24
COUNTED = 10_000
COMPARED = 500
START_STEPS = (30, 90)

Row = tuple[str, int]  # the key that the list is sorted by, and the offer's pk
Group = tuple[str, int, int]  # OfferSearch.facets, the step of START_STEPS (0 is later or never), how many


@dataclass(frozen=True)
class Sort:
    label: Any
    key: str
    type: str
    is_descending: bool = False

    def order(self) -> str:
        direction = "DESC" if self.is_descending else "ASC"
        return f"key {direction}, offer_id {direction}"

    def beyond(self) -> str:
        return f"(key, offer_id) {'<' if self.is_descending else '>'} (%s::{self.type}, %s)"


# How new an offer is counts as a factor from 1 down to 0.7 over half a year, how complete from 1 down to 0.75;
# how-it-works tells the readers.
RANK = (
    "round(({words} * (0.7 + 0.3 * exp(-greatest(date '{today}' - published_at::date, 0) / 180.0::float8))"
    " * (0.5 + completeness / 200.0::float8))::numeric, 6)"
)
WORDS_RANK = "ts_rank('{0.1, 0.2, 0.4, 1.0}', vector, %s::tsquery)"
SORTS = {
    "best": Sort(_("Best match"), RANK, "numeric", is_descending=True),
    "soon": Sort(_("Soonest available"), f"coalesce(next_start, date '{NO_DATE}')", "date"),
    "price": Sort(_("Lowest price"), f"coalesce(price_eur, {NO_PRICE})", "numeric"),
    "rated": Sort(_("Highest rated"), "rated", "numeric", is_descending=True),
    "new": Sort(_("Newest"), "published_at", "timestamptz", is_descending=True),
}
COLUMNS = ("offer_id", "facets", "next_start", "price_eur", "published_at", "completeness", "rated", "vector")
# filters are cheaper than a second key to group by
BY_STEP = """count(*) AS n,
  count(*) FILTER (WHERE next_start > %s AND next_start <= %s) AS first,
  count(*) FILTER (WHERE next_start > %s AND next_start <= %s) AS second"""
COUNTS = "facets, n, first, second"
# A vector stands apart from its row and is dear to read, which the planner does not know: it must come to the rows by
# the index of words, never by reading all rows or the newest first.
BY_WORDS_ONLY = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; "


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after this key and pk; `seen` offers came before."""

    key: str
    pk: int
    seen: int

    @classmethod
    def parse(cls, text: str, sort: Sort) -> Cursor | None:
        """None for anything that no link of ours says."""
        key, _tilde, numbers = text.partition("~")
        pk, _tilde, seen = numbers.partition("~")
        is_sound = len(text) <= 80 and is_count(pk) and is_count(seen) and reads_as(key, sort.type)
        return cls(key, int(pk), int(seen)) if is_sound else None

    def __str__(self) -> str:
        return f"{self.key}~{self.pk}~{self.seen}"


def is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


# Narrower than what Python reads, as PostgreSQL does not read all of that.
KEYS = {
    "numeric": re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "timestamptz": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?\+00"),
}


def reads_as(key: str, sql_type: str) -> bool:
    if not KEYS[sql_type].fullmatch(key):
        return False
    try:
        return sql_type == "numeric" or bool(dt.datetime.fromisoformat(key))
    except ValueError:
        return False


@dataclass
class Found:
    """One page of offers in order, and the groups that total and facets are counted from."""

    rows: list[Row]
    groups: list[Group] = field(default_factory=list)  # that pass all filters
    others: list[Group] = field(default_factory=list)  # that pass those which are no facets, and maybe all

    @property
    def pks(self) -> list[int]:
        return [pk for _key, pk in self.rows[:PAGE]]

    def next_cursor(self, seen: int) -> Cursor | None:
        if len(self.rows) <= PAGE:
            return None
        key, pk = self.rows[PAGE - 1]
        return Cursor(key, pk, seen + PAGE)


def number_of(groups: list[Group]) -> int:
    return sum(number for _facets, _step, number in groups)


def find(
    asked: Asked, filtered: OfferSearchQuerySet, counted: OfferSearchQuerySet, sort: str, cursor: Cursor | None
) -> Found:
    """`filtered` are the rows to show; `counted` the same without the filters that facets count anew."""
    if not asked:
        return Found(browse(filtered, sort, cursor))  # facets.counts_of_all counts for all readers
    found = find_words(asked, filtered, counted, sort, cursor)
    if number_of(found.groups) > COUNTED and sort != "best":
        found.rows = browse(filtered.matching(asked.query), sort, cursor)
    return found


def find_words(
    asked: Asked, filtered: OfferSearchQuerySet, counted: OfferSearchQuerySet, sort: str, cursor: Cursor | None
) -> Found:
    rows, params = as_sql(filtered.matching(asked.query), COLUMNS)
    page, page_params = page_sql("matched", sort, cursor, asked.ranking)
    sql = (
        f"{BY_WORDS_ONLY}WITH matched AS MATERIALIZED ({rows} LIMIT {COUNTED + 1}), page AS ({page}), "
        f"groups AS (SELECT facets, {BY_STEP} FROM matched GROUP BY 1)"
    )
    all_params = [*params, *page_params, *step_params()]
    others = "groups"
    if filtered is not counted:
        rows, params = as_sql(counted.matching(asked.query), ("facets", "next_start"))
        counting = f"SELECT facets, {BY_STEP} FROM ({rows} LIMIT {COUNTED + 1}) m GROUP BY 1"
        sql += f", others AS ({counting})"
        all_params += [*step_params(), *params]
        others = "others"
    selected = ", ".join(
        f"(SELECT coalesce(json_agg(json_build_array({columns})), '[]') FROM {source})"
        for columns, source in (("key::text, offer_id", "page"), (COUNTS, "groups"), (COUNTS, others))
    )
    [(found, groups, others_found)] = fetch(f"{sql} SELECT {selected}", all_params)
    return Found([(key, pk) for key, pk in found], by_step(groups), by_step(others_found))


def browse(filtered: OfferSearchQuerySet, sort: str, cursor: Cursor | None) -> list[Row]:
    rows, params = as_sql(filtered, COLUMNS[:-1])
    page, page_params = page_sql(f"({rows}) m", sort, cursor)
    return fetch(f"SELECT key::text, offer_id FROM ({page}) p", [*params, *page_params])


def page_sql(source: str, sort_name: str, cursor: Cursor | None, ranking: str = "") -> tuple[str, list[Any]]:
    sort, params = SORTS[sort_name], []
    key, rows = sort.key, f"SELECT * FROM {source}"
    if sort_name == "best":
        rows = f"{rows} ORDER BY published_at DESC, offer_id DESC LIMIT {COMPARED}"
        key = RANK.format(words=WORDS_RANK if ranking else "1", today=timezone.localdate())
        params += [ranking] if ranking else []
    where = ""
    # the parameters of `key` come first in the text, those of `rows` belong to the caller
    if cursor:
        where = f"WHERE {sort.beyond()}"
        params += [cursor.key, cursor.pk]
    keyed = f"SELECT offer_id, {key} AS key FROM ({rows}) c"
    return f"SELECT key, offer_id FROM ({keyed}) k {where} ORDER BY {sort.order()} LIMIT {PAGE + 1}", params


def groups_of_all(counted: OfferSearchQuerySet) -> list[Group]:
    rows, params = as_sql(counted, ("facets", "next_start"))
    return by_step(fetch(f"SELECT facets, {BY_STEP} FROM ({rows}) m GROUP BY 1", [*step_params(), *params]))


def groups_of_words(asked: Asked, counted: OfferSearchQuerySet) -> list[Group]:
    rows, params = as_sql(counted.matching(asked.query), ("facets", "next_start"))
    sql = f"{BY_WORDS_ONLY}SELECT facets, {BY_STEP} FROM ({rows} LIMIT {COUNTED + 1}) m GROUP BY 1"
    return by_step(fetch(sql, [*step_params(), *params]))


def count_each(rows: OfferSearchQuerySet, queries: list[str]) -> list[int]:
    """How many rows match each query, all in one statement."""
    parts = [as_sql(rows.matching(query), ("offer_id",)) for query in queries]
    sql = " UNION ALL ".join(f"SELECT count(*) FROM ({part} LIMIT {COUNTED + 1}) m" for part, _params in parts)
    return [number for (number,) in fetch(BY_WORDS_ONLY + sql, [param for _part, params in parts for param in params])]


def step_params() -> list[dt.date]:
    today = timezone.localdate()
    first, second = (today + dt.timedelta(days=days) for days in START_STEPS)
    return [today, first, first, second]


def by_step(rows: list[Any]) -> list[Group]:
    groups = []
    for facets, number, first, second in rows:
        steps = zip((*START_STEPS, 0), (first, second, number - first - second), strict=True)
        groups += [(facets, step, some) for step, some in steps if some]
    return groups


def as_sql(rows: OfferSearchQuerySet, columns: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    return rows.order_by().values_list(*columns).query.sql_with_params()


def fetch(sql: str, params: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
