"""Sends what the outbox holds: codes and notices about accounts, invitations, and what was told to people."""

from __future__ import annotations

import logging
import smtplib
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.core.mail import get_connection
from django.db import models, transaction
from django.utils import timezone

from accounts.mails import digest_mail, mail_of
from accounts.models import (
    Delivery,
    Invitation,
    Mailed,
    MailedQuerySet,
    Notification,
    OutgoingMail,
    RefusedAddress,
    User,
)

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
RUN_SECONDS = 200  # of one run: shorter than the lease, so that nobody else sends what this run still holds
BATCH = 100
BACKOFF_MINUTES = [1, 5, 15, 60, 180, 360, 720, 1440]
MAX_ATTEMPTS = len(BACKOFF_MINUTES) + 1
MAX_REFUSALS = 3  # a server that says 5xx will not change its mind
NO_MAILBOX = range(550, 554)  # what a server may also say about the address after it has seen the mail
POLICY = b"5.7."  # RFC 3463: about the sender or the server's own rules, so not to be held against the address
OPTIONAL_PER_HOUR = 20
QUEUES: list[type[Mailed]] = [OutgoingMail, Invitation, Notification]


class ServerTrouble(Exception):
    """The mail server cannot be reached or went away; no mail is to blame."""


def send_due(limit: int = 1000) -> int:
    """Sends waiting mails, oldest first; returns how many went. Any number of workers may run it at once.

    A mail is marked sent right after the server took it; a worker killed in between leaves a lease that ends
    after 5 minutes, and the repeat carries the same Message-ID."""
    sent = 0
    connection = get_connection()
    try:
        for went in deliver(connection, limit):
            sent += went
    except ServerTrouble as trouble:
        log.warning("mail waits for the next run: %s", trouble)
    finally:
        connection.close()
    return sent


def deliver(connection: Any, limit: int) -> Iterator[bool]:
    ends = time.monotonic() + RUN_SECONDS
    for queue in QUEUES:
        while limit > 0 and (batch := claim(queue._default_manager.to_mail(), min(BATCH, limit))):
            limit -= len(batch)
            yield from send_batch(batch, connection, ends)


@transaction.atomic
def claim(rows: MailedQuerySet, size: int) -> list[Any]:
    """Takes up to `size` rows for this worker until the lease ends."""
    pks = list(
        rows.select_for_update(skip_locked=True, of=("self",))
        .order_by("created_at", "pk")
        .values_list("pk", flat=True)[:size]
    )
    found = list(rows.filter(pk__in=pks).order_by("created_at", "pk"))
    lease = timezone.now() + LEASE
    for row in found:
        row.claimed_until = lease
        row.attempts += 1
    rows.model._default_manager.filter(pk__in=pks).update(claimed_until=lease, attempts=models.F("attempts") + 1)
    return found


def send_batch(batch: Sequence[Any], connection: Any, ends: float) -> Iterator[bool]:
    addresses = Addresses(batch)
    try:
        for row in batch:
            if time.monotonic() > ends:
                raise ServerTrouble("the time of this run is over")
            yield send_one(row, connection, addresses)
    except ServerTrouble:
        release(batch)
        raise


class Addresses:
    """What is known of those whom a batch goes to, asked for once and kept up as it goes out: who refused mail
    before, and who had how many notices in the last hour."""

    def __init__(self, batch: Sequence[Any]) -> None:
        found = RefusedAddress.objects.filter(email__in={row.address.lower() for row in batch})
        self.refused = {refused.email: refused for refused in found}
        people = {row.recipient_id for row in batch if isinstance(row, Notification)}
        self.told = Notification.objects.mailed_this_hour(people)

    def refuse(self, row: Any) -> bool:
        refused = self.refused.get(row.address.lower())
        return bool(refused and refused.marked_at) and not row.is_awaited

    def had_enough(self, row: Any) -> bool:
        """Optional mails are held back to 20 a person and hour; the rest goes into the daily digest."""
        is_optional = isinstance(row, Notification) and row.is_optional
        return is_optional and self.told.get(row.recipient_id, 0) >= OPTIONAL_PER_HOUR

    def took(self, row: Any) -> None:
        refused = self.refused.get(row.address.lower())
        if refused and not refused.marked_at:
            refused.delete()
            del self.refused[refused.email]
        if isinstance(row, Notification):
            self.told[row.recipient_id] = self.told.get(row.recipient_id, 0) + 1

    def count_refusal(self, row: Any, error: Exception) -> None:
        refused = count_refusal(row.address, error)
        if refused:
            self.refused[refused.email] = refused


