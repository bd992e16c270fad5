"""The panel of filters: each value with how many offers it would give, and the chips that take filters away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import format_decimal
from django.core.cache import caches
from django.http import QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.filters import BUDGETS, CHOICES, FACETS, LEAD_STEPS, OfferFilter, category_choices
from marketplace.models.search import OfferSearch
from marketplace.search import START_STEPS, Group, groups_of_all, number_of
from vet2b.lib.formats import current_locale, locale_of, money
from vet2b.lib.stamps import stamp

OPEN_VALUES = 6
CACHED_SECONDS = 60
Counts = dict[str, defaultdict[str, int]]


@dataclass
class Value:
    code: str
    label: str
    count: str
    is_chosen: bool
    is_disabled: bool


@dataclass
class Facet:
    name: str
    label: str
    values: list[Value]

    @property
    def more(self) -> list[Value]:
        return self.values[OPEN_VALUES:]

    @property
    def drawn_first(self) -> SafeString:
        return self.drawn(self.values[:OPEN_VALUES])

    @property
    def drawn_more(self) -> SafeString:
        return self.drawn(self.more)

    def drawn(self, values: list[Value]) -> SafeString:
        rows = [vars(value) | {"name": self.name} for value in values]
        return stamp("marketplace/offers/_list_value.html", "value", rows)

    @property
    def is_more_chosen(self) -> bool:
        return any(value.is_chosen for value in self.more)


@dataclass
class Chip:
    label: str
    query: str
    name: str
    code: str = ""


@lru_cache(1024)
def grouped(number: int, locale: Locale) -> str:
    return format_decimal(number, locale=locale)


def number_words(number: int) -> str:
    return grouped(number, current_locale())


@lru_cache(20_000)
def codes_of(facets: str, step: int) -> tuple[tuple[str, ...], ...]:
    """The codes that a group of offers counts under, per facet in the order of FACETS."""
    category, country, languages, price, modes, lead = facets.split("|")
    return (
        (category,),
        (country,),
        tuple(languages.split(",")),
        within(step, START_STEPS),
        (price,),
        tuple(modes.split(",")),
        within(int(lead or 0), LEAD_STEPS),
    )


def within(step: int, steps: tuple[int, ...]) -> tuple[str, ...]:
    """Who is ready in 7 days is ready in 14 too."""
    return tuple(str(days) for days in steps if step and days >= step)


def counts_of_all(offers: OfferFilter) -> tuple[int, Counts]:
    """Total and counts without words: the same for every reader, and at most a minute old."""
    wanted = tuple((name, str(value)) for name, value in sorted(offers.values.items()) if value not in (None, []))
    return cached_counts(wanted, lambda: offers)


def cached_counts(wanted: tuple[tuple[str, str], ...], offers: Callable[[], OfferFilter]) -> tuple[int, Counts]:
    key = f"offer-counts:{timezone.localdate()}:{hash(wanted)}"
    return caches["local"].get_or_set(key, lambda: counts_of_now(offers()), CACHED_SECONDS)


def counts_of_now(offers: OfferFilter) -> tuple[int, Counts]:
    groups = groups_of_all(offers.narrowed((*BUDGETS, *FACETS)))
    chosen = {name: offers.chosen(name) for name in FACETS}
    others = groups_of_all(offers.narrowed(BUDGETS)) if any(chosen.values()) else []
    return number_of(groups), count(groups, others, chosen)


def counts_of_everything() -> tuple[int, Counts]:
    return cached_counts((), lambda: OfferFilter({}, queryset=OfferSearch.objects.live()))


def offered() -> Counts:
    """What all offers together have."""
    return counts_of_everything()[1]


def count(groups: list[Group], others: list[Group], chosen: dict[str, list[str]]) -> Counts:
    """How many offers each value would give, with the other facets as they are.

    `groups` pass all filters and tell of the facets where nothing is chosen; of a facet with a choice, the `others`
    do that fail in nothing else."""
    counts: Counts = {name: defaultdict(int) for name in FACETS}
    free = [(n, counts[name]) for n, name in enumerate(FACETS) if not chosen[name]]
    wanted = [(n, counts[name], frozenset(chosen[name])) for n, name in enumerate(FACETS) if chosen[name]]
    for facets, step, number in groups:
        codes = codes_of(facets, step)
        for n, counter in free:
            for code in codes[n]:
                counter[code] += number
    for facets, step, number in others if wanted else ():
        codes = codes_of(facets, step)
        failing = [n for n, _counter, accepted in wanted if accepted.isdisjoint(codes[n])]
        for n, counter, _accepted in wanted:
            if failing in ([], [n]):
                for code in codes[n]:
                    counter[code] += number
    return counts


def passing(others: list[Group], chosen: dict[str, list[str]]) -> int:
    wanted = [(n, frozenset(chosen[name])) for n, name in enumerate(FACETS) if chosen[name]]
    return sum(
        number
        for facets, step, number in others
        if not any(accepted.isdisjoint(codes_of(facets, step)[n]) for n, accepted in wanted)
    )


def facets_of(offers: OfferFilter, counts: Counts, offered: Counts, capped: frozenset[str]) -> list[Facet]:
    """Each value that some offer has at all. Values that would give nothing stay, but cannot be chosen."""
    return [
        Facet(name, LABELS[name](), values_of(name, offers.chosen(name), counts[name], offered[name], name in capped))
        for name in FACETS
    ]


LABELS = {
    "category": lambda: _("Category"),
    "country": lambda: _("Country"),
    "language": lambda: _("Works in"),
    "when": lambda: _("When"),
    "price": lambda: _("Price type"),
    "mode": lambda: _("Where"),
    "lead": lambda: _("Delivery time"),
}
BY_COUNT = frozenset({"category", "language"})


def values_of(
    name: str, chosen: list[str], counts: dict[str, int], offered: dict[str, int], is_capped: bool
) -> list[Value]:
    values = [
        Value(
            code=code,
            label=label,
            count=count_words(counts.get(code, 0), is_capped),
            is_chosen=code in chosen,
            is_disabled=not (code in counts or code in chosen or is_capped),
        )
        for code, label in labels_of(name).items()
        if code in offered or code in chosen
    ]
    return sorted(values, key=lambda value: -counts.get(value.code, 0)) if name in BY_COUNT else values


def count_words(number: int, is_capped: bool) -> str:
    """Of a part of the matches only, a count is the least that it can be."""
    if not is_capped:
        return number_words(number)
    return f"{number_words(number)}+" if number else ""


def labels_of(name: str) -> dict[str, str]:
    """Of each code; all but the categories, which staff may edit, stay as they are."""
    return dict(category_choices()) if name == "category" else fixed_labels(name, get_language() or "en")


@cache
def fixed_labels(name: str, language: str) -> dict[str, str]:
    if name == "language":
        names = {code: str(label).capitalize() for code, label in locale_of(language).languages.items()}
        return dict(sorted(names.items(), key=lambda item: item[1]))
    return {code: str(label) for code, label in CHOICES[name]()}


def chips_of(offers: OfferFilter, query: QueryDict) -> list[Chip]:
    """Each applied filter with the query of the page without it."""
    chips = []
    for name in FACETS:
        if codes := offers.chosen(name):
            labels = labels_of(name)
            chips += [Chip(labels[code], without(query, name, code), name, code) for code in codes]
    for name, words in BUDGET_WORDS.items():
        amount = offers.values.get(name)
        if amount is not None:
            chips.append(Chip(words() % {"price": money(amount, "EUR")}, without(query, name), name))
    return chips


BUDGET_WORDS = {"price_min": lambda: _("From %(price)s"), "price_max": lambda: _("Up to %(price)s")}


def without(query: QueryDict, name: str, code: str = "") -> str:
    rest = query.copy()
    rest.pop("after", None)
    rest.setlist(name, [value for value in query.getlist(name) if code and value != code])
    return rest.urlencode()
