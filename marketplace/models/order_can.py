from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marketplace.models.orders import Order

Hindrance = Callable[["Order", Any], bool]
PROPOSALS = ("propose", "accept", "refuse", "take_back")


def settling(verb: str) -> Hindrance:
    return lambda order, by: not order.can_answer_settlement(verb, by)


def changing(verb: str) -> Hindrance:
    return lambda order, by: not order.can_change(verb, by)


# by verb: what hinders it though state and actor allow it
HINDERED: dict[str, Hindrance] = {
    "answer": lambda order, by: not order.is_awaiting_answer,
    "accept": lambda order, by: order.is_for_earlier_need,
    "extend_review": lambda order, by: order.has_extended_review,
    "agree_time": lambda order, by: not order.has_new_time_for(by),
    "refuse_time": lambda order, by: not order.has_new_time_for(by),
    "propose_time": lambda order, by: (order.begins_at is None or order.is_late) and not order.is_new_time_asked,
    "ask_for_agreement": lambda order, by: order.own_agreement is not None,
    "book": lambda order, by: not (order.offer and order.offer.is_instant),
    "start": lambda order, by: order.is_unready,
    "ask_changes": lambda order, by: order.rounds_used >= order.rounds_of_changes,
    **{verb: settling(verb) for verb in (f"{answer}_settlement" for answer in PROPOSALS)},
    **{verb: changing(verb) for verb in (f"{answer}_change" for answer in PROPOSALS)},
}


class Can:
    """No page offers what the order's own counters and proposals would refuse."""

    def can(self, verb: str, *, by: Any) -> bool:
        hindered = HINDERED.get(verb)
        return super().can(verb, by=by) and not (hindered and hindered(self, by))
