"""The records of a learner with an account: to read, to take away, and to show or not."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest
from marketplace.badges import badge_of
from marketplace.evidence_files import record_json
from marketplace.forms.evidence import ShownForm
from marketplace.issuers import address
from marketplace.models import Evidence
from marketplace.models.evidence import EvidenceQuerySet
from marketplace.views.evidence import download, pdf_response


def own(request: AuthedRequest) -> EvidenceQuerySet:
    """Those of the acting account, also after its learner has left the school."""
    if request.membership is None or not request.membership.is_learner:
        raise Http404
    return Evidence.objects.filter(learner__membership=request.membership)


def own_record(request: AuthedRequest, ref: str) -> Evidence:
    return get_object_or_404(own(request).with_everything(), ref=ref)


@require_safe
def my_evidence(request: AuthedRequest) -> HttpResponse:
    records = own(request).select_related("order__seller", "shown", "learner")
    return render(request, "marketplace/evidence/mine.html", {"records": records})


def my_evidence_detail(request: AuthedRequest, ref: str) -> HttpResponse:
    evidence = own_record(request, ref)
    form = ShownForm(request.POST if request.method == "POST" else None, evidence=evidence)
    if request.method == "POST" and form.is_valid() and form.apply(by=request.membership):
        messages.success(request, _("The page is public with what you chose."))
        return redirect(evidence)
    context = {"evidence": evidence, "form": form, "public_url": address("verify", evidence.code)}
    return render(request, "marketplace/evidence/mine_detail.html", context, status=422 if form.errors else 200)


@require_POST
def my_evidence_hide(request: AuthedRequest, ref: str) -> HttpResponse:
    evidence = own_record(request, ref)
    evidence.hide(by=request.membership)
    messages.success(request, _("Nobody else sees it any more."))
    return redirect(evidence)


@require_safe
def my_evidence_pdf(request: AuthedRequest, ref: str) -> HttpResponse:
    return pdf_response(own_record(request, ref))


@require_safe
def my_evidence_json(request: AuthedRequest, ref: str) -> HttpResponse:
    content = json.dumps(record_json(own_record(request, ref)), ensure_ascii=False, indent=2)
    return download(content, "application/json; charset=utf-8", f"{ref}.json")


@require_safe
def my_evidence_badge(request: AuthedRequest, ref: str) -> HttpResponse:
    """An Open Badge to keep in a wallet. A revoked record gives none."""
    evidence = own_record(request, ref)
    if evidence.is_revoked:
        raise Http404
    return download(badge_of(evidence), "application/vc+jwt", f"{ref}.jwt")
