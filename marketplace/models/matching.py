"""Which schools are asked first. The page “How it works” tells these rules; who changes them changes it as well."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from marketplace.models.match_sql import CANDIDATES

if TYPE_CHECKING:
    from marketplace.models.needs import Need

NEAR, WAITING = 60, 60  # schools looked at for each language: the nearest, and online those who wait longest
FARTHEST = 300  # km, where somebody has to travel
MOST_UNANSWERED = 5  # invitations of 14 days; a school that answers none of them gets no more
NEW_FOR = timedelta(days=90)
NEVER = datetime.min.replace(tzinfo=UTC)
ANYWHERE = frozenset({"remote", "shipped"})  # where distance costs the client nothing

BY_KM = ((10, 30), (25, 25), (50, 20), (100, 12), (200, 6))
BY_HOURS = ((24, 15), (48, 10), (120, 5))
BY_RATING = ((Decimal("4.5"), 15), (Decimal(4), 10), (Decimal("3.5"), 5))
BY_DONE = ((10, 10), (3, 6), (1, 3))
FREE, NEWCOMER, EACH_LANGUAGE = 20, 15, 3


@dataclass(frozen=True)
class Candidate:
    """What the rules know of a school, all of it from its category, one shared language and the asked place on."""

    school_id: int
    offer_id: int
    country: str
    km: int | None
    languages: list[str]
    rating: Decimal | None
    review_count: int
    done: int
    answer_hours: int | None
    since: date
    invited_at: datetime | None
    free_from: date | None

    @property
    def is_new(self) -> bool:
        return self.done == 0 and timezone.localdate() - self.since < NEW_FOR


@dataclass(frozen=True)
class Match:
    candidate: Candidate
    points: int

    def reasons(self, need: Need) -> dict[str, Any]:
        """What speaks for it, as codes: whoever reads them gets them in their own language."""
        told = asdict(self.candidate)
        facts = {name: told[name] for name in ("answer_hours", "review_count", "done")}
        return facts | {
            "km": None if need.place_mode in ANYWHERE else self.candidate.km,
            "languages": self.candidate.languages,
            "free_from": self.candidate.free_from and self.candidate.free_from.isoformat(),
            "rating": self.candidate.rating and str(self.candidate.rating),
            "is_new": self.candidate.is_new,
        }


def best(steps: Iterable[tuple[Any, int]], holds: Callable[[Any], bool]) -> int:
    """Points of the first step that holds."""
    return next((points for limit, points in steps if holds(limit)), 0)


def distance(school: Candidate, need: Need) -> int:
    km = school.km
    return 0 if km is None or need.place_mode in ANYWHERE else best(BY_KM, lambda limit: km <= limit)


def dates(school: Candidate, need: Need) -> int:
    """Free within the days that were asked for."""
    return FREE if school.free_from else 0


def quickness(school: Candidate, need: Need) -> int:
    hours = school.answer_hours
    return 0 if hours is None else best(BY_HOURS, lambda limit: hours <= limit)


def reviews(school: Candidate, need: Need) -> int:
    rating = school.rating
    return 0 if rating is None else best(BY_RATING, lambda limit: rating >= limit)


def experience(school: Candidate, need: Need) -> int:
    """Newcomers get as much as schools of long standing, so that the first order can come."""
    return NEWCOMER if school.is_new else best(BY_DONE, lambda limit: school.done >= limit)


def languages(school: Candidate, need: Need) -> int:
    return EACH_LANGUAGE * len(school.languages)


RULES = (distance, dates, quickness, reviews, experience, languages)


def ranked(need: Need, without: Iterable[int] = ()) -> list[Match]:
    """The schools that fit, best first; at equal points who was invited longest ago, and then as by lot, which the
    need's own number draws. The same data give the same order. `without` are keys of schools."""
    matches = [Match(school, sum(rule(school, need) for rule in RULES)) for school in candidates(need, without)]
    return sorted(
        matches,
        key=lambda match: (-match.points, match.candidate.invited_at or NEVER, lot(need, match.candidate.school_id)),
    )


def lot(need: Need, school_id: int) -> str:
    return hashlib.sha256(f"{need.ref}:{school_id}".encode()).hexdigest()


def candidates(need: Need, without: Iterable[int]) -> list[Candidate]:
    """Where the place counts but its region is not known, those of the country."""
    here, without, is_by_place = need.region, list(without), need.place_mode not in ANYWHERE
    waiting = WAITING if not is_by_place else 0 if here else 10 * WAITING
    asked = {
        "keys": sorted(f"{need.category_id}:{language}:{need.place_mode}" for language in need.languages),
        "lat": here and here.latitude,
        "lon": here and here.longitude,
        "near": NEAR + len(without) if here else 0,
        "waiting": waiting and waiting + len(without),
        "farthest": FARTHEST if is_by_place and here else None,
        "country": need.country.code if is_by_place and not here else "",
        "mode": need.place_mode,
        "category": need.category_id,
        "first": need.starts_on,
        "last": need.ends_on or need.starts_on,
        "organisation": need.organisation_id,
        "without": without,
        "now": timezone.now(),
        "unanswered": MOST_UNANSWERED,
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, asked)
        rows = cursor.fetchall()
    return [Candidate(*row) for row in rows]
