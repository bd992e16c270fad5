"""The agreement of an order: its page, its versions, and what a side may do with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.agreements import TerminateForm, TextsForm
from marketplace.models import Agreement, AgreementVersion, Order
from marketplace.models.agreement_rules import Reason
from marketplace.models.agreement_verbs import Stale
from marketplace.parts import Part
from marketplace.views.agreements_changes import changes_between
from marketplace.views.orders_access import order_for, party
from marketplace.views.orders_files import as_attachment


def agreement_for(request: AuthedRequest, ref: str) -> Agreement:
    """With the order that the reader is a side of."""
    order = order_for(request, ref)
    agreement = order.own_agreement
    if agreement is None:
        raise Http404
    agreement.order = order
    return agreement


def version_of(agreement: Agreement, number: int | None = None) -> AgreementVersion:
    versions = agreement.versions.prefetch_related("signatures__organisation", "signatures__paper")
    if number is None:
        return versions.order_by("number").last()
    return get_object_or_404(versions, number=number)


def agreement_detail(request: AuthedRequest, ref: str, number: int | None = None) -> HttpResponse:
    """The latest version, or an earlier one to read."""
    return agreement_page(request, agreement_for(request, ref), number=number)


def agreement_page(
    request: AuthedRequest,
    agreement: Agreement,
    *,
    number: int | None = None,
    form: TerminateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    by = party(request)
    version = version_of(agreement, number)
    versions = list(agreement.versions.select_related("made_by", "organisation").order_by("-number"))
    before = next((each for each in versions if each.number == version.number - 1), None)
    context = {
        "agreement": agreement,
        "order": agreement.order,
        "zone": agreement.order.seller.zone,
        "version": version,
        "is_latest": version.number == versions[0].number,
        "versions": versions,
        "changes": changes_between(before, version) if before else [],
        "reasons": [Reason(code).label for code in agreement.reasons],
        "sides": [side_of(version, organisation) for organisation in (agreement.order.seller, agreement.order.buyer)],
        "papers": version.papers.select_related("organisation"),
        "can": {verb: agreement.can(verb, by=by) for verb in ("edit", "amend", "sign", "offer_paper", "confirm_paper")},
        "terminate": (form or TerminateForm()) if agreement.can("terminate", by=by) else None,
        "is_signatory": by.can_sign,
        "by": by,
    }
    return render(request, "marketplace/agreements/detail.html", context, status=status)


def side_of(version: AgreementVersion, organisation: Any) -> dict[str, Any]:
    """Who has signed for one side, or who may."""
    signature = next((each for each in version.valid_signatures if each.organisation_id == organisation.pk), None)
    may_sign = [] if signature else [member.user for member in organisation.memberships.signatories()]
    return {"organisation": organisation, "signature": signature, "may_sign": may_sign}


def agreement_edit(request: AuthedRequest, ref: str) -> HttpResponse:
    """Other texts: a new version, or an amendment of what both have signed."""
    agreement, by = agreement_for(request, ref), party(request)
    verb = "amend" if agreement.is_settled else "edit"
    if not agreement.allows("either", by):
        raise PermissionDenied
    if not agreement.can(verb, by=by):
        messages.error(request, _("It cannot be changed any more."))
        return redirect(agreement)
    version = version_of(agreement)
    form = TextsForm(request.POST if request.method == "POST" else None, version=version)
    if request.method == "POST" and form.is_valid() and changed(request, agreement, form, verb):
        return redirect("marketplace:agreement_detail", ref)
    version = form.version
    context = {"agreement": agreement, "order": agreement.order, "form": form, "version": version, "verb": verb}
    context["changes"] = form.meanwhile
    return render(request, "marketplace/agreements/edit.html", context, status=422 if form.errors else 200)


def changed(request: AuthedRequest, agreement: Agreement, form: TextsForm, verb: str) -> bool:
    based_on, note = form.cleaned_data["based_on"], form.cleaned_data["note"]
    try:
        getattr(agreement, verb)(form.texts(), by=party(request), based_on=based_on, note=note)
    except Stale as stale:
        rebase(agreement, form)
        form.add_error(None, stale.message)
        return False
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, _("There is a new version. The other side was told; both sign it now."))
    return True


def rebase(agreement: Agreement, form: TextsForm) -> None:
    base = agreement.versions.filter(number=form.cleaned_data["based_on"]).first()
    form.version = version_of(agreement)
    if base:
        form.rebase(base)
        form.meanwhile = changes_between(base, form.version)


@require_POST
def agreement_terminate(request: AuthedRequest, ref: str) -> HttpResponse:
    agreement, by = agreement_for(request, ref), party(request)
    if not agreement.allows("signatory", by):
        raise PermissionDenied
    form = TerminateForm(request.POST)
    if not form.is_valid():
        return agreement_page(request, agreement, form=form, status=422)
    try:
        agreement.terminate(by=by, reason=form.cleaned_data["reason"])
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("marketplace:agreement_detail", ref)
    messages.success(request, _("The agreement is terminated and the order cancelled. The other side was told."))
    return redirect("marketplace:order_detail", ref)


def agreement_pdf(request: AuthedRequest, ref: str, number: int) -> FileResponse:
    """Even when its bytes are no longer those that were made: the page says so."""
    version = version_of(agreement_for(request, ref), number)
    if not version.pdf:
        raise Http404
    return as_attachment(version.pdf, f"agreement-{ref}-{number}.pdf", "application/pdf")


def agreement_part(order: Order, by: Membership) -> Part | None:
    """The line on the page of the order."""
    agreement = order.own_agreement
    if agreement is None:
        return None
    todo = _("Read and sign") if any(agreement.can(verb, by=by) for verb in ("sign", "confirm_paper")) else ""
    url = agreement.get_absolute_url()
    return Part(_("Agreement"), agreement.get_status_display(), url, "signature", todo)
