from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import SafeLists
from marketplace.models import Clause


class ClauseForm(forms.ModelForm):
    def clean_text(self) -> str:
        """Browsers send line ends of their own."""
        return self.cleaned_data["text"].replace("\r\n", "\n")


@admin.register(Clause)
class ClauseAdmin(SafeLists):
    """Saving writes the next version. Those before it are only read: agreements were made of them."""

    form = ClauseForm
    list_display = ("key", "place", "language", "version", "is_newest", "is_checked", "created_at")
    sortable_by = ()
    list_filter = ("key", "language", "country", "is_checked")
    search_fields = ("title", "text")
    search_help_text = _("Words of the title or the text")
    about = ("key", "place", "language", "number", "created_at", "versions")
    note = _("Saving writes a new version, for agreements from now on; those before it stay.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clause]:
        newer = same_clause(Clause.objects.all(), OuterRef).filter(version__gt=OuterRef("version"))
        return super().get_queryset(request).annotate(has_newer=Exists(newer))

    @admin.display(description=_("country"), ordering="country")
    def place(self, clause: Clause) -> str:
        return str(clause.country.name or _("any country"))

    @admin.display(description=_("newest version"), boolean=True)
    def is_newest(self, clause: Clause) -> bool:
        return not clause.has_newer

    @admin.display(description=_("version"))
    def number(self, clause: Clause) -> str:
        return str(clause.version)

    @admin.display(description=_("all versions"))
    def versions(self, clause: Clause) -> SafeString:
        rows = clause.versions()
        links = ((reverse("admin:marketplace_clause_change", args=[row.pk]), row.version, row.title) for row in rows)
        return format_html_join(" · ", '<a href="{}">{}: {}</a>', links)

    @admin.display(description=_("text"))
    def paragraphs(self, clause: Clause) -> str:
        """Of a method's text, unlike a column's, the admin keeps the line ends."""
        return clause.text

    def get_fieldsets(self, request: HttpRequest, obj: Clause | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return ((None, {"fields": self.about}), (_("Words"), {"fields": ("title", "paragraphs", "is_checked")}))
        words = {"fields": ("title", "text", "is_checked"), "description": self.note}
        return ((None, {"fields": self.about if obj else ("key", "country", "language")}), (_("Words"), words))

    def get_readonly_fields(self, request: HttpRequest, obj: Clause | None = None) -> tuple[str, ...]:
        return (*self.about, "paragraphs") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Clause | None = None) -> bool:
        is_old = obj is not None and getattr(obj, "has_newer", False)
        return not is_old and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Clause | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Clause, form: forms.ModelForm, change: bool) -> None:
        before = Clause.objects.get(pk=obj.pk) if change else None
        if before is None or words_of(before) != words_of(obj):
            obj.supersede()


def words_of(clause: Clause) -> tuple[str, str, bool]:
    return clause.title, clause.text, clause.is_checked


def same_clause(clauses: QuerySet[Clause], value: Any) -> QuerySet[Clause]:
    return clauses.filter(**{name: value(name) for name in ("key", "country", "language")})
