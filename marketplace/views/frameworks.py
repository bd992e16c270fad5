"""Framework agreements of two organisations: writing, answering and ending them."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Organisation, Refusal
from marketplace.forms.frameworks import AcceptForm, FrameworkForm
from marketplace.forms.orders import EmptyForm, ReasonForm
from marketplace.models import Framework
from marketplace.models.framework_verbs import years_after
from marketplace.views.agreements_sign import method_of
from marketplace.views.orders_access import party

# by verb: its form, its button and what is said once it is done
VERBS: dict[str, tuple[Any, Any, Any]] = {
    "propose": (EmptyForm, _("Propose it"), _("Proposed. The other side was told.")),
    "discard": (EmptyForm, _("Discard the draft"), _("The draft is discarded.")),
    "take_back": (EmptyForm, _("Take it back"), _("Taken back. You can change it now.")),
    "refuse": (ReasonForm, _("Refuse it"), _("Refused. The other side was told.")),
    "give_notice": (ReasonForm, _("Give notice"), _("Notice is given. The other side was told.")),
}


def framework_for(request: AuthedRequest, ref: str) -> Framework:
    found = Framework.objects.for_organisation(party(request).organisation)
    return get_object_or_404(found.select_related("buyer", "school", "proposer", "author", "accepted_by"), ref=ref)


def sides_of(request: AuthedRequest, slug: str, side: str) -> tuple[Organisation, Organisation]:
    """Buyer and school, where the reader's organisation is to `buy` from, or `sell` to, the one named."""
    own = party(request).organisation
    other = get_object_or_404(Organisation.objects.verified().exclude(pk=own.pk), slug=slug)
    buyer, school = (own, other) if side == "buy" else (other, own)
    if not school.is_school:
        raise Http404
    if not party(request).can_trade:
        raise PermissionDenied
    return buyer, school


def framework_new(request: AuthedRequest, slug: str, side: str) -> HttpResponse:
    buyer, school = sides_of(request, slug, side)
    today = timezone.localdate()
    last = years_after(today, 1)
    initial = {"valid_from": today, "valid_until": last, "fixed_until": last}
    sent = request.POST if request.method == "POST" else None
    form = FrameworkForm(sent, school=school, initial=initial)
    if sent is not None and form.is_valid():
        try:
            framework = Framework.draft(by=party(request), buyer=buyer, school=school, **form.terms())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, _("The draft is saved. Read it once more, then propose it."))
            return redirect(framework)
    return form_page(request, form, buyer, school)


def framework_edit(request: AuthedRequest, ref: str) -> HttpResponse:
    framework, by = framework_for(request, ref), party(request)
    if not framework.can("change", by=by):
        messages.error(request, _("It cannot be changed now."))
        return redirect(framework)
    sent = request.POST if request.method == "POST" else None
    form = FrameworkForm(sent, instance=framework, school=framework.school)
    if sent is not None and form.is_valid():
        try:
            framework.change(by=by, **form.terms())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return redirect(framework)
    return form_page(request, form, framework.buyer, framework.school, framework)


def form_page(
    request: AuthedRequest, form: FrameworkForm, buyer: Organisation, school: Organisation,
    framework: Framework | None = None,
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "buyer": buyer, "school": school, "framework": framework}
    return render(request, "marketplace/frameworks/form.html", context, status=422 if form.errors else 200)


def framework_detail(request: AuthedRequest, ref: str) -> HttpResponse:
    return detail_page(request, framework_for(request, ref))


def detail_page(request: AuthedRequest, framework: Framework, failed: dict[str, Any] | None = None) -> HttpResponse:
    by, failed = party(request), failed or {}
    count, net = framework.used
    context = {
        "framework": framework,
        "other": framework.school if by.organisation_id == framework.buyer_id else framework.buyer,
        "services": framework.services.select_related("offer").prefetch_related("offer__texts").order_by("pk"),
        "actions": [action_of(framework, verb, failed.get(verb)) for verb in VERBS if framework.can(verb, by=by)],
        "can_change": framework.can("change", by=by),
        "can_accept": framework.can("accept", by=by),
        "needs_signatory": framework.can("refuse", by=by) and not framework.can("accept", by=by),
        "happened": framework.activities.select_related("actor").order_by("created_at", "pk"),
        "count": count,
        "net": net,
    }
    return render(request, "marketplace/frameworks/detail.html", context, status=422 if failed else 200)


def action_of(framework: Framework, verb: str, failed: Any) -> dict[str, Any]:
    form, label, _done = VERBS[verb]
    url = reverse(f"marketplace:framework_{verb}", args=[framework.ref])
    return {"verb": verb, "label": label, "url": url, "form": failed or form(auto_id=f"id_{verb}_%s"), "failed": failed}


@require_POST
def framework_act(request: AuthedRequest, ref: str, verb: str) -> HttpResponse:
    framework, (form_class, _label, done) = framework_for(request, ref), VERBS[verb]
    form = form_class(request.POST, auto_id=f"id_{verb}_%s")
    if not form.is_valid():
        return detail_page(request, framework, {verb: form})
    try:
        getattr(framework, verb)(by=party(request), **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
        if verb == "discard":
            return redirect("marketplace:partner_list")
    return redirect(framework)


def framework_accept(request: AuthedRequest, ref: str) -> HttpResponse:
    """Who accepts proves anew who they are, as with a signature."""
    framework, by = framework_for(request, ref), party(request)
    if not framework.allows("signatory_of_answerer", by):
        raise PermissionDenied
    if not framework.can("accept", by=by):
        messages.error(request, _("There is nothing to accept now."))
        return redirect(framework)
    raise_if_reauthentication_required(request, app="account")
    seen = framework.proposed_at.isoformat()
    form = AcceptForm(request.POST) if request.method == "POST" else AcceptForm(initial={"seen": seen})
    if request.method == "POST" and form.is_valid():
        try:
            framework.accept(form.cleaned_data["seen"], by=by, method=method_of(request))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Accepted. The other side was told."))
        return redirect(framework)
    services = framework.services.select_related("offer").prefetch_related("offer__texts").order_by("pk")
    context = {"framework": framework, "form": form, "services": services}
    return render(request, "marketplace/frameworks/accept.html", context, status=422 if form.errors else 200)
