from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts.middleware import SESSION_KEY
from accounts.models import Invitation, Refusal


@never_cache
@login_not_required
@sensitive_variables("token")
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a mailed link. Looking at it changes nothing; its button does."""
    invitation = Invitation.objects.for_token(token).first()
    if invitation is None or not invitation.is_live:
        return render(request, "accounts/invitation_over.html", status=410)
    if request.method == "POST":
        return accept(request, invitation)
    is_mine = request.user.is_authenticated and request.user.email == invitation.email
    context = {"invitation": invitation, "is_mine": is_mine, "token": token}
    return render(request, "accounts/invitation_accept.html", context)


def accept(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if not request.user.is_authenticated:
        raise PermissionDenied
    try:
        membership = invitation.accept(by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("dashboard")
    request.session[SESSION_KEY] = membership.organisation_id
    messages.success(request, _("You now belong to %(name)s.") % {"name": membership.organisation})
    return redirect("dashboard")


@require_POST
@login_not_required
@sensitive_variables("token")
def invitation_join(request: HttpRequest, token: str) -> HttpResponse:
    """To sign-up with the invited address, which the mailed link has proved, and back to the invitation."""
    invitation = Invitation.objects.for_token(token).first()
    if invitation is None or not invitation.is_live:
        return render(request, "accounts/invitation_over.html", status=410)
    get_adapter().stash_verified_email(request, invitation.email)
    back = reverse("accounts:invitation_accept", args=[token])
    return redirect(reverse("account_signup", query={"next": back}))
