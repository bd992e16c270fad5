"""Tells people that the deadline of a need or call which they saved is near: once, two days before."""

from __future__ import annotations

import logging

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import OutgoingMail
from accounts.tasks import nudge_outbox
from marketplace.models.favourites import Kept, KeptCall, KeptNeed
from vet2b.lib import formats
from vet2b.lib.mail import absolute, build

log = logging.getLogger(__name__)


def tell_of_deadlines() -> int:
    """Any number of workers may run it at once; returns how many mails were written."""
    due = [(model, pk) for model in (KeptNeed, KeptCall) for pk in model.due().values_list("pk", flat=True)]
    return sum(tell_safely(model, pk) for model, pk in due)


def tell_safely(model: type[KeptNeed | KeptCall], pk: int) -> bool:
    try:
        return tell(model, pk)
    except Exception:  # the mails of others go on
        log.exception("mail about the deadline of %s %s failed", model.__name__, pk)
        return False


@transaction.atomic
def tell(model: type[KeptNeed | KeptCall], pk: int) -> bool:
    kept = model.due().select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if kept is None:
        return False
    kept.tell()
    with override(kept.user.language):
        write_mail(kept)
    return True


def write_mail(kept: Kept) -> None:
    key, subject = f"{type(kept).__name__.lower()}-{kept.pk}", kept.subject
    title = _("The deadline is near: %(title)s") % {"title": subject.title}
    context = {
        "recipient": kept.user, "title": title, "subject_title": subject.title,
        "when": formats.moment(kept.deadline, subject.zone), "url": absolute(subject.get_absolute_url()),
        "saved_url": absolute(reverse("marketplace:favourite_list")),
    }  # fmt: skip
    mail = build("kept", kept.user.email, title, context, key=key)
    [(html, _type)] = mail.alternatives
    OutgoingMail.objects.create(
        key=key, to=kept.user.email, subject=mail.subject[:300], text=mail.body, html=html, useful_until=kept.deadline
    )
    nudge_outbox()
