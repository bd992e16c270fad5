"""A change that touches orders: it happens together with what the school answered for each of them, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Refusal
from marketplace.models import Order
from marketplace.models.order_clocks import lock_orders
from marketplace.models.order_querysets import OrderQuerySet

KEEP = "keep"
# what may be answered for an order, as its verbs; each order allows those of its state
ANSWERS = {
    KEEP: gettext_lazy("Keep it as it is"),
    "ask_new_time": gettext_lazy("Ask for another time"),
    "cancel": gettext_lazy("Cancel it"),
    "decline": gettext_lazy("Decline it"),
    "withdraw_quote": gettext_lazy("Withdraw the quote"),
}


class Unanswered(Refusal):
    """An order appeared after the questions were asked."""


def answers_for(order: Order, *, by: Membership) -> list[tuple[str, str]]:
    return [(verb, str(label)) for verb, label in ANSWERS.items() if verb == KEEP or order.can(verb, by=by)]


@transaction.atomic
def settle(
    change: Callable[[], object],
    touched: Callable[[], OrderQuerySet],
    answers: Mapping[int, str],
    *,
    by: Membership,
    reason: str = "",
) -> None:
    """Does `change`, which locks what it changes, then for each order that it touches what was answered.

    The orders are locked first, as by everybody who holds an order and then asks for a resource."""
    lock_orders(by.organisation)
    change()
    orders = list(touched())
    if {order.pk for order in orders} - set(answers):
        raise Unanswered(_("Another order has come meanwhile. Please say what to do with it too."))
    for order in orders:
        if answers[order.pk] != KEEP:
            getattr(order, answers[order.pk])(by=by, reason=reason)
