from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import InvalidTransition, Membership, Refusal, Report, User
from marketplace.models.review_rules import link_between
from marketplace.models.search import rate_offer

if TYPE_CHECKING:
    from marketplace.models.orders import Order
    from marketplace.models.reviews import Review

MOST = 2000


def check_reviewer(order: Order, by: Membership) -> str:
    """The side for which `by` may write a review; raises PermissionDenied, or Refusal with the rule."""
    if not order.allows("either", by):
        raise PermissionDenied
    order.check_open_for_reviews()
    if rule := link_between(order.buyer, order.seller):
        raise Refusal(str(rule))
    return order.side_of(by.organisation)


def checked(fields: dict[str, Any]) -> dict[str, Any]:
    """Ratings and text as they are stored. Raises Refusal with the field."""
    for name in ("first", "second", "third"):
        if fields[name] not in range(1, 6):
            raise Refusal(_("Choose from 1 to 5."), field=name)
    return fields | {"text": checked_text(fields["text"]), "language": get_language() or "en"}


def checked_text(text: str, field: str = "text") -> str:
    if len(text) > MOST:
        raise Refusal(_("At most 2,000 characters."), field=field)
    return text.strip()


class Verbs:
    """The verbs of a review. Each locks the order first, so that both sides' verbs queue up there."""

    @classmethod
    @transaction.atomic
    def write(cls, order: Order, *, by: Membership, first: int, second: int, third: int, text: str = "") -> Review:
        """One side's review of the other; both are published when the second is in, or with the window's end."""
        order.lock()
        side = check_reviewer(order, by)
        if order.reviews.filter(side=side).exists():
            raise InvalidTransition(_("Your side has written its review already."))
        fields = checked({"first": first, "second": second, "third": third, "text": text})
        about = order.seller if side == "buyer" else order.buyer
        review = cls.objects.create(order=order, side=side, about=about, offer=order.offer, author=by.user, **fields)
        review.record("write", by=by)
        order.record("review", by=by, notify=[] if order.reviews.count() == 2 else order.other_side(by))
        if order.reviews.count() == 2:
            order.close(by=None)
            review.refresh_from_db()
        return review

    @transaction.atomic
    def change(self, *, by: Membership, first: int, second: int, third: int, text: str = "") -> None:
        """Until the other side has written too."""
        self.order.lock()
        self.guard("change", by=by)
        check_reviewer(self.order, by)
        fields = checked({"first": first, "second": second, "third": third, "text": text})
        for name, value in fields.items():
            setattr(self, name, value)
        self.author = by.user
        self.move("change", by=by, fields=[*fields, "author"])

    @transaction.atomic
    def publish(self, *, by: None) -> None:
        self.order.lock()
        self.guard("publish", by=by)
        self.published_at = timezone.now()
        self.move("publish", by=by, fields=["published_at"])
        self.rate()

    @transaction.atomic
    def answer(self, text: str, *, by: Membership) -> None:
        """The one public reply of the reviewed side, within 30 days."""
        self.order.lock()
        self.guard("answer", by=by)
        if self.reply:
            raise Refusal(_("You have replied already."))
        if timezone.now() >= self.reply_until:
            raise Refusal(_("A reply can be written in the 30 days after a review is published."))
        if not text.strip():
            raise Refusal(_("Write your reply."), field="text")
        self.reply, self.replied_at = checked_text(text), timezone.now()
        self.reply_language = get_language() or "en"
        fields = ["reply", "replied_at", "reply_language"]
        self.move("answer", by=by, fields=fields, notify=self.authors(), text=self.reply)

    def take_report(self, report: Report) -> None:
        """Hides it until a moderator decides; one that a moderator has looked at stays, as do reports of strangers,
        unless a learner may be in danger."""
        is_known = report.reporter_id is not None and not self.activities.filter(verb="review.restore").exists()
        self.order.lock()
        self.lock()
        if (report.is_urgent or is_known) and self.can("hold", by=None):
            self.hold(by=None)

    @transaction.atomic
    def hold(self, *, by: None) -> None:
        self.order.lock()
        self.guard("hold", by=by)
        self.move("hold", by=by, notify=self.authors())
        self.rate()

    @transaction.atomic
    def hide(self, *, by: User, reason: str) -> None:
        self.order.lock()
        self.guard("hide", by=by, reason=reason)
        self.move("hide", by=by, notify=[*self.authors(), *self.reviewed()], reason=reason)
        self.rate()

    @transaction.atomic
    def restore(self, *, by: User, reason: str) -> None:
        self.order.lock()
        self.guard("restore", by=by, reason=reason)
        self.move("restore", by=by, notify=[*self.authors(), *self.reviewed()], reason=reason)
        self.rate()

    def rate(self) -> None:
        """Brings the mean of the offer up to date, in the same transaction."""
        if self.offer_id and self.side == "buyer":
            rate_offer(self.offer_id)

    def authors(self) -> list[Any]:
        return self.order.buyers() if self.side == "buyer" else self.order.sellers()

    def reviewed(self) -> list[Any]:
        return self.order.sellers() if self.side == "buyer" else self.order.buyers()
