"""What an organisation asks all schools for, where no offer fits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models import Lifecycle, Membership, Move, Organisation, Region, Timed, User
from marketplace.models.catalogue import Category
from marketplace.models.need_matching import NeedMatching
from marketplace.models.need_verbs import NeedVerbs
from marketplace.models.need_versions import Versions
from marketplace.models.orders import Order
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref, new_token


class NeedQuerySet(models.QuerySet["Need"]):
    def open(self) -> NeedQuerySet:
        return self.filter(status=Need.Status.OPEN)

    def to_decide(self) -> NeedQuerySet:
        return self.filter(status=Need.Status.IN_REVIEW).order_by("updated_at", "pk")

    def with_facts(self) -> NeedQuerySet:
        """What its line in a list shows."""
        return self.select_related("organisation", "category", "region").prefetch_related("category__labels")

    def for_organisation(self, organisation: Organisation) -> NeedQuerySet:
        return self.filter(organisation=organisation)


class Need(NeedVerbs, NeedMatching, Versions, Lifecycle, Timed, TimeStamped):
    """Each school answers with an order of its own, which begins with a quote. Lifecycle E3."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("need status", "Draft")
        IN_REVIEW = "in_review", pgettext_lazy("need status", "In review")
        OPEN = "open", pgettext_lazy("need status", "Open")
        CLOSED = "closed", pgettext_lazy("need status", "Closed")
        AWARDED = "awarded", pgettext_lazy("need status", "Awarded")
        FULFILLED = "fulfilled", pgettext_lazy("need status", "Fulfilled")
        EXPIRED = "expired", pgettext_lazy("need status", "Expired")
        WITHDRAWN = "withdrawn", pgettext_lazy("need status", "Withdrawn")

    class Budget(models.TextChoices):
        """In euro, without VAT."""

        UNKNOWN = "", _("I do not know yet")
        SMALL = "0-250", _("Up to €250")
        MIDDLE = "250-500", _("€250 to €500")
        LARGE = "500-1000", _("€500 to €1,000")
        LARGER = "1000-2500", _("€1,000 to €2,500")
        LARGEST = "2500-", _("More than €2,500")

    S = Status
    ENDED = frozenset({S.FULFILLED, S.EXPIRED, S.WITHDRAWN})
    TRANSITIONS = {
        "change": Move(frozenset({S.DRAFT, S.OPEN}), None, "buyer"),
        "revise": Move(frozenset({S.OPEN}), None, "buyer"),
        "confirm": Move(frozenset({S.OPEN, S.CLOSED}), None, "school"),
        "submit": Move(frozenset({S.DRAFT}), S.OPEN, "buyer"),
        "approve": Move(frozenset({S.IN_REVIEW}), S.OPEN, "moderator"),
        "send_back": Move(frozenset({S.IN_REVIEW}), S.DRAFT, "moderator", needs_reason=True),
        "take_down": Move(frozenset({S.OPEN, S.CLOSED}), S.WITHDRAWN, "moderator", needs_reason=True),
        "withdraw": Move(frozenset({S.DRAFT, S.IN_REVIEW, S.OPEN, S.CLOSED}), S.WITHDRAWN, "buyer"),
        "answer": Move(frozenset({S.OPEN}), None, "school"),
        "invite": Move(frozenset({S.OPEN}), None, "system"),
        "suggest": Move(frozenset({S.OPEN}), None, "system"),
        "close": Move(frozenset({S.OPEN}), S.CLOSED, "system"),
        "extend": Move(frozenset({S.CLOSED}), S.OPEN, "buyer"),
        "award": Move(frozenset({S.OPEN, S.CLOSED}), S.AWARDED, "buyer"),
        "fulfil": Move(frozenset({S.AWARDED}), S.FULFILLED, "system"),
        "reopen": Move(frozenset({S.AWARDED}), S.CLOSED, "system"),
        "expire": Move(frozenset({S.CLOSED}), S.EXPIRED, "system"),
    }
    TIMED_VERBS = frozenset({"invite", "suggest", "close", "expire"})

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="needs", verbose_name=_("organisation"))
    contact = models.ForeignKey(User, models.PROTECT, related_name="needs", verbose_name=_("contact person"))
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what you need"), max_length=5000)
    category = models.ForeignKey(Category, models.PROTECT, related_name="needs", verbose_name=_("category"))
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    place_mode = models.CharField(_("where"), max_length=12, choices=Order.PlaceMode)
    country = CountryField(_("country"))
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("region")
    )
    place = models.CharField(_("address"), max_length=250, blank=True)
    budget = models.CharField(_("budget"), max_length=10, choices=Budget, blank=True)
    languages = ArrayField(models.CharField(max_length=2), verbose_name=_("languages"))
    answer_days = models.PositiveSmallIntegerField(_("days for answers"), default=14)
    closes_at = models.DateTimeField(_("answers until"), null=True, blank=True)
    is_extended = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveSmallIntegerField(default=1, help_text="Counted from the first quote on.")
    suggested = models.JSONField(default=list, blank=True, help_text="Named to the organisation when nobody answered.")

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "draft", "in_review", "open", "closed", "awarded", "fulfilled", "expired", "withdrawn",
                    ]
                ),
                name="need_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review", "withdrawn"])
                | Q(opened_at__isnull=False, closes_at__isnull=False),
                name="need_open_has_deadline",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on__isnull=False, ends_on__gte=models.F("starts_on")),
                name="need_days_in_order",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["closes_at", "id"], name="need_open", condition=Q(status="open")),
            models.Index(fields=["organisation", "-updated_at"], name="need_of_organisation"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("marketplace:need_detail", args=[self.ref])

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "system":
            return by is None
        if party == "moderator":
            return (
                isinstance(by, User)
                and by.is_moderator
                and not by.memberships.filter(organisation=self.organisation_id).exists()
            )
        if not isinstance(by, Membership) or not by.can_work:
            return False
        is_own = by.organisation_id == self.organisation_id
        return is_own if party == "buyer" else by.can_sell and by.can_trade and not is_own

    def can(self, verb: str, *, by: Membership | User | None) -> bool:
        hindered = verb == "extend" and self.is_extended
        return super().can(verb, by=by) and not hindered

    @property
    def is_quoted(self) -> bool:
        """From the first quote on each change of its text is a version that the schools confirm."""
        return self.orders.exists()

    def may_read(self, by: Membership | None) -> bool:
        """All of it; the others see title, category and region alone."""
        if by is None or not by.can_work:
            return False
        return by.organisation_id == self.organisation_id or (
            by.can_sell and by.can_trade and self.status not in {self.S.DRAFT, self.S.IN_REVIEW}
        )

    @property
    def language_names(self) -> str:
        return ", ".join(get_language_info(code)["name_translated"].capitalize() for code in self.languages)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.organisation.zone)

    def deadline(self) -> datetime:
        """At the end of the last day, by the organisation's clock."""
        last = timezone.now().astimezone(self.zone) + timedelta(days=self.answer_days)
        return last.replace(hour=23, minute=59, second=0, microsecond=0)

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.title, "ref": self.ref, "organisation": self.organisation.name}


def need_path(file: NeedFile, filename: str) -> str:
    return f"needs/{new_token()}"


class NeedFile(TimeStamped):
    """What the organisation shows the schools with its need."""

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    need = models.ForeignKey(Need, models.PROTECT, related_name="files")
    file = models.FileField(upload_to=need_path)
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name
