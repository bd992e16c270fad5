"""Calls at the moderators' desk; what applicants answer is theirs and the caller's, unless it was reported."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly
from accounts.admin.desk import Decision, Desk, open_reports
from accounts.admin.facts import facts_of
from accounts.admin.forms import DecisionForm, RestrictionForm
from accounts.models import Report
from accounts.restrictions import register_rules
from marketplace.models import Call, Expression

CALL_RULES = {
    "call_true": _("It says truthfully who looks for whom, and for what"),
    "call_lawful": _("What is offered is lawful and safe, also for those under 18"),
    "call_contact": _("No contact details, payment links or advertising in title and text"),
    "call_learners": _("No student is named or described"),
    "call_fair": _("Nobody is shut out for origin, sex, religion, disability, age or orientation"),
}
register_rules(CALL_RULES)
FACTS = (
    "organisation", "kind", "programme", "reference", "role_wanted", "places", "starts_on", "ends_on", "deadline",
    "cap", "published_at", "reason",
)  # fmt: skip


class SuspendForm(RestrictionForm):
    RULES = CALL_RULES
    DURATIONS = ("lifted", "date")


class TakeDownForm(RestrictionForm):
    RULES = CALL_RULES


def reported(model: type[Model], reports: QuerySet[Report]) -> QuerySet[Report]:
    return reports.filter(subject_type=ContentType.objects.get_for_model(model)).order_by().values("subject_id")


@admin.register(Call)
class CallAdmin(Desk):
    review_template = "admin/desk/call.html"
    queue_title = _("Reported calls")
    queue_icon = "flag"
    queue_empty = _("No reported call waits for a decision.")
    list_display = ("title", "organisation", "kind", "status", "deadline")
    list_select_related = ("organisation",)
    list_filter = ("status", "kind")
    search_fields = ("title", "organisation__name")
    search_help_text = _("Title or organisation")
    ordering = ("-created_at", "-pk")
    decisions = (
        Decision("reinstate", _("Lift the suspension"), _("%(title)s is shown again."), DecisionForm),
        Decision("suspend", _("Suspend"), _("%(title)s is suspended."), SuspendForm, "stop"),
        Decision("take_down", _("Take down"), _("%(title)s was taken down."), TakeDownForm, "stop"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        """Drafts are their organisation's own."""
        return super().get_queryset(request).exclude(status=Call.Status.DRAFT).select_related("organisation")

    def queue(self) -> QuerySet[Call]:
        calls = Call.objects.filter(pk__in=reported(Call, Report.objects.open())).order_by("updated_at", "pk")
        return calls.select_related("organisation")

    def waiting_since(self, obj: Call) -> datetime:
        report = open_reports(obj).order_by("created_at").first()
        return report.created_at if report else obj.updated_at

    def queue_words(self, obj: Call) -> dict[str, Any]:
        return {"about": f"{obj.organisation.name} · {obj.get_kind_display()}"}

    def review_words(self, request: HttpRequest, obj: Call) -> dict[str, Any]:
        return {"facts": facts_of(obj, FACTS), "rules": CALL_RULES.values()}


@admin.register(Expression)
class ExpressionAdmin(ReadOnly):
    """Answers that a caller reported, without the students whom they put forward."""

    list_display = ("ref", "organisation", "call", "status", "submitted_at")
    list_select_related = ("organisation", "call")
    list_filter = ("status",)
    search_fields = ("ref", "organisation__name", "call__title")
    search_help_text = _("Number, organisation or title of the call")
    ordering = ("-submitted_at", "-pk")
    fields = (
        "ref", "organisation", "call", "status", "why_us", "what_we_bring", "who_takes_part", "when_we_can", "link",
        "submitted_at", "reason",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Expression]:
        return super().get_queryset(request).filter(pk__in=reported(Expression, Report.objects.all()))
