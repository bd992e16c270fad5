from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LONGEST = timedelta(days=730)


def add_working_days(moment: datetime, days: int, zone: str, is_open: Callable[[date], bool]) -> datetime:
    """The same wall-clock time `days` open days later, as seen in `zone`; aware in, aware out.

    A time that the clock skips that night becomes the one an hour later. Where two years hold too few open days
    it is the day after two years."""
    local = moment.astimezone(ZoneInfo(zone))
    day, left = local.date(), days
    last = day + LONGEST
    while left and day < last:
        day += DAY
        left -= is_open(day)
    shown = datetime.combine(day, local.time().replace(fold=0), tzinfo=ZoneInfo(zone))
    return shown.astimezone(UTC).astimezone(ZoneInfo(zone))
