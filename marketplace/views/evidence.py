"""The records of the learners of a team, as the school's staff confirm, print and revoke them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.evidence_files import record_pdf
from marketplace.forms.evidence import RevokeForm, TeamEvidenceForm
from marketplace.models import Evidence, Order
from marketplace.models.evidence_verbs import takes_evidence
from marketplace.parts import Part
from marketplace.views.orders_access import party
from marketplace.views.teams import sellers_order


def evidence_part(order: Order, by: Membership) -> Part | None:
    """For the school the records, for its client the feedback."""
    if not takes_evidence(order):
        return None
    if order.side_of(by.organisation) == "buyer":
        given = getattr(order, "feedback", None) is not None
        url = reverse("marketplace:order_feedback", args=[order.ref])
        return Part(_("Feedback on the team"), _("given") if given else _("not given yet"), url, "thumbs-up")
    confirmed = order.evidence.live().count()
    if not (confirmed or order.team.exists()):
        return None
    state = _("%(n)s confirmed") % {"n": confirmed} if confirmed else _("not confirmed yet")
    url, todo = reverse("marketplace:order_evidence", args=[order.ref]), "" if confirmed else _("Confirm the records")
    return Part(_("Records of the students"), state, url, "badge-check", todo)


def order_evidence(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = sellers_order(request, ref), party(request)
    form = TeamEvidenceForm(request.POST if request.method == "POST" else None, order=order)
    if request.method == "POST" and form.is_valid() and form.apply(by=by):
        messages.success(request, _("Confirmed. Students with an account are told."))
        return redirect("marketplace:order_evidence", order.ref)
    context = {
        "order": order,
        "form": form,
        "can_confirm": takes_evidence(order) and order.allows("seller", by),
        "records": order.evidence.select_related("learner").order_by("learner__family_name", "-confirmed_at"),
        "feedback": getattr(order, "feedback", None),
    }
    return render(request, "marketplace/evidence/team.html", context, status=422 if form.errors else 200)


def record_of(request: AuthedRequest, ref: str, record: str) -> Evidence:
    order = sellers_order(request, ref)
    evidence = get_object_or_404(
        Evidence.objects.with_everything().select_related("revoked_by"), ref=record, order=order
    )
    evidence.order = order
    return evidence


@require_safe
def evidence_detail(request: AuthedRequest, ref: str, record: str) -> HttpResponse:
    return detail_page(request, record_of(request, ref, record), RevokeForm())


def detail_page(request: AuthedRequest, evidence: Evidence, form: RevokeForm, status: int = 200) -> HttpResponse:
    can_revoke = not evidence.is_revoked and evidence.order.allows("seller", party(request))
    context = {"evidence": evidence, "order": evidence.order, "form": form, "can_revoke": can_revoke}
    return render(request, "marketplace/evidence/detail.html", context, status=status)


@require_POST
def evidence_revoke(request: AuthedRequest, ref: str, record: str) -> HttpResponse:
    evidence, form = record_of(request, ref, record), RevokeForm(request.POST)
    if not form.is_valid():
        return detail_page(request, evidence, form, status=422)
    try:
        evidence.revoke(by=party(request), **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Revoked. You may confirm a right one now."))
    return redirect("marketplace:order_evidence", ref)


@require_safe
def evidence_pdf(request: AuthedRequest, ref: str, record: str) -> HttpResponse:
    """For learners without an account."""
    return pdf_response(record_of(request, ref, record))


def pdf_response(evidence: Evidence) -> HttpResponse:
    return download(record_pdf(evidence), "application/pdf", f"{evidence.ref}.pdf")


def download(content: bytes | str, content_type: str, filename: str) -> HttpResponse:
    """Kept by no cache: it names a learner."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
