from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Refusal, User
from marketplace.models.review_rules import link_between
from marketplace.models.surveys import Survey

REVIEW_WINDOW = timedelta(days=14)  # E7
REMIND_REVIEW = (timedelta(days=3), timedelta(days=11))
ONE_IS_ENOUGH = timedelta(days=2)  # where a delay brought the two together


class Closing:
    """What follows the completion of an order: both sides may write a review, then it is closed."""

    @property
    def reviews_until(self) -> datetime:
        """Of a completed order."""
        return self.completed_at + REVIEW_WINDOW

    @property
    def is_open_for_reviews(self) -> bool:
        return self.status == self.S.COMPLETED and timezone.now() < self.reviews_until

    def check_open_for_reviews(self) -> None:
        if self.status == self.S.DISPUTED:
            raise Refusal(_("While the order is disputed nobody can write a review."))
        if not self.is_open_for_reviews:
            raise Refusal(_("A review can be written in the 14 days after an order is completed."))

    def await_reviews(self) -> None:
        """Within a verb that completes the order."""
        if self.need:
            self.need.fulfil(by=None)
        Survey.plan_for_order(self)
        self.set_timer("close", self.reviews_until)
        if not link_between(self.buyer, self.seller):
            self.set_timer("remind_review", self.completed_at + REMIND_REVIEW[0])

    def silent_sides(self) -> list[tuple[User | None, Organisation]]:
        """Who could still write a review."""
        written = set(self.reviews.values_list("side", flat=True))
        people = {"buyer": self.buyers(), "seller": self.sellers()}
        return [person for side, some in people.items() if side not in written for person in some]

    @transaction.atomic
    def remind_review(self, *, by: None) -> None:
        """On day 3 and on day 11, to who has not written; never again."""
        self.guard("remind_review", by=by)
        now, last = timezone.now(), self.completed_at + REMIND_REVIEW[1]
        if now >= self.reviews_until:
            return
        self.move("remind_review", by=by, notify=self.silent_sides())
        if now < last:
            self.set_timer("remind_review", max(last, now + ONE_IS_ENOUGH))

    @transaction.atomic
    def close(self, *, by: Membership | None) -> None:
        """Publishes the reviews together, when both are in or the window is over."""
        self.guard("close", by=by)
        reviews = list(self.reviews.all())
        if len(reviews) < 2 and self.is_open_for_reviews:
            raise Refusal(_("The other side may still write a review."))
        for review in reviews:
            review.publish(by=None)
        self.clear_timers("close", "remind_review")
        people = [*self.buyers(), *self.sellers()] if reviews else []
        self.move("close", by=by, notify=people, count=len(reviews))
