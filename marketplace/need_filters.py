"""What needs can be narrowed down by. Who may not read them narrows by title, category and country alone."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from marketplace.call_filters import countries_shown, filter_of
from marketplace.filters import category_choices
from marketplace.forms.offers import languages
from marketplace.models import Need, Order
from marketplace.models.needs import NeedQuerySet

FOR_READERS = ("where", "language", "budget")
FOLDED = (*FOR_READERS, "country", "sort")
SORTS = (("new", _("Newest")),)


def budgets() -> list[tuple[str, Any]]:
    return [(code, label) for code, label in Need.Budget.choices if code]


class NeedFilter(filters.FilterSet):
    q = filters.CharFilter(method="with_words", label=_("Words"), max_length=100)
    category = filter_of(_("Category"), category_choices, _("All categories"), "category")
    country = filter_of(_("Country"), countries_shown, _("All countries"), "country")
    where = filter_of(_("Where"), lambda: Order.PlaceMode.choices, _("Everywhere"), "place_mode")
    language = filter_of(_("Language"), languages, _("All languages"), method="in_language")
    budget = filter_of(_("Budget"), budgets, _("All budgets"), "budget")
    sort = filter_of(_("Order"), lambda: SORTS, _("Deadline"), method="sorted_by")

    class Meta:
        model = Need
        fields: list[str] = []

    def __init__(self, data: QueryDict, queryset: NeedQuerySet, *, reads_all: bool):
        super().__init__(data, queryset)
        self.reads_all = reads_all
        for name in () if reads_all else FOR_READERS:
            del self.filters[name]

    def with_words(self, needs: NeedQuerySet, _name: str, words: str) -> NeedQuerySet:
        """Each of the words, in the title or, for readers, the text."""
        for word in words.split():
            text = Q(text__icontains=word) if self.reads_all else Q()
            needs = needs.filter(Q(title__icontains=word) | text)
        return needs

    def in_language(self, needs: NeedQuerySet, _name: str, code: str) -> NeedQuerySet:
        return needs.filter(languages__contains=[code])

    def sorted_by(self, needs: NeedQuerySet, _name: str, _value: str) -> NeedQuerySet:
        return needs.order_by("-opened_at", "-pk")

    @property
    def is_narrowed(self) -> bool:
        """By more than words and category."""
        return self.form.is_valid() and any(self.form.cleaned_data.get(name) for name in FOLDED)

    def clean_query(self) -> str:
        """Without what is no filter or narrows nothing; the order is not kept."""
        cleaned = self.form.cleaned_data if self.form.is_valid() else {}
        query = QueryDict(mutable=True)
        for name, value in cleaned.items():
            if value and name != "sort":
                query[name] = " ".join(value.split())
        return query.urlencode()
