from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailedQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        """Not mailed, not given up, and not being mailed by a worker whose lease still runs."""
        return self.filter(
            models.Q(claimed_until=None) | models.Q(claimed_until__lt=timezone.now()),
            emailed_at=None,
            failed_at=None,
        )

    def to_mail(self) -> Self:
        """What the next worker may send, with all that the mail shows."""
        return self.waiting()


class Mailed(models.Model):
    """A row that must become one mail. Written in the transaction of what it tells of; workers claim it for a
    few minutes, so that a killed worker's rows come free again."""

    emailed_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def address(self) -> str:
        """Where the mail goes."""
        raise NotImplementedError

    @property
    def is_awaited(self) -> bool:
        """Whether somebody asked for it this minute, so that it is tried even where mail was refused before."""
        return False


class OutgoingMailQuerySet(MailedQuerySet):
    def to_mail(self) -> Self:
        return self.waiting().filter(models.Q(useful_until=None) | models.Q(useful_until__gt=timezone.now()))


class OutgoingMail(Mailed):
    """A finished mail to an address: codes, notices about the account, invitations.

    `text` and `html` may hold a secret, so they are emptied as soon as the mail is gone."""

    SECRETS: ClassVar[dict[str, str]] = {"text": "", "html": "", "unsubscribe": ""}

    key = models.CharField(max_length=80, unique=True)
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    useful_until = models.DateTimeField(null=True, blank=True)
    unsubscribe = models.CharField(
        max_length=500, blank=True, help_text="Of an optional mail: the address that stops it by a POST (RFC 8058)."
    )

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = [
            models.Index(
                fields=["created_at"],
                name="outgoing_mail_outbox",
                condition=models.Q(emailed_at=None, failed_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def address(self) -> str:
        return self.to

    @property
    def is_awaited(self) -> bool:
        return self.useful_until is not None
