"""What one's own organisation answers to calls."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from accounts.paging import page_of
from marketplace.forms.expressions import ExpressForm, is_sent
from marketplace.models import Call, Expression
from marketplace.models.expressions import shown_name
from marketplace.views.calls import other_zone, own_expression, shown_call, why_not
from marketplace.views.my_calls import NEWEST, worker

DONE = {
    "withdraw": gettext_lazy("Your answer is withdrawn."),
    "confirm": gettext_lazy("Confirmed. The caller was told."),
}


def my_expressions(request: AuthedRequest) -> HttpResponse:
    answers = Expression.objects.for_organisation(worker(request).organisation)
    page = page_of(answers.select_related("call__organisation"), NEWEST, request.GET.get("after", ""))
    return render(request, "marketplace/calls/answers.html", {"page": page})


def call_express(request: AuthedRequest, slug: str) -> HttpResponse:
    by, call = worker(request), shown_call(request, slug)
    if call.organisation_id == by.organisation_id:
        return redirect("marketplace:call_manage", call.slug)
    own = own_expression(call, by)
    if own is None and (why_not(call, by) or not call.is_open) and request.method != "POST":
        return redirect(call)
    form = ExpressForm(request.POST if request.method == "POST" else None, call=call, expression=own, by=by)
    if request.method == "POST" and form.is_valid() and (saved := form.apply()) and is_done(request, form, saved):
        return redirect("marketplace:call_express", call.slug)
    return express_page(request, call, form, by)


def is_done(request: AuthedRequest, form: ExpressForm, saved: Expression) -> bool:
    """Sent too, where that was asked."""
    if "send" not in request.POST or is_sent(saved):
        words = _("Your changes are saved.") if is_sent(saved) else _("Your draft is saved. It is not sent yet.")
        messages.success(request, words)
        return True
    if not form.send(saved):
        return False
    messages.success(request, _("Sent. You can change it until the deadline."))
    return True


def express_page(request: AuthedRequest, call: Call, form: ExpressForm, by: Membership) -> HttpResponse:
    """The form while it can be written, or what was refused; else the answer as it stands."""
    call = shown_call(request, call.slug)
    own = own_expression(call, by)
    context = {
        "call": call,
        "form": form if form.is_bound or (call.is_open and not why_not(call, by)) else None,
        "expression": own,
        "shown_learners": [shown_name(each) for each in own.learners.select_related("group")] if own else [],
        "their_learners": their_learners(call, own),
        "other_zone": other_zone(call, by),
        "can": {verb: own is not None and own.can(verb, by=by) for verb in DONE},
    }
    return render(request, "marketplace/calls/express.html", context, status=422 if form.errors else 200)


def their_learners(call: Call, own: Expression | None) -> list[str]:
    """The students whom the caller puts forward, once this applicant is shortlisted."""
    if own is None or own.shown_status not in Expression.KNOWS_CONTACT:
        return []
    return [shown_name(each) for each in call.learners.filter(left_on=None).select_related("group")]


@require_POST
def expression_do(request: AuthedRequest, slug: str, verb: str) -> HttpResponse:
    by = worker(request)
    own = own_expression(get_object_or_404(Call.objects.select_related("organisation"), slug=slug), by)
    if own is None:
        raise Http404
    try:
        getattr(own, verb)(by=by)
        messages.success(request, DONE[verb])
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("marketplace:call_express", slug)
