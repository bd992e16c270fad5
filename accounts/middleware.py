from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Membership

SESSION_KEY = "organisation"


def find_membership(request: HttpRequest) -> Membership | None:
    """The acting membership: the one chosen in this session, else the person's oldest; read anew each request."""
    if not request.user.is_authenticated:
        return None
    memberships = list(Membership.objects.of(request.user).order_by("pk"))
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
        if not settings.MFA_REQUIRED or not request.user.is_authenticated:
            return None
        name = request.resolver_match.url_name or ""
        if name.startswith(self.ALLOWED_NAMES) or not getattr(view, "login_required", True):
            return None
        if needs_second_factor(request) and not request.user.authenticator_set.exclude(type="recovery_codes").exists():
            return redirect("mfa_index")
        return None


def needs_second_factor(request) -> bool:
    if request.user.is_staff or request.user.is_superuser:
        return True
    membership = request.membership
    return membership is not None and membership.can_work and membership.organisation.is_school
