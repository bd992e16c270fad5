"""Hours of an ordinary week as plain tuples of weekday, from and to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from django.utils.translation import gettext as _

from accounts.models import Refusal

WeekSpan = tuple[int, time, time]
SCHOOL_WEEK: list[WeekSpan] = [(weekday, time(8), time(16)) for weekday in range(5)]
MAX_SPANS = 3  # a day


def tidy_week(hours: Iterable[WeekSpan]) -> list[WeekSpan]:
    """In order, with spans that touch made one, since a booking has to fit into one. Raises Refusal."""
    rows: list[WeekSpan] = []
    for weekday, opens_at, closes_at in sorted(hours):
        if closes_at <= opens_at:
            raise Refusal(_("Hours end after they begin, on the same day."), field=f"day{weekday}")
        if rows and rows[-1][0] == weekday and opens_at < rows[-1][2]:
            raise Refusal(_("Hours of one day do not overlap."), field=f"day{weekday}")
        if rows and rows[-1][0] == weekday and opens_at == rows[-1][2]:
            rows[-1] = (weekday, rows[-1][1], closes_at)
        else:
            rows.append((weekday, opens_at, closes_at))
    return rows
