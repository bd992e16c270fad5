"""What changed between two versions of a need, in the reader's language."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import get_language_info
from django_countries import countries

from marketplace.change_words import Row
from marketplace.models import Need, NeedVersion, Order
from vet2b.lib import formats


def versions_of(need: Need) -> list[dict[str, Any]]:
    """The newest first."""
    versions = list(need.versions.all())
    return [{"version": version, "rows": rows_of(version)} for version in versions]


def rows_of(version: NeedVersion) -> list[Row]:
    names = version.after
    return [Row(label(name), shown(name, version.before[name]), shown(name, version.after[name])) for name in names]


def label(name: str) -> str:
    text = str(Need._meta.get_field(name).verbose_name)
    return text[:1].upper() + text[1:]


def shown(name: str, value: str) -> str:
    if not value:
        return "–"
    if name in {"starts_on", "ends_on"}:
        return formats.day(date.fromisoformat(value))
    if name == "languages":
        return ", ".join(str(get_language_info(code)["name_translated"]) for code in value.split(", "))
    choices = {"place_mode": dict(Order.PlaceMode.choices), "budget": dict(Need.Budget.choices)}
    if name == "country":
        return countries.name(value)
    return str(choices[name].get(value, value)) if name in choices else value
