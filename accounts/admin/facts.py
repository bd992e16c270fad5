"""Objects as lines of label and value, the way moderators read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from vet2b.lib.formats import moment

Text = str | Promise
EMPTY = "–"


def facts_of(obj: Model, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(capfirst(str(obj._meta.get_field(name).verbose_name)), shown(obj, name)) for name in names]


def shown(obj: Model, name: str) -> str:
    if name == "languages":
        return as_words([get_language_info(code)["name_translated"] for code in getattr(obj, name)])
    display = getattr(obj, f"get_{name}_display", None)
    return as_words(display() if display else getattr(obj, name))


def as_words(value: Any) -> str:
    if value is None or value in ("", []):
        return EMPTY
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return moment(value, timezone.get_current_timezone())
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(getattr(value, "name", None) or value)
