"""What a person saved: services, needs and calls."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import User
from marketplace.cards import cards
from marketplace.models import Call, KeptCall, KeptNeed, Need
from marketplace.views.needs import shown_need

LISTED = 100


def favourite_list(request: AuthedRequest) -> HttpResponse:
    kept = request.user.favourites.order_by("-created_at").values_list("offer_id", flat=True)[:LISTED]
    needs, calls = saved_needs(request.user), saved_calls(request.user)
    context = {
        "cards": cards(list(kept), request.user),
        "needs": needs,
        "calls": calls,
        "kept_needs": {need.pk for need in needs},
        "kept_calls": {call.pk for call in calls},
    }
    return render(request, "marketplace/offers/favourites.html", context)


def saved_needs(user: User) -> list[Need]:
    """Also those that take no answers any more, which say so."""
    return list(Need.objects.with_facts().filter(kept__user=user).order_by("-kept__created_at", "-pk")[:LISTED])


def saved_calls(user: User) -> list[Call]:
    calls = Call.objects.public().with_card().filter(kept__user=user)
    return list(calls.order_by("-kept__created_at", "-pk")[:LISTED])


@require_POST
def need_save(request: AuthedRequest, ref: str) -> HttpResponse:
    need = shown_need(request, ref)
    is_kept = KeptNeed.objects.filter(user=request.user, need=need).exists()
    if not is_kept and not need.allows("school", request.membership):
        raise PermissionDenied
    KeptNeed.toggle(request.user, need=need)
    return back(request, need)


@require_POST
def call_save(request: AuthedRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.public(), slug=slug)
    KeptCall.toggle(request.user, call=call)
    return back(request, call)


def back(request: AuthedRequest, thing: Need | Call) -> HttpResponse:
    """To where the heart was pressed."""
    url = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        url = thing.get_absolute_url()
    return redirect(url)
