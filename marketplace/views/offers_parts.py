"""The parts of the offer form: their order, names and pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.models import Offer
from marketplace.models.offer_checks import Check, percent

LABELS = {
    "texts": _("Texts"),
    "price": _("Price"),
    "terms": _("Terms"),
    "people": _("People"),
    "skills": _("Skills"),
    "pictures": _("Pictures"),
    "windows": _("Windows"),
    "times": _("Times"),
}
OF_ORIGINALS = {"windows", "times"}


def part_label(part: str) -> str:
    return str(LABELS.get(part, ""))


def part_url(offer: Offer, part: str) -> str:
    """Windows and times are those of the original, whichever version is edited."""
    if part == "texts":
        return reverse("marketplace:offer_edit_text", args=[offer.ref, offer.source_language])
    if part in OF_ORIGINALS and offer.revision_of:
        offer = offer.revision_of
    if part in {"pictures", *OF_ORIGINALS}:
        return reverse(f"marketplace:offer_{part}", args=[offer.ref])
    return reverse("marketplace:offer_edit_part", args=[offer.ref, part])


def next_url(offer: Offer, part: str) -> str:
    """The page after this one; after the last, the overview."""
    names = list(LABELS)
    following = names[names.index(part) + 1 :]
    if not following or (offer.is_revision and OF_ORIGINALS.issuperset(following)):
        return reverse("marketplace:offer_manage", args=[offer.ref])
    return part_url(offer, following[0])


def edit_context(offer: Offer, part: str) -> dict[str, Any]:
    """What every page of the form shows around its part: the way through, and what is still to do."""
    checks = offer.checks()
    to_do = {check.part for check in checks if check.is_must and not check.is_met}
    return {
        "offer": offer,
        "source": offer.source_text,
        "part": part,
        "part_label": part_label(part),
        "next_url": next_url(offer, part),
        "parts": [
            {"label": label, "url": part_url(offer, name), "is_current": name == part, "is_done": name not in to_do}
            for name, label in LABELS.items()
        ],
        "percent": percent(checks),
        "missing": linked(offer, checks, is_must=True),
        "advisable": linked(offer, checks, is_must=False),
    }


def linked(offer: Offer, checks: list[Check], *, is_must: bool) -> list[tuple[str, str]]:
    """(address of the page, what to do there)"""
    return [
        (part_url(offer, check.part), check.label) for check in checks if check.is_must == is_must and not check.is_met
    ]
