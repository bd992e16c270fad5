"""What an offer is found by: lexemes with the weight of the place where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from babel import Locale

from vet2b.lib.stems import LANGUAGES, fold, stems, stop_words, words

if TYPE_CHECKING:
    from marketplace.models.catalogue import Category

MAX_WORD = 40


@dataclass
class Document:
    """The words of one offer as OFFER_WORDS reads them; a text is (language, title, summary, description)."""

    offer_id: int
    category: str
    texts: list[tuple[str, str, str, str]]
    skills: list[str]
    school: str
    place: str
    country: str

    def vector(self) -> str:
        """As PostgreSQL reads a tsvector. The first and heaviest place of a lexeme counts."""
        weights: dict[str, str] = {}
        for weight, language, text in self.parts():
            for term in terms(text, language):
                for stem in term.stems:
                    weights.setdefault(stem, weight)
        weights[category_lexeme(self.category)] = "B"
        return " ".join(f"'{lexeme}':1{weight}" for lexeme, weight in weights.items())

    def parts(self) -> Iterator[tuple[str, str, str]]:
        for language, title, _summary, _body in self.texts:
            yield "A", language, title
        for language, _title, summary, _body in self.texts:
            yield "B", language, summary
        yield "B", "en", " ".join(self.skills)
        for language, _title, _summary, body in self.texts:
            yield "C", language, body
        yield "D", "", f"{self.school} {self.place} {country_names(self.country)}"


def category_lexeme(code: str) -> str:
    """A category is one lexeme; the query turns the words that mean it, in any language, into this one."""
    return f"c/{code.lower()}"


@cache
def country_names(code: str) -> str:
    names = {Locale(language).territories.get(code, "") for language in LANGUAGES}
    return " ".join(sorted(names))


@dataclass(frozen=True)
class Term:
    """A word of a text, bare of accents, with its stems."""

    word: str
    shown: str
    stems: frozenset[str]


@lru_cache(maxsize=2000)
def terms(text: str, language: str) -> tuple[Term, ...]:
    """Each word of a text once, without those that tell nothing."""
    left_out = stop_words(language) if language else frozenset()
    shown = {bare: word for word in words(text) if len(bare := fold(word)) <= MAX_WORD and bare not in left_out}
    return tuple(Term(bare, word, stems(word, language)) for bare, word in shown.items())


def known_words(documents: Iterable[Document], categories: Iterable[Category]) -> list[dict[str, Any]]:
    """Rows for SearchWord, of the texts and of the names of their categories."""
    known: dict[str, dict[str, Any]] = {}
    for language, text in {part[1:] for document in documents for part in document.parts()}:
        add_words(known, text, language)
    for category in categories:
        for label in category.labels.all():
            add_words(known, " ".join([label.name, *label.synonyms]), label.language, category.pk)
    return [{key: as_json(value) for key, value in known[word].items()} for word in sorted(known)]


def add_words(known: dict[str, dict[str, Any]], text: str, language: str, category: str = "") -> None:
    for term in terms(text, language):
        if term.word.isdecimal():
            continue
        new = {"word": term.word, "shown": term.shown, "stems": set(), "categories": set()}
        row = known.setdefault(term.word, new)
        row["stems"] |= term.stems
        if category:
            row["categories"].add(category)


def as_json(value: Any) -> Any:
    return sorted(value) if isinstance(value, set) else value
