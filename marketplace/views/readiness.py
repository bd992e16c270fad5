"""What must be in place before an order begins: one page that both sides see whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.readiness import ReadyForm, TrainersForm, WaiveForm
from marketplace.models import Order, Readiness, ReadyItem
from marketplace.models.readiness import Line
from marketplace.models.ready_items import Item
from marketplace.parts import Part
from marketplace.views.orders_access import order_for, party

SHOWN = 3  # names of missing things in one line


def readiness_for(request: AuthedRequest, ref: str) -> Readiness:
    readiness = getattr(order_for(request, ref), "readiness", None)
    if readiness is None:
        raise Http404
    return readiness


def order_ready(request: AuthedRequest, ref: str) -> HttpResponse:
    """The checklist, with one form of what the reader's side can confirm."""
    readiness, by = readiness_for(request, ref), party(request)
    form = ready_form(readiness, by, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not by.can_trade:
            raise PermissionDenied
        if form.is_valid() and form.apply(by=by):
            messages.success(request, _("Confirmed."))
            return redirect("marketplace:order_ready", ref)
    return ready_page(request, readiness_for(request, ref), form)


def ready_form(readiness: Readiness, by: Membership, data: Any = None) -> ReadyForm:
    side = readiness.order.side_of(by.organisation)
    return ReadyForm(data, readiness=readiness, lines=readiness.lines(), side=side)


def ready_page(
    request: AuthedRequest, readiness: Readiness, form: ReadyForm, failed: dict[str, WaiveForm] | None = None,
    trainers: TrainersForm | None = None,
) -> HttpResponse:  # fmt: skip
    order, by = readiness.order, party(request)
    side, lines = order.side_of(by.organisation), readiness.lines()
    can_act = order.is_planned and by.can_trade
    has_failed = bool(form.errors or failed or (trainers and trainers.errors))
    context = {
        "order": order,
        "readiness": readiness,
        "rows": [row_of(line, side, can_act, (failed or {}).get(line.kind)) for line in lines],
        "missing": [line for line in lines if not line.is_met],
        "form": form if can_act and form.fields else None,
        "failed": next(iter((failed or {}).values()), None),
        "trainers": trainers or TrainersForm(initial={"count": readiness.trainer_count}),
        "can_act": can_act,
        "is_school": side == "seller",
        "safety": safety_words(order),
    }
    return render(request, "marketplace/readiness/ready.html", context, status=422 if has_failed else 200)


def row_of(line: Line, side: str, can_act: bool, failed: WaiveForm | None) -> dict[str, Any]:
    is_mine = can_act and line.side == side
    can_waive = is_mine and not line.is_met and line.kind not in {Item.SUPERVISION, Item.SAFETY, Item.CONTACT}
    return {
        "line": line,
        "is_mine": is_mine,
        "waive": (failed or WaiveForm(auto_id=f"id_{line.kind}_%s")) if can_waive else None,
        "is_open": failed is not None,
        "can_take_back": is_mine and line.is_met and line.row.state != ReadyItem.State.MISSING,
    }


def safety_words(order: Order) -> Any:
    texts = order.offer.texts.all() if order.offer else []
    return next((text for text in texts if text.safety), None)


@require_POST
def ready_waive(request: AuthedRequest, ref: str, kind: str) -> HttpResponse:
    readiness, by = readiness_for(request, ref), party(request)
    if kind not in Item.values:
        raise Http404
    form = WaiveForm(request.POST, auto_id=f"id_{kind}_%s")
    if form.is_valid():
        try:
            readiness.waive(kind, by=by, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("Marked as not needed. The other side sees your reason."))
            return redirect("marketplace:order_ready", ref)
    readiness = readiness_for(request, ref)
    return ready_page(request, readiness, ready_form(readiness, by), failed={kind: form})


@require_POST
def ready_take_back(request: AuthedRequest, ref: str, kind: str) -> HttpResponse:
    readiness = readiness_for(request, ref)
    if kind not in Item.values:
        raise Http404
    try:
        readiness.take_back(kind, by=party(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Marked as missing again."))
    return redirect("marketplace:order_ready", ref)


@require_POST
def ready_trainers(request: AuthedRequest, ref: str) -> HttpResponse:
    readiness, by = readiness_for(request, ref), party(request)
    form = TrainersForm(request.POST)
    if form.is_valid():
        try:
            readiness.set_trainers(form.cleaned_data["count"], by=by)
        except Refusal as refusal:
            form.add_error("count", refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("marketplace:order_ready", ref)
    readiness = readiness_for(request, ref)
    return ready_page(request, readiness, ready_form(readiness, by), trainers=form)


def ready_part(order: Order, by: Membership) -> Part | None:
    """One line on the page of the order; none where nothing is on the list."""
    readiness = getattr(order, "readiness", None) if order.accepted_at else None
    lines = readiness.lines() if readiness else []
    if not lines:
        return None
    missing = [line for line in lines if not line.is_met] if order.is_planned else []
    side = order.side_of(by.organisation)
    return Part(
        label=_("Ready to start"),
        state=state_of(missing),
        url=reverse("marketplace:order_ready", args=[order.ref]),
        icon="list-checks",
        todo=_("See what is missing") if any(line.side == side for line in missing) else "",
    )


def state_of(missing: list[Line]) -> str:
    if not missing:
        return _("Everything is in place")
    words = ngettext("%(n)s thing is missing: %(what)s", "%(n)s things are missing: %(what)s", len(missing))
    shown = ", ".join(line.label for line in missing[:SHOWN])
    return words % {"n": len(missing), "what": f"{shown} …" if len(missing) > SHOWN else shown}
