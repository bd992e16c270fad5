import time
from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import User

BEGAN, SEEN = "began", "seen"  # seconds since 1970, in the session
MINUTE, HOUR, DAY = 60, 3600, 86400


def limits_of(user: User) -> tuple[int, int]:
    """After how many idle seconds, and after how many at all, somebody has to sign in again."""
    return (30 * MINUTE, 12 * HOUR) if user.is_staff or user.is_superuser else (8 * HOUR, 14 * DAY)


def start(session: SessionBase) -> None:
    session[BEGAN] = session[SEEN] = int(time.time())


def start_at_sign_in(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    start(request.session)


def end_other_sessions(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A changed second factor signs out every other device, as a changed password does."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
        session.end()


def connect() -> None:
    user_logged_in.connect(start_at_sign_in, dispatch_uid="start_at_sign_in")
    for signal in (authenticator_added, authenticator_removed, authenticator_reset):
        signal.connect(end_other_sessions, dispatch_uid=f"end_other_sessions-{id(signal)}")
