"""What two organisations did together, as one of them sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from accounts.models import Organisation
from marketplace.models import Expression, Framework, Order, Review

SHOWN = 50
REVIEWS = 10


@dataclass(frozen=True)
class Figures:
    """Of one direction: what `seller` did for the other."""

    seller: Organisation
    states: list[tuple[str, int, list[tuple[Decimal, str]]]]  # label, number, totals with their currency
    delivered: int
    on_time: int


def partners_of(own: Organisation) -> QuerySet[Organisation]:
    """With whom it has orders or framework agreements."""
    orders = Order.objects.for_organisation(own)
    frameworks = Framework.objects.for_organisation(own)
    shared = (
        Exists(orders.filter(buyer=OuterRef("pk"))) | Exists(orders.filter(seller=OuterRef("pk")))
        | Exists(frameworks.filter(buyer=OuterRef("pk"))) | Exists(frameworks.filter(school=OuterRef("pk")))
    )  # fmt: skip
    return Organisation.objects.exclude(pk=own.pk).filter(shared).order_by("name", "pk")


def orders_between(own: Organisation, other: Organisation) -> QuerySet[Order]:
    """That `own` may see."""
    return Order.objects.for_organisation(own).filter(Q(buyer=other) | Q(seller=other))


def figures(orders: QuerySet[Order], seller: Organisation) -> Figures:
    sold = orders.filter(seller=seller)
    rows = sold.order_by().values("status", "currency").annotate(n=Count("pk"), total=Sum("gross"))
    return Figures(seller, states_of(rows), *punctual(sold, seller))


def states_of(rows: Iterable[dict[str, Any]]) -> list[tuple[str, int, list[tuple[Decimal, str]]]]:
    found: dict[str, tuple[int, list[tuple[Decimal, str]]]] = {}
    for row in rows:
        count, totals = found.get(row["status"], (0, []))
        if row["total"] is not None:
            totals = [*totals, (row["total"], row["currency"])]
        found[row["status"]] = (count + row["n"], totals)
    return [(str(status.label), *found[status]) for status in Order.Status if status in found]


def punctual(sold: QuerySet[Order], seller: Organisation) -> tuple[int, int]:
    """How many were delivered, and how many of these by the agreed day of the school's clock."""
    day = TruncDate("delivered_at", tzinfo=ZoneInfo(seller.zone))
    dated = sold.filter(delivered_at__isnull=False, ends_on__isnull=False, completed_at__isnull=False)
    counted = dated.annotate(day=day).aggregate(n=Count("pk"), punctual=Count("pk", filter=Q(day__lte=F("ends_on"))))
    return counted["n"], counted["punctual"]


def shown_with(own: Organisation, other: Organisation) -> dict[str, Any]:
    """All that the page of the pair shows, in a constant number of statements."""
    orders = orders_between(own, other)
    shown = list(orders.with_parties().order_by("-updated_at", "-pk")[:SHOWN])
    both = [figures(orders, seller) for seller in (other, own) if seller.is_school]
    reviews = Review.objects.published().filter(order__in=orders).select_related("about", "order").newest()
    return {
        "orders": shown,
        "figures": [each for each in both if each.states],
        "reviews": list(reviews[:REVIEWS]),
        "frameworks": list(Framework.objects.for_organisation(own).between(own, other).order_by("-pk")),
        "expressions": expressions_between(own, other),
        "people": people_of(other, shown),
    }


def expressions_between(own: Organisation, other: Organisation) -> list[Expression]:
    """What one answered to a call of the other; a caller sees what was sent."""
    sent = Q(organisation=other, call__organisation=own, submitted_at__isnull=False)
    answered = Q(organisation=own, call__organisation=other)
    found = Expression.objects.filter(sent | answered).select_related("call__organisation", "organisation")
    return list(found.order_by("-created_at", "-pk")[:SHOWN])


def people_of(other: Organisation, orders: Iterable[Order]) -> list[str]:
    """Who of the other side leads, or asks for, what they do together."""
    names = [name for order in orders for name in names_in(order, other)]
    return list(dict.fromkeys(names))


def names_in(order: Order, other: Organisation) -> list[str]:
    people = [order.contact] if order.buyer_id == other.pk else [order.trainer, order.substitute]
    return [person.name for person in people if person is not None and person.is_active]
