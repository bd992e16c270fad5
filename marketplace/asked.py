"""What a reader asks for: known words in any of the six languages, typos put right, words that mean a category."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.db import connection

from marketplace.models.search_words import MAX_WORD, category_lexeme
from vet2b.lib.stems import all_stems, fold, stop_words, words

MAX_LENGTH = 100
MAX_WORDS = 8
SHORTEST_TYPO = 4
LIKENESS = 0.72
MANY_CATEGORIES = 2

# `near` is looked for only where no known word has a stem of the asked one
LOOK_UP = """
WITH asked AS (SELECT * FROM json_to_recordset(%s) AS a(n int, word text, stems varchar[])),
known AS (
  SELECT a.n, array_agg(DISTINCT c) FILTER (WHERE c IS NOT NULL) AS categories
  FROM asked a JOIN marketplace_searchword w ON w.stems && a.stems
  LEFT JOIN LATERAL unnest(w.categories::text[]) c ON true
  GROUP BY a.n
)
SELECT a.n, k.n IS NOT NULL, coalesce(k.categories, '{}'), coalesce(same.stems, '{}'), coalesce(near.words, '[]')
FROM asked a LEFT JOIN known k USING (n) LEFT JOIN marketplace_searchword same ON same.word = a.word
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_array(word, shown, stems, categories)) AS words FROM (
    SELECT * FROM marketplace_searchword WHERE k.n IS NULL ORDER BY word <-> a.word LIMIT 12
  ) w
) near
ORDER BY a.n
"""


@dataclass
class AskedWord:
    text: str
    stems: set[str]
    categories: set[str] = field(default_factory=set)
    own_stems: set[str] = field(default_factory=set)  # in the languages that have this very word
    is_beginning: bool = False

    def lexemes(self, stems: set[str], among_others: bool) -> Iterator[str]:
        """A word that means many categories (repair, online) tells something only together with others."""
        yield from sorted(stems)
        if among_others or len(self.categories) <= MANY_CATEGORIES:
            yield from (category_lexeme(code) for code in sorted(self.categories))


@dataclass
class Asked:
    text: str = ""
    words: list[AskedWord] = field(default_factory=list)
    corrected: str = ""

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def query(self) -> str:
        """All words are needed; of each, any of its stems or the categories that it means."""
        return " & ".join(f"({' | '.join(self.quoted(word, word.stems))})" for word in self.words)

    @property
    def ranking(self) -> str:
        return " | ".join(lexeme for word in self.words for lexeme in self.quoted(word, word.own_stems or word.stems))

    def quoted(self, word: AskedWord, stems: set[str]) -> list[str]:
        lexemes = [f"'{lexeme}'" for lexeme in word.lexemes(stems, len(self.words) > 1)]
        return [*lexemes, f"'{fold(word.text)}':*"] if word.is_beginning else lexemes


def understand(text: str, *, is_exact: bool = False) -> Asked:
    """Reads `text`; with `is_exact`, words that nobody knows are taken as they are."""
    [asked] = understand_all([(text, is_exact)])
    return asked


def understand_all(questions: list[tuple[str, bool]]) -> list[Asked]:
    """The same for several texts, with one statement."""
    found = [begin(text[:MAX_LENGTH].strip()) for text, _is_exact in questions]
    every_word = [word for asked in found for word in asked.words]
    rows = iter(look_up(every_word) if every_word else [])
    for asked, (_text, is_exact) in zip(found, questions, strict=True):
        for n, row in zip(range(len(asked.words)), rows, strict=False):
            learn(asked, n, row, is_exact=is_exact)
    return found


def begin(text: str) -> Asked:
    return Asked(text, [AskedWord(word, set(all_stems(word))) for word in meaningful(words(text))])


def learn(asked: Asked, n: int, row: tuple[int, bool, list[str], list[str], list[Any]], *, is_exact: bool) -> None:
    _n, is_known, categories, own_stems, near = row
    word = asked.words[n]
    word.categories, word.own_stems = set(categories), set(own_stems)
    if is_known or is_exact:
        return
    if n == len(asked.words) - 1 and any(row[0].startswith(fold(word.text)) for row in near):
        word.is_beginning = True
    elif match := likest(fold(word.text), near):
        asked.words[n] = AskedWord(match[1], all_stems(match[1]) | set(match[2]), set(match[3]), set(match[2]))
        asked.corrected = replaced(asked.corrected or asked.text, word.text, match[1])


def meaningful(found: list[str]) -> list[str]:
    found = list(dict.fromkeys(word[:MAX_WORD] for word in found))
    return ([word for word in found if fold(word) not in stop_words()] or found)[:MAX_WORDS]


def look_up(asked: list[AskedWord]) -> list[tuple[int, bool, list[str], list[str], list[Any]]]:
    rows = [{"n": n, "word": fold(word.text), "stems": sorted(word.stems)} for n, word in enumerate(asked)]
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [json.dumps(rows)])
        return cursor.fetchall()


def likest(bare: str, near: list[list[Any]]) -> list[Any] | None:
    """The known word most like this one; trigrams alone think too little of swapped letters."""
    if len(bare) < SHORTEST_TYPO or bare.isdecimal() or not near:
        return None
    ratio, row = max(((SequenceMatcher(None, bare, row[0]).ratio(), row) for row in near), key=lambda pair: pair[0])
    return row if ratio >= LIKENESS else None


def replaced(text: str, old: str, new: str) -> str:
    lowered = text.lower()
    at = lowered.find(old)
    return f"{text[:at]}{new}{text[at + len(old) :]}" if at >= 0 else text
