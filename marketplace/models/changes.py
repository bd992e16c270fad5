"""What one side of a running order asks to have otherwise: the price, the days, the scope."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Organisation, User
from marketplace.models.agreement_texts import canonical, seal
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref


class ChangeRequest(TimeStamped):
    """Its verbs are those of the order. Where both sides have signed an agreement, `sha256` is the seal of the terms,
    which who asks signs at once and who accepts signs with the answer."""

    class Answer(models.TextChoices):
        OPEN = "", pgettext_lazy("change request", "Waits for an answer")
        ACCEPTED = "accepted", pgettext_lazy("change request", "Accepted")
        REFUSED = "refused", pgettext_lazy("change request", "Refused")
        TAKEN_BACK = "taken_back", pgettext_lazy("change request", "Taken back")
        OVER = "over", pgettext_lazy("change request", "Over")  # the order moved on without an answer

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    order = models.ForeignKey("marketplace.Order", models.PROTECT, related_name="changes")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    words = models.TextField(_("why"), max_length=1000)
    net = models.DecimalField(_("new net price"), max_digits=12, decimal_places=2, null=True, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    scope = models.TextField(_("scope"), max_length=3000, blank=True)
    before = models.JSONField()
    after = models.JSONField()
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.OPEN, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    version = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the agreement that it changes.")
    name = models.CharField(_("full name"), max_length=120, blank=True)
    function = models.CharField(_("function"), max_length=120, blank=True)
    power = models.CharField(max_length=10, choices=Membership.Role, blank=True)
    method = models.CharField(max_length=30, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order"], name="change_one_open", condition=Q(answer="")),
            models.CheckConstraint(
                condition=Q(net__isnull=False) | Q(starts_on__isnull=False) | ~Q(scope=""),
                name="change_of_something",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "accepted", "refused", "taken_back", "over"]), name="change_answer_known"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "over"], answered_by=None, answered_at=None)
                | Q(answer__in=["accepted", "refused", "taken_back"], answered_by__isnull=False)
                & Q(answered_at__isnull=False),
                name="change_answered_by_someone",
            ),
            models.CheckConstraint(condition=Q(net=None) | Q(net__gte=0), name="change_price_not_negative"),
            models.CheckConstraint(
                condition=Q(starts_on=None, ends_on=None)
                | Q(starts_on__isnull=False, ends_on__isnull=False) & Q(ends_on__gte=models.F("starts_on")),
                name="change_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(sha256="", signed_at=None, version=None)
                | ~Q(sha256="") & ~Q(name="") & ~Q(function="") & Q(signed_at__isnull=False, version__isnull=False),
                name="change_signed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.ref}"

    @property
    def wishes(self) -> dict[str, Any]:
        return {"net": self.net, "starts_on": self.starts_on, "ends_on": self.ends_on, "scope": self.scope}

    @property
    def terms(self) -> dict[str, Any]:
        return terms_of(self.order.ref, self.version, self.before, self.after, self.words)

    @property
    def is_intact(self) -> bool:
        """Whether the terms are still those that were signed."""
        return seal(canonical(self.terms)) == self.sha256


def terms_of(order: str, version: int | None, before: dict, after: dict, words: str) -> dict[str, Any]:
    """What both sides sign; its canonical JSON is sealed."""
    return {"order": order, "agreement": version, "before": before, "after": after, "why": words}
