"""Signing: on the site, or on a paper whose scan the other side confirms. Each proves anew who they are (ACC-5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.agreements import ConfirmForm, PaperForm, SignForm
from marketplace.models import Agreement, AgreementPaper
from marketplace.models.agreement_verbs import Stale
from marketplace.views.agreements import agreement_for, version_of
from marketplace.views.orders_access import party
from marketplace.views.orders_files import as_attachment


def signing(request: AuthedRequest, ref: str, verb: str) -> Agreement | HttpResponse:
    """The agreement, for a signatory who has just proved who they are; or the way back where it is too late."""
    agreement, by = agreement_for(request, ref), party(request)
    if not agreement.allows("signatory", by):
        raise PermissionDenied
    if not agreement.can(verb, by=by):
        messages.error(request, _("There is nothing to sign for you now."))
        return redirect(agreement)
    raise_if_reauthentication_required(request, app="account")
    return agreement


def method_of(request: AuthedRequest) -> str:
    """How the signatory proved who they are last: "password", "mfa" or what else allauth noted."""
    records = get_authentication_records(request, request.user)
    return records[-1].get("method", "")[:30] if records else ""


def agreement_sign(request: AuthedRequest, ref: str) -> HttpResponse:
    agreement = signing(request, ref, "sign")
    if isinstance(agreement, HttpResponse):
        return agreement
    version, initial = version_of(agreement), {"name": request.user.name}
    if request.method != "POST":
        return sign_page(request, agreement, SignForm(version=version, initial=initial), "sign")
    form = SignForm(request.POST, version=version)
    return signed(request, agreement, form, "sign", lambda by: agreement.sign(**form.signature(), **by))


def agreement_paper(request: AuthedRequest, ref: str) -> HttpResponse:
    agreement = signing(request, ref, "offer_paper")
    if isinstance(agreement, HttpResponse):
        return agreement
    version, initial = version_of(agreement), {"name": request.user.name}
    if request.method != "POST":
        return sign_page(request, agreement, PaperForm(version=version, initial=initial), "offer_paper")
    form = PaperForm(request.POST, request.FILES, version=version)
    return signed(request, agreement, form, "offer_paper", lambda by: agreement.offer_paper(**form.signature(), **by))


def agreement_confirm(request: AuthedRequest, ref: str) -> HttpResponse:
    agreement = signing(request, ref, "confirm_paper")
    if isinstance(agreement, HttpResponse):
        return agreement
    version, initial = version_of(agreement), {"name": request.user.name}
    paper = version.paper_for(party(request).organisation)
    if request.method != "POST":
        form = ConfirmForm(version=version, paper=paper, initial=initial)
        return sign_page(request, agreement, form, "confirm_paper", paper=paper)
    form = ConfirmForm(request.POST, version=version, paper=paper)
    confirm = lambda by: agreement.confirm_paper(**form.signature(), **by)  # noqa: E731
    return signed(request, agreement, form, "confirm_paper", confirm, paper=paper)


def signed(
    request: AuthedRequest, agreement: Agreement, form: SignForm, verb: str, call: Callable[[dict[str, Any]], Any],
    **more: Any,
) -> HttpResponse:  # fmt: skip
    if form.is_valid():
        try:
            call({"by": party(request), "method": method_of(request)})
        except Refusal as refusal:
            if isinstance(refusal, Stale):
                return stale(request, agreement, form, verb, refusal)
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, DONE[verb]())
            return redirect("marketplace:agreement_detail", agreement.order.ref)
    return sign_page(request, agreement, form, verb, **more)


def stale(request: AuthedRequest, agreement: Agreement, form: SignForm, verb: str, refusal: Stale) -> HttpResponse:
    """With what is to be signed now; a scan that is no longer there leads back."""
    version = version_of(agreement)
    paper = version.paper_for(party(request).organisation)
    if verb == "confirm_paper" and paper is None:
        messages.error(request, refusal.message)
        return redirect("marketplace:agreement_detail", agreement.order.ref)
    more = {"paper": paper} if verb == "confirm_paper" else {}
    fresh = FORMS[verb](form.data, version=version, **more)
    fresh.renew()
    fresh.full_clean()
    fresh.add_error(None, refusal.message)
    return sign_page(request, agreement, fresh, verb, **more)


FORMS = {"sign": SignForm, "offer_paper": PaperForm, "confirm_paper": ConfirmForm}
DONE = {
    "sign": lambda: _("You signed for your organisation. The other side was told."),
    "offer_paper": lambda: _("The scan is put up. It counts when the other side confirms it."),
    "confirm_paper": lambda: _("Confirmed. Both sides have signed."),
}


def sign_page(request: AuthedRequest, agreement: Agreement, form: SignForm, verb: str, **more: Any) -> HttpResponse:
    """With the text of the version that the form names, which is what will be signed."""
    context = {
        "agreement": agreement,
        "order": agreement.order,
        "version": version_of(agreement),
        "form": form,
        "verb": verb,
        "organisation": party(request).organisation,
        **more,
    }
    return render(request, "marketplace/agreements/sign.html", context, status=422 if form.errors else 200)


def paper_file(request: AuthedRequest, ref: str, paper_ref: str) -> FileResponse:
    papers = AgreementPaper.objects.filter(version__agreement=agreement_for(request, ref))
    paper = get_object_or_404(papers, ref=paper_ref)
    return as_attachment(paper.file, paper.file_name, "application/pdf")
