"""A change of an order in words, read from the texts that its record keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from vet2b.lib import formats

Texts = Mapping[str, str]


class Row(NamedTuple):
    """What is different; `before` is empty where nothing was agreed."""

    name: str
    before: str
    after: str


def rows_of(change: Mapping[str, Any]) -> list[Row]:
    """`change` holds currency, before and after."""
    before, after, currency = change["before"], change["after"], change["currency"]
    rows = []
    if "net" in after:
        rows += [
            Row(label, price(before[name], currency), price(after[name], currency))
            for name, label in (("net", _("Net price")), ("vat", _("VAT")), ("gross", _("Price with VAT")))
            if before[name] != after[name]
        ]
    if "starts_on" in after:
        rows.append(Row(_("Days"), days(before), days(after)))
    if "scope" in after:
        rows.append(Row(_("On top of the quote"), before["scope"], after["scope"]))
    return rows


def price(amount: str, currency: str) -> str:
    return formats.money(Decimal(amount), currency, cents=True)


def days(texts: Texts) -> str:
    if not texts["starts_on"]:
        return ""
    first, last = (date.fromisoformat(texts[name] or texts["starts_on"]) for name in ("starts_on", "ends_on"))
    return formats.day_range(first, last)


def change_of(change: Mapping[str, Any]) -> str:
    """In one line, for records and mails."""
    lines = [
        _("%(what)s: %(after)s instead of %(before)s") % {"what": row.name, "after": row.after, "before": row.before}
        if row.before
        else _("%(what)s: %(after)s") % {"what": row.name, "after": row.after}
        for row in rows_of(change)
    ]
    return "; ".join(lines).rstrip(".")
