"""Which orders and offers a change of a resource touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Refusal
from marketplace.models.appointments import Booking, Seat
from marketplace.models.offers import Offer
from marketplace.models.order_querysets import OrderQuerySet
from marketplace.models.orders import Order
from marketplace.models.resources import Requirement, Resource
from marketplace.models.slots import give_back
from marketplace.models.weeks import WeekSpan

Span = tuple[datetime, datetime]
SpecialSpan = tuple[date, date, time | None, time | None]


def orders_using(resource: Resource, spans: Iterable[Span] | None = None) -> OrderQuerySet:
    """Orders for which this resource is taken from now on, at any time or at those that overlap `spans`."""
    return taking(resource, spans).open().select_related("buyer").order_by("starts_at", "pk")


def taking(resource: Resource, spans: Iterable[Span] | None) -> OrderQuerySet:
    bookings = coming(resource)
    if spans is not None:
        overlaps = [Q(period__overlap=DateTimeTZRange(*span)) for span in spans]
        bookings = bookings.filter(reduce(or_, overlaps, Q(pk__in=[])))
    seats = Seat.objects.live().filter(slot__bookings__in=bookings)
    return Order.objects.filter(pk__in=seats.values("order"))


def change_without_holds(
    change: Callable[[], object], resource: Resource, spans: Callable[[], list[Span] | None]
) -> None:
    """Must run in a transaction that has locked the school's orders, like the next."""
    change_without_drafts(change, lambda: taking(resource, spans()).filter(status=Order.Status.DRAFT))


def change_without_drafts(change: Callable[[], object], drafts: Callable[[], OrderQuerySet]) -> None:
    """Drafts that hold a time which goes lose it first: the school does not see them, so it is not asked about them."""
    for draft in drafts().order_by("pk"):
        give_back(draft)
    change()
    if drafts().exists():
        raise Refusal(_("Somebody chose a time at this very moment. Please send it again."))


def coming(resource: Resource) -> QuerySet[Booking]:
    return Booking.objects.live().filter(resource=resource, period__endswith__gt=timezone.now())


def unheld(resource: Resource, week: list[WeekSpan], special: list[SpecialSpan]) -> list[Span]:
    """The times at which the resource is booked and which such hours would not hold."""
    zone = ZoneInfo(resource.school.zone)
    periods = coming(resource).order_by("period").values_list("period", flat=True)
    spans = [(period.lower.astimezone(zone), period.upper.astimezone(zone)) for period in periods]
    return [span for span in spans if not holds(span, week, special)]


def holds(span: Span, week: list[WeekSpan], special: list[SpecialSpan]) -> bool:
    starts_at, ends_at = span
    day = starts_at.date()
    if starts_at.date() != ends_at.date():
        return False
    hours = [(opens, closes) for first, last, opens, closes in special if first <= day <= last]
    hours = hours or [(opens, closes) for weekday, opens, closes in week if weekday == day.weekday()]
    return any(opens and closes and opens <= starts_at.time() and ends_at.time() <= closes for opens, closes in hours)


def special_of(resource: Resource) -> list[SpecialSpan]:
    return [(each.starts_on, each.ends_on, each.opens_at, each.closes_at) for each in resource.special_hours.all()]


def offers_needing(resource: Resource) -> QuerySet[Offer]:
    """Offers that cannot be booked without it: one of their requirements names nothing else that is in use."""
    others = Resource.objects.in_use().filter(requirements=OuterRef("pk")).exclude(pk=resource.pk)
    alone = Requirement.objects.filter(~Exists(others), choices=resource)
    offers = Offer.objects.originals().exclude(status__in=Offer.ENDED).filter(requirements__in=alone)
    return offers.distinct().prefetch_related("texts").order_by("pk")
