"""The public page of an organisation: who it is, and what it offers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from accounts.models import Membership, Organisation
from accounts.paging import page_of
from marketplace.models import Offer

NEWEST_FIRST = ("-published_at", "-pk")


@login_not_required
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.select_related("region"), slug=slug)
    if not organisation.is_verified and not is_member(request, organisation):
        raise Http404
    offers = (
        Offer.objects.published()
        .for_organisation(organisation)
        .select_related("category")
        .prefetch_related("texts", "category__labels")
    )
    page = page_of(offers, NEWEST_FIRST, request.GET.get("after", ""))
    language = get_language()
    context = {
        "organisation": organisation,
        "page": page,
        "lines": [{"offer": offer, "text": offer.text_for(language)} for offer in page.rows],
    }
    return render(request, "vet2b/organisation_detail.html", context)


def is_member(request: HttpRequest, organisation: Organisation) -> bool:
    user = request.user
    return user.is_authenticated and Membership.objects.of(user).filter(organisation=organisation).exists()
