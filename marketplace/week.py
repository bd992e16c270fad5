"""The week of a person or a resource of a school, by the school's clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from marketplace.models import SchoolCalendar, Slot, SpecialHours
from marketplace.models.school_calendar import SATURDAY, DayKind, days
from marketplace.models.slots import DAY, Span, hours_on
from marketplace.week_rows import Share, Subject
from vet2b.lib.formats import day_range, weekday, zone_name

ISO_WEEK = re.compile(r"(20\d\d)-W(\d\d)", re.ASCII)


def monday_of(name: str, today: date) -> date:
    """Of an ISO week such as `2026-W49`; of this week where there is none of that name."""
    match = ISO_WEEK.fullmatch(name)
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else today - today.weekday() * DAY
    except ValueError:
        return today - today.weekday() * DAY


def name_of(day: date) -> str:
    return f"{day:%G-W%V}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """`14:30`; of an hour that comes twice it says which of the two is meant."""
    local = moment.astimezone(zone)
    comes_twice = local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
    return f"{local:%H:%M} {local:%Z}" if comes_twice else f"{local:%H:%M}"


def clocks(span: Span, zone: ZoneInfo) -> str:
    return f"{clock(span[0], zone)}–{clock(span[1], zone)}"


def gaps(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of the spans, all in UTC."""
    left = list(spans)
    for start, end in taken:
        parts = [part for first, last in left for part in ((first, min(last, start)), (max(first, end), last))]
        left = [(first, last) for first, last in parts if first < last]
    return left


@dataclass(frozen=True)
class Entry:
    """What takes place at one time, with the time to prepare and to clear up."""

    starts_at: datetime
    ends_at: datetime
    period: Span
    shares: list[Share]
    needs: list[str]
    places: str
    zone: ZoneInfo

    @property
    def title(self) -> str:
        return self.shares[0].order.title

    @property
    def times(self) -> str:
        return clocks((self.starts_at, self.ends_at), self.zone)

    @property
    def preparing(self) -> str:
        return clocks((self.period[0], self.starts_at), self.zone) if self.period[0] < self.starts_at else ""

    @property
    def clearing(self) -> str:
        return clocks((self.ends_at, self.period[1]), self.zone) if self.period[1] > self.ends_at else ""

    @property
    def is_kept(self) -> bool:
        return not any(share.is_noted for share in self.shares)

    def touches(self, day: date) -> bool:
        last = self.period[1] - timedelta(microseconds=1)
        return self.period[0].astimezone(self.zone).date() <= day <= last.astimezone(self.zone).date()


@dataclass(frozen=True)
class Day:
    date: date
    closed: str
    special: list[str]
    entries: list[Entry]
    free: list[str]
    is_today: bool

    @property
    def label(self) -> str:
        return weekday(self.date, "EEEE d MMM")

    @property
    def weekday(self) -> str:
        return weekday(self.date, "EEE")

    @property
    def number(self) -> int:
        return self.date.day

    @property
    def has_nothing(self) -> bool:
        return not (self.entries or self.free or self.special or self.closed)

    @property
    def is_narrow(self) -> bool:
        return self.date.weekday() >= SATURDAY and self.has_nothing


