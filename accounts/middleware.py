import time
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware, auser, get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.sessions import BEGAN, SEEN, limits_of, start

SESSION_KEY = "organisation"


class LimitedSessions(AuthenticationMiddleware):
    """Signs out who was idle for too long or signed in too long ago, as soon as a page asks who they are."""

    WRITE_EVERY = 180

    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(lambda: self.live_user(request))
        request.auser = partial(auser, request)

    def live_user(self, request: HttpRequest) -> User | AnonymousUser:
        user = get_user(request)
        if not user.is_authenticated:
            return user
        session, now = request.session, int(time.time())
        if BEGAN not in session:
            start(session)
        idle, absolute = limits_of(user)
        if now - session[SEEN] > idle or now - session[BEGAN] > absolute:
            session.flush()
            messages.info(request, _("You were signed out for your safety. Please sign in again."))
            return AnonymousUser()
        if now - session[SEEN] >= self.WRITE_EVERY:
            session[SEEN] = now
        return user


class LoginRequired(LoginRequiredMiddleware):
    """Asks who is there only where it matters: answers of public views are the same for all, and cached so."""

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        return super().process_view(request, view, args, kwargs)


def find_membership(request: HttpRequest) -> Membership | None:
    """The acting membership: the one chosen in this session, else the person's oldest; read anew each request."""
    if not request.user.is_authenticated:
        return None
    memberships = request.user.own_memberships
    if memberships is None:  # who signs in with this very request
        memberships = list(Membership.objects.of(request.user).order_by("pk"))
    request.has_other_organisations = len(memberships) > 1
    chosen = request.session.get(SESSION_KEY)
    return next((m for m in memberships if m.organisation_id == chosen), memberships[0] if memberships else None)


class ActingOrganisation:
    """Sets `request.membership` and `request.organisation`, read from the database when first asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.__class__ = with_membership(request.__class__)
        return self.get_response(request)


_classes: dict[type, type] = {}


def with_membership(request_class: type) -> type:
    return _classes.setdefault(request_class, type(request_class.__name__, (Acting, request_class), {}))


class Acting:
    """Lazy attributes without a wrapper object, so that `is None` tells the truth."""

    _membership: Membership | None
    has_other_organisations = False

    @property
    def membership(self):
        if not hasattr(self, "_membership"):
            self._membership = find_membership(self)
        return self._membership

    @property
    def organisation(self):
        return self.membership.organisation if self.membership else None


class SecondFactorRequired:
    """Moderators, admins and owners of schools see only the enrolment pages until a second factor is on."""

    ALLOWED_NAMES = ("mfa_", "account_", "usersessions_")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        if not settings.MFA_REQUIRED or not getattr(view, "login_required", True):
            return None
        name = request.resolver_match.url_name or ""
        if name.startswith(self.ALLOWED_NAMES) or not request.user.is_authenticated:
            return None
        if needs_second_factor(request) and not request.user.authenticator_set.exclude(type="recovery_codes").exists():
            return redirect("mfa_index")
        return None


def needs_second_factor(request) -> bool:
    if request.user.is_staff or request.user.is_superuser:
        return True
    membership = request.membership
    return membership is not None and membership.can_work and membership.organisation.is_school
