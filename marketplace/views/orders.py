"""The page of one order, and the verbs that its two sides may call."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import InvalidTransition, Membership, Refusal
from marketplace.cards import similar_cards
from marketplace.models import Order
from marketplace.models.quotes import offer_total
from marketplace.reviews_shown import standing_of_client
from marketplace.views.again import again_words
from marketplace.views.disputes import IN_PANEL, dispute_words
from marketplace.views.orders_access import order_for, party
from marketplace.views.orders_actions import ACTIONS, form_of, offered_actions
from marketplace.views.orders_parts import parts_of
from marketplace.views.orders_timeline import QuoteCard, quote_cards, timeline
from marketplace.views.switch import switch_page
from marketplace.words import young_words

SIMILAR = 3
logger = logging.getLogger(__name__)


def order_detail(request: AuthedRequest, ref: str) -> HttpResponse:
    try:
        order = order_for(request, ref)
    except Http404:
        return switch_page(request, Order, ref)
    if order.status == Order.Status.DRAFT and order.starts_at:
        return redirect("marketplace:order_confirm", order.ref)
    return order_page(request, order)


def order_page(
    request: AuthedRequest, order: Order, failed: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The timeline with all that may be done, or the last look at a draft. `failed` holds refused forms by verb."""
    by, quotes = party(request), quote_cards(order)
    context = words_of(order, by, quotes) | steps_of(order, by, failed or {}, quotes)
    if order.status == Order.Status.DRAFT:
        context["total"] = order.offer and offer_total(order.offer, order.quantity, order.package)
        context["files"] = order.files.all()
        return render(request, "marketplace/orders/check.html", context, status=status)
    context["again"] = again_words(order, by)
    context["dispute"] = dispute_words(order, by)
    context["parts"] = parts_of(order, by)
    context["todo"] = next((part for part in context["parts"] if part.is_my_turn), None)
    context["entries"] = timeline(order, by.organisation, quotes)
    context["similar"] = others_like(order, by)
    if order.seller_id == by.organisation_id:
        context["client"] = standing_of_client(order.buyer)
    return render(request, "marketplace/orders/detail.html", context, status=status)


def words_of(order: Order, by: Membership, quotes: list[QuoteCard]) -> dict[str, Any]:
    side = order.side_of(by.organisation)
    return {
        "order": order,
        "side": side,
        "turn": order.party_to_act,
        "is_my_turn": order.party_to_act == side,
        "other": order.seller if side == "buyer" else order.buyer,
        "latest": quotes[-1].quote if quotes else None,
        "zone": order.seller.zone,
        "young": young_words(order),
    }


def steps_of(order: Order, by: Membership, failed: dict[str, Any], quotes: list[QuoteCard]) -> dict[str, Any]:
    """What this person may do now, sorted by where the page shows it."""
    actions = offered_actions(order, by, failed, quotes[-1].quote.version if quotes else 0)
    return {
        "actions": {action.verb: action for action in actions},
        "more": [a for a in actions if not a.is_next and not a.is_final and a.verb not in {"write", *IN_PANEL}],
        "endings": [a for a in actions if a.is_final],
        "next": next((a for a in actions if a.is_next), None),
        "can_quote": order.can("quote", by=by),
        "can_deliver": order.can("deliver", by=by),
        "can_move": order.can("propose_time", by=by),
        "failed": next(iter(failed.values()), None),
    }


def others_like(order: Order, by: Membership) -> list[dict[str, Any]]:
    """The buyer of a lost order still has the need."""
    is_looking = order.status in Order.LOST and order.buyer_id == by.organisation_id
    return similar_cards(order.offer, SIMILAR) if is_looking and order.offer else []


@require_POST
def order_act(request: AuthedRequest, ref: str, verb: str) -> HttpResponse:
    """One verb of an order, by one of its two sides."""
    order, by, action = order_for(request, ref), party(request), ACTIONS[verb]
    form = form_of(action, request.POST, request.FILES)
    if not form.is_valid():
        return order_page(request, order, {verb: form}, status=422)
    try:
        getattr(order, verb)(**form.cleaned_data, by=by)
    except InvalidTransition as refusal:
        logger.warning("refused %s of order %s in %s by user %s", verb, ref, order.status, by.user_id)
        messages.error(request, refusal.message)
        return order_page(request, order_for(request, ref), status=409)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return order_page(request, order_for(request, ref), {verb: form}, status=422)
    messages.success(request, action.done)
    return redirect("marketplace:order_list" if verb == "discard" else order)
