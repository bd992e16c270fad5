"""The records that learners keep of the work they did on an order."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Tracked, User
from marketplace.models.evidence_shown import EvidenceShown
from marketplace.models.evidence_verbs import EvidenceVerbs
from marketplace.models.learners import Learner
from marketplace.models.orders import Order
from vet2b.lib.refs import new_ref, new_token


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def live(self) -> EvidenceQuerySet:
        return self.filter(revoked_at=None)

    def released(self) -> EvidenceQuerySet:
        """What its learner shows to everybody; see `Evidence.is_public`."""
        return self.filter(shown__is_public=True, learner__membership__isnull=False)

    def with_everything(self) -> EvidenceQuerySet:
        """What a page or document of a record shows, in a fixed number of statements."""
        order = ("order__seller", "order__buyer", "order__feedback")
        joined = self.select_related(*order, "learner__school", "confirmed_by", "shown")
        return joined.prefetch_related("skills", "order__feedback__marks")


class Evidence(EvidenceVerbs, EvidenceShown, Tracked):
    """What a trainer confirmed of one learner's work on one order. Nothing of it ever changes but that it is revoked,
    once; the database sees to that. A correction is a new record.

    `code` is the secret of the public page. `badge_id` and `subject_id` stand for the record and its learner in a
    badge and say nothing else."""

    class Level(models.TextChoices):
        HELPED = "helped", pgettext_lazy("assessment", "With help")
        ALONE = "alone", pgettext_lazy("assessment", "Independently")
        GUIDES = "guides", pgettext_lazy("assessment", "Guides others")

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    code = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    badge_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    subject_id = models.UUIDField(default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="evidence")
    learner = models.ForeignKey(Learner, models.PROTECT, related_name="evidence")
    title = models.CharField(_("title"), max_length=120)
    tasks = models.TextField(_("tasks done"), max_length=2000)
    minutes = models.PositiveIntegerField(_("hours"))
    minutes_reason = models.CharField(_("why the hours differ"), max_length=200, blank=True)
    level = models.CharField(_("how the student works"), max_length=10, choices=Level)
    words = models.CharField(_("assessment"), max_length=400, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(default=timezone.now)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoke_reason = models.CharField(_("why"), max_length=200, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of a learner")
        verbose_name_plural = _("records of learners")
        ordering = ["-confirmed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "learner"], name="evidence_once", condition=Q(revoked_at=None)),
            models.CheckConstraint(condition=Q(level__in=["helped", "alone", "guides"]), name="evidence_level_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(tasks=""), name="evidence_says_what_was_done"),
            models.CheckConstraint(
                condition=Q(revoked_by=None, revoked_at=None, revoke_reason="")
                | Q(revoked_by__isnull=False, revoked_at__isnull=False) & ~Q(revoke_reason=""),
                name="evidence_revoked_by_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The learner's own page of it."""
        return reverse("marketplace:my_evidence_detail", args=[self.ref])

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def hours(self) -> str:
        """`12:30`."""
        return f"{self.minutes // 60}:{self.minutes % 60:02}"

    @property
    def feedback(self) -> Any:
        """That of the client on the team, or None."""
        return getattr(self.order, "feedback", None)

    @property
    def client_name(self) -> str:
        """Where the client agreed to be named beside the work."""
        return self.order.buyer.name if self.feedback and self.feedback.may_be_named else ""

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.title, "ref": self.ref}


class EvidenceSkill(models.Model):
    """A skill of ESCO as it was named when the record was confirmed."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="skills")
    uri = models.URLField(max_length=120)
    label = models.CharField(max_length=150)

    class Meta:
        verbose_name = _("skill of a record")
        verbose_name_plural = _("skills of a record")
        ordering = ["label", "pk"]
        constraints = [models.UniqueConstraint(fields=["evidence", "uri"], name="evidence_skill_once")]

    def __str__(self) -> str:
        return self.label
