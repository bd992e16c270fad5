from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed

from accounts.models import RefusedAddress


def forget_refusals(sender: Any, email_address: EmailAddress, **kwargs: Any) -> None:
    """Who typed in the code that went to an address gets mail there."""
    RefusedAddress.objects.filter(email=email_address.email.lower()).delete()


def connect() -> None:
    email_confirmed.connect(forget_refusals, dispatch_uid="forget_refusals")
