"""The milestones of the demo world: a website in progress, with a step in each state."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from marketplace.models import Milestone, Order
from vet2b.demo.disputes import sides

STEPS = (
    ("Sketch of the start page", "The sketch is at the test address. Colours and letters follow your sign."),
    ("Two pages to click through", "Start page and contact stand. The pictures are still ours."),
    ("All texts in both languages", "All texts are in, yours and our translation. Please read them once."),
    ("Test on telephones", ""),
)
REMARKS = "The telephone number should stand at the top of every page."


def add_milestones() -> None:
    running = Order.objects.filter(status=Order.Status.IN_PROGRESS, trainer__isnull=False)
    order = running.order_by("-offer__category__slug", "pk")[0]
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
