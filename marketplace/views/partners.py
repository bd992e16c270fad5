"""Whom an organisation works with, and what the two did together."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.http import AuthedRequest
from accounts.models import Organisation
from marketplace.partners import partners_of, shown_with
from marketplace.views.orders_access import party

A_PAGE = 30


def partner_list(request: AuthedRequest) -> HttpResponse:
    page = Paginator(partners_of(party(request).organisation), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "marketplace/partners/list.html", {"page": page})


def partner_detail(request: AuthedRequest, slug: str) -> HttpResponse:
    """Of a verified organisation, or of one with which there is something in common."""
    by = party(request)
    known = Q(pk__in=partners_of(by.organisation).values("pk"))
    others = Organisation.objects.filter(known | Q(status=Organisation.Status.VERIFIED))
    other = get_object_or_404(others, slug=slug)
    if other == by.organisation:
        raise Http404
    context = shown_with(by.organisation, other) | {
        "other": other,
        "own": by.organisation,
        "can_buy": by.can_trade and other.is_verified and other.is_school,
        "can_sell": by.can_sell and by.can_trade and other.is_verified,
    }
    for order in context["orders"]:
        order.is_repeatable = order.can_be_repeated(by)
    return render(request, "marketplace/partners/detail.html", context)
