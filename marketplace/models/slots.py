"""Free times of an offer, and how an order takes one.

Who takes or gives back a seat holds the plan's row; who takes one also holds the rows of all resources that may be
needed, in the order of their keys. So what is read here is still true when it is written, and the exclusion constraint
of Booking only guards against what forgets this."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, reduce
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Organisation
from marketplace.models.appointments import Booking, Plan, Seat, Slot
from marketplace.models.offers import Offer
from marketplace.models.resources import Resource
from marketplace.models.school_calendar import SchoolCalendar
from marketplace.models.youth import Limits, rules_for, stricter
from marketplace.models.youth_checks import Broken, broken_rule, worked

if TYPE_CHECKING:
    from marketplace.models.orders import Order

Span = tuple[datetime, datetime]
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class FreeTime:
    """A time that can be taken, in UTC, with the places that are left."""

    starts_at: datetime
    ends_at: datetime
    places: int


class Times:
    """The free times of an offer from one day to another, by the school's clock.

    Read in the same few statements however long the span. The seat of `order` counts as free, so that an order may
    move to a time that overlaps its own."""

    def __init__(self, offer: Offer, first: date, last: date, *, quantity: int = 1, order: Order | None = None):
        self.offer, self.order = offer, order
        self.plan: Plan = offer.plan
        self.zone = ZoneInfo(offer.school.zone)
        self.places = quantity if self.plan.is_by_quantity else 1
        self.first = max(first, offer.earliest_start)
        self.last = min(last, timezone.localdate(timezone=self.zone) + timedelta(days=self.plan.furthest_days))
        self.soonest = timezone.now() + timedelta(hours=self.plan.notice_hours)

    def __iter__(self) -> Iterator[FreeTime]:
        day = self.first
        while day <= self.last:
            yield from self.on(day)
            day += DAY

    def on(self, day: date) -> Iterator[FreeTime]:
        if not self.first <= day <= self.last or not self.calendar.takes_appointments(day):
            return
        for starts_at in self.starts(day):
            places = self.places_at(starts_at)
            if places >= self.places:
                yield FreeTime(starts_at, self.end_of(starts_at), places)

    def at(self, starts_at: datetime) -> FreeTime | None:
        day = starts_at.astimezone(self.zone).date()
        return next((found for found in self.on(day) if found.starts_at == starts_at), None)

    def nearest(self, wished: datetime, count: int = 3) -> list[FreeTime]:
        found = sorted(self, key=lambda each: abs(each.starts_at - wished))[:count]
        return sorted(found, key=lambda each: each.starts_at)

    def starts(self, day: date) -> Iterator[datetime]:
        """In UTC. A wall-clock time that the night of a change of clocks skips is left out, of one that comes twice
        the first is meant."""
        step = timedelta(minutes=self.plan.step_minutes)
        for hours in self.hours[day.weekday()]:
            wall, end = datetime.combine(day, hours.opens_at), datetime.combine(day, hours.closes_at)
            while wall + timedelta(minutes=self.plan.minutes) <= end:
                starts_at = wall.replace(tzinfo=self.zone).astimezone(UTC)
                if starts_at >= self.soonest and starts_at.astimezone(self.zone).replace(tzinfo=None) == wall:
                    yield starts_at
                wall += step

    def end_of(self, starts_at: datetime) -> datetime:
        return starts_at + timedelta(minutes=self.plan.minutes)

    def period_of(self, starts_at: datetime) -> Span:
        """With the time to prepare and to clear up."""
        before, after = timedelta(minutes=self.plan.before_minutes), timedelta(minutes=self.plan.after_minutes)
        return starts_at - before, self.end_of(starts_at) + after

    def places_at(self, starts_at: datetime) -> int:
        """In the roomiest slot that there is or could be, within what the day still allows."""
        shared = max((self.plan.seats - taken for taken in self.taken[starts_at].values()), default=0)
        room = self.plan.seats if shared < self.places and self.team_for(starts_at) is not None else shared
        if self.plan.seats_a_day is None:
            return room
        return min(room, self.plan.seats_a_day - self.taken_on[starts_at.astimezone(self.zone).date()])

    def slot_with_room(self, starts_at: datetime) -> int | None:
        """The fullest slot that still has the places, so that the others stay free for larger parties."""
        taken = {
            slot: number for slot, number in self.taken[starts_at].items() if self.plan.seats - number >= self.places
        }
        return max(taken, key=lambda slot: (taken[slot], -slot), default=None)

    def team_for(self, starts_at: datetime) -> list[Resource] | None:
        """A free resource for each requirement, none of them twice; None where there is none for one of them."""
        period = self.period_of(starts_at)
        return self.choose(0, period, []) if self.needs else None

    def choose(self, position: int, period: Span, chosen: list[Resource]) -> list[Resource] | None:
        if position == len(self.needs):
            return chosen
        for resource in self.needs[position]:
            if resource not in chosen and self.is_free(resource, period):
                team = self.choose(position + 1, period, [*chosen, resource])
                if team is not None:
                    return team
        return None

    def is_free(self, resource: Resource, period: Span) -> bool:
        """Live bookings of a resource never overlap, so only the last that begins before the end can be in the way."""
        taken = self.busy[resource.pk]
        following = bisect_left(taken, (period[1], period[1]))
        if following and taken[following - 1][1] > period[0]:
            return False
        return is_within(resource, period, self.zone) and not self.broken_rule(resource, period)

    def broken_rule(self, resource: Resource, period: Span) -> Broken | None:
        """What students under 18 may not do, by the clock of where they work."""
        if not resource.has_minors:
            return None
        others = self.worked[resource.pk]
        return broken_rule(self.limits, self.place.zone, *period, others, self.plan.break_minutes)

    def why_not(self, starts_at: datetime) -> Broken | None:
        """The rule for young workers that alone stands in the way of this time."""
        period = self.period_of(starts_at)
        rules = (self.broken_rule(each, period) for need in self.needs for each in need)
        return next((broken for broken in rules if broken), None)

    @cached_property
    def calendar(self) -> SchoolCalendar:
        return SchoolCalendar.of(self.offer.school, self.first, max(self.first, self.last))

    @property
    def place(self) -> Organisation:
        return self.order.place_of_work if self.order else self.offer.school

    @cached_property
    def limits(self) -> Limits:
        """The stricter of the school's country and that of the place."""
        return reduce(stricter, rules_for({self.offer.school.country.code, self.place.country.code}).values())

    @cached_property
    def hours(self) -> dict[int, list]:
        hours = defaultdict(list)
        for each in self.plan.hours.order_by("weekday", "opens_at"):
            hours[each.weekday].append(each)
        return hours

    @cached_property
    def needs(self) -> list[list[Resource]]:
        requirements = self.offer.requirements.prefetch_related("choices__openings", "choices__special_hours")
        return [[each for each in need.choices.all() if not each.is_retired] for need in requirements]

    @cached_property
    def range(self) -> DateTimeTZRange:
        """The days in question and a week around them, of which rules for the young ask."""
        start = datetime.combine(self.first - WEEK, time(), self.zone)
        return DateTimeTZRange(start, max(start, datetime.combine(self.last + WEEK + DAY, time(), self.zone)))

    @property
    def taken_periods(self) -> QuerySet[Booking, tuple[int, datetime, datetime, int]]:
        """(resource, start, end, minutes of break), in order, of the resources that may be needed."""
        resources = sorted({resource.pk for need in self.needs for resource in need})
        live = Seat.objects.live().filter(~Q(order=self.order), slot=OuterRef("slot"))
        bookings = Booking.objects.live().filter(resource__in=resources, period__overlap=self.range)
        # not EXISTS, for which PostgreSQL would read the seats of all schools
        bookings = bookings.alias(seat=Subquery(live.values("pk")[:1])).filter(seat__isnull=False)
        # read as two moments: psycopg parses a range ten times slower
        moments = ("period__startswith", "period__endswith")
        return bookings.order_by(moments[0]).values_list("resource", *moments, "break_minutes")

    @cached_property
    def taken_rows(self) -> list[tuple[int, datetime, datetime, int]]:
        return list(self.taken_periods)

    @cached_property
    def busy(self) -> dict[int, list[Span]]:
        busy = defaultdict(list)
        for resource, start, end, _pause in self.taken_rows:
            busy[resource].append((start, end))
        return busy

    @cached_property
    def worked(self) -> dict[int, list[Span]]:
        """Of each resource what it works, without the breaks."""
        found = defaultdict(list)
        for resource, start, end, pause in self.taken_rows:
            found[resource] += worked((start, end), pause)
        return found

    @cached_property
    def seats(self) -> list[tuple[int, datetime, int]]:
        mine = Seat.objects.live().filter(~Q(order=self.order), slot__offer=self.offer)
        here = mine.filter(slot__starts_at__gte=self.range.lower, slot__starts_at__lt=self.range.upper)
        return list(here.values_list("slot", "slot__starts_at", "quantity"))

    @cached_property
    def taken(self) -> dict[datetime, Counter[int]]:
        taken: dict[datetime, Counter[int]] = defaultdict(Counter)
        for slot, starts_at, quantity in self.seats:
            taken[starts_at][slot] += quantity
        return taken

    @cached_property
    def taken_on(self) -> Counter[date]:
        taken: Counter[date] = Counter()
        for _slot, starts_at, quantity in self.seats:
            taken[starts_at.astimezone(self.zone).date()] += quantity
        return taken


