"""Changing what an order agreed on: the page that tells of it, asking, and the answers."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.change_words import rows_of
from marketplace.forms.changes import AnswerForm, ChangeForm, RefuseForm, SealForm
from marketplace.models import ChangeRequest, Order
from marketplace.models.agreement_texts import Stale
from marketplace.parts import Part
from marketplace.views.agreements_sign import method_of
from marketplace.views.orders_access import order_for, party


def order_change(request: AuthedRequest, ref: str) -> HttpResponse:
    """The open request with its answers, and those before it."""
    return change_page(request, order_for(request, ref))


def change_page(
    request: AuthedRequest, order: Order, refuse: RefuseForm | None = None, status: int = 200
) -> HttpResponse:
    by = party(request)
    requests = list(order.changes.select_related("organisation", "asked_by", "answered_by").order_by("-pk"))
    found = next((each for each in requests if not each.answer), None)
    verbs = ("propose_change", "accept_change", "refuse_change", "take_back_change")
    context = page_words(order, by) | {
        "change": found and told(order, found),
        "earlier": [told(order, each) for each in requests if each.answer],
        "is_mine": found is not None and found.organisation_id == by.organisation_id,
        "can": {verb.removesuffix("_change"): order.can(verb, by=by) for verb in verbs},
        "refuse": refuse or RefuseForm(initial={"change": found and found.ref}),
    }
    return render(request, "marketplace/changes/change.html", context, status=status)


def page_words(order: Order, by: Membership) -> dict[str, Any]:
    return {
        "order": order,
        "other": order.seller if order.buyer_id == by.organisation_id else order.buyer,
        "zone": order.seller.zone,
        "agreement": order.sealing_agreement,
    }


def told(order: Order, change: ChangeRequest) -> dict[str, Any]:
    return {"asked": change, "rows": rows_of({"currency": order.currency, **texts_of(change)})}


def texts_of(change: Any) -> dict[str, Any]:
    return {"before": change.before, "after": change.after}


def allowed(request: AuthedRequest, order: Order, verb: str) -> HttpResponse | None:
    """The way back where it is too late; a signatory has to prove anew who they are where an agreement is signed."""
    by = party(request)
    if not order.allows("either", by) or not order.may_sign_change(by):
        raise PermissionDenied
    if not order.can(verb, by=by):
        messages.error(request, _("This cannot be done any more. See what happened since."))
        return redirect("marketplace:order_change", order.ref)
    if order.sealing_agreement:
        raise_if_reauthentication_required(request, app="account")
    return None


def change_new(request: AuthedRequest, ref: str) -> HttpResponse:
    """Where an agreement is signed, a second page shows the terms to sign."""
    order = order_for(request, ref)
    if refused := allowed(request, order, "propose_change"):
        return refused
    if request.method != "POST":
        return new_page(request, order, ChangeForm(order=order))
    form = ChangeForm(request.POST, order=order)
    try:
        if form.is_valid():
            return asked(request, order, form)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return new_page(request, order, form)


def new_page(request: AuthedRequest, order: Order, form: ChangeForm) -> HttpResponse:
    context = page_words(order, party(request)) | {"form": form}
    return render(request, "marketplace/changes/new.html", context, status=422 if form.errors else 200)


def asked(request: AuthedRequest, order: Order, form: ChangeForm) -> HttpResponse:
    """Calls the verb, or shows what is still to be signed. Raises Refusal."""
    by, words = party(request), form.cleaned_data["words"]
    signed = None
    if order.sealing_agreement:
        seal = SealForm(request.POST)
        if "sha256" not in request.POST or not seal.is_valid():
            return terms_page(request, order, form, seal if "sha256" in request.POST else None)
        signed = seal.signature(method_of(request))
    try:
        order.propose_change(by=by, words=words, signed=signed, **form.wishes)
    except Stale as stale:
        return terms_page(request, order, form, None, stale.message)
    messages.success(request, _("The other side was told. What was agreed stands until they accept."))
    return redirect("marketplace:order_change", order.ref)


def terms_page(
    request: AuthedRequest, order: Order, form: ChangeForm, seal: SealForm | None, error: str = ""
) -> HttpResponse:
    """What the proposer is about to sign. Raises Refusal."""
    change = order.asked_change(**form.wishes)
    sha256 = change.terms(form.cleaned_data["words"]).sha256
    seal = seal or SealForm(initial={"sha256": sha256, "name": request.user.name})
    context = page_words(order, party(request)) | {
        "form": form, "seal": seal, "sha256": sha256, "error": error, "words": form.cleaned_data["words"],
        "rows": rows_of(change.told),
    }  # fmt: skip
    return render(request, "marketplace/changes/sign.html", context, status=422 if seal.errors or error else 200)


def change_accept(request: AuthedRequest, ref: str) -> HttpResponse:
    """At once, or with a signature under the terms that the other side has signed."""
    order = order_for(request, ref)
    if refused := allowed(request, order, "accept_change"):
        return refused
    change = order.open_change
    seal = None
    if order.sealing_agreement:
        is_signed = request.method == "POST" and "sha256" in request.POST
        seal = SealForm(request.POST) if is_signed else SealForm(initial=first_seal(request, change))
        if not seal.is_valid():
            return accept_page(request, order, change, seal)
    elif request.method != "POST":
        return redirect("marketplace:order_change", order.ref)
    return accepted(request, order, seal)


def first_seal(request: AuthedRequest, change: ChangeRequest) -> dict[str, str]:
    return {"sha256": change.sha256, "name": request.user.name}


def accept_page(request: AuthedRequest, order: Order, change: ChangeRequest, seal: SealForm) -> HttpResponse:
    context = page_words(order, party(request)) | {
        "seal": seal, "asked": change, "sha256": change.sha256, "words": change.words,
        "rows": told(order, change)["rows"],
    }  # fmt: skip
    return render(request, "marketplace/changes/sign.html", context, status=422 if seal.errors else 200)


def accepted(request: AuthedRequest, order: Order, seal: SealForm | None) -> HttpResponse:
    signed = seal.signature(method_of(request)) if seal else None
    try:
        order.accept_change(request.POST.get("change", ""), by=party(request), signed=signed)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Agreed. The order says what holds now, and the other side was told."))
    return redirect("marketplace:order_change", order.ref)


@require_POST
def change_refuse(request: AuthedRequest, ref: str) -> HttpResponse:
    order, form = order_for(request, ref), RefuseForm(request.POST)
    if not form.is_valid():
        return change_page(request, order, form, status=422)
    return answered(request, order, "refuse_change", _("Refused. What was agreed stands."), form)


@require_POST
def change_take_back(request: AuthedRequest, ref: str) -> HttpResponse:
    order, form = order_for(request, ref), AnswerForm(request.POST)
    form.is_valid()
    return answered(request, order, "take_back_change", _("Taken back. What was agreed stands."), form)


def answered(request: AuthedRequest, order: Order, verb: str, done: str, form: AnswerForm) -> HttpResponse:
    words = {"change": "", **form.cleaned_data}
    try:
        getattr(order, verb)(**words, by=party(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("marketplace:order_change", order.ref)


def change_part(order: Order, by: Membership) -> Part | None:
    """The line on the page of the order, where a change may be asked or was asked."""
    if order.accepted_at is None:
        return None
    latest = order.changes.order_by("pk").last()
    if latest is None and order.status not in order.CHANGEABLE:
        return None
    url = reverse("marketplace:order_change", args=[order.ref])
    is_open = latest is not None and not latest.answer
    todo = _("Answer the change") if is_open and order.can("refuse_change", by=by) else ""
    return Part(_("Changes"), latest.get_answer_display() if latest else _("None"), url, "pen-line", todo)
