"""The hours of a team: for the school by name, for the client a sum where the price is per hour."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.hours import CorrectionForm, HoursForm, VoidForm
from marketplace.models import HourEntry, Order, PriceModel
from marketplace.models.hour_verbs import takes_hours
from marketplace.parts import Part
from marketplace.views.orders_access import order_for, party
from marketplace.views.teams import sellers_order
from vet2b.lib.cells import safe_cell

A_PAGE = 50
BEGUN = frozenset(
    {
        Order.Status.IN_PROGRESS, Order.Status.DELIVERED, Order.Status.CHANGES_REQUESTED, Order.Status.COMPLETED,
        Order.Status.CLOSED, Order.Status.DISPUTED,
    }
)  # fmt: skip


def as_hours(minutes: int) -> str:
    """`12:30`."""
    return f"{minutes // 60}:{minutes % 60:02}"


def is_by_hour(order: Order) -> bool:
    return order.offer is not None and order.offer.price_model == PriceModel.HOURLY


def hours_part(order: Order, by: Membership) -> Part | None:
    is_school = order.side_of(by.organisation) == "seller"
    if order.status not in BEGUN or not (is_school or is_by_hour(order)):
        return None
    hours = _("%(hours)s h in all") % {"hours": as_hours(order.hours.confirmed().minutes())}
    waits = is_school and takes_hours(order, by) and order.hours.pending().exists()
    url = reverse("marketplace:order_hours", args=[order.ref])
    return Part(_("Hours"), hours, url, "clock", _("Confirm the hours") if waits else "")


def order_hours(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = order_for(request, ref), party(request)
    if order.side_of(by.organisation) == "buyer":
        return client_page(request, order)
    form = HoursForm(request.POST if request.method == "POST" else None, order=order)
    if request.method == "POST" and form.is_valid() and form.apply(by=by):
        messages.success(request, _("The hours are written."))
        return redirect("marketplace:order_hours", order.ref)
    return hours_page(request, order, form, status=422 if form.errors else 200)


def client_page(request: AuthedRequest, order: Order) -> HttpResponse:
    if request.method == "POST" or not is_by_hour(order):
        raise PermissionDenied
    context = {"order": order, "total": as_hours(order.hours.confirmed().minutes())}
    return render(request, "marketplace/hours/summary.html", context)


def hours_page(request: AuthedRequest, order: Order, form: HoursForm, status: int = 200) -> HttpResponse:
    entries = with_people(order).order_by(F("confirmed_at").asc(nulls_first=True), "-starts_at", "-pk")
    live = HourEntry.objects.filter(order=order)
    context = {
        "order": order,
        "form": form,
        "can_write": takes_hours(order, party(request)),
        "has_team": order.team.exists(),
        "page": Paginator(entries.live(), A_PAGE).get_page(request.GET.get("page")),
        "totals": totals(live.confirmed().select_related("learner")),
        "total": as_hours(live.confirmed().minutes()),
        "pending_count": live.pending().count(),
        "voided": entries.filter(voided_at__isnull=False)[:A_PAGE],
    }
    return render(request, "marketplace/hours/order.html", context, status=status)


def with_people(order: Order) -> Any:
    return HourEntry.objects.filter(order=order).select_related("learner", "written_by", "confirmed_by", "voided_by")


def totals(entries: Iterable[HourEntry]) -> list[tuple[str, str]]:
    """Each learner with their hours, by name."""
    minutes: dict[Any, int] = {}
    for entry in entries:
        minutes[entry.learner] = minutes.get(entry.learner, 0) + entry.minutes
    found = sorted(minutes.items(), key=lambda pair: (pair[0].family_name, pair[0].given_name))
    return [(str(learner), as_hours(number)) for learner, number in found]


def entry_for(request: AuthedRequest, ref: str, pk: int) -> HourEntry:
    order = sellers_order(request, ref)
    entry = get_object_or_404(HourEntry.objects.select_related("learner"), order=order, pk=pk)
    entry.order = order
    return entry


def hours_change(request: AuthedRequest, ref: str, pk: int) -> HttpResponse:
    entry = entry_for(request, ref, pk)
    form = CorrectionForm(request.POST if request.method == "POST" else None, entry=entry)
    if request.method == "POST" and form.is_valid() and form.apply(by=party(request)):
        messages.success(request, _("Corrected. The old row is kept."))
        return redirect("marketplace:order_hours", ref)
    return change_page(request, entry, form, VoidForm(auto_id="id_void_%s"), status=422 if form.errors else 200)


def change_page(
    request: AuthedRequest, entry: HourEntry, form: CorrectionForm, void: VoidForm, status: int = 200
) -> HttpResponse:
    context = {"entry": entry, "order": entry.order, "form": form, "void": void}
    return render(request, "marketplace/hours/change.html", context, status=status)


@require_POST
def hours_confirm(request: AuthedRequest, ref: str, pk: int) -> HttpResponse:
    try:
        entry_for(request, ref, pk).confirm(by=party(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Confirmed."))
    return redirect("marketplace:order_hours", ref)


@require_POST
def hours_void(request: AuthedRequest, ref: str, pk: int) -> HttpResponse:
    entry = entry_for(request, ref, pk)
    void = VoidForm(request.POST, auto_id="id_void_%s")
    if not void.is_valid():
        return change_page(request, entry, CorrectionForm(entry=entry), void, status=422)
    try:
        entry.void(by=party(request), **void.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Taken out. The row is kept."))
    return redirect("marketplace:order_hours", ref)


def order_hours_csv(request: AuthedRequest, ref: str) -> HttpResponse:
    """For the school's own records, by name; it opens in spreadsheets without running anything in it."""
    order = sellers_order(request, ref)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{order.ref}-hours.csv"'
    response.write("\ufeff")  # tells spreadsheets that it is UTF-8
    writer = csv.writer(response)
    heads = [_("Student"), _("Day"), _("From"), _("To"), _("Break"), _("Hours"), _("What was done"), _("Confirmed by")]
    writer.writerow(heads)
    for entry in with_people(order).live().order_by("starts_at", "learner__family_name", "pk"):
        writer.writerow(map(safe_cell, cells_of(entry, order)))
    return response


def cells_of(entry: HourEntry, order: Order) -> list[object]:
    starts_at, ends_at = entry.starts_at.astimezone(order.zone), entry.ends_at.astimezone(order.zone)
    return [
        entry.learner, starts_at.date(), f"{starts_at:%H:%M}", f"{ends_at:%H:%M}", entry.break_minutes,
        as_hours(entry.minutes), entry.done, entry.confirmed_by or "",
    ]  # fmt: skip
