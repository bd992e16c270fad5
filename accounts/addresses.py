"""People's e-mail addresses: what follows when one is confirmed, changed, or taken back."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import AddressChange, Refusal, RefusedAddress, User
from vet2b.lib.mail import absolute
from vet2b.lib.refs import new_token, token_hash


def remember_change(user: User, old: str, new: str) -> str:
    """Returns the address of the page on which the change can be taken back."""
    token = new_token()
    AddressChange.objects.create(user=user, old=old.lower(), new=new.lower(), token_hash=token_hash(token))
    with override(user.language):
        return absolute(reverse("accounts:address_undo", args=[token]))


@transaction.atomic
def undo_change(change: AddressChange) -> None:
    """Gives the old address back, ends all sessions and the password, which may be known to somebody else.

    Links that later addresses got are over with this one, so that nobody takes the account a second time."""
    user = User.objects.select_for_update().get(pk=change.user_id)
    change = AddressChange.objects.live().select_for_update(of=("self",)).filter(pk=change.pk).first()
    if change is None or User.objects.exclude(pk=user.pk).filter(email=change.old).exists():
        raise Refusal(_("This link is over."))
    user.address_changes.filter(pk__gte=change.pk).update(over_at=timezone.now())
    user.email = change.old
    user.set_unusable_password()
    user.save(update_fields=["email", "password"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=change.old, verified=True, primary=True)
    RefusedAddress.objects.filter(email=change.old).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()


def forget_refusals(sender: Any, email_address: EmailAddress, **kwargs: Any) -> None:
    """Who typed in the code that went to an address gets mail there."""
    RefusedAddress.objects.filter(email=email_address.email.lower()).delete()


def connect() -> None:
    email_confirmed.connect(forget_refusals, dispatch_uid="forget_refusals")
