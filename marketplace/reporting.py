"""What of the marketplace can be reported. See accounts.reporting."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts import reporting
from marketplace.models import Offer, Order


def published_offer(request: HttpRequest, ref: str) -> Offer:
    return get_object_or_404(Offer.objects.published(), ref=ref)


def order_of_a_party(request: HttpRequest, ref: str) -> Order:
    """Its report opens the conversation to moderators."""
    membership = request.membership
    if membership is None or not membership.can_work:
        raise Http404
    return get_object_or_404(Order.objects.for_organisation(membership.organisation), ref=ref)


reporting.register("offer", published_offer)
reporting.register("order", order_of_a_party)
