"""Sends what the outbox holds: Notification rows become mails."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import groupby

from django.core.mail import get_connection
from django.core.signing import Signer
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import ALWAYS_MAILED, Delivery, Notification
from vet2b.lib.mail import absolute, build

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 100
MAX_ATTEMPTS = 8
OPTIONAL_PER_HOUR = 20
BACKOFF_MINUTES = [1, 5, 15, 60, 180, 360, 720, 1440]
unsubscribe_signer = Signer(salt="unsubscribe")


def send_due(limit: int = 1000) -> int:
    """Sends waiting mails, oldest first; returns how many went. Any number of workers may run it at once.

    A mail is marked sent right after the server took it; a worker killed in between leaves a lease that ends
    after 5 minutes, and the repeat carries the same Message-ID."""
    sent = 0
    while sent < limit:
        batch = claim(min(BATCH, limit - sent))
        if not batch:
            break
        sent += send_batch(batch)
    return sent


@transaction.atomic
def claim(size: int) -> list[Notification]:
    pks = list(
        Notification.objects.to_mail()
        .select_for_update(skip_locked=True)
        .order_by("created_at")
        .values_list("pk", flat=True)[:size]
    )
    Notification.objects.filter(pk__in=pks).update(
        claimed_until=timezone.now() + LEASE, attempts=models.F("attempts") + 1
    )
    return list(
        Notification.objects.filter(pk__in=pks)
        .select_related("activity", "recipient")
        .order_by("recipient__language", "created_at")
    )


def send_batch(batch: list[Notification]) -> int:
    sent = 0
    with get_connection() as connection:
        for language, notifications in groupby(batch, key=lambda n: n.recipient.language):
            with override(language):
                for notification in notifications:
                    sent += send_one(notification, connection)
    return sent


def send_one(notification: Notification, connection) -> bool:
    if is_too_much(notification):
        Notification.objects.filter(pk=notification.pk).update(delivery=Delivery.DIGEST, claimed_until=None)
        return False
    try:
        connection.send_messages([mail_of(notification)])
    except Exception as error:  # whatever one mail meets, the others go on; the row remembers
        put_off(notification, error)
        return False
    Notification.objects.filter(pk=notification.pk).update(emailed_at=timezone.now(), claimed_until=None, error="")
    return True


def is_too_much(notification: Notification) -> bool:
    """Optional mails are held back to 20 a person and hour; the rest goes into the daily digest."""
    if notification.activity.notice.kind in ALWAYS_MAILED:
        return False
    hour = timezone.now() - timedelta(hours=1)
    return (
        Notification.objects.filter(recipient=notification.recipient_id, emailed_at__gt=hour).count()
        >= OPTIONAL_PER_HOUR
    )


def put_off(notification: Notification, error: Exception) -> None:
    log.warning("mail of notification %s failed: %r", notification.pk, error)
    wait = timedelta(minutes=BACKOFF_MINUTES[min(notification.attempts, len(BACKOFF_MINUTES)) - 1])
    given_up = notification.attempts >= MAX_ATTEMPTS
    Notification.objects.filter(pk=notification.pk).update(
        claimed_until=timezone.now() + wait,
        failed_at=timezone.now() if given_up else None,
        error=repr(error)[:500],
    )


def mail_of(notification: Notification):
    activity = notification.activity
    notice = activity.notice
    path = notice.url(activity)
    return build(
        "notice",
        notification.recipient.email,
        notice.subject(activity),
        {
            "recipient": notification.recipient,
            "title": notice.subject(activity),
            "text": notice.text(activity),
            "url": absolute(path) if path else "",
            "button": notice.button,
        },
        key=f"notification-{notification.pk}",
        unsubscribe="" if notice.kind in ALWAYS_MAILED else unsubscribe_url(notification.recipient_id, notice.kind),
    )


def unsubscribe_url(user_id: int, kind: str) -> str:
    return absolute(reverse("accounts:unsubscribe", args=[unsubscribe_signer.sign(f"{user_id}:{kind}")]))


def send_digests() -> int:
    """One mail for all that a person asked to get gathered, once a day."""
    day_ago = timezone.now() - timedelta(days=1)
    waiting = Notification.objects.filter(delivery=Delivery.DIGEST, emailed_at=None, failed_at=None)
    recipients = (
        waiting.values("recipient").annotate(oldest=models.Min("created_at")).filter(oldest__lt=day_ago)
    )
    return sum(send_digest(row["recipient"]) for row in recipients)


@transaction.atomic
def send_digest(user_id: int) -> bool:
    notifications = list(
        Notification.objects.filter(
            recipient=user_id, delivery=Delivery.DIGEST, emailed_at=None, failed_at=None
        )
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("activity", "recipient")
        .order_by("created_at")
    )
    if not notifications:
        return False
    recipient = notifications[0].recipient
    with override(recipient.language):
        entries = [
            {"title": n.activity.notice.subject(n.activity), "url": absolute(n.activity.notice.url(n.activity))}
            for n in notifications
        ]
        subject = _("What happened on VET2B")
        build(
            "digest",
            recipient.email,
            subject,
            {"recipient": recipient, "title": subject, "entries": entries},
            key=f"digest-{notifications[-1].pk}",
            unsubscribe=unsubscribe_url(user_id, "digest"),
        ).send()
    Notification.objects.filter(pk__in=[n.pk for n in notifications]).update(emailed_at=timezone.now())
    return True
