from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.admin.base import SafeLists
from marketplace.models import Category, CategoryLabel, OfferTemplate


class LabelInline(TabularInline):
    model = CategoryLabel
    fields = ("language", "name", "synonyms")
    max_num = len(settings.LANGUAGES)
    can_delete = False

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """The column's heading is not the field's label to a screen reader."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = field.label
        return field

    def get_extra(self, request: HttpRequest, obj: Category | None = None, **kwargs: Any) -> int:
        """A line for each language that has no name yet."""
        return self.max_num - (obj.labels.count() if obj else 0)


@admin.register(Category)
class CategoryAdmin(SafeLists):
    """Categories are added and changed; offers hang on them, so none is deleted. Django's log keeps each change."""

    list_display = ("code", "name", "isced", "is_launch", "position")
    list_select_related = ("isced",)
    list_filter = ("is_launch",)
    search_fields = ("code", "slug", "labels__name")
    search_help_text = _("Code or name, in any language")
    fields = ("code", "slug", "icon", "isced", "is_launch", "position")
    inlines = (LabelInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return super().get_queryset(request).with_labels()

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TemplateForm(forms.ModelForm):
    class Meta:
        model = OfferTemplate
        fields = ["content"]

    def clean_content(self) -> dict[str, Any]:
        """The trainers' form reads these parts, so each keeps its name and its kind of value."""
        content = self.cleaned_data["content"]
        before = self.instance.content
        if not isinstance(content, dict) or set(content) != set(before):
            names = ", ".join(sorted(before))
            raise forms.ValidationError(_t("Keep exactly these parts: %(names)s.") % {"names": names})
        wrong = [name for name, value in content.items() if not is_alike(value, before[name])]
        if wrong:
            raise forms.ValidationError(_t("Not the right kind of value: %(names)s.") % {"names": ", ".join(wrong)})
        return content


def is_alike(value: Any, before: Any) -> bool:
    if isinstance(before, int | float) or before is None:
        return value is None or isinstance(value, int | float | str)
    if isinstance(value, list) and before and value:
        return isinstance(before, list) and all(isinstance(part, type(before[0])) for part in value)
    return isinstance(value, type(before))


@admin.register(OfferTemplate)
class OfferTemplateAdmin(SafeLists):
    form = TemplateForm
    list_display = ("category",)
    list_select_related = ("category",)
    search_fields = ("category__code", "category__labels__name")
    search_help_text = _("Code or name of the category")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OfferTemplate]:
        return super().get_queryset(request).select_related("category").prefetch_related("category__labels")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
