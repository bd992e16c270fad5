"""The quotes for a need side by side, with what is known of each school."""

from __future__ import annotations

from typing import Any

from accounts.models import Organisation
from marketplace.match_words import quickness_words
from marketplace.models import MatchRow, Need, Order


def quotes_of(need: Need) -> list[dict[str, Any]]:
    """The latest version of each school: those that still stand first, then the cheapest."""
    orders = need.orders.select_related("seller__region", "offer").prefetch_related("quotes")
    rows = [{"order": order, "quote": max(order.quotes.all(), key=lambda quote: quote.version)} for order in orders]
    rows.sort(key=lambda row: (row["order"].status in Order.ENDED, row["quote"].gross, row["order"].pk))
    known = known_of([row["order"].seller_id for row in rows])
    for row in rows:
        row["is_outdated"] = row["order"].need_version != need.version
        stands = row["order"].status == Order.Status.QUOTED and need.status in {"open", "closed"}
        row["can_accept"] = stands and not row["is_outdated"]
        row |= school_facts(row["order"].seller, need, known.get(row["order"].seller_id))
    mark_best([row for row in rows if row["can_accept"]])
    return rows


def known_of(schools: list[int]) -> dict[int, MatchRow]:
    rows = MatchRow.objects.filter(school__in=schools).order_by("school", "pk").distinct("school")
    return {row.school_id: row for row in rows}


def school_facts(school: Organisation, need: Need, known: MatchRow | None) -> dict[str, Any]:
    return {
        "km": need.region.km_to(school.region) if need.region and school.region else None,
        "rating": known and known.rating,
        "review_count": known.review_count if known else 0,
        "done": known.done if known else 0,
        "quickness": quickness_words(known.answer_hours) if known and known.answer_hours is not None else "",
    }


def mark_best(rows: list[dict[str, Any]]) -> None:
    """The cheapest and the one that is ready first, where there is one of each to choose from."""
    if len({row["quote"].currency for row in rows}) == 1:
        mark(rows, "is_cheapest", [row["quote"].gross for row in rows])
    ends = [row["quote"].ends_on or row["quote"].starts_on for row in rows]
    if None not in ends:
        mark(rows, "is_first", ends)


def mark(rows: list[dict[str, Any]], name: str, values: list[Any]) -> None:
    if len(rows) > 1 and values.count(min(values)) == 1:
        rows[values.index(min(values))][name] = True
