import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def nudge_outbox() -> None:
    """Wakes the sender after commit. Lost nudges do no harm: beat sweeps the same rows every 30 seconds."""
    transaction.on_commit(nudge)


def nudge() -> None:
    try:
        send_notifications.apply_async(retry=False)
    except (OperationalError, OSError) as error:
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

    return ring_due_timers()
