"""The calls of one's own organisation: the list, the form, and the page on which one call is managed and decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from accounts.paging import page_of
from marketplace.forms.calls import CallForm
from marketplace.forms.expressions import DecideForm, ReasonForm
from marketplace.forms.orders import EmptyForm
from marketplace.models import Call, Expression
from marketplace.models.expressions import shown_name

NEWEST = ("-created_at", "-pk")
HISTORY = 40
# by verb: its form, and what is said once it is done
CALL_VERBS: dict[str, tuple[type[forms.Form], Any]] = {
    "publish": (EmptyForm, gettext_lazy("Published. Everybody can read it now.")),
    "decide": (DecideForm, gettext_lazy("Decided. Everybody was told.")),
    "withdraw": (ReasonForm, gettext_lazy("Withdrawn. Everybody was told.")),
    "archive": (EmptyForm, gettext_lazy("The call is archived.")),
}
ANSWER_VERBS: dict[str, tuple[type[forms.Form], Any]] = {
    "shortlist": (EmptyForm, gettext_lazy("Shortlisted.")),
    "select": (EmptyForm, gettext_lazy("Selected. They are told when you decide.")),
    "decline": (ReasonForm, gettext_lazy("Declined. They are told when you decide.")),
}
Failed = tuple[str, str, forms.Form]  # the ref of the expression or "", the verb, and what was wrong


def worker(request: AuthedRequest) -> Membership:
    """The acting membership. Learners and people without an organisation neither call nor answer."""
    if request.membership is None:
        raise Http404
    if not request.membership.can_work:
        raise PermissionDenied
    return request.membership


def call_for(request: AuthedRequest, slug: str) -> Call:
    calls = Call.objects.for_organisation(worker(request).organisation)
    return get_object_or_404(calls.select_related("organisation", "contact"), slug=slug)


def my_calls(request: AuthedRequest) -> HttpResponse:
    calls = Call.objects.for_organisation(worker(request).organisation).with_counts()
    page = page_of(calls.select_related("organisation"), NEWEST, request.GET.get("after", ""))
    return render(request, "marketplace/calls/mine.html", {"page": page})


def call_new(request: AuthedRequest) -> HttpResponse:
    return form_page(request, worker(request), None)


def call_edit(request: AuthedRequest, slug: str) -> HttpResponse:
    """Drafts only: who reads a call can trust that it stays as it was published."""
    call = call_for(request, slug)
    if not call.can("change", by=worker(request)):
        messages.info(request, _("A published call stays as it is. You can withdraw it and write another."))
        return redirect("marketplace:call_manage", call.slug)
    return form_page(request, worker(request), call)


def form_page(request: AuthedRequest, by: Membership, call: Call | None) -> HttpResponse:
    is_sent, is_publishing = request.method == "POST", "publish" in request.POST
    form = CallForm(request.POST if is_sent else None, by=by, call=call, is_publishing=is_publishing)
    if is_sent and form.is_valid() and (saved := form.apply()):
        if is_publishing:
            return published(request, saved, by)
        messages.success(request, _("The draft is saved."))
        return redirect("marketplace:call_manage", saved.slug)
    context = {"form": form, "call": call}
    return render(request, "marketplace/calls/form.html", context, status=422 if form.errors else 200)


def published(request: AuthedRequest, call: Call, by: Membership) -> HttpResponse:
    try:
        call.publish(by=by)
        messages.success(request, CALL_VERBS["publish"][1])
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("marketplace:call_manage", call.slug)


def call_manage(request: AuthedRequest, slug: str) -> HttpResponse:
    return manage_page(request, call_for(request, slug))


def manage_page(request: AuthedRequest, call: Call, failed: Failed | None = None) -> HttpResponse:
    by = worker(request)
    context = {
        "call": call,
        "missing": call.missing if call.status == Call.Status.DRAFT else [],
        "forms": forms_of(call, CALL_VERBS, by, "", failed),
        "can_change": call.can("change", by=by),
        "rows": answers_of(call, by, failed),
        "failed": failed and failed[2],
        "history": call.activities.select_related("actor").order_by("-created_at", "-pk")[:HISTORY],
    }
    return render(request, "marketplace/calls/manage.html", context, status=422 if failed else 200)


def answers_of(call: Call, by: Membership, failed: Failed | None) -> list[dict[str, Any]]:
    found = call.expressions.sent().select_related("organisation").prefetch_related("learners__group")
    rows = []
    for expression in found:
        expression.call = call
        names = [shown_name(learner) for learner in expression.learners.all() if learner.left_on is None]
        shown = forms_of(expression, ANSWER_VERBS, by, expression.ref, failed)
        rows.append({"expression": expression, "learners": names, "forms": shown})
    return rows


def forms_of(
    row: Call | Expression, verbs: dict[str, tuple[type[forms.Form], Any]], by: Membership, ref: str,
    failed: Failed | None,
) -> dict[str, forms.Form]:  # fmt: skip
    """The forms of what the reader may do now, the refused one as it was sent."""
    shown = {}
    for verb, (form_class, _done) in verbs.items():
        if failed and failed[:2] == (ref, verb):
            shown[verb] = failed[2]
        elif row.can(verb, by=by):
            shown[verb] = form_class(auto_id=auto_id(verb, ref))
    return shown


def auto_id(verb: str, ref: str) -> str:
    return f"id_{verb}_{ref}_%s" if ref else f"id_{verb}_%s"


@require_POST
def call_do(request: AuthedRequest, slug: str, verb: str) -> HttpResponse:
    call = call_for(request, slug)
    return done(request, call, call, verb, "", CALL_VERBS)


@require_POST
def answer_do(request: AuthedRequest, slug: str, ref: str, verb: str) -> HttpResponse:
    call = call_for(request, slug)
    expression = get_object_or_404(call.expressions.sent().select_related("organisation"), ref=ref)
    expression.call = call
    return done(request, call, expression, verb, ref, ANSWER_VERBS)


def done(
    request: AuthedRequest, call: Call, row: Call | Expression, verb: str, ref: str,
    verbs: dict[str, tuple[type[forms.Form], Any]],
) -> HttpResponse:  # fmt: skip
    form_class, words = verbs[verb]
    form = form_class(request.POST, auto_id=auto_id(verb, ref))
    try:
        if form.is_valid():
            getattr(row, verb)(by=worker(request), **form.cleaned_data)
            messages.success(request, words)
            return redirect("marketplace:call_manage", call.slug)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return manage_page(request, call_for(request, call.slug), (ref, verb, form))
