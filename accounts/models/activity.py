from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.outbox import Mailed, MailedQuerySet
from accounts.models.preferences import ALWAYS_MAILED, Delivery
from accounts.models.users import User
from accounts.notices import Text, notice_for
from accounts.restrictions import statement

if TYPE_CHECKING:
    from accounts.models.organisations import Membership, Organisation


class Activity(models.Model):
    """What happened, once and for ever: timelines, mails and the audit all read these rows.

    `details` holds what the words of the notice need, as it was then. The database fills `place` and `digest`, which
    chain the rows of a subject, and refuses to change or remove a row: see accounts.records."""

    verb = models.CharField(_("verb"), max_length=60)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="activities")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    subject_type = models.ForeignKey(ContentType, models.PROTECT)
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    from_status = models.CharField(max_length=30, blank=True)
    to_status = models.CharField(max_length=30, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    place = models.PositiveIntegerField(default=0, editable=False)
    digest = models.CharField(max_length=64, default="", editable=False)

    TIMED_VERBS = frozenset({"lift"})

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "created_at"], name="activity_subject"),
            models.Index(fields=["-created_at"], name="activity_newest"),
        ]

    def __str__(self) -> str:
        return self.verb

    @property
    def notice(self):
        return notice_for(self.verb)

    @property
    def statement(self) -> list[tuple[Text, Text]]:
        """Rule, scope and duration of a moderator's decision, in the active language."""
        return statement(self)

    @property
    def is_restriction(self) -> bool:
        """Whoever is concerned is mailed this at once, whatever they chose (DSA article 17)."""
        return "duration" in self.details

    @property
    def line(self) -> str:
        """One translated sentence that tells it, in the active language."""
        return self.notice.line(self)

    def lift(self, *, by: None) -> None:
        """Ends the suspension that this row tells of, on the day that its moderator set, unless it ended before."""
        latest = self.subject.activities.filter(verb=self.verb).order_by("-created_at", "-pk").first()
        if latest.pk == self.pk:
            self.subject.reinstate(by=self.actor, reason=self.details["until"])


class NotificationQuerySet(MailedQuerySet):
    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def visible(self) -> NotificationQuerySet:
        """Without those of organisations that the recipient has left."""
        return self.filter(
            models.Q(organisation=None) | models.Q(organisation__memberships__user=models.F("recipient"))
        )

    def to_mail(self) -> NotificationQuerySet:
        return self.due(Delivery.NOW)

    def mailed_this_hour(self, people: Collection[int]) -> dict[int, int]:
        """How many each of these people were mailed at once in the last hour."""
        hour = timezone.now() - timedelta(hours=1)
        mailed = self.filter(recipient__in=people, delivery=Delivery.NOW, emailed_at__gt=hour)
        return dict(mailed.order_by().values_list("recipient").annotate(n=models.Count("pk")))

    def to_digest(self) -> NotificationQuerySet:
        """What waits for a daily digest; who has read it in the inbox needs no mail."""
        return self.due(Delivery.DIGEST).unread()

    def due(self, delivery: str) -> NotificationQuerySet:
        return (
            self.waiting()
            .visible()
            .filter(delivery=delivery, recipient__is_active=True)
            .select_related("activity", "recipient", "organisation")
        )


class Notification(Mailed):
    """One person told of one activity, in the inbox and perhaps by mail. The row is the outbox."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="notifications")
    recipient = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, null=True, blank=True, related_name="+")
    delivery = models.CharField(max_length=10, choices=Delivery, default=Delivery.NOW)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["activity", "recipient"], name="notification_once"),
            models.CheckConstraint(
                condition=models.Q(delivery__in=Delivery.values), name="notification_delivery_known"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notification_inbox"),
            models.Index(fields=["recipient"], name="notification_unread", condition=models.Q(read_at=None)),
            models.Index(
                fields=["created_at"],
                name="notification_outbox",
                condition=models.Q(emailed_at=None, failed_at=None, delivery=Delivery.NOW),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} -> {self.recipient_id}"

    @property
    def address(self) -> str:
        return self.recipient.email

    @property
    def is_unread(self) -> bool:
        return self.read_at is None

    @property
    def is_optional(self) -> bool:
        """Whether its mail may be turned off, or be held back when there are many."""
        return self.activity.notice.kind not in ALWAYS_MAILED and not self.activity.is_restriction

    @property
    def zone(self) -> str:
        """The zone in which the reader's organisation keeps its clock; "" without one."""
        return self.organisation.zone if self.organisation else ""

    @property
    def subject(self) -> str:
        """The line of the inbox, in the active language."""
        return self.activity.notice.subject(self.activity)


class Tracked(models.Model):
    """Gives a model the spine: `record()` writes what happened and whom to tell, in the caller's transaction."""

    class Meta:
        abstract = True

    def activity_details(self) -> dict[str, Any]:
        """The words that this object's notices need; at least `title` and `ref`."""
        raise NotImplementedError

    @property
    def activities(self) -> models.QuerySet[Activity]:
        return Activity.objects.filter(subject_type=ContentType.objects.get_for_model(self), subject_id=self.pk)

    def record(
        self,
        verb: str,
        *,
        by: Membership | User | None,
        notify: Iterable[tuple[User, Organisation | None]] = (),
        from_status: str = "",
        to_status: str = "",
        reason: str = "",
        **details: Any,
    ) -> Activity:
        """`notify` pairs each person with the organisation for which they are told; the actor is never told."""
        actor = getattr(by, "user", by)
        organisation = getattr(by, "organisation", None)
        activity = Activity.objects.create(
            verb=f"{self._meta.model_name}.{verb}",
            actor=actor,
            organisation=organisation,
            subject_type=ContentType.objects.get_for_model(self),
            subject_id=self.pk,
            from_status=from_status,
            to_status=to_status,
            reason=reason,
            details=self.activity_details()
            | {"by": organisation.name if organisation else "", "reason": reason}
            | details,
        )
        people = {user.pk: (user, org) for user, org in notify if user is not None and user != actor}
        tell(activity, people.values())
        return activity


# One statement however many are told: who never chose gets the mail at once.
TELL = """
INSERT INTO accounts_notification (
  activity_id, recipient_id, organisation_id, delivery, created_at, attempts, error
)
SELECT %(activity)s, t.recipient, t.organisation,
  CASE WHEN %(is_restriction)s THEN %(now)s ELSE coalesce(p.delivery, %(now)s) END, %(moment)s, 0, ''
FROM unnest(%(recipients)s::bigint[], %(organisations)s::bigint[]) AS t(recipient, organisation)
LEFT JOIN accounts_notificationpreference p ON p.user_id = t.recipient AND p.kind = %(kind)s
ON CONFLICT DO NOTHING
"""


def tell(activity: Activity, people: Iterable[tuple[User, Organisation | None]]) -> None:
    people = [(user, organisation) for user, organisation in people if user.is_active]
    if not people:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            TELL,
            {
                "activity": activity.pk,
                "is_restriction": activity.is_restriction,
                "kind": activity.notice.kind,
                "now": Delivery.NOW.value,
                "moment": timezone.now(),
                "recipients": [user.pk for user, _organisation in people],
                "organisations": [organisation and organisation.pk for _user, organisation in people],
            },
        )
    from accounts.tasks import nudge_outbox  # noqa: PLC0415 - tasks import models

    nudge_outbox()
