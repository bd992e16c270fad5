"""The part “Times” of an offer: whether it is booked by day and time, and what each booking needs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.offer_times import NeedsForm, PlanForm, typed_needs
from marketplace.forms.resources import with_monday_copied
from marketplace.models import Offer, Plan, Resource
from marketplace.models.resources import WEEKDAYS
from marketplace.views.offers import offer_for
from marketplace.views.offers_parts import edit_context

EXAMPLES = 4


def offer_times(request: AuthedRequest, ref: str) -> HttpResponse:
    offer = offer_for(request, ref)
    if offer.revision_of:
        return redirect("marketplace:offer_times", offer.revision_of.ref)
    if request.method != "POST":
        return times_page(request, offer, PlanForm(plan=offer.times))
    if "copy" in request.POST:
        return times_page(request, offer, PlanForm(with_monday_copied(request.POST), plan=None), is_saving=False)
    form = PlanForm(request.POST, plan=None)
    if form.is_valid():
        try:
            offer.set_plan(by=request.membership, **form.values())
        except Refusal as refusal:
            form.add_error(field_of(refusal, form), refusal.message)
        else:
            messages.success(request, _("Saved. Companies can choose among these times."))
            return redirect("marketplace:offer_times", ref)
    return times_page(request, offer, form)


def field_of(refusal: Refusal, form: PlanForm) -> str | None:
    """A day of the week stands for its first span."""
    return next((name for name in (refusal.field, f"{refusal.field}_0_from") if name in form.fields), None)


@require_POST
def offer_times_remove(request: AuthedRequest, ref: str) -> HttpResponse:
    offer = offer_for(request, ref)
    try:
        offer.remove_plan(by=request.membership)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The offer is no longer booked by day and time."))
    return redirect("marketplace:offer_times", ref)


@require_POST
def offer_needs(request: AuthedRequest, ref: str) -> HttpResponse:
    """Adding and removing rows keeps the ticks without saving."""
    offer = offer_for(request, ref)
    needs, resources = typed_needs(request.POST), resources_for(offer)
    if "add" in request.POST or "remove" in request.POST:
        form = NeedsForm(resources=resources, needs=needs)
        return times_page(request, offer, PlanForm(plan=offer.times), form, is_saving=False)
    form = NeedsForm(request.POST, resources=resources, needs=needs)
    if form.is_valid():
        try:
            offer.set_requirements(form.needs(), by=request.membership)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("marketplace:offer_times", ref)
    return times_page(request, offer, PlanForm(plan=offer.times), form)


def resources_for(offer: Offer) -> list[Resource]:
    return list(offer.school.resources.in_use())


def times_page(
    request: AuthedRequest, offer: Offer, form: PlanForm, needs: NeedsForm | None = None, *, is_saving: bool = True
) -> HttpResponse:
    resources = resources_for(offer)
    context = edit_context(offer, "times") | {
        "form": form,
        "needs": needs or NeedsForm(resources=resources, needs=offer.needs or [[]]),
        "resources": resources,
        "plan": offer.times,
        "example": example(offer.times) if offer.times else None,
        "can_edit": offer.status in Offer.EDITABLE | Offer.LIVE,
    }
    failed = is_saving and (form.errors or (needs and needs.errors))
    return render(request, "marketplace/offers/edit_times.html", context, status=422 if failed else 200)


def example(plan: Plan) -> tuple[Any, list[str]] | None:
    """The first day with hours, and the first times of it that a company sees."""
    hours = list(plan.hours.all())
    if not hours:
        return None
    starts = []
    for each in (each for each in hours if each.weekday == hours[0].weekday):
        begins, ends = (datetime.combine(date.min, clock) for clock in (each.opens_at, each.closes_at))
        while begins + timedelta(minutes=plan.minutes) <= ends:
            starts.append(f"{begins:%H:%M}")
            begins += timedelta(minutes=plan.step_minutes)
    return dict(WEEKDAYS)[hours[0].weekday], starts[:EXAMPLES]
