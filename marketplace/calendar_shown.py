"""A school's calendar as its pages show it: months of days, terms with their lengths, entries."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from marketplace.models import CalendarEntry, SchoolCalendar
from marketplace.models.school_calendar import DayKind, EntryKind, days
from vet2b.lib import formats

FIRST_MONTH = 8  # of the school year, which begins in August or September in every country we know
MARKS: dict[str, Any] = {
    DayKind.CLOSURE: pgettext_lazy("mark of a closed day, one letter", "C"),
    DayKind.EXAMS: pgettext_lazy("mark of an exam day, one letter", "E"),
    DayKind.HOLIDAYS: pgettext_lazy("mark of a day of school holidays, one letter", "H"),
    DayKind.PUBLIC: pgettext_lazy("mark of a public holiday, one letter", "P"),
    DayKind.BETWEEN: pgettext_lazy("mark of a day between terms", "–"),
    EntryKind.OPEN: pgettext_lazy("mark of a day that is open all the same, one letter", "O"),
}


@dataclass(frozen=True)
class ShownDay:
    date: date
    kind: str
    words: str
    is_today: bool = False

    @property
    def mark(self) -> str:
        return str(MARKS.get(self.kind, ""))

    @property
    def weekday(self) -> str:
        return formats.weekdays()[self.date.weekday()][1]


def school_year_of(day: date) -> int:
    """The year in which the school year of the day began."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def year_url(year: int) -> str:
    return reverse("marketplace:calendar_year", args=[year])


def month_url(day: date) -> str:
    return reverse("marketplace:calendar_month", args=[day.year, day.month])


def year_span(year: int) -> tuple[date, date]:
    return date(year, FIRST_MONTH, 1), date(year + 1, FIRST_MONTH, 1) - timedelta(days=1)


def month_span(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def shown_day(year: SchoolCalendar, day: date, today: date) -> ShownDay:
    term, opened = year.term_of(day), next((entry for entry in year.opened if entry.holds(day)), None)
    kind = EntryKind.OPEN if opened else year.closed_by(day) or (EntryKind.TERM if term else "")
    words = [str(opened), year.public_holiday(day)] if opened else [year.why_closed(day)]
    if term and day in (term.starts_on, term.ends_on):
        words.append((_("%(term)s begins") if day == term.starts_on else _("%(term)s ends")) % {"term": term})
    return ShownDay(day, str(kind), ", ".join(filter(None, words)), day == today)


def shown_month(year: SchoolCalendar, first: date, today: date) -> dict[str, Any]:
    first, last = month_span(first.year, first.month)
    shown = [shown_day(year, day, today) for day in days(first, last)]
    cells = [None] * first.weekday() + shown + [None] * (6 - last.weekday())
    return {
        "first": first,
        "url": month_url(first),
        "label": formats.month(first),
        "days": shown,
        "starts": first.weekday() + 1,
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
        "school_days": year.school_days(first, last),
    }


def shown_months(year: SchoolCalendar, first: date, today: date) -> list[dict[str, Any]]:
    numbers = [first.year * 12 + first.month - 1 + number for number in range(12)]
    return [shown_month(year, date(number // 12, number % 12 + 1, 1), today) for number in numbers]


def shown_terms(year: SchoolCalendar, first: date, last: date) -> list[dict[str, Any]]:
    """The terms that meet these days, with how long they are."""
    return [
        {"entry": term, "weeks": weeks(term), "school_days": year.school_days(term.starts_on, term.ends_on)}
        for term in year.terms
        if term.starts_on <= last and term.ends_on >= first
    ]


def weeks(term: CalendarEntry) -> int:
    """Weeks of the wall calendar that the term meets, each from Monday."""
    monday = term.starts_on - timedelta(days=term.starts_on.weekday())
    return (term.ends_on - monday).days // 7 + 1


def public_holidays(year: SchoolCalendar, first: date, last: date) -> list[tuple[date, str]]:
    return [(day, name) for day in days(first, last) if (name := year.public_holiday(day))]


def legend() -> list[dict[str, str]]:
    labels = [*DayKind.choices, *((kind.value, kind.label) for kind in (EntryKind.OPEN, EntryKind.TERM))]
    return [{"kind": kind, "mark": str(MARKS.get(kind, "")), "label": str(label)} for kind, label in labels]
