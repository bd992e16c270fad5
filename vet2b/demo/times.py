"""School calendars, resources and appointments of the demo world, by the verbs of the site."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Organisation
from marketplace.models import CalendarEntry, Offer, Order, Plan, Resource
from marketplace.models.slots import Times
from vet2b.demo.agreements import sign_agreement

# kind, and the first and last day of the school year that begins in September
YEAR = (
    ("term", (9, 1), (12, 20)),
    ("holidays", (12, 21), (1, 4)),
    ("term", (1, 5), (6, 5)),
    ("exams", (5, 11), (5, 22)),
    ("holidays", (6, 6), (8, 31)),
)
AUGUST = 8


def owner_of(organisation: Organisation) -> Membership:
    return organisation.memberships.select_related("user", "organisation").filter(role="owner").first()


def add_year(names: list[str], school: Organisation) -> None:
    """This school year, and a day off within the next weeks."""
    today, by = timezone.localdate(), owner_of(school)
    first = today.year if today.month >= AUGUST else today.year - 1
    for (kind, *days), name in zip(YEAR, names, strict=False):
        starts_on, ends_on = (date(first + (month <= AUGUST), month, day) for month, day in days)
        CalendarEntry.add(by=by, kind=kind, name=name, starts_on=starts_on, ends_on=ends_on)
    day_off = today + timedelta(days=9 - today.weekday() % 5)
    CalendarEntry.add(by=by, kind="closure", name=names[-1], starts_on=day_off, ends_on=day_off)


def add_plan(entry: dict[str, Any], offer: Offer) -> None:
    for position, choices in enumerate(entry["needs"]):
        resources = [resource(offer, kind, name) for kind, name in choices]
        offer.requirements.create(position=position).choices.set(resources)
    if entry["plan"]:
        plan = Plan.objects.create(offer=offer, **entry["plan"])
        for weekday in entry["days"]:
            plan.hours.create(weekday=weekday, opens_at=entry["hours"][0], closes_at=entry["hours"][1])


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
    found = offer.school.resources.filter(kind=kind, name=name).first()
    return found or Resource.add(kind, by=owner_of(offer.school), name=name, **fields)


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
        sign_agreement(order)
    else:
        order.request(by=buyer)
    return order
