"""Whether a booking of a class with students under 18 keeps to the limits. Asks the database nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from marketplace.models.youth import Limits

Span = tuple[datetime, datetime]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# a code, the limit it is about, and its words
WORDS = {
    "early": ("earliest_start", lambda: _("Students under 18 may not work before %(limit)s (rule for %(country)s).")),
    "late": ("latest_end", lambda: _("Students under 18 may not work after %(limit)s (rule for %(country)s).")),
    "day": ("minutes_a_day", lambda: _("Students under 18 work at most %(limit)s h a day (rule for %(country)s).")),
    "week": (
        "minutes_a_week", lambda: _("Students under 18 work at most %(limit)s h a week (rule for %(country)s)."),
    ),
    "rest": (
        "rest_minutes",
        lambda: _("Students under 18 rest at least %(limit)s h between two days of work (rule for %(country)s)."),
    ),
    "break": (
        "break_after_minutes",
        lambda: _(
            "Students under 18 have a break of %(break)s minutes after %(limit)s h of work (rule for %(country)s)."
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Broken:
    """The first limit that a booking breaks; its words are in the active language."""

    code: str
    limits: Limits

    @property
    def limit(self) -> str:
        return WORDS[self.code][0]

    @property
    def words(self) -> str:
        return WORDS[self.code][1]() % {
            "limit": as_words(getattr(self.limits, self.limit)),
            "break": self.limits.break_minutes,
            "country": self.limits.country_of(self.limit),
        }

    def __str__(self) -> str:
        return self.words


def as_words(limit: time | int) -> str:
    """`20:00` of a time; of minutes the hours, `8` or `4:30`."""
    if isinstance(limit, time):
        return f"{limit:%H:%M}"
    hours, minutes = divmod(limit, 60)
    return f"{hours}:{minutes:02}" if minutes else str(hours)


def broken_rule(
    limits: Limits, zone: str, starts_at: datetime, ends_at: datetime, others: Iterable[Span], pause: int = 0
) -> Broken | None:
    """What a booking would break, if anything.

    `zone` is that of the place of work, whose wall clock counts. `others` are the class's other bookings, at least
    those of the same week and of the days beside it. Pass times that hold preparing and clearing up, where these are
    work of the class. `pause` are the minutes of a break half-way; those of the others are left out of their spans,
    as `worked` does it."""
    code = night(limits, zone, starts_at, ends_at)
    if code is None:
        day = starts_at.astimezone(ZoneInfo(zone)).date()
        week = Week(zone, day, [*others, *worked((starts_at, ends_at), pause)])
        code = next((name for name, is_broken in CHECKS.items() if is_broken(limits, week)), None)
    return Broken(code, limits) if code else None


def worked(span: Span, pause: int) -> list[Span]:
    """The work of a span that has a break of so many minutes half-way."""
    if not pause:
        return [span]
    starts_at, ends_at = span
    middle, half = starts_at + (ends_at - starts_at) / 2, pause * MINUTE / 2
    return [(starts_at, middle - half), (middle + half, ends_at)]


def nearest_allowed(
    limits: Limits, zone: str, wished: datetime, minutes: int, others: Iterable[Span], starts: Iterable[datetime]
) -> datetime | None:
    """Of these starts the one nearest to the wished that breaks nothing; the earlier of two that are as near."""
    known, length = list(others), timedelta(minutes=minutes)
    by_distance = sorted(starts, key=lambda start: (abs(start - wished), start))
    return next((start for start in by_distance if not broken_rule(limits, zone, start, start + length, known)), None)


def night(limits: Limits, zone: str, starts_at: datetime, ends_at: datetime) -> str | None:
    starts, ends = (moment.astimezone(ZoneInfo(zone)) for moment in (starts_at, ends_at))
    if starts.time() < limits.earliest_start:
        return "early"
    if starts.date() != ends.date() or ends.time() > limits.latest_end:
        return "late"
    return None


class Week:
    """The work of a class in the week of a day and on the days beside it, in UTC; what touches or overlaps is one."""

    def __init__(self, zone: str, day: date, spans: Iterable[Span]):
        self.zone, self.day, self.monday = ZoneInfo(zone), day, day - day.weekday() * DAY
        first, last = (
            self.midnight(min(self.monday, day - DAY)),
            self.midnight(max(self.monday + 7 * DAY, day + 2 * DAY)),
        )
        self.spans = joined(span for span in spans if span[0] < last and span[1] > first)

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)

    def within(self, first: date, days: int = 1) -> list[Span]:
        """Of what reaches over midnight the part in these days."""
        starts_at, ends_at = self.midnight(first), self.midnight(first + days * DAY)
        inside = [span for span in self.spans if span[0] < ends_at and span[1] > starts_at]
        return [(max(begins, starts_at), min(ends, ends_at)) for begins, ends in inside]

    @cached_property
    def of_day(self) -> list[Span]:
        return self.within(self.day)

    @property
    def of_days_beside(self) -> list[Span]:
        return [*self.within(self.day - DAY), *self.within(self.day + DAY)]

    @property
    def of_week(self) -> list[Span]:
        return self.within(self.monday, 7)


def joined(spans: Iterable[Span]) -> list[Span]:
    rows: list[Span] = []
    for starts_at, ends_at in sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in spans):
        if rows and starts_at <= rows[-1][1]:
            rows[-1] = (rows[-1][0], max(ends_at, rows[-1][1]))
        else:
            rows.append((starts_at, ends_at))
    return rows


def total(spans: Iterable[Span]) -> timedelta:
    return sum((ends_at - starts_at for starts_at, ends_at in spans), timedelta())


def is_day_too_long(limits: Limits, week: Week) -> bool:
    return total(week.of_day) > limits.minutes_a_day * MINUTE


def is_week_too_long(limits: Limits, week: Week) -> bool:
    return total(week.of_week) > limits.minutes_a_week * MINUTE


def is_rest_too_short(limits: Limits, week: Week) -> bool:
    """Between the last work of a day and the first of the next."""
    begins, ends = week.of_day[0][0], week.of_day[-1][1]
    rest = limits.rest_minutes * MINUTE
    return any(begins - rest < last <= begins or ends <= first < ends + rest for first, last in week.of_days_beside)


def is_break_missing(limits: Limits, week: Week) -> bool:
    """Work counts on through shorter pauses, until one is long enough."""
    worked, last = timedelta(), None
    for starts_at, ends_at in week.of_day:
        if last is not None and starts_at - last >= limits.break_minutes * MINUTE:
            worked = timedelta()
        worked, last = worked + ends_at - starts_at, ends_at
        if worked > limits.break_after_minutes * MINUTE:
            return True
    return False


CHECKS = {"day": is_day_too_long, "week": is_week_too_long, "rest": is_rest_too_short, "break": is_break_missing}
