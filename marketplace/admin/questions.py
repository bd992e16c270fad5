from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.desk import Decision, Desk, open_reports
from accounts.admin.facts import facts_of
from accounts.admin.forms import RestrictionForm
from accounts.models import Report
from accounts.restrictions import register_rules
from marketplace.admin.calls import reported
from marketplace.models import Question

QUESTION_RULES = {
    "question_work": _("It is about the work that is asked for"),
    "question_manners": _("No insults, threats or discrimination"),
    "question_contact": _("No contact details, links or advertising"),
    "question_learners": _("No student is named"),
}
register_rules(QUESTION_RULES)


class HideForm(RestrictionForm):
    RULES = QUESTION_RULES


@admin.register(Question)
class QuestionAdmin(Desk):
    review_template = "admin/desk/question.html"
    queue_title = _("Reported questions")
    queue_icon = "message-circle"
    queue_empty = _("No reported question waits for a decision.")
    list_display = ("ref", "need", "school", "status", "created_at")
    list_select_related = ("need", "school")
    list_filter = ("status",)
    search_fields = ("ref", "need__title", "school__name")
    search_help_text = _("Number, title of the need, or school")
    ordering = ("-created_at", "-pk")
    decisions = (Decision("hide", _("Hide"), _("%(title)s is hidden."), HideForm, "stop"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).select_related("need__organisation", "school", "author")

    def queue(self) -> QuerySet[Question]:
        waiting = Question.objects.shown().filter(pk__in=reported(Question, Report.objects.open()))
        return waiting.select_related("need", "school").order_by("updated_at", "pk")

    def waiting_since(self, obj: Question) -> datetime:
        report = open_reports(obj).order_by("created_at").first()
        return report.created_at if report else obj.updated_at

    def queue_words(self, obj: Question) -> dict[str, Any]:
        return {"about": f"{obj.school.name} · {obj.need.title}"}

    def review_words(self, request: HttpRequest, obj: Question) -> dict[str, Any]:
        return {"facts": facts_of(obj, ("need", "school", "author", "created_at")), "rules": QUESTION_RULES.values()}
