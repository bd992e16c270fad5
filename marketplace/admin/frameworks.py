"""Framework agreements, as a moderator reads them in a dispute."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly
from marketplace.models import Framework


@admin.register(Framework)
class FrameworkAdmin(ReadOnly):
    list_display = ("title", "buyer", "school", "status", "valid_from", "ends_on")
    list_select_related = ("buyer", "school")
    list_filter = ("status",)
    search_fields = ("title", "buyer__name", "school__name")
    search_help_text = _("Title or organisation")
    ordering = ("-created_at", "-pk")
    fields = (
        "title", "buyer", "school", "proposer", "status", "discount", "currency", "valid_from", "valid_until",
        "fixed_until", "ends_on", "max_orders", "max_net", "notice_days", "text", "accepted_by", "accepted_at",
    )  # fmt: skip
