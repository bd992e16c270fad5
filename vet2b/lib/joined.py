"""Makes objects of rows that came as JSON, so that one statement can read an object with all its parts."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from django.db.models import Field, Model

M = TypeVar("M", bound=Model)


def object_of(model: type[M], row: dict[str, Any] | None) -> M | None:
    """`row` has the table's columns, or some of them; decimals as text."""
    if row is None:
        return None
    fields = [(column, field) for column, field in fields_of(model) if column in row]
    return model.from_db("default", [f.attname for _c, f in fields], [f.to_python(row[c]) for c, f in fields])


def put_objects(owner: Model, relation: str, rows: list[dict[str, Any]] | None) -> None:
    """Lets `owner.<relation>.all()` give the `rows` in their order, as prefetch_related would."""
    manager = getattr(owner, relation)
    found = manager.model._default_manager.none()
    found._result_cache = [object_of(manager.model, row) for row in rows or ()]
    found._prefetch_done = True
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = found


@cache
def fields_of(model: type[Model]) -> list[tuple[str, Field[Any, Any]]]:
    return [(str(field.column), field) for field in model._meta.concrete_fields]
