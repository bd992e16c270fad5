"""Free times of an offer whose next weeks are full, in a school with 500 resources and 50,000 bookings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Booking, Offer, Order, Plan, Resource, Seat, Slot
from marketplace.models.slots import Times
from vet2b.bench.site import Site
from vet2b.bench.table import Row

RESOURCES, BOOKINGS, DAYS = 500, 50_000, 60
NAME = "Bench resource"


def measure(site: Site) -> Iterator[Row]:
    offer = Offer.objects.published().filter(slug__startswith="bench-times").first() or fill()
    path = reverse("marketplace:offer_free_times", args=[offer.slug])
    yield Row(f"free times of {DAYS} days, {RESOURCES} resources, {BOOKINGS:,} bookings", "U", site.units(path), 12)


def plan_lines() -> list[str]:
    """How PostgreSQL finds what is taken."""
    offer = Offer.objects.select_related("plan", "school").get(slug__startswith="bench-times")
    today = timezone.localdate()
    times = Times(offer, today, today + timedelta(days=DAYS))
    return times.taken_periods.explain(analyze=True).splitlines()


def fill() -> Offer:
    sample = Offer.objects.published().filter(is_instant=True, price_model="FIX").earliest("pk")
    school = sample.school
    offer = sample.duplicate(by=school.memberships.get(role="owner"))
    offer.slug, offer.status, offer.published_at = f"bench-times-{offer.ref}", "published", timezone.now()
    offer.lead_time_days = 0
    offer.save()
    resources = Resource.objects.bulk_create(
        Resource(school=school, kind="room", name=f"{NAME} {number}") for number in range(RESOURCES)
    )
    for resource in resources[:3]:
        for weekday in range(7):
            resource.openings.create(weekday=weekday, opens_at="08:00", closes_at="18:00")
    plan = Plan.objects.create(offer=offer, minutes=60, step_minutes=60, furthest_days=DAYS)
    for weekday in range(7):
        plan.hours.create(weekday=weekday, opens_at="08:00", closes_at="18:00")
    offer.requirements.create(position=0).choices.set(resources[:1])
    offer.requirements.create(position=1).choices.set(resources[1:3])
    add_bookings(sample, resources)
    return offer


def add_bookings(offer: Offer, resources: list[Resource]) -> None:
    """Of another offer: ten hours a day on each resource that is needed, on all days but the last."""
    each = BOOKINGS // RESOURCES
    first = datetime.combine(timezone.localdate(), time(8), ZoneInfo(offer.school.zone))
    full = DAYS - 3
    starts = [first + timedelta(days=number % full, hours=number // full) for number in range(each)]
    starts += [first + timedelta(days=day, hours=hour) for day in range(full) for hour in range(2, 10)]
    hour = timedelta(hours=1)
    pairs = [(resource, start) for resource in resources[3:] for start in starts[:each]]
    pairs += [(resource, start) for resource in resources[:3] for start in sorted(set(starts))]
    slots = Slot.objects.bulk_create(
        [Slot(offer=offer, starts_at=start, ends_at=start + hour) for _resource, start in pairs], batch_size=5000
    )
    Booking.objects.bulk_create(
        [
            Booking(resource=resource, slot=slot, period=DateTimeTZRange(start, start + hour))
            for (resource, start), slot in zip(pairs, slots, strict=True)
        ],
        batch_size=5000,
    )
    buyer = Order.objects.earliest("pk")
    orders = Order.objects.bulk_create(
        [
            Order(buyer=buyer.buyer, seller=offer.school, title=NAME, contact=buyer.contact, status="withdrawn")
            for _slot in slots
        ],
        batch_size=5000,
    )
    Seat.objects.bulk_create(
        [Seat(order=order, slot=slot) for order, slot in zip(orders, slots, strict=True)], batch_size=5000
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE marketplace_booking, marketplace_seat, marketplace_slot")
