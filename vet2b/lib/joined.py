"""Reads the parts of an object in the object's own statement, where prefetching takes one for each kind of part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DecimalField, F, Model, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject


def rows_of(parts: QuerySet[Any]) -> ArraySubquery:
    """All columns of `parts`, which name their owner by an OuterRef; `put_rows` makes objects of them."""
    columns = {
        # JSON would make a float of it
        field.attname: Cast(field.attname, TextField()) if isinstance(field, DecimalField) else F(field.attname)
        for field in parts.model._meta.concrete_fields
    }
    return ArraySubquery(parts.values_list(JSONObject(**columns)))


def put_rows(owner: Model, relation: str, rows: Iterable[dict[str, Any]]) -> None:
    """Lets `owner.<relation>.all()` give the `rows`, as prefetch_related would."""
    manager = getattr(owner, relation)
    fields = manager.model._meta.concrete_fields
    names = [field.attname for field in fields]
    read = manager.get_queryset()
    read._result_cache = [
        manager.model.from_db(owner._state.db, names, [field.to_python(row[field.attname]) for field in fields])
        for row in rows
    ]
    read._prefetch_done = True
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = read
