"""What calls can be narrowed down by."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.core.cache import caches
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.forms.organisations import country_choices
from accounts.models.places import nuts_country
from marketplace.filters import category_choices
from marketplace.models import Call
from marketplace.models.calls import CallQuerySet


def countries_shown() -> list[tuple[str, str]]:
    """Read once a minute, as the names of categories are: a page of saved searches asks for each of them."""
    key = f"call-countries:{get_language()}"
    names = caches["local"].get(key)
    if names is None:
        names = [(code, str(name)) for code, name in country_choices()[1:]]
        caches["local"].set(key, names, 60)
    return names


class KnownChoice(forms.ChoiceField):
    """What is not a choice narrows nothing: old links still show a page."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return text if self.valid_value(text) else ""


class OneOf(filters.Filter):
    field_class = KnownChoice


def filter_of(label: Any, choices: Any, empty: Any, field_name: str = "", method: str | None = None) -> OneOf:
    return OneOf(
        field_name=field_name, method=method, label=label, choices=lambda: [("", empty), *choices()], required=False
    )


class CallFilter(filters.FilterSet):
    kind = filter_of(_("Kind"), lambda: Call.Kind.choices, _("All kinds"), "kind")
    country = filter_of(_("Country"), countries_shown, _("All countries"), method="in_country")
    category = filter_of(_("Theme"), category_choices, _("All themes"), "themes")
    state = filter_of(_("State"), lambda: [("over", _("No longer open"))], _("Open"), method="by_state")

    class Meta:
        model = Call
        fields: list[str] = []

    def in_country(self, calls: CallQuerySet, _name: str, country: str) -> CallQuerySet:
        """From there, or looking for somebody there."""
        there = Q(countries__contains=[country]) | Q(organisation__country=country)
        region = Q(pk__in=Call.regions.through.objects.filter(region__country=nuts_country(country)).values("call"))
        return calls.filter(there | region)

    def by_state(self, calls: CallQuerySet, _name: str, _value: str) -> CallQuerySet:
        return calls.over()

    @property
    def shows_over(self) -> bool:
        return bool(self.form.is_valid() and self.form.cleaned_data["state"])

    def narrowed(self) -> CallQuerySet:
        """Open ones, where nothing else is asked for."""
        return self.qs if self.shows_over else self.qs.open()
