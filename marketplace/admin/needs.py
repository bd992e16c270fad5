from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.desk import Decision, Desk
from accounts.admin.facts import facts_of
from accounts.admin.forms import ApprovalForm, DecisionForm, RestrictionForm
from accounts.restrictions import register_rules
from marketplace.match_words import with_words
from marketplace.models import Need

NEED_RULES = {
    "need_work": _("It asks for work that students may do: safe, and within the law"),
    "need_clear": _("What is asked for is clear enough to be priced"),
    "need_contact": _("No contact details, links or advertising in title or text"),
    "need_learners": _("No student is named"),
}
register_rules(NEED_RULES)


class TakeDownForm(RestrictionForm):
    RULES = NEED_RULES


@admin.register(Need)
class NeedAdmin(Desk):
    review_template = "admin/desk/need.html"
    queue_title = _("Needs to review")
    queue_icon = "megaphone"
    queue_empty = _("No need waits for a decision.")
    list_display = ("title", "organisation", "category", "status", "closes_at")
    list_select_related = ("organisation", "category")
    list_filter = ("status",)
    search_fields = ("ref", "title", "organisation__name")
    search_help_text = _("Number or title of the need, or organisation")
    ordering = ("-updated_at",)
    decisions = (
        Decision("approve", _("Open to schools"), _("%(title)s is open to schools."), ApprovalForm),
        Decision("send_back", _("Ask for changes"), _("%(title)s was sent back."), DecisionForm, "ask"),
        Decision("take_down", _("Take down"), _("%(title)s was taken down."), TakeDownForm, "stop"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Need]:
        """Drafts are their organisation's own."""
        sent = super().get_queryset(request).exclude(status=Need.Status.DRAFT)
        return sent.select_related("organisation", "category", "region", "contact")

    def queue(self) -> QuerySet[Need]:
        return Need.objects.to_decide().select_related("organisation")

    def waiting_since(self, obj: Need) -> datetime:
        return obj.updated_at

    def queue_words(self, obj: Need) -> dict[str, Any]:
        return {"about": obj.organisation.name}

    def review_words(self, request: HttpRequest, obj: Need) -> dict[str, Any]:
        names = ("organisation", "category", "region", "place_mode", "starts_on", "ends_on", "budget", "closes_at")
        asked = with_words(obj.invitations.select_related("school"))
        return {"facts": facts_of(obj, names), "rules": NEED_RULES.values(), "asked": asked}
