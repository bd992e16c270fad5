from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.desk import Decision, Desk
from accounts.admin.facts import facts_of
from accounts.admin.forms import DecisionForm, RestrictionForm
from accounts.restrictions import register_rules
from marketplace.models import Review

REVIEW_RULES = {
    "review_learners": _("No learner is named, described or judged"),
    "review_true": _("It tells of this order, and of what the writer saw"),
    "review_manners": _("No insults, threats or discrimination"),
    "review_contact": _("No contact details, links or advertising"),
    "review_free": _("It was not bought, traded or written under pressure"),
}
register_rules(REVIEW_RULES)


class HideForm(RestrictionForm):
    RULES = REVIEW_RULES
    DURATIONS = ("lifted",)


@admin.register(Review)
class ReviewAdmin(Desk):
    review_template = "admin/desk/review_of.html"
    queue_title = _("Reported reviews")
    queue_icon = "star"
    queue_empty = _("No review waits for a decision.")
    list_display = ("order", "side", "about", "status", "published_at")
    list_select_related = ("order", "about")
    list_filter = ("status", "side")
    search_fields = ("ref", "order__ref", "about__name")
    search_help_text = _("Number of the review or of the order, or organisation")
    ordering = ("-updated_at",)
    decisions = (
        Decision("restore", _("Show it again"), _("%(title)s is shown again."), DecisionForm),
        Decision("hide", _("Hide"), _("%(title)s is hidden."), HideForm, "stop"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        """What is still blind is nobody's to read."""
        shown = super().get_queryset(request).exclude(status=Review.Status.SUBMITTED)
        return shown.select_related("order__buyer", "order__seller", "about", "author")

    def queue(self) -> QuerySet[Review]:
        return Review.objects.to_decide().select_related("order", "about")

    def waiting_since(self, obj: Review) -> datetime:
        return obj.updated_at

    def queue_words(self, obj: Review) -> dict[str, Any]:
        return {"about": obj.get_side_display()}

    def review_words(self, request: HttpRequest, obj: Review) -> dict[str, Any]:
        return {
            "facts": [
                *facts_of(obj, ("about", "order", "side", "author", "published_at")),
                *((str(label), str(mark)) for label, mark in obj.ratings),
            ],
            "rules": REVIEW_RULES.values(),
        }
