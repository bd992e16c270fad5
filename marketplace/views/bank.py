"""The bank account of an organisation: one person proposes it, another one confirms it."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.decorators import member_required, owner_required
from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.money import BankForm
from marketplace.models import BankAccount

DONE = {
    "confirm": gettext_lazy("The account is in use. All owners were told."),
    "withdraw": gettext_lazy("The proposal is withdrawn. All owners were told."),
}


@member_required
def bank_account(request: AuthedRequest) -> HttpResponse:
    """For owners and those who sign."""
    if not (request.membership.is_owner or request.membership.is_signatory):
        raise PermissionDenied
    return bank_page(request, BankForm())


def bank_page(request: AuthedRequest, form: BankForm, status: int = 200) -> HttpResponse:
    by = request.membership
    accounts = list(by.organisation.bank_accounts.select_related("proposed_by", "confirmed_by").order_by("-pk")[:20])
    proposed = next((one for one in accounts if one.status == BankAccount.Status.PROPOSED), None)
    context: dict[str, Any] = {
        "used": next((one for one in accounts if one.status == BankAccount.Status.ACTIVE), None),
        "proposed": proposed,
        "earlier": [one for one in accounts if one.status == BankAccount.Status.REPLACED],
        "zone": by.organisation.zone,
    }
    if proposed:
        timer = proposed.timers.first()
        context |= {
            "seconds": proposed.seconds(),
            "waits_until": timer and timer.due_at,
            "can_confirm": proposed.can("confirm", by=by),
            "can_withdraw": proposed.can("withdraw", by=by),
        }
    elif by.is_owner:
        context["form"] = form
    return render(request, "marketplace/money/bank.html", context, status=status)


@require_POST
@owner_required
def bank_propose(request: AuthedRequest) -> HttpResponse:
    form = BankForm(request.POST)
    if form.is_valid():
        raise_if_reauthentication_required(request, app="account")
        try:
            BankAccount.propose(**form.cleaned_data, by=request.membership)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("The account is proposed. All owners were told."))
            return redirect("marketplace:bank_account")
    return bank_page(request, form, status=422)


@require_POST
@member_required
def bank_act(request: AuthedRequest, pk: int, verb: str) -> HttpResponse:
    account = get_object_or_404(request.organisation.bank_accounts, pk=pk)
    if not account.allows(account.TRANSITIONS[verb].party, request.membership):
        raise PermissionDenied
    raise_if_reauthentication_required(request, app="account")
    try:
        getattr(account, verb)(by=request.membership)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, DONE[verb])
    return redirect("marketplace:bank_account")
