"""What both sides said after a deal, or after a need without one."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly
from marketplace.models import Survey


@admin.register(Survey)
class SurveyAdmin(ReadOnly):
    list_display = ("organisation", "kind", "choice", "answered_at")
    list_select_related = ("organisation",)
    list_filter = ("kind", "choice")
    search_fields = ("organisation__name", "order__ref", "need__ref")
    search_help_text = _("Organisation, or number of the order or need")
    ordering = ("-answered_at", "-pk")
    fields = ("organisation", "kind", "order", "need", "choice", "comment", "answered_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        return super().get_queryset(request).filter(status=Survey.Status.ANSWERED)
