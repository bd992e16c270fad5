"""What the cards of offers show, as finished strings: see templates/components/_offer_card.html."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton
from django.core.cache import caches
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from marketplace.filters import country_names
from marketplace.models import Offer, OfferImage
from marketplace.models.search import OfferSearch
from marketplace.words import lead_time_words, price_words
from vet2b.lib import art, formats
from vet2b.lib.formats import current_locale

NEW_DAYS = 14
MOST_SIMILAR = 8
CACHED_SECONDS = 60
# the reader's language, then English, then the source (domain.md 8); the first picture; whether the reader kept it
CARDS = """
SELECT o.id, o.slug, o.category_id, t.language, t.title, s.name, s.slug, s.logo, s.town, s.country,
  o.lead_time_days, o.languages, o.price_model, o.price, o.price_to, o.unit, o.currency, r.next_start, r.published_at,
  r.rating, r.review_count,
  p.file, p.sized_at, f.id IS NOT NULL
FROM unnest(%s::bigint[]) WITH ORDINALITY AS a(pk, place)
JOIN marketplace_offer o ON o.id = a.pk
JOIN marketplace_offersearch r ON r.offer_id = o.id AND r.is_live
JOIN accounts_organisation s ON s.id = o.school_id
CROSS JOIN LATERAL (
  SELECT language, title FROM marketplace_offertext WHERE offer_id = o.id
  ORDER BY language = %s DESC, language = 'en' DESC, language = o.source_language DESC LIMIT 1
) t
LEFT JOIN LATERAL (
  SELECT file, sized_at FROM marketplace_offerimage WHERE offer_id = o.id ORDER BY position, id LIMIT 1
) p ON true
LEFT JOIN marketplace_favourite f ON f.offer_id = o.id AND f.user_id = %s
ORDER BY a.place
"""


def cards(pks: list[int], user: User | None = None) -> list[dict[str, Any]]:
    """Of those that are live, in the order of `pks`, with one query; with `user`, who can keep offers."""
    language = get_language() or "en"
    with connection.cursor() as cursor:
        cursor.execute(CARDS, [pks, language, user.pk if user else None])
        rows = cursor.fetchall()
    return [card(row, language, can_save=user is not None) for row in rows]


def card(row: tuple[Any, ...], language: str, *, can_save: bool) -> dict[str, Any]:
    (_pk, slug, category, written, title, school, school_slug, logo, town, country, lead, languages,
     *pricing, next_start, published_at, mean, reviews, picture, sized_at, is_saved) = row  # fmt: skip
    price, note = price_in(language, *pricing)
    tag = tag_in(language, next_start, published_at)
    return {
        "url": url_of("offer_detail", slug, language),
        "title": title,
        "lang": "" if written == language else written,
        "art_url": art.panel_url(category, slug),
        "image_url": OfferImage(file=picture, sized_at=sized_at).card_url if picture else "",
        "school_name": school,
        "place": f"{town}, {country_in(language, country)}" if town else country_in(language, country),
        "crest_url": Organisation(slug=school_slug, logo=logo).logo_url if logo else "",
        "initials": art.initials(school),
        "crest_tone": str(art.crest_tone(school)),
        "lead_time": lead_in(language, lead),
        "languages": ", ".join(languages).upper(),
        "price": price,
        "price_note": note,
        "tag": tag,
        **rating_in(language, mean, reviews),
        "is_unrated": mean is None and tag != _("New"),
        "save_url": url_of("favourite_toggle", slug, language) if can_save else "",
        "is_saved": is_saved,
    }


# The few hundred different prices, dates and places that the site shows are formatted once a process; Babel takes
# longer for one than the database for the page.
@lru_cache(4096)
def price_in(language: str, model: str, price: Decimal, price_to: Decimal, unit: str, currency: str) -> tuple[str, str]:
    return price_words(model, price, price_to, unit, currency)


@lru_cache(1024)
def lead_in(language: str, days: int | None) -> str:
    return lead_time_words(days)


@lru_cache(4096)
def rating_in(language: str, mean: Decimal | None, count: int) -> dict[str, str]:
    """For the eye and for the ear; empty while too few have reviewed it."""
    if mean is None:
        return {"rating": "", "rating_label": ""}
    shown = formats.rating(float(mean))
    label = ngettext("%(rating)s of 5, %(count)s review", "%(rating)s of 5, %(count)s reviews", count)
    return {"rating": f"{shown} ({count})", "rating_label": label % {"rating": shown, "count": count}}


@lru_cache(1024)
def country_in(language: str, code: str) -> str:
    return dict(country_names(language)).get(code, code)


def tag_in(language: str, next_start: dt.date | None, published_at: dt.datetime) -> str:
    if next_start and next_start > timezone.localdate():
        return free_from(language, next_start)
    return _("New") if timezone.now() - published_at < dt.timedelta(days=NEW_DAYS) else ""


@lru_cache(1024)
def free_from(language: str, day: dt.date) -> str:
    return _("Free from %(day)s") % {"day": format_skeleton("MMMMd", day, locale=current_locale())}


@lru_cache(64)
def url_pattern(view: str, language: str) -> str:
    return reverse(f"marketplace:{view}", args=["SLUG"])


def url_of(view: str, slug: str, language: str) -> str:
    return url_pattern(view, language).replace("SLUG", slug)


def similar_cards(offer: Offer, count: int, user: User | None = None) -> list[dict[str, Any]]:
    """Of the same category, from the same country first, newest first; at most `MOST_SIMILAR`."""
    country = str(offer.school.country)
    newest = caches["local"].get_or_set(
        f"similar-offers:{offer.category_id}:{country}", lambda: newest_like(offer.category_id, country), CACHED_SECONDS
    )
    return cards([pk for pk in newest if pk != offer.pk][:count], user)


def newest_like(category: str, country: str) -> list[int]:
    same = OfferSearch.objects.live().filter(category=category).order_by("-published_at", "-pk")
    same = same.values_list("pk", flat=True)
    near = list(same.filter(country=country)[: MOST_SIMILAR + 1])
    return near + list(same.exclude(country=country)[: MOST_SIMILAR + 1 - len(near)])
