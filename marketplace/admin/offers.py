from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.desk import Decision, Desk
from accounts.admin.facts import facts_of
from accounts.admin.forms import ApprovalForm, DecisionForm, RestrictionForm, RuleForm
from accounts.models import Activity
from accounts.restrictions import register_rules
from marketplace.admin.changes import changes_of
from marketplace.models import Offer
from marketplace.words import language_names, lead_time_words, price_words, quantity_words, vat_words

RULES = {
    "true": _("It says truthfully and completely what the client gets, and what not"),
    "price": _("Price, VAT and terms are complete and plausible"),
    "learners": _("No learner is named, pictured or reachable; pictures show finished work only"),
    "safe": _("The work is lawful, safe and fit for a supervised class; hygiene and safety are described"),
    "trainer": _("A trainer and a substitute answer for it; class, level and skills are named"),
    "own": _("Words and pictures are the school's own, or used with permission"),
    "contact": _("No contact details, payment links or advertising in texts and pictures"),
}
register_rules(RULES)
DECISIONS = {"approve", "approve_revision", "ask_changes", "reject", "suspend", "reinstate", "give_up"}
TERMS = ("kind", "category", "min_quantity", "max_quantity", "rounds_of_changes", "is_instant", "travel_radius_km")
CLASS = (
    "trainer", "substitute", "class_name", "class_year", "class_size", "eqf_level", "has_minors", "frees_from_class",
    "handles_personal_data",
)  # fmt: skip


class OfferRuleForm(RuleForm):
    RULES = RULES


class RejectForm(RestrictionForm):
    RULES = RULES
    SCOPES = ("one", "all")


class SuspendForm(RestrictionForm):
    RULES = RULES
    SCOPES = ("one", "all")
    DURATIONS = ("lifted", "date")


@admin.register(Offer)
class OfferAdmin(Desk):
    review_template = "admin/desk/offer.html"
    queue_title = _("Offers to review")
    queue_icon = "clipboard-check"
    queue_empty = _("No offer waits for a review.")
    list_display = ("title", "school", "category_id", "status", "ref", "submitted_at")
    list_select_related = ("school",)
    list_filter = ("status", "kind")
    search_fields = ("ref", "slug", "texts__title", "school__name")
    search_help_text = _("Title, number or school")
    ordering = ("-updated_at",)
    decisions = (
        Decision("approve", _("Approve"), _("%(title)s is published."), ApprovalForm),
        Decision(
            "ask_changes", _("Ask for changes"), _("The school was asked to change %(title)s."), OfferRuleForm, "ask"
        ),
        Decision("reject", _("Reject"), _("%(title)s is rejected."), RejectForm, "stop"),
        Decision("suspend", _("Suspend"), _("%(title)s is suspended."), SuspendForm, "stop"),
        Decision("reinstate", _("Lift the suspension"), _("%(title)s is published again."), DecisionForm),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Offer]:
        return super().get_queryset(request).select_related("school").prefetch_related("texts")

    def queue(self) -> QuerySet[Offer]:
        return Offer.objects.to_review().with_card()

    def waiting_since(self, obj: Offer) -> datetime:
        return obj.submitted_at or obj.created_at

    def queue_words(self, obj: Offer) -> dict[str, Any]:
        about = f"{obj.school.name} · {obj.category.name}"
        return {"about": f"{about} · {_('new version of a live offer')}" if obj.is_revision else about}

    def alike(self, obj: Offer) -> QuerySet[Offer]:
        return Offer.objects.filter(school=obj.school_id, status=obj.status).exclude(pk=obj.pk).order_by("pk")

    def history(self, obj: Offer) -> QuerySet[Activity]:
        """A new version shares its story with the live offer."""
        return obj.activities | obj.revision_of.activities if obj.revision_of else obj.activities

    def review_words(self, request: HttpRequest, obj: Offer) -> dict[str, Any]:
        price, price_note = price_words(obj.price_model, obj.price, obj.price_to, obj.unit, obj.currency)
        source_first = sorted(obj.texts.all(), key=lambda text: (text.language != obj.source_language, text.language))
        return {
            "texts": source_first,
            "changes": changes_of(obj),
            "groups": [
                (_("Price"), [(_("Net price"), f"{price} {price_note}"), (_("VAT"), vat_of(obj))]),
                (_("Terms"), [*facts_of(obj, TERMS), *terms(obj)]),
                (_("Class and people"), facts_of(obj, CLASS)),
            ],
            "packages": [(package, package.words_for(obj.source_language)) for package in obj.packages.all()],
            "windows": (obj.revision_of or obj).windows.upcoming(),
            "skills": obj.skills.all(),
            "images": obj.images.all(),
            "documents": obj.documents.all(),
            "missing": obj.missing,
            "school_offers": status_counts(obj),
            "author_history": author_history(obj),
            "rules": RULES.values(),
        }


def vat_of(offer: Offer) -> str:
    return f"{vat_words(offer)}: {offer.vat_exemption}" if offer.vat_exemption else vat_words(offer)


def terms(offer: Offer) -> list[tuple[Any, str]]:
    return [
        (_("Lead time"), lead_time_words(offer.lead_time_days)),
        (_("Quantity"), quantity_words(offer) or "–"),
        (_("Where"), ", ".join(str(offer.DeliveryMode(mode).label) for mode in offer.delivery_modes)),
        (_("Works in"), language_names(offer.languages)),
    ]


def status_counts(offer: Offer) -> list[tuple[str, int]]:
    rows = Offer.objects.filter(school=offer.school).values_list("status").annotate(Count("pk")).order_by("status")
    return [(str(Offer.Status(status).label), count) for status, count in rows]


def author_history(offer: Offer) -> QuerySet[Activity]:
    """What moderators decided on the other offers of this trainer, or of the school where no trainer is named."""
    others = Offer.objects.exclude(pk=offer.pk)
    others = others.filter(trainer=offer.trainer) if offer.trainer_id else others.filter(school=offer.school)
    return Activity.objects.filter(
        subject_type=ContentType.objects.get_for_model(Offer),
        subject_id__in=others.values("pk"),
        verb__in=[f"offer.{verb}" for verb in DECISIONS],
    ).order_by("-created_at")[:10]
