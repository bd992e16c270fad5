"""Reviews as the public reads them: the newest, with the means of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import ngettext

from accounts.models import Organisation
from marketplace.models import Review
from marketplace.models.reviews import RATINGS
from vet2b.lib.formats import rating

ENOUGH = 3  # fewer say nothing yet, and tell too much of who wrote them
SHOWN = 10


@dataclass(frozen=True)
class Standing:
    """Number and means of published reviews, by the criteria of the side that wrote them."""

    count: int
    marks: Sequence[tuple[str | Promise, float]] = ()

    @property
    def is_shown(self) -> bool:
        return self.count >= ENOUGH

    @property
    def mean(self) -> float:
        return sum(mark for _label, mark in self.marks) / len(self.marks)

    @property
    def mean_words(self) -> str:
        return rating(self.mean)

    @property
    def rows(self) -> list[tuple[str | Promise, str, str]]:
        """Each criterion with its mean, for the eye and for the meter."""
        return [(label, rating(mark), f"{mark:.1f}") for label, mark in self.marks]

    @property
    def count_words(self) -> str:
        return ngettext("%(n)s review", "%(n)s reviews", self.count) % {"n": self.count}


def standing_of(reviews: Sequence[Review]) -> Standing:
    """Of rows `with_standing`."""
    if not reviews:
        return Standing(0)
    means = [float(getattr(reviews[0], f"mean_{name}")) for name in RATINGS]
    criteria = Review.CRITERIA[reviews[0].side]
    return Standing(reviews[0].total, list(zip(criteria, means, strict=True)))


def reviews_of_school(school: Organisation) -> list[Review]:
    return list(Review.objects.published().of_schools().filter(about=school).with_standing().newest()[:SHOWN])


def standing_of_client(client: Organisation) -> Standing:
    """What schools say of it, for schools to see."""
    reviews = Review.objects.published().filter(side=Review.Side.SELLER, about=client)
    return standing_of(reviews.with_standing()[:1])
