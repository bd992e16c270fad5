"""Words and their stems in the site's languages, without accents, so that PostgreSQL needs no dictionaries."""

import re
import unicodedata
from functools import cache, lru_cache
from threading import Lock

import snowballstemmer
from LatvianStemmer import stem as latvian_stem

SNOWBALL = {"en": "english", "it": "italian", "lt": "lithuanian", "pl": "polish", "pt": "portuguese"}
LANGUAGES = ("en", "it", "lv", "lt", "pl", "pt")
# Too frequent to tell anything. "it" is missing on purpose: it names a category.
STOP_WORDS = {
    "en": "an and are as at be by for from has have in is its my need of on or our that the this to want we with your",
    "it": "al alla che con da dal dei del della delle di e ed gli ho il in la le lo mi nel nella o per si su un una",
    "lv": "ar arī bez es ir jo ka kas ko kā man mums mēs no par pie pēc pa tas tiek un uz vai var",
    "lt": "ant ar apie bei bet dėl ir iš iki jei kad kaip mes man mums nuo o po prie su už yra į",
    "pl": "a albo ale dla do i jak jest lub mi na nam nie o od oraz po przez przy się są to w we z za ze że",
    "pt": "a ao aos as até com da das de do dos e em eu na nas no nos o os ou para pela pelo por que se sem um uma",
}
_WORD = re.compile(r"[^\W_]+")
_UNMARKED = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe"})
_lock = Lock()


def fold(text: str) -> str:
    """Lower case without accents: `Grāmatvedība` gives `gramatvediba`."""
    marked = unicodedata.normalize("NFKD", text.lower().translate(_UNMARKED))
    return "".join(letter for letter in marked if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """Lower-case words of two letters or more, and all numbers, in order."""
    return [word for word in _WORD.findall(text.lower()) if len(word) > 1 or word.isdecimal()]


@cache
def stop_words(language: str | None = None) -> frozenset[str]:
    """Of one language, or of all; without accents."""
    listed = STOP_WORDS.get(language, "") if language else " ".join(STOP_WORDS.values())
    return frozenset(fold(listed).split())


@cache
def stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(SNOWBALL[language])


def stem(word: str, language: str) -> str:
    if language == "lv":
        return latvian_stem(word)
    with _lock:  # a Snowball stemmer keeps its word in itself
        return stemmer(language).stemWord(word) if language in SNOWBALL else word


@lru_cache(maxsize=50_000)
def stems(word: str, language: str) -> frozenset[str]:
    """The stem of the word as written and of the word without accents, as many people type it."""
    bare = fold(word)
    return frozenset(form for form in (fold(stem(word, language)), fold(stem(bare, language))) if form)


def all_stems(word: str) -> frozenset[str]:
    """In each language, as nobody says in which one they ask."""
    return frozenset().union(*(stems(word, language) for language in LANGUAGES))
