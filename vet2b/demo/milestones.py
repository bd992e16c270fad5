"""The milestones of the demo world: an order in progress, with a step in each state."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from marketplace.models import Milestone, Order
from vet2b.demo.disputes import sides

STEPS = (
    ("First sample", "The first sample is ready. You can look at it at the school, or we send you pictures."),
    ("Half of the work", "Half of it is done. The rest follows in the same way."),
    ("All but the finish", "Everything is made, and the finish is still to come."),
    ("Last look before the delivery", ""),
)
REMARKS = "This is fine so far. Please label each part, so that we can tell them apart."


def add_milestones() -> None:
    running = Order.objects.filter(status=Order.Status.IN_PROGRESS, trainer__isnull=False)
    order = running.order_by("pk")[0]
    buyer, seller = sides(order)
    today = timezone.localdate()
    steps = [
        Milestone.plan(order, by=seller, title=title, due_on=today + timedelta(days=3 * number + 1))
        for number, (title, _note) in enumerate(STEPS)
    ]
    for step, (_title, note) in zip(steps[:3], STEPS, strict=False):
        step.submit(by=seller, note=note)
    steps[0].approve(by=buyer)
    steps[1].remark(by=buyer, reason=REMARKS)
