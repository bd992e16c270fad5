"""What to try when nothing was found, each way with the number of offers it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import QueryDict

from marketplace.asked import Asked
from marketplace.facets import labels_of, offered, passing
from marketplace.filters import BUDGETS
from marketplace.models.search import OfferSearch
from marketplace.search import count_each, groups_of_all, groups_of_words

if TYPE_CHECKING:
    from marketplace.results import Results

MOST = 6


@dataclass
class Way:
    label: str
    query: str
    count: int


class Help:
    """Read only when a page is empty, so its own statements cost the others nothing."""

    def __init__(self, results: Results):
        self.results = results

    def filters(self) -> list[Way]:
        ways = [Way(chip.label, chip.query, self.count_without(chip.name, chip.code)) for chip in self.results.chips]
        return [way for way in ways if way.count]

    def count_without(self, name: str, code: str) -> int:
        results = self.results
        chosen = dict(results.chosen)
        rows = results.offers.narrowed(other for other in BUDGETS if other != name)
        if name in chosen:
            chosen[name] = [other for other in chosen[name] if other != code]
        return passing(groups_of_words(results.asked, rows) if results.asked else groups_of_all(rows), chosen)

    def words(self) -> list[Way]:
        """Each of several words alone, without filters."""
        words = self.results.asked.words
        if len(words) < 2:
            return []
        counts = count_each(OfferSearch.objects.live(), [Asked(words=[word]).query for word in words])
        return [
            Way(word.text, query_of(q=word.text), number) for word, number in zip(words, counts, strict=True) if number
        ]

    def categories(self) -> list[Way]:
        """Those that the words mean, else those chosen, when they have offers at all."""
        meant = set[str]().union(*(word.categories for word in self.results.asked.words))
        codes = sorted(meant or self.results.chosen["category"])
        counts = offered()["category"]
        names = labels_of("category")
        return [Way(names[code], query_of(category=code), counts[code]) for code in codes if code in counts][:MOST]


def query_of(**values: str) -> str:
    query = QueryDict(mutable=True)
    query.update(values)
    return query.urlencode()
