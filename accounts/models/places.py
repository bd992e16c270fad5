from __future__ import annotations

import math

from django.db import models
from django.utils.translation import gettext_lazy as _

ZONES = {
    "IT": "Europe/Rome", "LT": "Europe/Vilnius", "LV": "Europe/Riga", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon",
    "SE": "Europe/Stockholm", "ES": "Europe/Madrid", "DE": "Europe/Berlin", "EE": "Europe/Tallinn",
    "FI": "Europe/Helsinki", "IE": "Europe/Dublin", "GR": "Europe/Athens", "BG": "Europe/Sofia",
    "RO": "Europe/Bucharest", "CY": "Asia/Nicosia",
}  # fmt: skip
CENTRAL_EUROPE = "Europe/Brussels"
CURRENCIES = {"PL": "PLN"}


def zone_of(country: str) -> str:
    """IANA zone of the country's capital."""
    return ZONES.get(str(country), CENTRAL_EUROPE)


def currency_of(country: str) -> str:
    return CURRENCIES.get(str(country), "EUR")


def nuts_country(country: str) -> str:
    """The country's code in NUTS, which calls Greece EL."""
    return "EL" if country == "GR" else country


class RegionQuerySet(models.QuerySet["Region"]):
    def smallest(self) -> RegionQuerySet:
        return self.filter(level=3)

    def of_country(self, country: str) -> RegionQuerySet:
        return self.filter(country=nuts_country(country))

    def countries(self) -> set[str]:
        """The NUTS codes of the countries whose regions we hold."""
        return set(self.filter(level=0).values_list("country", flat=True))


class Region(models.Model):
    """A NUTS 2024 region. Source: European Commission, Eurostat/GISCO."""

    code = models.CharField(_("code"), max_length=5, primary_key=True)
    level = models.PositiveSmallIntegerField(_("level"))
    country = models.CharField(_("country"), max_length=2)
    name = models.CharField(_("name"), max_length=120)
    longitude = models.DecimalField(max_digits=8, decimal_places=4)
    latitude = models.DecimalField(max_digits=8, decimal_places=4)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["country", "name"]
        indexes = [models.Index(fields=["country", "level"], name="region_country")]

    def __str__(self) -> str:
        return self.name

    def km_to(self, other: Region) -> int:
        """As the crow flies, between the points of the two."""
        here, there = ([math.radians(value) for value in (each.latitude, each.longitude)] for each in (self, other))
        half = [math.sin((one - two) / 2) ** 2 for one, two in zip(here, there, strict=True)]
        return round(12742 * math.asin(math.sqrt(half[0] + math.cos(here[0]) * math.cos(there[0]) * half[1])))
