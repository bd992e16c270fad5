"""What a link shows to somebody who acts for another of their organisations."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.http import AuthedRequest
from accounts.models import Membership
from marketplace.models import Offer, Order


def switch_page(request: AuthedRequest, model: type[Offer] | type[Order], ref: str) -> HttpResponse:
    """Mails reach a person about all their organisations: this asks to act for the one that the link is about.

    Raises Http404 for everybody who works in none of its organisations."""
    for membership in Membership.objects.of(request.user).filter(role__in=Membership.WORKING):
        thing = model.objects.for_organisation(membership.organisation).filter(ref=ref).first()
        if thing:
            return render(request, "marketplace/switch.html", {"thing": thing, "organisation": membership.organisation})
    raise Http404
