"""What a learner with an account sees of orders: title, school, dates and the learner's own hours."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.hours import HoursForm, VoidForm
from marketplace.models import Learner, Order
from marketplace.models.hour_verbs import takes_hours
from marketplace.views.hours import as_hours

ORDERS = 50
ENTRIES = 200


def learner_for(request: AuthedRequest) -> Learner:
    """Only for accounts that the school has linked with a student of its list."""
    membership = request.membership
    if membership is None or not membership.is_learner:
        raise Http404
    return get_object_or_404(Learner.objects.present(), membership=membership)


def orders_of(learner: Learner) -> Any:
    """Agreed ones, in whose team the learner is or was."""
    orders = Order.objects.filter(seller=learner.school_id, accepted_at__isnull=False)
    return orders.filter(pk__in=learner.teams.values("order")).exclude(status__in=Order.LOST).select_related("seller")


def rows_of(learner: Learner) -> list[dict[str, Any]]:
    """Each order with the learner's own hours, in two statements."""
    orders = list(orders_of(learner).order_by("-starts_on", "-pk")[:ORDERS])
    minutes: dict[int, int] = {}
    for entry in learner.hours.live().filter(order__in=orders):
        minutes[entry.order_id] = minutes.get(entry.order_id, 0) + entry.minutes
    return [{"order": order, "hours": as_hours(minutes.get(order.pk, 0))} for order in orders]


def my_hours(request: AuthedRequest) -> HttpResponse:
    return render(request, "marketplace/hours/mine.html", {"rows": rows_of(learner_for(request))})


def my_order_hours(request: AuthedRequest, ref: str) -> HttpResponse:
    learner = learner_for(request)
    order = get_object_or_404(orders_of(learner), ref=ref)
    can_write = takes_hours(order, request.membership) and order.team.live().filter(learner=learner).exists()
    form = HoursForm(request.POST if request.method == "POST" else None, order=order, learner=learner)
    if request.method == "POST" and form.is_valid() and form.apply(by=request.membership):
        messages.success(request, _("Your hours are written. Your trainer confirms them."))
        return redirect("marketplace:my_order_hours", order.ref)
    entries = learner.hours.filter(order=order).order_by("-starts_at", "-pk")
    context = {
        "order": order, "form": form, "can_write": can_write, "entries": entries[:ENTRIES],
        "total": as_hours(entries.live().minutes()),
    }  # fmt: skip
    return render(request, "marketplace/hours/mine_order.html", context, status=422 if form.errors else 200)


@require_POST
def my_hours_void(request: AuthedRequest, ref: str, pk: int) -> HttpResponse:
    learner = learner_for(request)
    entry = get_object_or_404(learner.hours.filter(order__in=orders_of(learner)), order__ref=ref, pk=pk)
    form = VoidForm(request.POST)
    try:
        entry.void(by=request.membership, reason=form.cleaned_data["reason"] if form.is_valid() else "")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Taken out."))
    return redirect("marketplace:my_order_hours", ref)
