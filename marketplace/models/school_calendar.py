"""On which days a school works: what it entered, its country's public holidays, and the weekends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy

from accounts.models import Organisation
from vet2b.lib.public_holidays import public_holidays
from vet2b.lib.workdays import DAY, add_working_days

if TYPE_CHECKING:
    from marketplace.models.calendar import CalendarEntry

SATURDAY = 5


class EntryKind(models.TextChoices):
    TERM = "term", pgettext_lazy("school calendar", "Term")
    HOLIDAYS = "holidays", pgettext_lazy("school calendar", "Holidays")
    EXAMS = "exams", pgettext_lazy("school calendar", "Exams")
    CLOSURE = "closure", pgettext_lazy("school calendar", "Closed")
    OPEN = "open", pgettext_lazy("school calendar", "Open all the same")


class DayKind(models.TextChoices):
    """Why a day is closed."""

    CLOSURE = "closure", pgettext_lazy("school calendar", "Closed")
    EXAMS = "exams", pgettext_lazy("school calendar", "Exams")
    HOLIDAYS = "holidays", pgettext_lazy("school calendar", "Holidays")
    PUBLIC = "public", pgettext_lazy("school calendar", "Public holiday")
    WEEKEND = "weekend", pgettext_lazy("school calendar", "Weekend")
    BETWEEN = "between", pgettext_lazy("school calendar", "Between terms")


CLOSING = (EntryKind.CLOSURE, EntryKind.EXAMS, EntryKind.HOLIDAYS)  # the first that fits gives the reason


class SchoolCalendar:
    """The days of one school. Loaded once, it answers any number of questions without a query."""

    def __init__(self, school: Organisation, entries: Iterable[CalendarEntry]):
        self.school = school
        self.entries = list(entries)
        self.terms = sorted(self.of_kind(EntryKind.TERM), key=lambda term: term.starts_on)
        self.opened = self.of_kind(EntryKind.OPEN)
        self.known: dict[date, str] = {}
        self.closing = [entry for kind in CLOSING for entry in self.of_kind(kind)]

    @classmethod
    def of(cls, school: Organisation, first: date | None = None, last: date | None = None) -> SchoolCalendar:
        """In one query; right for the days from `first` to `last`, for all days where they are not given."""
        entries = school.calendar_entries.all()
        if first:  # the first and the last term count, wherever they are
            entries = entries.filter(Q(ends_on__gte=first) | Q(kind=EntryKind.TERM))
        if last:
            entries = entries.filter(Q(starts_on__lte=last) | Q(kind=EntryKind.TERM))
        return cls(school, entries)

    def of_kind(self, kind: str) -> list[CalendarEntry]:
        return [entry for entry in self.entries if entry.kind == kind]

    def with_entry(self, entry: CalendarEntry) -> SchoolCalendar:
        """As it would be with this entry added or changed."""
        return SchoolCalendar(self.school, [*self.without(entry).entries, entry])

    def without(self, entry: CalendarEntry) -> SchoolCalendar:
        return SchoolCalendar(self.school, [one for one in self.entries if entry.pk is None or one.pk != entry.pk])

    def is_open(self, day: date) -> bool:
        return not self.closed_by(day)

    def takes_appointments(self, day: date) -> bool:
        """On weekends too, where somebody keeps hours then."""
        return self.closed_by(day) in {"", DayKind.WEEKEND} and not self.is_between_terms(day)

    def is_shut(self, first: date, last: date) -> bool:
        """Whether no day is open and the weekend is not the only reason: on weekends those may work who wish to."""
        span = list(days(first, last))
        return not any(map(self.is_open, span)) and not all(map(self.takes_appointments, span))

    def closed_by(self, day: date) -> str:
        """The DayKind that closes the day, or ""."""
        if day not in self.known:
            self.known[day] = self.found_for(day)
        return self.known[day]

    def found_for(self, day: date) -> str:
        if any(entry.holds(day) for entry in self.opened):
            return ""
        if entry := self.closing_entry(day):
            return DayKind(entry.kind)
        if day in public_holidays(self.school.country.code, day.year):
            return DayKind.PUBLIC
        if day.weekday() >= SATURDAY:
            return DayKind.WEEKEND
        return DayKind.BETWEEN if self.is_between_terms(day) else ""

    def closing_entry(self, day: date) -> CalendarEntry | None:
        return next((entry for entry in self.closing if entry.holds(day)), None)

    def is_between_terms(self, day: date) -> bool:
        """What lies before the first term or after the last one is not known yet, and counts as ordinary."""
        if not self.terms or not self.terms[0].starts_on < day < self.terms[-1].ends_on:
            return False
        return self.term_of(day) is None

    def term_of(self, day: date) -> CalendarEntry | None:
        return next((term for term in self.terms if term.holds(day)), None)

    def why_closed(self, day: date) -> str:
        """In the active language; "" on an open day."""
        kind = self.closed_by(day)
        if kind in CLOSING:
            return str(self.closing_entry(day))
        if kind == DayKind.PUBLIC:
            return self.public_holiday(day)
        return str(DayKind(kind).label) if kind else ""

    def public_holiday(self, day: date) -> str:
        """Its name in the active language, whether or not the school works; "" on other days."""
        return public_holidays(self.school.country.code, day.year, get_language() or "en").get(day, "")

    def closures(self, first: date, last: date) -> dict[date, str]:
        """The closed days from `first` to `last`, with why."""
        return {day: self.why_closed(day) for day in days(first, last) if not self.is_open(day)}

    def is_school_day(self, day: date) -> bool:
        """Open and in a term; before any term is entered, every open day."""
        return self.is_open(day) and (not self.terms or self.term_of(day) is not None)

    def school_days(self, first: date, last: date) -> int:
        return sum(self.is_school_day(day) for day in days(first, last))

    def add_working_days(self, moment: datetime, count: int) -> datetime:
        """The same time by the school's clock `count` open days later; after two years it stops looking."""
        return add_working_days(moment, count, self.school.zone, self.is_open)

    def newly_closed(self, before: SchoolCalendar, first: date) -> list[date]:
        """The days from `first` on that were open in `before` and are closed here."""
        last = max((entry.ends_on for entry in [*self.entries, *before.entries]), default=first)
        return [day for day in days(first, last) if not self.is_open(day) and before.is_open(day)]


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def spans(chosen: Iterable[date]) -> list[tuple[date, date]]:
    """Days in a row as one span each."""
    found: list[tuple[date, date]] = []
    for day in sorted(chosen):
        if found and day - found[-1][1] == DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
