import logging
import time

from celery import shared_task
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

BEAT_KEY = "beat-seen"  # when a worker last did what beat asked; /readyz looks at it
SWEEP_SECONDS = 30  # how often beat sends what was missed


class Broker:
    """Remembers for a while that the broker is away, so that a hanging one slows one request and not each."""

    away_until = 0.0


def nudge_outbox() -> None:
    """Wakes the sender after commit. Lost nudges do no harm: beat sweeps the same rows every 30 seconds."""
    transaction.on_commit(nudge)


def nudge() -> None:
    if time.monotonic() < Broker.away_until:
        return
    try:
        send_notifications.apply_async(retry=False, expires=SWEEP_SECONDS)
    except (OperationalError, OSError) as error:
        Broker.away_until = time.monotonic() + SWEEP_SECONDS
        log.warning("broker not reachable, the sweep will send: %r", error)


@shared_task
def send_notifications() -> int:
    from accounts.notifications import send_due  # noqa: PLC0415 - tasks are a leaf

    return send_due()


@shared_task
def send_digests() -> int:
    from accounts.notifications import send_digests  # noqa: PLC0415

    return send_digests()


@shared_task
def run_timers() -> int:
    from accounts.models import ring_due_timers  # noqa: PLC0415

    cache.set(BEAT_KEY, timezone.now(), timeout=3600)
    return ring_due_timers()
