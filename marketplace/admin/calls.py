"""Calls, as a moderator reads them; what applicants answer is theirs and the caller's."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly
from marketplace.models import Call


@admin.register(Call)
class CallAdmin(ReadOnly):
    list_display = ("title", "organisation", "kind", "status", "deadline")
    list_select_related = ("organisation",)
    list_filter = ("status", "kind")
    search_fields = ("title", "organisation__name")
    search_help_text = _("Title or organisation")
    ordering = ("-created_at", "-pk")
    fields = (
        "title", "organisation", "kind", "status", "summary", "text", "source_language", "programme", "reference",
        "role_wanted", "places", "starts_on", "ends_on", "deadline", "cap", "published_at", "reason",
    )  # fmt: skip
