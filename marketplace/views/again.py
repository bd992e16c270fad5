"""Ordering the same once more: a draft that is filled in, or other ways where the school does not offer it any more."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.cards import cards
from marketplace.forms.again import AgainForm
from marketplace.models import Offer, Order
from marketplace.need_answers import Answers
from marketplace.views.orders_access import order_for, party

OTHERS = 4


def done_order(request: AuthedRequest, ref: str) -> Order:
    """A completed one that the reader's organisation has bought."""
    order = order_for(request, ref)
    if not order.can_be_repeated(party(request)):
        raise Http404
    return order


def order_again(request: AuthedRequest, ref: str) -> HttpResponse:
    order = done_order(request, ref)
    if request.method == "POST" and order.is_still_offered:
        form = AgainForm(request.POST)
        form.is_valid()
        try:
            draft = order.repeat(by=party(request), request_key=form.cleaned_data.get("request_key"))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            return redirect(draft_url(draft))
    context = {"order": order, "again": again_words(order, party(request)), "others": others_of(order)}
    return render(request, "marketplace/again/again.html", context)


def draft_url(draft: Order) -> str:
    if draft.status == Order.Status.DRAFT and draft.offer.is_by_time and not draft.starts_at:
        return f"{reverse('marketplace:order_time', args=[draft.offer.slug])}?order={draft.ref}"
    if draft.status == Order.Status.DRAFT and not draft.offer.is_by_time:
        return reverse("marketplace:order_edit", args=[draft.ref])
    return draft.get_absolute_url()


def others_of(order: Order) -> list[dict[str, Any]]:
    if order.is_still_offered:
        return []
    offers = Offer.objects.published().filter(school=order.seller).exclude(pk=order.offer_id)
    return cards(list(offers.order_by("-published_at", "-pk").values_list("pk", flat=True)[:OTHERS]))


@require_POST
def order_ask_again(request: AuthedRequest, ref: str) -> HttpResponse:
    """Begins a need with the words of the order."""
    order = done_order(request, ref)
    values = {"title": order.title[:100], "text": order.brief, "place_mode": order.place_mode, "place": order.place}
    if order.offer:
        values["category"] = order.offer.category_id
    Answers(request).begin(values)
    return redirect("marketplace:need_step", "what")


def again_words(order: Order, by: Membership) -> dict[str, Any]:
    """What the page of an order shows of those before and after it."""
    later = order.repeated_by.order_by("pk").only("ref", "title", "created_at", "status")
    if by.organisation_id != order.buyer_id:
        later = later.filter(requested_at__isnull=False)
    return {
        "earlier": order.repeats,
        "later": list(later.exclude(status="withdrawn", requested_at=None)) if order.completed_at else [],
        "can": order.can_be_repeated(by),
        "is_offered": order.is_still_offered,
        "form": AgainForm(initial={"request_key": uuid.uuid4()}),
    }
