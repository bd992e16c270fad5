"""Pages of long lists by keyset: the link to the next page holds the last row's place, so that its cost does
not grow and new rows shift nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

SIZE = 24


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next: str


def page_of(rows: models.QuerySet[Any], order: tuple[str, ...], after: str, size: int = SIZE) -> Page:
    """The rows after the place `after` ("" is the start) in `order`, whose fields must tell every row apart.

    All fields run in one direction: "-created_at", "-pk". A place that cannot be read is the start."""
    place = read_place(rows.model, order, after)
    if place:
        rows = rows.filter(beyond(order, place))
    found = list(rows.order_by(*order)[: size + 1])
    return Page(found[:size], place_of(found[size - 1], order) if len(found) > size else "")


def beyond(order: tuple[str, ...], place: list[Any]) -> models.Q:
    """(a, b) beyond (x, y): a beyond x, or a = x and b beyond y."""
    condition = models.Q()
    for number, field in enumerate(order):
        name = field.removeprefix("-")
        step = models.Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": place[number]})
        for earlier, value in zip(order[:number], place, strict=False):
            step &= models.Q(**{earlier.removeprefix("-"): value})
        condition |= step
    return condition


def place_of(row: Any, order: tuple[str, ...]) -> str:
    values = [getattr(row, field.removeprefix("-")) for field in order]
    return urlsafe_base64_encode(json.dumps(values, cls=ExactEncoder).encode())


class ExactEncoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        """Django's own cuts times to milliseconds, which would show a row twice."""
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def read_place(model: type[models.Model], order: tuple[str, ...], after: str) -> list[Any]:
    try:
        values = json.loads(urlsafe_base64_decode(after))
        fields = [model._meta.pk if f in {"pk", "-pk"} else model._meta.get_field(f.removeprefix("-")) for f in order]
        return [field.clean(value, None) for field, value in zip(fields, values, strict=True)]
    except (ValueError, TypeError, ValidationError, OverflowError, RecursionError):
        return []
