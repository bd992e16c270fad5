from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.text import capfirst
from unfold.admin import ModelAdmin

LOOKUPS = frozenset({"", "exact", "isnull"})


class SafeLists(ModelAdmin):
    """Lists whose addresses may filter by what `list_filter` names, and by nothing else.

    Django allows every lookup on a model's own columns, so that `?name__regex=(` would end in an error of the
    database."""

    actions = None
    list_title: str | Promise = ""
    list_per_page = 50
    show_full_result_count = False
    list_filter_sheet = False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        title = capfirst(str(self.list_title or self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        name, _sep, operator = lookup.partition("__")
        filters = {part if isinstance(part, str) else part.parameter_name for part in self.get_list_filter(request)}
        return name in filters and operator in LOOKUPS


class ReadOnly(SafeLists):
    """Looked at in the admin, changed only by the verbs of the model."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
