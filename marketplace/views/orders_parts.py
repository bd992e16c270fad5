"""The lines on the page of an order that lead to what belongs to it."""

from __future__ import annotations

from collections.abc import Callable

from accounts.models import Membership
from marketplace.models import Order
from marketplace.parts import Part
from marketplace.views.agreements import agreement_part
from marketplace.views.changes import change_part
from marketplace.views.evidence import evidence_part
from marketplace.views.hours import hours_part
from marketplace.views.milestones import milestones_part
from marketplace.views.money import money_part
from marketplace.views.quality import quality_part
from marketplace.views.readiness import ready_part
from marketplace.views.releases import release_part
from marketplace.views.reviews import reviews_part
from marketplace.views.sub_orders import sub_orders_part
from marketplace.views.teams import team_part

# each gives the line of one part, or None where the order has no such part for this reader; in the order of the work
PARTS: tuple[Callable[[Order, Membership], Part | None], ...] = (
    agreement_part,
    change_part,
    release_part,
    ready_part,
    team_part,
    hours_part,
    milestones_part,
    sub_orders_part,
    quality_part,
    money_part,
    evidence_part,
    reviews_part,
)


def parts_of(order: Order, by: Membership) -> list[Part]:
    return [part for shown in PARTS if (part := shown(order, by))]
