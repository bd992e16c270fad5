"""What offers can be narrowed down by. Unknown codes in an address are ignored; wrong numbers get a message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import Any

import django_filters as filters
from babel import Locale
from django import forms
from django.core.cache import caches
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from marketplace.models import Category, Offer
from marketplace.models.search import OfferSearch, OfferSearchQuerySet, PriceGroup
from vet2b.lib.formats import locale_of

Choices = list[tuple[str, Any]]
LEAD_STEPS = (7, 14, 30)
DEAREST = 9_999_999
BUDGETS = ("price_min", "price_max")
FACETS = ("category", "country", "language", "when", "price", "mode", "lead")


def category_choices() -> Choices:
    """Read once a minute: names change rarely, and this page is the busiest."""
    key = f"category-names:{get_language()}"
    names = caches["local"].get(key)
    if names is None:
        names = [(category.pk, category.name) for category in Category.objects.with_labels()]
        caches["local"].set(key, names, 60)
    return names


def country_choices() -> Choices:
    return country_names(get_language() or "en")


@cache
def country_names(language: str) -> Choices:
    territories = locale_of(language).territories
    return [(code, territories.get(code, name)) for code, name in countries]


@cache
def language_choices() -> Choices:
    return [(code, code) for code in Locale("en").languages]


def when_choices() -> Choices:
    return [("30", _("Free place within 30 days")), ("90", _("Free place within 90 days"))]


def lead_choices() -> Choices:
    return [(str(days), _("Up to %(days)s days") % {"days": days}) for days in LEAD_STEPS]


CHOICES: dict[str, Callable[[], Choices]] = {
    "category": category_choices,
    "country": country_choices,
    "language": language_choices,
    "when": when_choices,
    "price": lambda: PriceGroup.choices,
    "mode": lambda: Offer.DeliveryMode.choices,
    "lead": lead_choices,
}


class KnownChoices(forms.MultipleChoiceField):
    """Leaves out what is not a choice: old links and typing errors in addresses still show a page."""

    def to_python(self, value: Any) -> list[str]:
        return [code for code in super().to_python(value) if self.valid_value(code)]


class AnyOf(filters.Filter):
    field_class = KnownChoices

    def __init__(self, field_name: str, lookup_expr: str, facet: str):
        super().__init__(field_name, lookup_expr, choices=CHOICES[facet])


class Within(AnyOf):
    """Days, of which the most counts."""

    def filter(self, qs: OfferSearchQuerySet, value: list[str]) -> OfferSearchQuerySet:
        return getattr(qs, self.lookup_expr)(max(map(int, value))) if value else qs


class Budget(filters.NumberFilter):
    def __init__(self, lookup_expr: str, label: Any):
        super().__init__("price_eur", lookup_expr, label=label, min_value=0, max_value=DEAREST, decimal_places=2)


class OfferFilter(filters.FilterSet):
    category = AnyOf("category_id", "in", "category")
    country = AnyOf("country", "in", "country")
    language = AnyOf("languages", "overlap", "language")
    when = Within("next_start", "starting_within", "when")
    price = AnyOf("price_group", "in", "price")
    mode = AnyOf("modes", "overlap", "mode")
    lead = Within("lead_time", "ready_within", "lead")
    price_min = Budget("gte", _("From €"))
    price_max = Budget("lte", _("To €"))

    class Meta:
        model = OfferSearch
        fields: list[str] = []

    def get_form_class(self) -> type[forms.Form]:
        return form_class()

    @cached_property
    def values(self) -> dict[str, Any]:
        self.form.full_clean()
        return self.form.cleaned_data

    def narrowed(self, names: Iterable[str]) -> OfferSearchQuerySet:
        """By these filters only; one whose value has an error narrows nothing."""
        rows = self.queryset
        for name in names:
            rows = self.filters[name].filter(rows, self.values.get(name))
        return rows

    def chosen(self, name: str) -> list[str]:
        return self.values.get(name) or []


@cache
def form_class() -> type[forms.Form]:
    """Made once, as django-filter would make it for every request."""
    fields = {name: declared.field for name, declared in OfferFilter.base_filters.items()}
    return type("OfferFilterForm", (forms.Form,), fields)
