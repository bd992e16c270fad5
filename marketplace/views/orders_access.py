"""Who may see an order: every page of an order begins here."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.http import AuthedRequest
from accounts.models import Membership
from marketplace.models import Framework, Offer, Order


def party(request: AuthedRequest) -> Membership:
    """The acting membership; for learners and people without an organisation there are no orders."""
    if request.membership is None or not request.membership.can_work:
        raise Http404
    return request.membership


def order_for(request: AuthedRequest, ref: str) -> Order:
    orders = Order.objects.for_organisation(party(request).organisation).with_parties().with_next_due()
    orders = orders.select_related(
        "package", "agreement", "release", "readiness", "invoice", "repeats", "framework", "part_of__buyer"
    )
    orders = orders.prefetch_related("new_times")
    return get_object_or_404(orders, ref=ref)


def framework_of(request: AuthedRequest, offer: Offer) -> Framework | None:
    """Under which the reader's organisation would order it."""
    return Framework.objects.covering(party(request).organisation, offer)