def is_within(resource: Resource, period: Span, zone: ZoneInfo) -> bool:
    """Whether the resource can be had all that time."""
    start, end = (moment.astimezone(zone) for moment in period)
    if start.date() != end.date():
        return False
    return any(opens <= start.time() and end.time() <= closes for opens, closes in hours_on(resource, start.date()))


def hours_on(resource: Resource, day: date) -> Iterable[tuple[time, time]]:
    """Special hours stand in place of those of the week."""
    special = [each for each in resource.special_hours.all() if each.starts_on <= day <= each.ends_on]
    if special:
        return [(each.opens_at, each.closes_at) for each in special if each.opens_at]
    return [(each.opens_at, each.closes_at) for each in resource.openings.all() if each.weekday == day.weekday()]


def lock(offer: Offer) -> None:
    """Until the end of the transaction nobody else takes a seat of this offer, or a resource that it may need."""
    offer.plan = Plan.objects.select_for_update(no_key=True).get(offer=offer)
    choices = Resource.objects.filter(requirements__offer=offer).values("pk")
    list(Resource.objects.filter(pk__in=choices).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def take(order: Order, starts_at: datetime, *, until: datetime | None) -> Seat | None:
    """Gives the order a seat at that time, held until a moment or firm (None), in place of the one it had.

    Returns None, with nothing changed, where the time is not free. Must run in a transaction."""
    offer = order.offer
    lock(offer)
    day = starts_at.astimezone(ZoneInfo(offer.school.zone)).date()
    times = Times(offer, day, day, quantity=order.quantity, order=order)
    free = times.at(starts_at)
    if free is None:
        return None
    give_back(order)
    slot = times.slot_with_room(starts_at) or new_slot(times, free)
    return Seat.objects.create(order=order, slot_id=slot, quantity=times.places, held_until=until)


def new_slot(times: Times, free: FreeTime) -> int:
    team, period = times.team_for(free.starts_at), DateTimeTZRange(*times.period_of(free.starts_at))
    assert team is not None  # noqa: S101 - the time was just found free
    clear_expired(team, period)
    slot = Slot.objects.create(offer=times.offer, starts_at=free.starts_at, ends_at=free.ends_at)
    pause = times.plan.break_minutes
    Booking.objects.bulk_create(
        [Booking(resource=resource, slot=slot, period=period, break_minutes=pause) for resource in team]
    )
    return slot.pk


def clear_expired(team: Iterable[Resource], period: DateTimeTZRange) -> None:
    """Takes away the bookings that nobody's live seat needs any more: holds end by themselves."""
    live = Seat.objects.live().filter(slot=OuterRef("slot"))
    over = Booking.objects.live().filter(~Exists(live), resource__in=list(team), period__overlap=period)
    over.update(is_live=False)


def give_back(order: Order) -> None:
    """Frees the order's seat, and the resources when it was the last in its slot."""
    seat = order.seats.filter(released_at=None).first()
    if seat is None:
        return
    Plan.objects.select_for_update(no_key=True).filter(offer=seat.slot.offer_id).first()
    seat.released_at = timezone.now()
    seat.save(update_fields=["released_at"])
    if not Seat.objects.live().filter(slot=seat.slot_id).exists():
        Booking.objects.live().filter(slot=seat.slot_id).update(is_live=False)
