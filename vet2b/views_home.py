from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django_countries import countries

from marketplace.cards import cards
from marketplace.facets import counts_of_everything
from marketplace.models import Category
from marketplace.models.search import OfferSearch
from vet2b.lib import art

CATEGORIES_SHOWN = 12
BOOKABLE_SHOWN = 4
BOOKABLE_LOOKED_AT = 200
CACHED_SECONDS = 60
PAGES = {"terms", "privacy", "accessibility"}
# rows of the tile map of Europe, each country at (row, column)
MAP = {
    "IS": (1, 1), "NO": (1, 5), "SE": (1, 6), "FI": (1, 7), "DK": (2, 5), "EE": (2, 7), "IE": (3, 2), "LV": (3, 7),
    "NL": (4, 4), "DE": (4, 5), "PL": (4, 6), "LT": (4, 7), "BE": (5, 3), "LU": (5, 4), "CZ": (5, 5), "SK": (5, 6),
    "FR": (6, 3), "AT": (6, 5), "HU": (6, 6), "RO": (6, 7), "PT": (7, 1), "ES": (7, 2), "IT": (7, 4), "SI": (7, 5),
    "HR": (7, 6), "BG": (7, 7), "MT": (8, 4), "GR": (8, 7), "CY": (8, 8),
}  # fmt: skip


@dataclass(frozen=True)
class MapTile:
    code: str
    name: str
    row: int
    column: int
    count: int


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "vet2b/home.html", shown_at_home(get_language() or "en"))


def shown_at_home(language: str) -> dict[str, Any]:
    """The same for everybody who reads that language, so it is counted once a minute."""
    cache = caches["local"]
    shown = cache.get(f"home-{language}")
    if shown is None:
        shown = count_home()
        cache.set(f"home-{language}", shown, CACHED_SECONDS)
    return shown


def count_home() -> dict[str, Any]:
    total, offered = counts_of_everything()
    return {
        "categories": categories_with(offered["category"]),
        "bookable": cards(bookable_now()),
        "map": [
            MapTile(code, countries.name(code), row, column, offered["country"].get(code, 0))
            for code, (row, column) in MAP.items()
        ],
        "total": total,
    }


def bookable_now() -> list[int]:
    """The newest of each category, launch categories first."""
    bookable = OfferSearch.objects.live().filter(offer__is_instant=True, next_start__gt=timezone.localdate())
    newest = bookable.order_by("-published_at").values_list("category", "category__is_launch", "pk")[
        :BOOKABLE_LOOKED_AT
    ]
    first: dict[str, tuple[bool, int]] = {}
    for category, is_launch, pk in newest:
        first.setdefault(category, (not is_launch, pk))
    return [pk for _is_later, pk in sorted(first.values(), key=lambda found: found[0])][:BOOKABLE_SHOWN]


def categories_with(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Launch categories first, then the fullest; empty ones are left out."""
    found = [category for category in Category.objects.with_labels() if counts.get(category.code)]
    found.sort(key=lambda category: (not category.is_launch, -counts[category.code], category.position))
    return [
        {
            "code": category.code,
            "name": category.name,
            "count": counts[category.code],
            "art_url": art.panel_url(category.code, category.slug),
        }
        for category in found[:CATEGORIES_SHOWN]
    ]


@login_not_required
def how_it_works(request: HttpRequest) -> HttpResponse:
    return render(request, "vet2b/how_it_works.html")


@login_not_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in PAGES:
        raise Http404
    return render(request, f"vet2b/page_{slug}.html")
