from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.lifecycle import Lifecycle, Refusal

log = logging.getLogger(__name__)

RETRY_AFTER = timedelta(minutes=10)
MAX_ATTEMPTS = 5


class TimerQuerySet(models.QuerySet["Timer"]):
    def due(self) -> TimerQuerySet:
        return self.filter(done_at=None, failed_at=None, due_at__lte=timezone.now())


class Timer(models.Model):
    """Something that becomes due: the subject's verb `verb` is called once when `due_at` (UTC) has passed.

    A subject lists what may be called in `TIMED_VERBS`. Setting a verb's timer again moves it."""

    subject_type = models.ForeignKey(ContentType, models.CASCADE)
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    verb = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    objects = TimerQuerySet.as_manager()

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "verb"],
                name="timer_once_while_open",
                condition=models.Q(done_at=None, failed_at=None),
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="timer_due", condition=models.Q(done_at=None, failed_at=None))]

    def __str__(self) -> str:
        return f"{self.verb} at {self.due_at:%Y-%m-%d %H:%M}"

    @transaction.atomic
    def ring(self) -> None:
        """Calls the verb as the system and marks the timer done, both or neither.

        The subject is locked first, as by every verb, then the timer: one that was moved or cleared since it was
        claimed does not ring. A verb that no longer applies refuses, which ends the timer too; one that still does
        was refused by something else that changes, and is tried again."""
        model = self.subject_type.model_class()
        subject = model._default_manager.select_for_update().filter(pk=self.subject_id).first()
        mine = Timer.objects.filter(pk=self.pk, due_at=self.due_at, done_at=None)
        if not mine.select_for_update().exists():
            return
        if subject is not None:
            if self.verb not in subject.TIMED_VERBS:
                raise ValueError(f"{self.verb} is not a timed verb of {self.subject_type}")
            try:
                with transaction.atomic():
                    getattr(subject, self.verb)(by=None)
            except Refusal:
                subject.refresh_from_db()
                if isinstance(subject, Lifecycle) and subject.can(self.verb, by=None):
                    raise
        mine.update(done_at=timezone.now())


# `update_or_create` takes seven statements for this, and the ORM's upsert knows no partial index
SET_TIMER = """
INSERT INTO accounts_timer (subject_type_id, subject_id, verb, due_at, attempts, error) VALUES (%s, %s, %s, %s, 0, '')
ON CONFLICT (subject_type_id, subject_id, verb) WHERE done_at IS NULL AND failed_at IS NULL
DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = ''
"""


class Timed(models.Model):
    """Gives a model its timers."""

    TIMED_VERBS: frozenset[str] = frozenset()

    class Meta:
        abstract = True

    @property
    def timers(self) -> TimerQuerySet:
        return Timer.objects.filter(
            subject_type=ContentType.objects.get_for_model(self), subject_id=self.pk, done_at=None
        )

    def set_timer(self, verb: str, due_at: datetime) -> None:
        subject_type = ContentType.objects.get_for_model(self)
        with connection.cursor() as cursor:
            cursor.execute(SET_TIMER, [subject_type.pk, self.pk, verb, due_at])

    def clear_timers(self, *verbs: str) -> None:
        """Clears the named timers, or all when none is named."""
        timers = self.timers.filter(verb__in=verbs) if verbs else self.timers
        timers.update(done_at=timezone.now())


def ring_due_timers(limit: int = 200) -> int:
    """Rings what is due, oldest first, each in its own transaction; any number of workers may do it at once."""
    rung = 0
    for timer in claim_due(limit):
        rung += 1
        try:
            timer.ring()
        except Exception as error:  # a poisoned row must not stop its neighbours
            log.warning("timer %s failed: %r", timer.pk, error)
            given_up = timer.attempts >= MAX_ATTEMPTS
            Timer.objects.filter(pk=timer.pk, due_at=timer.due_at).update(
                failed_at=timezone.now() if given_up else None, error=repr(error)[:500]
            )
    return rung


def claim_due(limit: int) -> Iterator[Timer]:
    for _number in range(limit):
        with transaction.atomic():
            timer = (
                Timer.objects.due()
                .select_for_update(skip_locked=True)
                .select_related("subject_type")
                .order_by("due_at")
                .first()
            )
            if timer is None:
                return
            timer.attempts += 1
            timer.due_at = timezone.now() + RETRY_AFTER
            timer.save(update_fields=["attempts", "due_at"])
        yield timer
