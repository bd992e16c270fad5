from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY


def add_working_days(moment: datetime, days: int, zone: str) -> datetime:
    """The same wall-clock time `days` working days (Monday to Friday) later, as seen in `zone`; aware in, aware out."""
    local = moment.astimezone(ZoneInfo(zone))
    day, left = local.date(), days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return datetime.combine(day, local.time(), tzinfo=ZoneInfo(zone))
