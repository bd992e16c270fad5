from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.desk import Decision, Desk
from accounts.admin.facts import EMPTY, facts_of
from accounts.admin.forms import DecisionForm
from accounts.models import Report


class ReportForm(DecisionForm):
    upheld = forms.TypedChoiceField(
        label=_("Is the report right?"),
        choices=[("yes", _("Yes: something has to be done")), ("no", _("No: nothing has to be done"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    field_order = ["upheld", "reason"]

    def arguments(self) -> dict[str, Any]:
        return {"upheld": self.cleaned_data["upheld"], "reason": self.cleaned_data["reason"]}


@admin.register(Report)
class ReportAdmin(Desk):
    review_template = "admin/desk/report.html"
    queue_title = _("Reports")
    queue_icon = "flag"
    queue_empty = _("No report is open.")
    list_display = ("subject_title", "ground", "status", "created_at")
    list_filter = ("status", "ground")
    search_fields = ("ref", "subject_title", "reporter_email")
    search_help_text = _("Number, what was reported, or the reporter's e-mail")
    ordering = ("-created_at",)
    decisions = (Decision("decide", _("Decide"), _("The report about %(title)s is decided."), ReportForm),)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.open_view)
        return [path("ref/<slug:ref>/", view, name=self.url_name("open")), *super().get_urls()]

    def open_view(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Where the mail about an urgent report leads."""
        report = get_object_or_404(self.get_queryset(request), ref=ref)
        return redirect(self.url("change", report.pk))

    def queue(self) -> QuerySet[Report]:
        return Report.objects.open()

    def waiting_since(self, obj: Report) -> datetime:
        return obj.created_at

    def queue_words(self, obj: Report) -> dict[str, Any]:
        return {"about": obj.get_ground_display(), "urgent": obj.is_urgent}

    def review_words(self, request: HttpRequest, obj: Report) -> dict[str, Any]:
        subject = obj.subject
        earlier = Report.objects.filter(subject_type=obj.subject_type, subject_id=obj.subject_id).exclude(pk=obj.pk)
        return {
            "facts": [
                (_("Number"), obj.ref),
                *facts_of(obj, ("ground", "created_at", "reporter")),
                (_("Reporter's e-mail"), obj.reporter_email or EMPTY),
            ],
            "subject": subject,
            "subject_kind": obj.subject_type.name,
            "subject_url": admin_url(subject),
            "earlier": earlier.order_by("-created_at")[:10],
        }


def admin_url(obj: Any) -> str:
    """Where moderators look at this object, or nothing where there is no such page."""
    if obj is None:
        return ""
    try:
        return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])
    except NoReverseMatch:
        return ""