def send_one(row: Any, connection: Any, addresses: Addresses) -> bool:
    if addresses.had_enough(row):
        change(row, delivery=Delivery.DIGEST, claimed_until=None, attempts=0)
        return False
    if addresses.refuse(row):
        give_up(row, "the address refuses mail")
        return False
    try:
        mail = mail_of(row)
        connect(connection)
        connection.send_messages([mail])
    except ServerTrouble:
        raise
    except Exception as error:  # whatever one mail meets, the others go on; the row remembers
        addresses.count_refusal(row, error)
        put_off(row, error)
        if is_lost_connection(error):
            raise ServerTrouble(repr(error)) from error
        return False
    change(row, emailed_at=timezone.now(), claimed_until=None, error="", **getattr(row, "SECRETS", {}))
    addresses.took(row)
    return True


def connect(connection: Any) -> None:
    try:
        connection.open()
    except OSError as error:  # smtplib's errors are OSErrors too
        raise ServerTrouble(repr(error)) from error


def is_lost_connection(error: Exception) -> bool:
    answered = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
    return isinstance(error, OSError) and not answered


def put_off(row: Any, error: Exception) -> None:
    log.warning("mail of %s %s failed: %r", row._meta.model_name, row.pk, error)
    if row.attempts >= (MAX_REFUSALS if is_refusal(error) else MAX_ATTEMPTS):
        give_up(row, repr(error))
        return
    wait = timedelta(minutes=BACKOFF_MINUTES[row.attempts - 1])
    change(row, claimed_until=timezone.now() + wait, error=repr(error)[:500])


def give_up(row: Any, error: str) -> None:
    change(row, failed_at=timezone.now(), claimed_until=None, error=error[:500], **getattr(row, "SECRETS", {}))


def is_refusal(error: Exception) -> bool:
    """Whether the server said no for good (5xx)."""
    return any(code >= 500 for code, _text in answers(error))


def count_refusal(address: str, error: Exception) -> RefusedAddress | None:
    """Holds a final no against the address, unless it is about something else."""
    for code, text in answers(error):
        at_recipient = isinstance(error, smtplib.SMTPRecipientsRefused) and code >= 500
        at_data = isinstance(error, smtplib.SMTPDataError) and code in NO_MAILBOX
        if (at_recipient or at_data) and not text.startswith(POLICY):
            return RefusedAddress.count(address, f"{code} {text.decode(errors='replace')}")
    return None


def answers(error: Exception) -> list[tuple[int, bytes]]:
    """What the server said; a mail has one recipient, so it is one answer or none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return list(error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return [(error.smtp_code, text if isinstance(text, bytes) else text.encode())]
    return []


def change(row: Mailed, **fields: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**fields)


def release(batch: Sequence[Mailed]) -> None:
    """Gives back what this run did not come to; nothing counts against these mails."""
    type(batch[0])._default_manager.filter(
        pk__in=[row.pk for row in batch], claimed_until=batch[0].claimed_until, emailed_at=None
    ).update(claimed_until=None, attempts=models.F("attempts") - 1)


def send_digests() -> int:
    """One mail for all that a person asked to get gathered, once a day."""
    day_ago = timezone.now() - timedelta(days=1)
    oldest = Notification.objects.to_digest().order_by().values("recipient").annotate(oldest=models.Min("created_at"))
    recipients = oldest.filter(oldest__lt=day_ago).values_list("recipient", flat=True)
    return sum(send_digest(user_id) for user_id in list(recipients))


def send_digest(user_id: int) -> bool:
    notifications = claim_digest(user_id)
    if not notifications:
        return False
    address = notifications[0].address
    if RefusedAddress.objects.marked_for(address):
        for notification in notifications:
            give_up(notification, "the address refuses mail")
        return False
    try:
        digest_mail(notifications).send()
    except Exception as error:  # the digests of others go on
        count_refusal(address, error)
        for notification in notifications:
            put_off(notification, error)
        return False
    pks = [notification.pk for notification in notifications]
    Notification.objects.filter(pk__in=pks).update(emailed_at=timezone.now(), claimed_until=None, error="")
    return True


@transaction.atomic
def claim_digest(user_id: int) -> list[Notification]:
    """Locks the person first, so that two workers never split one day into two mails."""
    User.objects.select_for_update().get(pk=user_id)
    return claim(Notification.objects.to_digest().filter(recipient=user_id), BATCH * 2)
