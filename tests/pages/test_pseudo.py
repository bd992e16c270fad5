"""Every page in a language that is 40 % wider than English: nothing is cut off, and nothing left in English."""

import functools
import re
import sys
from datetime import date

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import models
from django_countries import countries

from tests.pages import world
from tests.pages.inspect import SIDEWAYS, walk
from tests.pages.pseudo import MARKS, spoken
from vet2b.lib.public_holidays import public_holidays

CUT = """() => [...document.querySelectorAll("a, button, summary, h1, h2, h3, .chip, .badge-t, label, legend, th")]
  .filter(part => part.clientWidth > 2 && part.scrollWidth > part.clientWidth + 1 && !part.closest(".visually-hidden"))
  .filter(part => !["auto", "scroll"].includes(getComputedStyle(part).overflowX))
  .map(part => "cut off: " + part.outerHTML.slice(0, 160))"""
WORDS = """() => {
  const words = [document.title], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    if (!parent.closest("script, style, noscript, time, .code, [lang]:not(html)")) words.push(walker.currentNode.data)
  }
  for (const name of ["aria-label", "alt", "placeholder", "title"])
    for (const part of document.querySelectorAll(`body [${name}]`)) words.push(part.getAttribute(name))
  return words
}"""
# what dates, sums and sizes are made of, and names that are the same everywhere
KNOWN = re.compile(
    r"""(january|february|march|april|may|june|july|august|september|october|november|december|
    jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|monday|
    tuesday|wednesday|thursday|friday|saturday|sunday|time|eur|pln|net|vet2b|english|
    italiano|latviešu|lietuviškai|polski|português|italy|latvia|lithuania|poland|portugal)""",
    re.VERBOSE,
)
TEXTS = (models.CharField, models.TextField, models.JSONField)


@pytest.fixture(scope="module")
def stored(site):
    return told_by_the_database()


def told_by_the_database():
    """Every text that is stored, in one, and the names of countries and of public holidays, which come translated
    from their libraries."""
    texts = [str(name) for _code, name in countries]
    this_year = date.today().year  # noqa: DTZ011 - the years around it are looked at too
    texts += [name for year in range(this_year - 1, this_year + 3) for name in public_holidays("LV", year).values()]
    for model in apps.get_models():
        names = [field.attname for field in model._meta.concrete_fields if isinstance(field, TEXTS)]
        for row in model.objects.values_list(*names) if names else []:
            texts += map(str, row)
    return squeezed(" ".join(texts))


def squeezed(text):
    return re.sub(r"[\W_]+", " ", text).strip().lower()


def in_english(text, stored):
    """Neither in the language of this test nor from the database, where parts may stand side by side."""
    if set(text) & set(MARKS):
        return False
    parts = [squeezed(part) for part in re.split(r"[·,×\d]", text)]
    return any(re.search(r"[^\W\d]{3}", part) and not KNOWN.fullmatch(part) and part not in stored for part in parts)


def translatable(stored):
    def looks(page):
        faults = [f"in English: {text.strip()[:120]}" for text in page.evaluate(WORDS) if in_english(text, stored)]
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            faults += [f"{width}: {fault}" for fault in page.evaluate(SIDEWAYS) + page.evaluate(CUT)]
        return faults

    return looks


READERS = [email for email in world.VISITS if email != world.MODERATOR]


@pytest.mark.parametrize("email", READERS)
def test_pages_have_room_and_are_marked_for_translation(browse, site, stored, email):
    forget_words()
    with spoken():
        wrong = walk(browse(email), site, world.VISITS[email](site.world), translatable(stored))
    forget_words()

    assert not wrong, "\n".join(wrong)


def forget_words():
    """Of every cache that may hold some."""
    for cache in ("local", "default"):
        caches[cache].clear()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"accounts", "events", "marketplace", "vet2b"}:
            for thing in vars(module).values():
                if isinstance(thing, functools._lru_cache_wrapper):
                    thing.cache_clear()
