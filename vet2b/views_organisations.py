"""The public page of an organisation: who it is, and what it offers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.models import Membership, Organisation
from accounts.paging import page_of
from marketplace.cards import cards
from marketplace.models import Offer
from marketplace.reviews_shown import reviews_of_school, standing_of

NEWEST_FIRST = ("-published_at", "-pk")


@login_not_required
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.select_related("region"), slug=slug)
    if not organisation.is_verified and not is_member(request, organisation):
        raise Http404
    offers = Offer.objects.published().for_organisation(organisation).only("pk", "published_at")
    page = page_of(offers, NEWEST_FIRST, request.GET.get("after", ""))
    reader = request.user if request.user.is_authenticated else None
    reviews = reviews_of_school(organisation) if organisation.is_school else []
    context = {
        "organisation": organisation,
        "page": page,
        "reviews": reviews,
        "standing": standing_of(reviews),
        "cards": cards([offer.pk for offer in page.rows], reader),
    }
    return render(request, "vet2b/organisation_detail.html", context)


def is_member(request: HttpRequest, organisation: Organisation) -> bool:
    user = request.user
    return user.is_authenticated and Membership.objects.of(user).filter(organisation=organisation).exists()
