"""Supply and demand by country or region, for public bodies. No figure tells of fewer than five."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries import countries

from accounts.models import Organisation, Region
from marketplace.models import Offer, Order

LEAST = 5


@dataclass(frozen=True)
class Row:
    place: str
    shown: list[str]


def countries_with_schools() -> list[str]:
    codes = Organisation.objects.schools().verified().order_by().values_list("country", flat=True).distinct()
    return sorted(codes, key=countries.name)


def chips(codes: Sequence[str], chosen: str) -> list[dict[str, Any]]:
    here = reverse("dashboard")
    return [
        {
            "label": countries.name(code),
            "is_on": code == chosen,
            "url": here if code == chosen else reverse("dashboard", query={"country": code}),
        }
        for code in codes
    ]


def by_place(country: str = "") -> list[Row]:
    """A row for each country, or for each region of one country, with schools, offers and completed orders."""
    place = "region" if country else "country"
    schools = Organisation.objects.schools().verified()
    offers = Offer.objects.published()
    orders = Order.objects.filter(status__in=[Order.Status.COMPLETED, Order.Status.CLOSED])
    if country:
        schools, offers = schools.filter(country=country), offers.filter(school__country=country)
        orders = orders.filter(seller__country=country)
    columns = [count(schools, place), count(offers, f"school__{place}"), count(orders, f"seller__{place}")]
    names = region_names(country)
    places = sorted(set().union(*columns), key=lambda code: (code is None, name_of(code, names)))
    shown = [words([column.get(code, 0) for code in places]) for column in columns]
    return [Row(name_of(code, names), [column[number] for column in shown]) for number, code in enumerate(places)]


def count(rows: Any, place: str) -> dict[str | None, int]:
    return dict(rows.order_by().values_list(place).annotate(Count("pk")))


def region_names(country: str) -> dict[str, str]:
    return dict(Region.objects.of_country(country).values_list("code", "name")) if country else {}


def name_of(code: str | None, regions: dict[str, str]) -> str:
    if code is None:
        return _("Region not said")
    return regions.get(code) or countries.name(code) or code


def words(column: Sequence[int]) -> list[str]:
    """The figures with those under five hidden; where that hides only one, also the next smallest, as otherwise
    the hidden one could be told from a sum."""
    hidden = {number for number, value in enumerate(column) if 0 < value < LEAST}
    if len(hidden) == 1:
        others = [number for number, value in enumerate(column) if value and number not in hidden]
        hidden |= set(sorted(others, key=lambda number: column[number])[:1])
    return [hidden_word(value) if number in hidden else str(value) for number, value in enumerate(column)]


def hidden_word(value: int) -> str:
    return _("fewer than 5") if value < LEAST else _("not shown")
