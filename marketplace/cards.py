"""The finished strings of an offer card (templates/components/_offer_card.html)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.models import Offer, PriceModel
from marketplace.words import lead_time_words, price_words
from vet2b.lib import art


def cards_of(offers: Iterable[Offer], *, saved: frozenset[int] | None = None) -> list[dict[str, Any]]:
    """For offers fetched `with_card()`. `saved` holds the pks that the reader keeps; None hides the heart."""
    language = get_language() or "en"
    return [card_of(offer, language, saved) for offer in offers]


def card_of(offer: Offer, language: str, saved: frozenset[int] | None) -> dict[str, Any]:
    text, school = offer.text_for(language), offer.school
    price, note = price_words(offer.price_model, offer.price, offer.price_to, offer.unit, offer.currency)
    return {
        "url": reverse("marketplace:offer_detail", args=[offer.slug]),
        "title": text.title,
        "lang": "" if text.language == language else text.language,
        "school_name": school.name,
        "place": f"{school.town}, {school.country.name}",
        "initials": art.initials(school.name),
        "crest_tone": art.crest_tone(school.name),
        "lead_time": lead_time_words(offer.lead_time_days),
        "languages": ", ".join(code.upper() for code in offer.languages),
        "price": price,
        "price_note": note,
        "tag": _("Free for training") if offer.price_model == PriceModel.FREE else "",
        "art_url": art.panel_url(offer.category_id, offer.slug),
        "image_url": next((image.url for image in offer.images.all()), ""),
        "save_url": "" if saved is None else reverse("marketplace:favourite_toggle", args=[offer.slug]),
        "is_saved": saved is not None and offer.pk in saved,
    }


def similar_cards(offer: Offer, count: int) -> list[dict[str, Any]]:
    """Of the same category, from the same country first, newest first."""
    same = Offer.objects.published().filter(category=offer.category_id).exclude(pk=offer.pk)
    near = list(same.filter(school__country=offer.school.country).with_card().order_by("-published_at")[:count])
    if len(near) < count:
        far = same.exclude(school__country=offer.school.country)
        near += far.with_card().order_by("-published_at")[: count - len(near)]
    return cards_of(near)
