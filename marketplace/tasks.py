import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def nudge_resize() -> None:
    """Wakes the worker after commit. Lost nudges do no harm: beat sweeps the same rows every minute."""
    transaction.on_commit(nudge)


def nudge() -> None:
    try:
        resize_images.apply_async(retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker not reachable, the sweep will make the sizes: %r", error)


@shared_task
def resize_images() -> int:
    from marketplace.models.pictures import size_images  # noqa: PLC0415 - tasks are a leaf

    return size_images()


def nudge_agreements() -> None:
    """As above: the PDFs that are due."""
    transaction.on_commit(nudge_pdfs)


def nudge_pdfs() -> None:
    try:
        make_agreement_pdfs.apply_async(retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker not reachable, the sweep will make the PDFs: %r", error)


@shared_task
def make_agreement_pdfs() -> int:
    from marketplace.models.agreement_pdf import make_due_pdfs  # noqa: PLC0415

    return make_due_pdfs()


@shared_task
def remove_stray_files() -> int:
    from marketplace.models.pictures import remove_stray_files  # noqa: PLC0415

    return remove_stray_files()


@shared_task
def refresh_search() -> int:
    """What no verb tells: windows that began or filled, schools that moved, category words that staff edited."""
    from marketplace.models.search import index_offers, index_windows, stale_offers  # noqa: PLC0415
    from marketplace.models.search_times import index_times  # noqa: PLC0415

    index_windows()
    index_times()
    stale = stale_offers(5000)
    index_offers(stale)
    return len(stale)


@shared_task
def tell_of_searches() -> int:
    from marketplace.saved_mails import tell_of_searches  # noqa: PLC0415

    return tell_of_searches()


@shared_task
def tell_of_deadlines() -> int:
    from marketplace.kept_mails import tell_of_deadlines  # noqa: PLC0415

    return tell_of_deadlines()
