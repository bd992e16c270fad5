"""Resources and appointments of the demo world."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from marketplace.models import Offer, Order, Plan, Resource
from marketplace.models.slots import Times

SCHOOL_DAYS = range(5)
OPEN = ("07:30", "16:00")


def add_plan(entry: dict[str, Any], offer: Offer) -> None:
    plan = Plan.objects.create(offer=offer, **entry["plan"])
    for weekday in entry["days"]:
        plan.hours.create(weekday=weekday, opens_at=entry["hours"][0], closes_at=entry["hours"][1])
    for position, choices in enumerate(entry["needs"]):
        resources = [resource(offer, kind, name) for kind, name in choices]
        offer.requirements.create(position=position).choices.set(resources)


def resource(offer: Offer, kind: str, name: str) -> Resource:
    """The school's own of that name; a trainer is the offer's, a class is as the offer describes it."""
    fields: dict[str, Any] = {}
    if kind == Resource.Kind.TRAINER:
        name, fields = offer.trainer.name, {"person": offer.trainer}
    if kind == Resource.Kind.CLASS:
        fields = {
            "year": offer.class_year,
            "eqf_level": offer.eqf_level,
            "headcount": offer.class_size,
            "has_minors": offer.has_minors,
        }
    found, is_new = Resource.objects.get_or_create(school=offer.school, kind=kind, name=name[:80], defaults=fields)
    if is_new:
        for weekday in SCHOOL_DAYS:
            found.openings.create(weekday=weekday, opens_at=OPEN[0], closes_at=OPEN[1])
    return found


def add_appointment(entry: dict[str, Any], offer: Offer, buyer: Membership) -> Order:
    """At the n-th free time, so that it suits whatever day the world is made on."""
    offer = Offer.objects.select_related("plan", "school").get(pk=offer.pk)
    today = timezone.localdate()
    times = Times(offer, today, today + timedelta(days=offer.plan.furthest_days), quantity=entry["quantity"])
    free = list(times)[entry["nth"]]
    order = Order.draft(
        offer, by=buyer, quantity=entry["quantity"], place_mode=offer.delivery_modes[0],
        place=entry.get("place", ""), brief=entry["brief"],
    )  # fmt: skip
    order.hold_time(free.starts_at, by=buyer)
    if offer.is_instant:
        order.book(by=buyer)
    else:
        order.request(by=buyer)
    return order
