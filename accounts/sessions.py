from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from accounts.models import User


def end_other_sessions(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A changed second factor signs out every other device, as a changed password does."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
        session.end()


def connect() -> None:
    for signal in (authenticator_added, authenticator_removed, authenticator_reset):
        signal.connect(end_other_sessions, dispatch_uid=f"end_other_sessions-{id(signal)}")
