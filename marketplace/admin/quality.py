from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts.admin.base import SafeLists
from marketplace.models import QualityPoint, QualityPointText


class TextInline(TabularInline):
    model = QualityPointText
    fields = ("language", "text")
    max_num = len(settings.LANGUAGES)
    can_delete = False

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """The column's heading is not the field's label to a screen reader."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = field.label
        return field

    def get_extra(self, request: HttpRequest, obj: QualityPoint | None = None, **kwargs: Any) -> int:
        return self.max_num - (obj.texts.count() if obj else 0)


@admin.register(QualityPoint)
class QualityPointAdmin(SafeLists):
    """Sheets keep the words they were signed with, so a point may change; one out of use is no longer asked."""

    list_display = ("text", "category", "position", "is_required", "is_used")
    list_select_related = ("category",)
    list_filter = ("category", "is_required", "is_used")
    search_fields = ("texts__text",)
    fields = ("category", "position", "is_required", "is_used")
    inlines = (TextInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[QualityPoint]:
        return super().get_queryset(request).prefetch_related("texts", "category__labels")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
