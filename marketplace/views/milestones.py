"""The milestones of an order: planned and shown by the school, answered by the client."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.milestones import PlanForm, RemarkForm, SubmitForm
from marketplace.forms.orders import EmptyForm
from marketplace.models import Milestone, Order
from marketplace.models.milestones import MAX_MILESTONES, SETTABLE
from marketplace.parts import Part
from marketplace.views.orders_access import order_for, party

# by verb: its form, and what is said once it is done
FORMS: dict[str, tuple[type[forms.Form], Any]] = {
    "change": (PlanForm, gettext_lazy("The milestone is changed.")),
    "remove": (EmptyForm, gettext_lazy("The milestone is removed.")),
    "submit": (SubmitForm, gettext_lazy("Shown. The client was told.")),
    "approve": (EmptyForm, gettext_lazy("Thank you. The school was told.")),
    "remark": (RemarkForm, gettext_lazy("Sent. The school was told.")),
}
Failed = tuple[int | None, str, forms.Form]  # the key of the milestone, the verb and what was wrong


def order_milestones(request: AuthedRequest, ref: str) -> HttpResponse:
    """All of them; the school's form to plan one more."""
    order, by = order_for(request, ref), party(request)
    if request.method != "POST":
        return milestones_page(request, order)
    if not order.allows("seller", by):
        raise PermissionDenied
    form = PlanForm(request.POST)
    try:
        if form.is_valid():
            Milestone.plan(order, by=by, **form.cleaned_data)
            messages.success(request, _("The milestone is planned."))
            return redirect("marketplace:order_milestones", order.ref)
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.message)
    return milestones_page(request, order, (None, "plan", form))


@require_POST
def milestone_do(request: AuthedRequest, ref: str, pk: int, verb: str) -> HttpResponse:
    order, by = order_for(request, ref), party(request)
    milestone = get_object_or_404(Milestone, order=order, pk=pk)
    milestone.order = order
    form_class, done = FORMS[verb]
    form = form_class(request.POST, request.FILES, auto_id=auto_id(verb, milestone))
    if not milestone.allows(Milestone.TRANSITIONS[verb].party, by):
        raise PermissionDenied
    try:
        if form.is_valid():
            getattr(milestone, verb)(by=by, **form.cleaned_data)
            messages.success(request, done)
            return redirect("marketplace:order_milestones", order.ref)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return milestones_page(request, order, (pk, verb, form))


def auto_id(verb: str, milestone: Milestone) -> str:
    return f"id_{verb}_{milestone.pk}_%s"


def milestones_page(request: AuthedRequest, order: Order, failed: Failed | None = None) -> HttpResponse:
    by = party(request)
    milestones = list(order.milestones.all())
    is_school = order.side_of(by.organisation) == "seller"
    can_plan = is_school and by.can_trade and order.status in SETTABLE and len(milestones) < MAX_MILESTONES
    context = {
        "order": order,
        "is_school": is_school,
        "cards": [card_of(each, order, by, failed) for each in milestones],
        "failed": failed and failed[2],
        "plan": (failed[2] if failed and failed[1] == "plan" else PlanForm()) if can_plan else None,
        "is_running": order.status in SETTABLE,
    }
    return render(request, "marketplace/milestones/order.html", context, status=422 if failed else 200)


def card_of(milestone: Milestone, order: Order, by: Membership, failed: Failed | None) -> dict[str, Any]:
    """A milestone with the forms of what this reader may do now, the refused one as it was sent."""
    milestone.order = order
    shown: dict[str, forms.Form] = {}
    for verb, (form_class, _done) in FORMS.items():
        if failed and failed[:2] == (milestone.pk, verb):
            shown[verb] = failed[2]
        elif milestone.can(verb, by=by):
            shown[verb] = form_class(auto_id=auto_id(verb, milestone), initial=initial(milestone, verb))
    return {"milestone": milestone, "forms": shown}


def initial(milestone: Milestone, verb: str) -> dict[str, Any]:
    return {"title": milestone.title, "due_on": milestone.due_on} if verb == "change" else {}


def milestones_part(order: Order, by: Membership) -> Part | None:
    if order.accepted_at is None:
        return None
    milestones = list(order.milestones.all())
    is_school = order.side_of(by.organisation) == "seller"
    if not milestones and not (is_school and order.status in SETTABLE):
        return None
    done = sum(each.status == Milestone.S.OK for each in milestones)
    state = _("%(done)s of %(all)s OK") % {"done": done, "all": len(milestones)} if milestones else _("none planned")
    url = reverse("marketplace:order_milestones", args=[order.ref])
    return Part(_("Milestones"), state, url, "target", todo_of(order, milestones, by))


def todo_of(order: Order, milestones: list[Milestone], by: Membership) -> str:
    for milestone in milestones:
        milestone.order = order
        if milestone.can("approve", by=by):
            return _("Look at a milestone")
        if milestone.status == Milestone.S.REMARKS and milestone.can("submit", by=by):
            return _("Take up the remarks")
    return ""
