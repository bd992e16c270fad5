"""Choosing a time: for a new order of an offer that is booked by day and time, and for an agreed one that moves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.times import ConfirmForm, DaysForm, ReasonPart, TimeForm, day_of
from marketplace.models import Offer, Order
from marketplace.models.order_moves import Taken
from marketplace.strip import Strip
from marketplace.views.orders_access import framework_of, order_for, party
from marketplace.views.orders_new import offer_words, refused_buyer


def offer_by_time(slug: str) -> Offer:
    offers = (
        Offer.objects.published().filter(plan__isnull=False).select_related("school", "category", "trainer", "plan")
    )
    return get_object_or_404(offers.prefetch_related("texts"), slug=slug)


@login_not_required
def offer_times(request: HttpRequest, slug: str) -> HttpResponse:
    """The strip alone, for another week or another quantity."""
    offer = offer_by_time(slug)
    form = TimeForm(request.GET, offer=offer)
    form.is_valid()
    strip = form.strip_of(offer, wished=day_of(request))
    return render(request, "marketplace/orders/_times.html", {"offer": offer, "strip": strip})


def order_time(request: AuthedRequest, slug: str) -> HttpResponse:
    """Holds a time for a new draft, or for the draft named in `order`."""
    offer = offer_by_time(slug)
    refused = refused_buyer(request, offer)
    if refused:
        return refused
    draft = draft_of(request, offer)
    if request.method != "POST":
        return time_page(request, offer, first_form(request, offer, draft), draft)
    form = TimeForm(request.POST, offer=offer)
    nearest = []
    if form.is_valid():
        try:
            return redirect("marketplace:order_confirm", held(request, offer, form, draft).ref)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            nearest = getattr(refusal, "nearest", [])
    return time_page(request, offer, form, draft, nearest=nearest, status=422)


def draft_of(request: AuthedRequest, offer: Offer) -> Order | None:
    ref = request.GET.get("order", "")
    if not ref:
        return None
    order = order_for(request, ref)
    if order.offer_id != offer.pk or order.status != Order.Status.DRAFT:
        raise Http404
    return order


def first_form(request: AuthedRequest, offer: Offer, draft: Order | None) -> TimeForm:
    """What was chosen on the page of the offer, or before."""
    asked = TimeForm(request.GET, offer=offer)
    asked.is_valid()
    initial = {name: value for name, value in asked.cleaned_data.items() if value}
    if draft:
        initial = {"quantity": draft.quantity, "starts_at": draft.starts_at} | initial
    return TimeForm(initial=initial, offer=offer)


def time_page(
    request: AuthedRequest, offer: Offer, form: TimeForm, draft: Order | None, nearest: Any = (), status: int = 200
) -> HttpResponse:
    strip = form.strip_of(offer, wished=day_of(request), order=draft)
    near = [strip.shown_whole(free) for free in nearest]
    context = offer_words(offer) | {"form": form, "strip": strip, "nearest": near, "order": draft}
    return render(request, "marketplace/orders/time.html", context, status=status)


@transaction.atomic
def held(request: AuthedRequest, offer: Offer, form: TimeForm, draft: Order | None) -> Order:
    by, answers = party(request), form.cleaned_data
    quantity = answers.get("quantity") or offer.min_quantity
    order = draft or Order.draft(
        offer, by=by, request_key=answers["request_key"], quantity=quantity, place_mode=offer.delivery_modes[0]
    )
    if order.status == Order.Status.DRAFT:  # else a second click of the same form
        order.change_draft(by=by, quantity=quantity)
        order.hold_time(answers["starts_at"], by=by)
    return order


def order_confirm(request: AuthedRequest, ref: str) -> HttpResponse:
    """The rest of a draft that has its time; sending it books at once, or asks the school."""
    order = order_for(request, ref)
    if order.status != Order.Status.DRAFT or order.starts_at is None or order.offer is None:
        return redirect(order)
    framework = framework_of(request, order.offer)
    if request.method != "POST":
        return confirm_page(request, order, ConfirmForm(instance=order, offer=order.offer, framework=framework))
    form = ConfirmForm(request.POST, request.FILES, instance=order, offer=order.offer, framework=framework)
    if not form.is_valid():
        return confirm_page(request, order, form, status=422)
    if order.offer.is_instant and (not form.has_seen_total or "update" in request.POST):
        form.is_new_price = "update" not in request.POST
        return confirm_page(request, order, form)
    return confirmed(request, order, form)


def confirmed(request: AuthedRequest, order: Order, form: ConfirmForm) -> HttpResponse:
    by, verb = party(request), "book" if order.offer.is_instant else "request"
    try:
        with transaction.atomic():
            order.change_draft(by=by, **form.wishes())
            order.add_brief_files(form.cleaned_data["files"], by=by)
            getattr(order, verb)(by=by)
    except Taken as taken:
        again = TimeForm(initial={"quantity": order.quantity}, offer=order.offer)
        messages.error(request, taken.message)
        return time_page(request, order.offer, again, order, nearest=taken.nearest, status=422)
    except Refusal as refusal:
        if order.status != Order.Status.DRAFT:  # sent already: a second click, or another window
            return redirect(order)
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return confirm_page(request, order, form, status=422)
    done = {"book": _("Booked. The school was told and expects you."), "request": _("Your request is on its way.")}
    messages.success(request, done[verb])
    return redirect(order)


def confirm_page(request: AuthedRequest, order: Order, form: ConfirmForm, status: int = 200) -> HttpResponse:
    context = offer_words(order.offer) | {
        "order": order,
        "form": form,
        "files": order.files.all(),
        "total": form.total,
        "framework": form.framework,
        "held_until": order.held_until,
        "zone": order.seller.zone,
        "can_trade": party(request).can_trade,
    }
    return render(request, "marketplace/orders/confirm.html", context, status=status)


def order_propose_time(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = order_for(request, ref), party(request)
    if not order.can("propose_time", by=by):
        messages.error(request, _("This order cannot be moved any more."))
        return redirect(order)
    posted = request.POST if request.method == "POST" else None
    form, reason, nearest = move_form(order, posted), ReasonPart(posted), []
    if posted is not None and form.is_valid() & reason.is_valid():
        answers = {name: value for name, value in form.cleaned_data.items() if name != "request_key"}
        try:
            order.propose_time(by=by, **answers, **reason.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            nearest = getattr(refusal, "nearest", [])
        else:
            messages.success(
                request, _("Your proposal was sent. The agreed time stands until the other side consents.")
            )
            return redirect(order)
    return move_page(request, order, form, reason, nearest)


def move_form(order: Order, posted: Any) -> TimeForm | DaysForm:
    if order.offer and order.offer.is_by_time:
        return TimeForm(posted, offer=order.offer, has_quantity=False)
    return DaysForm(posted)


def move_page(request: AuthedRequest, order: Order, form: Any, reason: ReasonPart, nearest: Any) -> HttpResponse:
    strip = None
    if isinstance(form, TimeForm):
        chosen = getattr(form, "cleaned_data", {}).get("starts_at")
        strip = Strip(order.offer, quantity=order.quantity, wished=day_of(request), chosen=chosen, order=order)
    context = {
        "order": order,
        "form": form,
        "reason": reason,
        "strip": strip,
        "nearest": [strip.shown_whole(free) for free in nearest] if strip else [],
        "zone": order.seller.zone,
    }
    status = 422 if form.errors or reason.errors else 200
    return render(request, "marketplace/orders/move.html", context, status=status)
