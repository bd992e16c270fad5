"""Which bookings of a class would break a rule once its students count as under 18."""

from __future__ import annotations

from collections import defaultdict
from functools import reduce

from accounts.models import Organisation
from marketplace.models.appointments import Booking, Seat
from marketplace.models.resource_orders import Span, coming
from marketplace.models.resources import Resource
from marketplace.models.youth import rules_for, stricter
from marketplace.models.youth_checks import broken_rule, worked


def too_much_for_young(resource: Resource) -> list[Span]:
    """The coming times that students under 18 may not work; on site the stricter country counts."""
    bookings = list(coming(resource).order_by("period"))
    spans = {booking.pk: worked(span_of(booking), booking.break_minutes) for booking in bookings}
    places = places_of(bookings)
    countries = {place.country.code for found in places.values() for place in found}
    rules = rules_for({resource.school.country.code, *countries})

    def is_too_much(booking: Booking, place: Organisation) -> bool:
        limits = reduce(stricter, (rules[code] for code in {resource.school.country.code, place.country.code}))
        others = [part for pk, parts in spans.items() if pk != booking.pk for part in parts]
        return broken_rule(limits, place.zone, *span_of(booking), others, booking.break_minutes) is not None

    return [
        span_of(booking)
        for booking in bookings
        if any(is_too_much(booking, place) for place in places[booking.slot_id])
    ]


def span_of(booking: Booking) -> Span:
    return booking.period.lower, booking.period.upper


def places_of(bookings: list[Booking]) -> dict[int, set[Organisation]]:
    """Where each slot takes place; orders that share it may differ."""
    seats = Seat.objects.live().filter(slot__in=[booking.slot_id for booking in bookings])
    places = defaultdict(set)
    for seat in seats.select_related("order__buyer", "order__seller"):
        places[seat.slot_id].add(seat.order.place_of_work)
    return places
