from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models.lifecycle import Lifecycle, Move, Refusal
from accounts.models.outbox import OutgoingMail
from accounts.models.preferences import Delivery
from accounts.models.users import User
from vet2b.lib.mail import build
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> ReportQuerySet:
        """What endangers learners first, then the oldest."""
        return self.filter(status=Report.Status.OPEN).order_by(
            models.Case(models.When(ground=Report.Ground.LEARNER_SAFETY, then=0), default=1), "created_at"
        )

    def about(self, subject: models.Model) -> ReportQuerySet:
        return self.filter(subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk)


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

    @property
    def is_urgent(self) -> bool:
        return self.ground == self.Ground.LEARNER_SAFETY

    def allows(self, party: str, by: Any) -> bool:
        """Moderators, but neither the reporter nor somebody who belongs to a side of what was reported."""
        if not isinstance(by, User) or not by.is_moderator or by.pk == self.reporter_id:
            return False
        return self.subject is None or self.subject.allows("moderator", by)

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.subject_title, "ref": self.ref}

    @classmethod
    @transaction.atomic
    def send(cls, subject: Lifecycle, *, by: User | None, ground: str, text: str, email: str = "") -> Report:
        """Raises Refusal while an earlier report of the same person about the same thing is open."""
        subject_type = ContentType.objects.get_for_model(subject)
        about = {"subject_type": subject_type, "subject_id": subject.pk, "status": cls.Status.OPEN}
        if by and cls.objects.filter(reporter=by, **about).exists():
            raise Refusal(_t("You have reported this already. We look at it and write to you."))
        report = cls.objects.create(
            subject_title=str(subject)[:200],
            reporter=by,
            reporter_email=by.email if by else email,
            ground=ground,
            text=text,
            **about,
        )
        duty = report.record(
            "send",
            by=by,
            notify=[(user, None) for user in moderators()] if report.is_urgent else (),
            language=get_language() or "en",
            ground=ground,
        )
        duty.notifications.update(delivery=Delivery.NOW)  # a learner's safety waits for no daily digest
        report.record("receive", by=None, notify=[(by, None)])
        report.mail_stranger("receive")
        subject.take_report(report)
        return report

    @transaction.atomic
    def decide(self, *, by: User, upheld: bool, reason: str) -> None:
        """Closes the report; the reporter is told why. Acting on the object itself is that object's own verb."""
        self.guard("decide", by=by, reason=reason)
        status = self.Status.UPHELD if upheld else self.Status.DISMISSED
        self.move("decide", by=by, to=status, notify=[(self.reporter, None)], reason=reason)
        self.mail_stranger("decide")

    def mail_stranger(self, verb: str) -> None:
        """Who reported without an account has no inbox: the same words go to the address they gave."""
        if self.reporter_id or not self.reporter_email:
            return
        from accounts.tasks import nudge_outbox  # noqa: PLC0415 - tasks import models

        activity, key = self.activities.get(verb=f"report.{verb}"), f"report-{self.ref}-{verb}"
        with override(self.activities.get(verb="report.send").details["language"]):
            title = activity.notice.subject(activity)
            words = {"title": title, "text": activity.notice.text(activity)}
            mail = build("report", self.reporter_email, title, words, key=key)
        OutgoingMail.objects.create(
            key=key, to=self.reporter_email, subject=mail.subject[:300], text=mail.body, html=mail.alternatives[0][0]
        )
        nudge_outbox()


def moderators() -> models.QuerySet[User]:
    has_permission = models.Q(groups__permissions__codename="moderate") | models.Q(is_superuser=True)
    return User.objects.filter(has_permission, is_active=True, is_staff=True).distinct()
