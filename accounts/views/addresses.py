from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.addresses import undo_change
from accounts.http import AuthedRequest
from accounts.models import AddressChange, Refusal, RefusedAddress


@require_POST
def address_confirm(request: AuthedRequest) -> HttpResponse:
    """The person says that their marked address takes mail again."""
    if refused := RefusedAddress.objects.marked_for(request.user.email):
        refused.confirm()
        messages.success(request, _("We write to %(email)s again.") % {"email": request.user.email})
    return redirect("accounts:inbox")


@never_cache
@login_not_required
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def address_undo(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link that the old address got. Looking at it changes nothing; its button does."""
    change = AddressChange.objects.for_token(token)
    if change is None:
        return render(request, "accounts/address_over.html", status=410)
    if request.method != "POST":
        return render(request, "accounts/address_undo.html", {"change": change})
    try:
        undo_change(change)
    except Refusal:
        return render(request, "accounts/address_over.html", status=410)
    text = _("%(email)s is your address again, and everybody is signed out. Now choose a new password.")
    messages.success(request, text % {"email": change.old})
    return redirect("account_reset_password")