class Agenda:
    """Monday to Sunday of whose week it is. Read in the same few statements whatever the number of bookings."""

    def __init__(self, subject: Subject, monday: date, today: date):
        self.subject, self.first, self.last, self.today = subject, monday, monday + 6 * DAY, today
        self.zone = ZoneInfo(subject.school.zone)

    @property
    def span(self) -> Span:
        """A day longer at either end, for what begins before midnight."""
        start = datetime.combine(self.first - DAY, time(), self.zone)
        return start, datetime.combine(self.last + 2 * DAY, time(), self.zone)

    @cached_property
    def days(self) -> list[Day]:
        return [self.day(day) for day in days(self.first, self.last)]

    def day(self, day: date) -> Day:
        entries = [entry for entry in self.entries if entry.touches(day)]
        return Day(day, self.closed(day), self.special(day), entries, self.free(day), day == self.today)

    @cached_property
    def entries(self) -> list[Entry]:
        kept = [self.kept(slot) for slot in self.subject.slots(self.span)]
        noted = [self.noted(timed, share) for timed, share in self.subject.noted(self.span)]
        return sorted([*kept, *noted], key=lambda entry: (entry.starts_at, entry.ends_at, entry.shares[0].order.pk))

    def kept(self, slot: Any) -> Entry:
        periods = [booking.period for booking in slot.live_bookings]
        start = min([period.lower for period in periods], default=slot.starts_at)
        end = max([period.upper for period in periods], default=slot.ends_at)
        shares = [Share(seat.order, self.subject, seat.held_until) for seat in slot.live_seats]
        needs = self.subject.needs([share.order for share in shares], [each.resource for each in slot.live_bookings])
        return Entry(slot.starts_at, slot.ends_at, (start, end), shares, needs, places_of(slot), self.zone)

    def noted(self, timed: Any, share: Share) -> Entry:
        """Of an order, or of a proposal to move one, that takes nothing yet."""
        span = (timed.starts_at, timed.ends_at)
        return Entry(*span, span, [share], self.subject.needs([share.order], []), "", self.zone)

    @cached_property
    def calendar(self) -> SchoolCalendar:
        return SchoolCalendar.of(self.subject.school, self.first, self.last)

    def closed(self, day: date) -> str:
        """Why, but for weekends, which speak for themselves."""
        return "" if self.calendar.closed_by(day) == DayKind.WEEKEND else self.calendar.why_closed(day)

    def special(self, day: date) -> list[str]:
        if self.subject.resource is None:
            return []
        found = [each for each in self.subject.resource.special_hours.all() if each.starts_on <= day <= each.ends_on]
        return [special_words(each) for each in found]

    def free(self, day: date) -> list[str]:
        """What is left of the resource's hours. Past days have nothing to give."""
        resource = self.subject.resource
        if not resource or resource.is_retired or day < self.today or not self.calendar.takes_appointments(day):
            return []
        hours = sorted((self.moment(day, opens), self.moment(day, closes)) for opens, closes in hours_on(resource, day))
        taken = [entry.period for entry in self.entries if entry.is_kept]
        return [clocks(span, self.zone) for span in gaps(hours, taken)]

    def moment(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self.zone).astimezone(UTC)

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """What takes whole days, with its place among the seven columns."""
        return [
            {"line": line, "column": (first - self.first).days + 1, "columns": (last - first).days + 1}
            for line in self.subject.lines(self.first, self.last)
            for first, last in [(max(line.first, self.first), min(line.last, self.last))]
        ]

    @property
    def is_empty(self) -> bool:
        return not self.lines and not any(day.entries for day in self.days)

    @property
    def narrow(self) -> str:
        """The weekend days that nothing is on, as the style sheet names them."""
        return " ".join(f"no-{name}" for name, day in zip(("sat", "sun"), self.days[5:], strict=True) if day.is_narrow)

    @property
    def number(self) -> int:
        return self.first.isocalendar().week

    @property
    def words(self) -> str:
        return day_range(self.first, self.last)

    @property
    def zone_words(self) -> str:
        return zone_name(self.zone)

    @property
    def is_this_week(self) -> bool:
        return self.first <= self.today <= self.last

    @property
    def name(self) -> str:
        return name_of(self.first)

    @property
    def previous(self) -> str:
        return name_of(self.first - DAY)

    @property
    def following(self) -> str:
        return name_of(self.last + DAY)


def special_words(special: SpecialHours) -> str:
    if special.opens_at:
        return special.note or _("Special hours")
    return _("Not to be had: %(why)s") % {"why": special.note} if special.note else _("Not to be had")


def places_of(slot: Slot) -> str:
    """Of a time that several orders may share."""
    plan = getattr(slot.offer, "plan", None)
    if plan is None or plan.seats == 1:
        return ""
    taken = sum(seat.quantity for seat in slot.live_seats)
    return _("%(taken)s of %(all)s places taken") % {"taken": taken, "all": plan.seats}
