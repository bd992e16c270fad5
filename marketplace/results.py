"""The page of results, put together from an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.forms import BoundField
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from marketplace.asked import Asked, understand
from marketplace.cards import cards
from marketplace.facets import (
    Chip,
    Counts,
    Facet,
    Value,
    chips_of,
    count,
    counts_of_all,
    facets_of,
    labels_of,
    number_words,
    offered,
)
from marketplace.filters import BUDGETS, FACETS, OfferFilter
from marketplace.help_nothing import Help
from marketplace.models.search import OfferSearch, OfferSearchQuerySet
from marketplace.search import COUNTED, SORTS, Cursor, Found, find, number_of
from vet2b.lib.stamps import stamp

PROMOTED = (("when", "30"), ("mode", "remote"), ("price", "free"))


@dataclass
class Results:
    query: QueryDict
    user: User | None
    asked: Asked = field(init=False)
    offers: OfferFilter = field(init=False)
    counted: OfferSearchQuerySet = field(init=False)
    found: Found = field(init=False)
    total: int = field(init=False)
    counts: Counts = field(init=False)

    def __post_init__(self) -> None:
        self.asked = understand(self.query.get("q", ""), is_exact=self.query.get("exact") == "1")
        self.offers = OfferFilter(self.query, queryset=OfferSearch.objects.live())
        # the counts of a facet leave out what is chosen in it, so only the other filters narrow them down beforehand
        self.counted = self.offers.narrowed(BUDGETS)
        is_chosen = any(self.chosen.values())
        filtered = self.offers.narrowed((*BUDGETS, *FACETS)) if is_chosen else self.counted
        self.found = find(self.asked, filtered, self.counted, self.sort, self.cursor)
        self.total, self.counts = (
            (number_of(self.found.groups), count(self.found.groups, self.found.others, self.chosen))
            if self.asked
            else counts_of_all(self.offers)
        )

    @property
    def form(self) -> Any:
        return self.offers.form

    @cached_property
    def chosen(self) -> dict[str, list[str]]:
        return {name: self.offers.chosen(name) for name in FACETS}

    @cached_property
    def sort(self) -> str:
        wished = self.query.get("sort", "")
        return wished if wished in SORTS else "best"

    @property
    def sorts(self) -> list[tuple[str, Any, bool]]:
        return [(name, sort.label, name == self.sort) for name, sort in SORTS.items()]

    @cached_property
    def cursor(self) -> Cursor | None:
        return Cursor.parse(self.query.get("after", ""), SORTS[self.sort])

    @cached_property
    def cards(self) -> list[dict[str, Any]]:
        return cards(self.found.pks, self.user)

    @property
    def is_capped(self) -> bool:
        return bool(self.asked) and self.total > COUNTED

    @property
    def drawn_cards(self) -> SafeString:
        return stamp("components/_offer_card_item.html", "card", self.cards, level=2)

    @property
    def drawn_more(self) -> SafeString:
        """The next cards, of which the first takes the focus."""
        first, *others = self.cards
        return stamp("components/_offer_card_item.html", "card", [first | {"is_focused": True}, *others], level=2)

    @property
    def total_number(self) -> str:
        return f"{number_words(COUNTED)}+" if self.is_capped else number_words(self.total)

    @property
    def total_words(self) -> str:
        return ngettext("%(n)s service", "%(n)s services", self.total) % {"n": self.total_number}

    @property
    def shown(self) -> int:
        return (self.cursor.seen if self.cursor else 0) + len(self.cards)

    @property
    def shown_words(self) -> str:
        return _("Showing %(shown)s of %(total)s") % {"shown": number_words(self.shown), "total": self.total_number}

    @cached_property
    def facets(self) -> list[Facet]:
        return facets_of(self.offers, self.counts, self.offered, self.capped_facets)

    @property
    def offered(self) -> Counts:
        is_everything = not self.asked and not self.chips
        return self.counts if is_everything else offered()

    @property
    def capped_facets(self) -> frozenset[str]:
        if self.is_capped:
            return frozenset(FACETS)
        is_part = bool(self.asked) and number_of(self.found.others) > COUNTED
        return frozenset(name for name in FACETS if is_part and self.chosen[name])

    @cached_property
    def chips(self) -> list[Chip]:
        return chips_of(self.offers, self.query)

    @property
    def promoted(self) -> list[Chip]:
        """Filters that many use, one click away while they would give something."""
        counts = self.counts
        return [
            Chip(labels_of(name)[code], self.with_value(name, code), name, code)
            for name, code in PROMOTED
            if code not in self.chosen[name] and 0 < counts[name].get(code, 0) < self.total
        ]

    def with_value(self, name: str, code: str) -> str:
        return self.changed(**{name: [*self.query.getlist(name), code]})

    def changed(self, **values: list[str]) -> str:
        """The query of the first page with other values; an empty list takes a name away."""
        query = self.query.copy()
        for name, new in ({"after": []} | values).items():
            query.setlist(name, new)
        return query.urlencode()

    @property
    def next_query(self) -> str:
        """Of the next page, or "" on the last one."""
        cursor = self.found.next_cursor(self.cursor.seen if self.cursor else 0)
        return self.changed(after=[str(cursor)]) if cursor else ""

    @property
    def bare_query(self) -> str:
        return self.changed(**{name: [] for name in (*FACETS, *BUDGETS)})

    @property
    def exact_query(self) -> str:
        return self.changed(exact=["1"])

    @property
    def newest_query(self) -> str:
        return self.changed(sort=["new"])

    @property
    def saved_query(self) -> str:
        """What saving this search sends."""
        return self.changed()

    @property
    def page_url(self) -> str:
        return f"{reverse('marketplace:offer_list')}?{self.saved_query}"

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form for another order has to send along."""
        return [
            (name, value) for name, values in self.query.lists() for value in values if name not in {"sort", "after"}
        ]

    @property
    def budget(self) -> list[BoundField]:
        return [self.form[name] for name in BUDGETS]

    @property
    def countries(self) -> list[Value]:
        return next(facet.values for facet in self.facets if facet.name == "country")

    @cached_property
    def help(self) -> Help:
        return Help(self)

    @property
    def is_cut(self) -> bool:
        """Best match compares the newest 1,000 only; the rest is for the other orders."""
        return self.sort == "best" and not self.next_query and self.shown < self.total
