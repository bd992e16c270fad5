"""What a revision changes against the live offer, word by word."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.admin.facts import EMPTY, Text, shown
from marketplace.models import Offer, OfferText
from marketplace.models.offer_copies import COPIED
from marketplace.models.offer_texts import TEXT_FIELDS

Change = tuple[Text, SafeString]


def changes_of(revision: Offer) -> list[Change]:
    """Only what differs, as (label, both versions with the words that went and the words that came)."""
    live = revision.revision_of
    if live is None:
        return []
    return [*field_changes(live, revision), *text_changes(live, revision), *part_changes(live, revision)]


def field_changes(live: Offer, revision: Offer) -> list[Change]:
    return [
        (capfirst(str(Offer._meta.get_field(name).verbose_name)), replaced(shown(live, name), shown(revision, name)))
        for name in COPIED
        if getattr(live, name) != getattr(revision, name)
    ]


def text_changes(live: Offer, revision: Offer) -> list[Change]:
    before = {text.language: text for text in live.texts.all()}
    after = {text.language: text for text in revision.texts.all()}
    changes = []
    for language in sorted(before | after):
        name = get_language_info(language)["name_translated"]
        for field in TEXT_FIELDS:
            old, new = plain(before.get(language), field), plain(after.get(language), field)
            if old != new:
                label = capfirst(str(OfferText._meta.get_field(field).verbose_name))
                changes.append((f"{label} ({name})", word_by_word(old, new)))
    return changes


def part_changes(live: Offer, revision: Offer) -> list[Change]:
    """Packages, skills, pictures and documents, each as lines of words."""
    changes = []
    for related, (label, line) in PARTS.items():
        old, new = ("\n".join(sorted(line(row) for row in getattr(offer, related).all())) for offer in (live, revision))
        if old != new:
            changes.append((label, word_by_word(old, new)))
    return changes


PARTS = {
    "packages": (_("Packages"), lambda row: f"{row} {row.price}"),
    "skills": (_("Skills practised"), lambda row: row.label),
    "images": (_("Pictures"), lambda row: f"{row.alt} {row.caption}".strip()),
    "documents": (_("Documents"), lambda row: row.title),
}


def plain(text: OfferText | None, field: str) -> str:
    value: Any = getattr(text, field) if text else ""
    if isinstance(value, list):
        return "\n".join(stage_line(part) if isinstance(part, dict) else str(part) for part in value)
    return str(value)


def stage_line(stage: dict[str, Any]) -> str:
    return " · ".join(str(stage[key]) for key in ("day", "title", "text") if stage.get(key))


def replaced(old: str, new: str) -> SafeString:
    return format_html("<del>{}</del> <ins>{}</ins>", old or EMPTY, new or EMPTY)


def word_by_word(old: str, new: str) -> SafeString:
    before, after = old.split(" "), new.split(" ")
    pieces = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = " ".join(before[i:j]), " ".join(after[k:m])
        if kind == "equal":
            pieces.append(format_html("{} ", gone))
        else:
            pieces.append(format_html("<del>{}</del> ", gone) if gone else SafeString(""))
            pieces.append(format_html("<ins>{}</ins> ", come) if come else SafeString(""))
    return format_html_join("", "{}", ((piece,) for piece in pieces))
