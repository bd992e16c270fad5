"""The order that an address names, for one of its two sides."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.http import AuthedRequest
from accounts.models import Membership
from marketplace.models import Order


def party(request: AuthedRequest) -> Membership:
    """The acting membership; for learners and people without an organisation there are no orders."""
    if request.membership is None or not request.membership.can_work:
        raise Http404
    return request.membership


def order_for(request: AuthedRequest, ref: str) -> Order:
    orders = Order.objects.for_organisation(party(request).organisation)
    return get_object_or_404(
        orders.with_parties().select_related("package").prefetch_related("new_times").with_next_due(), ref=ref
    )
