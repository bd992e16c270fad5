"""Which students of the school work on an order."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from marketplace.models.learners import Learner
from marketplace.models.orders import Order


class TeamQuerySet(models.QuerySet["TeamMember"]):
    def live(self) -> TeamQuerySet:
        return self.filter(left_at=None)


class TeamMember(models.Model):
    """A learner's part in an order, kept after the learner has left it. School-internal: clients are told how many
    they are, never who, and why somebody left is told in a word that says nothing about health."""

    class Reason(models.TextChoices):
        UNASSIGNED = "unassigned", pgettext_lazy("left a team", "Taken out before the start")
        ABSENT = "absent", pgettext_lazy("left a team", "Absent")
        NEEDED = "needed", pgettext_lazy("left a team", "Needed in class")
        CONSENT = "consent", pgettext_lazy("left a team", "A consent is missing")
        LEFT = "left", pgettext_lazy("left a team", "Left the school")
        OTHER = "other", pgettext_lazy("left a team", "Another reason")

    order = models.ForeignKey(Order, models.PROTECT, related_name="team")
    learner = models.ForeignKey(Learner, models.PROTECT, related_name="teams")
    stands_in_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    joined_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    left_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("why"), max_length=12, choices=Reason, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        ordering = ["learner__family_name", "learner__given_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "learner"], name="team_member_once", condition=Q(left_at=None)),
            models.CheckConstraint(
                condition=Q(left_at=None, left_by=None, reason="")
                | Q(
                    left_at__gte=F("joined_at"), left_by__isnull=False,
                    reason__in=["unassigned", "absent", "needed", "consent", "left", "other"],
                ),
                name="team_member_left_by_whom_and_why",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.learner.short_name

    def is_minor_on(self, day: date) -> bool:
        return self.learner.is_minor_on(day)

    def leave(self, reason: str, *, by: User) -> None:
        """Within a verb of the order."""
        self.left_at, self.left_by, self.reason = timezone.now(), by, reason
        self.save(update_fields=["left_at", "left_by", "reason"])
