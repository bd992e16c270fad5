"""What the page of a disputed order tells each side."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership
from marketplace.models import Order

# the actions that the panel of the dispute shows, beside what they answer
IN_PANEL = ("state", "propose_settlement", "accept_settlement", "refuse_settlement", "take_back_settlement")


def dispute_words(order: Order, by: Membership) -> dict[str, Any] | None:
    if order.status != Order.Status.DISPUTED:
        return None
    opened, settlement = order.dispute_opening, order.open_settlement
    look_by, decide_by = order.decision_days
    return {
        "cause": cause_of(opened.details["by"]),
        "since": opened.created_at,
        "reason": opened.reason,
        "look_by": look_by,
        "decide_by": decide_by,
        "settlement": settlement,
        "is_mine": settlement is not None and settlement.organisation_id == by.organisation_id,
    }


def cause_of(name: str) -> str:
    if name:
        return _("%(name)s opened a dispute on") % {"name": name}
    return _("The agreed start was missed, which opened a dispute on")
