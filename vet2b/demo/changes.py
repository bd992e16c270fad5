"""The changes of the demo world: one waits for an answer, one was accepted and one refused."""

from __future__ import annotations

from decimal import Decimal

from marketplace.models import Order
from vet2b.demo.disputes import sides

MORE = "Two more pages, in English."
WHY = "Guests from abroad ask for it."
LESS = "We found some of the material ourselves."
NO = "The class has ordered the material already."


def add_changes() -> None:
    """On orders that no signed agreement binds, so that a click is enough."""
    running = Order.objects.filter(
        status__in=Order.CHANGEABLE, agreement=None, trainer__isnull=False, net__gt=0
    ).order_by("pk")
    asked, accepted, refused = running[:3]
    buyer, _seller = sides(asked)
    asked.propose_change(by=buyer, words=WHY, scope=MORE, net=times(asked, "1.2"))
    buyer, seller = sides(accepted)
    accepted.propose_change(by=seller, words=WHY, scope=MORE, net=times(accepted, "1.1"))
    accepted.accept_change(accepted.open_change.ref, by=buyer)
    buyer, seller = sides(refused)
    refused.propose_change(by=buyer, words=LESS, net=times(refused, "0.9"))
    refused.refuse_change(refused.open_change.ref, by=seller, reason=NO)


def times(order: Order, factor: str) -> Decimal:
    return round((order.net or Decimal(0)) * Decimal(factor), 2)
