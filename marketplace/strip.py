"""Seven days of free times, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.utils import timezone

from marketplace.models import Offer, Order
from marketplace.models.slots import FreeTime, Times
from vet2b.lib.formats import day_range, weekday, zone_name

DAYS = 7
NOON = 12


@dataclass(frozen=True)
class ShownTime:
    value: str
    label: str
    places: int
    is_chosen: bool
    is_morning: bool


@dataclass(frozen=True)
class ShownDay:
    day: date
    times: list[ShownTime]
    is_chosen: bool

    @property
    def label(self) -> str:
        return weekday(self.day)

    @property
    def weekday(self) -> str:
        return weekday(self.day, "EEE")

    @property
    def number(self) -> int:
        return self.day.day

    @property
    def morning(self) -> list[ShownTime]:
        return [time for time in self.times if time.is_morning]

    @property
    def afternoon(self) -> list[ShownTime]:
        return [time for time in self.times if not time.is_morning]


class Strip:
    """Begins at the wished day, at the chosen time, or at the first day that has a free time."""

    def __init__(
        self,
        offer: Offer,
        *,
        quantity: int = 1,
        wished: date | None = None,
        chosen: datetime | None = None,
        order: Order | None = None,
    ):
        today = timezone.localdate()
        furthest = today + timedelta(days=offer.plan.furthest_days + 1)
        self.times = Times(offer, today, furthest, quantity=quantity, order=order)
        self.offer, self.quantity, self.chosen = offer, quantity, chosen
        wished = wished or (chosen and chosen.astimezone(self.times.zone).date())
        self.start = (
            min(max(wished, self.times.first), self.times.last) if wished else self.first_free or self.times.first
        )

    @cached_property
    def first_free(self) -> date | None:
        return self.free_from(self.times.first)

    def free_from(self, day: date) -> date | None:
        """The first day from this one on with a free time."""
        while day <= self.times.last:
            if next(self.times.on(day), None):
                return day
            day += timedelta(days=1)
        return None

    @cached_property
    def days(self) -> list[ShownDay]:
        days = [self.start + timedelta(days=number) for number in range(DAYS)]
        found = [(day, [self.shown(free) for free in self.times.on(day)]) for day in days]
        shown_first = next((day for day, times in found if any(time.is_chosen for time in times)), None) or next(
            (day for day, times in found if times), None
        )
        return [ShownDay(day, times, day == shown_first) for day, times in found]

    def shown(self, free: FreeTime) -> ShownTime:
        local = free.starts_at.astimezone(self.times.zone)
        return ShownTime(
            free.starts_at.isoformat(), f"{local:%H:%M}", free.places, free.starts_at == self.chosen, local.hour < NOON
        )

    def shown_whole(self, free: FreeTime) -> ShownTime:
        """With its day, where it stands alone."""
        shown, day = self.shown(free), weekday(free.starts_at.astimezone(self.times.zone).date())
        return replace(shown, label=f"{day}, {shown.label}")

    @property
    def has_times(self) -> bool:
        return any(day.times for day in self.days)

    @cached_property
    def next_free(self) -> date | None:
        """Where to look on from a week that has nothing left."""
        return self.free_from(self.start + timedelta(days=DAYS)) if not self.has_times else None

    @property
    def is_hopeless(self) -> bool:
        return not self.has_times and self.next_free is None and self.first_free is None

    @property
    def next_free_words(self) -> str:
        return weekday(self.next_free) if self.next_free else ""

    @property
    def earlier(self) -> date | None:
        return max(self.start - timedelta(days=DAYS), self.times.first) if self.start > self.times.first else None

    @property
    def later(self) -> date | None:
        following = self.start + timedelta(days=DAYS)
        return following if following <= self.times.last else None

    @property
    def days_words(self) -> str:
        return day_range(self.start, self.start + timedelta(days=DAYS - 1))

    @property
    def zone(self) -> str:
        return zone_name(self.times.zone)

    @property
    def shows_places(self) -> bool:
        return self.offer.plan.seats > 1
