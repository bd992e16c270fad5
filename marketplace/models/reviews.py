from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Window
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Lifecycle, Membership, Move, Organisation, User
from marketplace.models.offers import Offer
from marketplace.models.orders import Order
from marketplace.models.review_verbs import Verbs
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref

RATINGS = ("first", "second", "third")
REPLY_WINDOW = timedelta(days=30)  # E7


class ReviewQuerySet(models.QuerySet["Review"]):
    def published(self) -> ReviewQuerySet:
        return self.filter(status=Review.Status.PUBLISHED)

    def of_schools(self) -> ReviewQuerySet:
        """What clients wrote: these are public."""
        return self.filter(side=Review.Side.BUYER)

    def to_decide(self) -> ReviewQuerySet:
        return self.filter(status=Review.Status.HELD).order_by("updated_at", "pk")

    def newest(self) -> ReviewQuerySet:
        return self.order_by("-published_at", "-pk")

    def with_standing(self) -> ReviewQuerySet:
        """Annotates each row with the kind of client, and with the number and the means of all rows."""
        means = {f"mean_{name}": Window(models.Avg(name)) for name in RATINGS}
        return self.annotate(client_kind=F("order__buyer__kind"), total=Window(models.Count("pk")), **means)


class Review(Verbs, Lifecycle, TimeStamped):
    """What one side of a completed order says of the other, never of a learner. Lifecycle E7.

    The three ratings go by the criteria of the side that writes: see CRITERIA."""

    class Side(models.TextChoices):
        BUYER = "buyer", _("Client")
        SELLER = "seller", _("School")

    class Status(models.TextChoices):
        SUBMITTED = "submitted", pgettext_lazy("review status", "Not shown yet")
        PUBLISHED = "published", pgettext_lazy("review status", "Published")
        HELD = "hidden_pending", pgettext_lazy("review status", "Hidden until a moderator decides")
        HIDDEN = "hidden", pgettext_lazy("review status", "Hidden by a moderator")

    CRITERIA: dict[str, tuple[str | Promise, ...]] = {
        Side.BUYER: (_("Result"), _("Communication"), _("On time")),
        Side.SELLER: (_("Brief"), _("Contact"), _("Treatment of learners")),
    }
    TRANSITIONS = {
        "change": Move(frozenset({Status.SUBMITTED}), None, "author"),
        "publish": Move(frozenset({Status.SUBMITTED}), Status.PUBLISHED, "system"),
        "answer": Move(frozenset({Status.PUBLISHED}), None, "reviewed"),
        "hold": Move(frozenset({Status.PUBLISHED}), Status.HELD, "system"),
        "hide": Move(frozenset({Status.PUBLISHED, Status.HELD}), Status.HIDDEN, "moderator", needs_reason=True),
        "restore": Move(frozenset({Status.HELD, Status.HIDDEN}), Status.PUBLISHED, "moderator", needs_reason=True),
    }

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="reviews", verbose_name=_("order"))
    side = models.CharField(_("written by"), max_length=10, choices=Side)
    about = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("about"))
    offer = models.ForeignKey(
        Offer, models.PROTECT, null=True, blank=True, related_name="reviews", verbose_name=_("offer")
    )
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("author"))
    first = models.PositiveSmallIntegerField()
    second = models.PositiveSmallIntegerField()
    third = models.PositiveSmallIntegerField()
    text = models.TextField(_("in your words"), max_length=2000, blank=True)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.SUBMITTED)
    published_at = models.DateTimeField(null=True, blank=True)
    reply = models.TextField(_("reply"), max_length=2000, blank=True)
    reply_language = models.CharField(max_length=8, choices=settings.LANGUAGES, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["order", "side"], name="review_once_a_side"),
            models.CheckConstraint(condition=Q(side__in=["buyer", "seller"]), name="review_side_known"),
            models.CheckConstraint(
                condition=Q(status="submitted", published_at=None)
                | Q(status__in=["published", "hidden_pending", "hidden"], published_at__isnull=False),
                name="review_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(first__range=(1, 5), second__range=(1, 5), third__range=(1, 5)),
                name="review_ratings_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(reply="", replied_at=None) | (~Q(reply="") & Q(replied_at__isnull=False)),
                name="review_reply_has_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["about", "-published_at"], name="review_of_organisation", condition=Q(status="published")
            ),
            models.Index(fields=["offer", "-published_at"], name="review_of_offer", condition=Q(status="published")),
        ]

    def __str__(self) -> str:
        return _t("Review of %(name)s: %(title)s") % {"name": self.about.name, "title": self.order.title}

    def get_absolute_url(self) -> str:
        """Where the public reads it; what schools write of clients stands on the order."""
        if self.side == self.Side.BUYER:
            return f"{self.about.get_absolute_url()}#review-{self.ref}"
        return f"{self.order.get_absolute_url()}review/"

    @property
    def ratings(self) -> list[tuple[str | Promise, int]]:
        return list(zip(self.CRITERIA[self.side], (self.first, self.second, self.third), strict=True))

    @property
    def overall(self) -> float:
        return (self.first + self.second + self.third) / 3

    @property
    def client_kind_words(self) -> str | Promise:
        """Of a row `with_standing`."""
        return Organisation.Kind(self.client_kind).label

    @property
    def reply_until(self) -> datetime:
        """Of a published review."""
        assert self.published_at
        return self.published_at + REPLY_WINDOW

    def can(self, verb: str, *, by: Membership | User | None) -> bool:
        if verb == "answer" and (self.reply or self.published_at is None or timezone.now() >= self.reply_until):
            return False
        if verb == "change" and not self.order.is_open_for_reviews:
            return False
        return super().can(verb, by=by)

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party in {"system", "moderator"}:
            return self.order.allows(party, by)
        side = self.side if party == "author" else self.Side.SELLER if self.side == "buyer" else self.Side.BUYER
        return self.order.allows(side, by)

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.order.title, "ref": self.order.ref, "about": self.about.name}
