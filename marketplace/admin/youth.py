from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import SafeLists
from marketplace.models import YouthRule


@admin.register(YouthRule)
class YouthRuleAdmin(SafeLists):
    """The frame stays; a country's rule may go, and the frame then holds there. Django's log keeps each change."""

    list_display = (
        "__str__", "earliest_start", "latest_end", "minutes_a_day", "minutes_a_week", "rest_minutes", "break_minutes",
        "break_after_minutes",
    )  # fmt: skip
    search_fields = ("country", "note")
    search_help_text = _("Code of a country, or words of the source")
    fieldsets = (
        (None, {"fields": ("country", "note")}),
        (_("Hours of work"), {"fields": ("earliest_start", "latest_end", "minutes_a_day", "minutes_a_week")}),
        (_("Rest and breaks"), {"fields": ("rest_minutes", "break_minutes", "break_after_minutes")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: YouthRule | None = None) -> tuple[str, ...]:
        return ("country",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: YouthRule | None = None) -> bool:
        is_frame = obj is not None and obj.is_frame
        return not is_frame and super().has_delete_permission(request, obj)
