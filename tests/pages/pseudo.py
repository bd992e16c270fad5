"""A language that nobody speaks: every message accented and 40 % wider, so that what is not marked for
translation, or has no room for longer words, shows."""

import re
from unittest import mock

from django.utils.translation import trans_real

CONTEXT = "\x04"
ACCENTS = str.maketrans("aeiouAEIOU", "ǎěǐǒǔǍĚǏǑǓ")
MARKS = "ǎěǐǒǔǍĚǏǑǓ"
# what stays as it is: places for values, tags, entities
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>|&\w+;)")
WORD = re.compile(r"[A-Za-z]{3,}")


def wider(match):
    word = match[0]
    middle = len(word) // 2
    return word[:middle] + "ǒ" * round(len(word) * 0.4) + word[middle:]


def pseudo(message):
    parts = KEPT.split(str(message))
    return "".join(part if KEPT.fullmatch(part) else WORD.sub(wider, part).translate(ACCENTS) for part in parts)


class Pseudo:
    """Stands where a catalogue does."""

    def __init__(self, catalogue):
        self.catalogue = catalogue

    def __getattr__(self, name):
        return getattr(self.catalogue, name)

    def gettext(self, message):
        context, _mark, text = message.rpartition(CONTEXT)
        return text if context == "interface language code" else pseudo(text)

    def ngettext(self, singular, plural, number):
        return pseudo((singular if number == 1 else plural).rpartition(CONTEXT)[2])


def spoken():
    """While this lasts, English is spoken so."""
    real = trans_real.translation
    return mock.patch.object(trans_real, "translation", lambda language: Pseudo(real(language)))
