"""The public page of an offer, and what a reader may do with it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import User
from marketplace.cards import similar_cards
from marketplace.forms.times import TimeForm, day_of
from marketplace.models import BY_QUANTITY, Favourite, Offer, OfferText
from marketplace.offer_shown import live_offer
from marketplace.reviews_shown import standing_of
from marketplace.structured import offer_as_json_ld
from marketplace.words import language_names, lead_time_words, price_words, quantity_words, vat_words

SIMILAR = 4
LISTED = 96


@login_not_required
def offer_detail(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        offer = live_offer(slug, reader(request))
    except Offer.DoesNotExist:
        raise Http404 from None
    return render(request, "marketplace/offers/detail.html", page_context(offer, request))


def page_context(offer: Offer, request: HttpRequest) -> dict[str, Any]:
    """What the offer page shows; the trainer's preview passes an offer that is not published."""
    text = chosen_text(offer, request)
    price, price_note = price_words(offer.price_model, offer.price, offer.price_to, offer.unit, offer.currency)
    standing = standing_of(offer.reviews.all())
    windows = [window for window in offer.windows.all() if window.starts_on >= offer.earliest_start]
    return {
        "offer": offer,
        "text": text,
        "school": offer.school,
        "other_texts": [other for other in offer.texts.all() if other.language != text.language],
        "is_own_version": text.language != offer.source_language,
        "price": price,
        "price_note": price_note,
        "vat": vat_words(offer),
        "packages": [(package, package.words_for(text.language)) for package in offer.packages.all()],
        "windows": windows,
        "first_window": next((window for window in windows if window.is_open()), None),
        **strip_of(offer, request),
        "lead_time": lead_time_words(offer.lead_time_days),
        "languages": language_names(offer.languages),
        "quantity": quantity_words(offer) if offer.price_model in BY_QUANTITY else "",
        "modes": [offer.DeliveryMode(mode).label for mode in offer.delivery_modes],
        "pictures": list(offer.images.all())[:3],
        "art_seeds": [offer.slug, f"{offer.slug}-2", f"{offer.slug}-3"],
        "json_ld": offer_as_json_ld(offer, text, standing),
        "reviews": offer.reviews.all(),
        "standing": standing,
        "similar": similar_cards(offer, SIMILAR, reader(request)) if offer.is_live else [],
        "today": timezone.localdate(),
    }


def strip_of(offer: Offer, request: HttpRequest) -> dict[str, Any]:
    """The first week of free times, where the offer is booked by day and time."""
    if not offer.is_by_time or not offer.is_live:
        return {}
    form = TimeForm(request.GET, offer=offer)
    form.is_valid()
    return {"time_form": TimeForm(offer=offer), "strip": form.strip_of(offer, wished=day_of(request))}


def chosen_text(offer: Offer, request: HttpRequest) -> OfferText:
    """The version asked for with ?lang=, else the reader's, else English, else the source."""
    wished = request.GET.get("lang", "")
    languages = {text.language for text in offer.texts.all()}
    text = offer.text_for(wished if wished in languages else get_language())
    if text is None:
        raise OfferText.DoesNotExist
    return text


def reader(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


@require_POST
def favourite_toggle(request: AuthedRequest, slug: str) -> HttpResponse:
    """Keeps the offer, or lets it go when it was kept. htmx gets the new state, others go back."""
    offer = get_object_or_404(Offer.objects.published(), slug=slug)
    favourite, created = Favourite.objects.get_or_create(user=request.user, offer=offer)
    if not created:
        favourite.delete()
    back = request.POST.get("next") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = offer.get_absolute_url()
    return redirect(back)
