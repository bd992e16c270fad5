"""When an offer that is booked by day and time can be had next: what the facets and the cards say."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from marketplace.models.offers import Offer
from marketplace.models.search import OfferSearch
from marketplace.models.slots import Times


def index_times() -> None:
    """Brings `next_start` up to date for all offers by time. SQL does it for those with windows."""
    offers = Offer.objects.published().filter(plan__isnull=False).select_related("plan", "school")
    for offer in offers.iterator():
        OfferSearch.objects.filter(offer=offer).update(next_start=first_free_day(offer))


def first_free_day(offer: Offer) -> date | None:
    """By the school's clock, for the smallest quantity."""
    today = timezone.localdate()
    times = Times(offer, today, today + timedelta(days=offer.plan.furthest_days + 1), quantity=offer.min_quantity)
    found = next(iter(times), None)
    return found.starts_at.astimezone(times.zone).date() if found else None
