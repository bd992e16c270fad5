"""The disputes of the demo world: one fresh, one with a proposal to settle, one decided and one settled."""

from __future__ import annotations

from accounts.models import Membership, User
from marketplace.models import Order

STATEMENTS = (
    "Nove das vinte peças estão completas. Juntámos a lista das que faltam.",
    "O dia adicional foi combinado por telefone. Podemos acabar as peças que faltam em duas semanas.",
)
PROPOSAL = "Zgadzamy się zapłacić za sztuki, które pasują. Szkoła poprawia dwanaście pozostałych."
REASON = "The work took longer than agreed."
DECISION = "Both sides want the work to be finished. It goes on as agreed, and the school tells the client every week."
AGREEMENT = "We spoke on the phone and go on as agreed."


def add_disputes(moderator: User) -> None:
    fresh, proposed = Order.objects.filter(status=Order.Status.DISPUTED).order_by("pk")[:2]
    buyer, seller = sides(fresh)
    fresh.state(STATEMENTS[0], by=buyer)
    fresh.state(STATEMENTS[1], by=seller)
    proposed.propose_settlement("rework", by=sides(proposed)[0], reason=PROPOSAL)
    decided, settled = Order.objects.filter(status=Order.Status.IN_PROGRESS).order_by("pk")[:2]
    decided.dispute(by=sides(decided)[0], reason=REASON)
    decided.resolve("continue", by=moderator, reason=DECISION)
    settle(settled)


def settle(order: Order) -> None:
    buyer, seller = sides(order)
    order.dispute(by=buyer, reason=REASON)
    order.propose_settlement("continue", by=seller, reason=AGREEMENT)
    order.accept_settlement(order.open_settlement.ref, by=buyer)


def sides(order: Order) -> tuple[Membership, Membership]:
    members = Membership.objects.select_related("user", "organisation")
    return (
        members.get(user=order.contact, organisation=order.buyer),
        members.get(user=order.trainer, organisation=order.seller),
    )
