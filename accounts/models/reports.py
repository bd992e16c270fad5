from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.lifecycle import Lifecycle, Move
from accounts.models.users import User
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> ReportQuerySet:
        """What endangers learners first, then the oldest."""
        return self.filter(status=Report.Status.OPEN).order_by(
            models.Case(models.When(ground=Report.Ground.LEARNER_SAFETY, then=0), default=1), "created_at"
        )


class Report(Lifecycle, TimeStamped):
    """A flag that somebody put on a public object (DSA article 16)."""

    class Ground(models.TextChoices):
        LEARNER_SAFETY = "learner_safety", _("A learner may be in danger or is exposed")
        ILLEGAL = "illegal", _("It is against the law")
        MISLEADING = "misleading", _("It is false or misleading")
        RIGHTS = "rights", _("It uses my work or my data")
        OTHER = "other", _("Something else")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("report status", "Open")
        UPHELD = "upheld", pgettext_lazy("report status", "Upheld")
        DISMISSED = "dismissed", pgettext_lazy("report status", "Dismissed")

    TRANSITIONS = {
        "decide": Move(frozenset({Status.OPEN}), None, "moderator", needs_reason=True),
    }

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    subject_type = models.ForeignKey(ContentType, models.PROTECT)
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    subject_title = models.CharField(_("what"), max_length=200)
    ground = models.CharField(_("why"), max_length=20, choices=Ground)
    text = models.TextField(_("what is wrong"), max_length=3000)
    reporter = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="reports")
    reporter_email = models.EmailField(_("your e-mail"), blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.OPEN)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.subject_title

    def allows(self, party: str, by: Any) -> bool:
        return isinstance(by, User) and by.is_moderator

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.subject_title, "ref": self.ref}

    @classmethod
    @transaction.atomic
    def send(cls, subject: models.Model, *, by: User | None, ground: str, text: str, email: str = "") -> Report:
        report = cls.objects.create(
            subject_type=ContentType.objects.get_for_model(subject),
            subject_id=subject.pk,
            subject_title=str(subject)[:200],
            reporter=by,
            reporter_email=by.email if by else email,
            ground=ground,
            text=text,
        )
        report.record("send", by=by)
        return report

    @transaction.atomic
    def decide(self, *, by: User, upheld: bool, reason: str) -> None:
        """Closes the report; the reporter is told why. Acting on the object itself is that object's own verb."""
        self.guard("decide", by=by, reason=reason)
        status = self.Status.UPHELD if upheld else self.Status.DISMISSED
        self.move("decide", by=by, to=status, notify=[(self.reporter, None)], reason=reason)
