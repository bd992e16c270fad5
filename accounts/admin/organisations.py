from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.desk import Decision, Desk
from accounts.admin.facts import facts_of
from accounts.admin.forms import ApprovalForm, DecisionForm, RestrictionForm, RuleForm
from accounts.models import Organisation
from accounts.restrictions import register_rules

RULES = {
    "register": _("The name and the registration number are those of the public register"),
    "vat": _("The VAT id belongs to this organisation"),
    "address": _("The address is where the organisation works"),
    "owner": _("The owner may act for it: the e-mail address or the website fits"),
    "once": _("It is registered once"),
    "school": _("A school is a provider of vocational education and training"),
    "safety": _("Nothing suggests that it seeks learners rather than their school's work"),
    "conduct": _("It keeps to the terms: honest offers and requests, respectful messages"),
}
register_rules(RULES)
IDENTITY = ("registration_number", "vat_id", "website", "country", "region", "town", "address", "postcode")
PROFILE = ("kind", "sector", "size", "languages", "source_language", "approval_limit")
TIMES = ("created_at", "submitted_at", "verified_at", "rejections")

# what the apps above know about an organisation: each gives a heading, facts and a list of (text, address)
panels: list[Callable[[Organisation], dict[str, Any]]] = []


class OrganisationRuleForm(RuleForm):
    RULES = RULES


class RejectForm(RestrictionForm):
    RULES = RULES


class SuspendForm(RestrictionForm):
    RULES = RULES
    DURATIONS = ("lifted", "date")


@admin.register(Organisation)
class OrganisationAdmin(Desk):
    review_template = "admin/desk/organisation.html"
    queue_title = _("Organisations to verify")
    queue_icon = "building"
    queue_empty = _("No organisation waits for verification.")
    list_display = ("name", "kind", "status", "country", "town", "registration_number", "created_at")
    list_filter = ("status", "kind")
    search_fields = ("name", "registration_number", "vat_id", "slug", "memberships__user__email")
    search_help_text = _("Name, registration number, VAT id or a member's e-mail")
    ordering = ("name",)
    decisions = (
        Decision("verify", _("Verify"), _("%(title)s is verified."), ApprovalForm),
        Decision(
            "ask_changes", _("Ask for changes"), _("%(title)s was asked for changes."), OrganisationRuleForm, "ask"
        ),
        Decision("reject", _("Reject"), _("%(title)s is rejected."), RejectForm, "stop"),
        Decision("suspend", _("Suspend"), _("%(title)s is suspended."), SuspendForm, "stop"),
        Decision("reinstate", _("Lift the suspension"), _("%(title)s may trade again."), DecisionForm),
    )

    def queue(self) -> QuerySet[Organisation]:
        return Organisation.objects.to_verify()

    def waiting_since(self, obj: Organisation) -> datetime:
        return obj.submitted_at or obj.created_at

    def queue_words(self, obj: Organisation) -> dict[str, Any]:
        return {"about": f"{obj.get_kind_display()} · {obj.town}, {obj.country.name}"}

    def review_words(self, request: HttpRequest, obj: Organisation) -> dict[str, Any]:
        return {
            "groups": [
                (_("Identity"), facts_of(obj, IDENTITY)),
                (_("Profile"), facts_of(obj, PROFILE)),
                (_("History"), facts_of(obj, TIMES)),
            ],
            "members": obj.memberships.select_related("user").exclude(role="learner").order_by("created_at"),
            "alike": alike(obj),
            "has_its_address": owner_has_its_address(obj),
            "rules": RULES.values(),
            "panels": [panel(obj) for panel in panels],
        }


def alike(organisation: Organisation) -> QuerySet[Organisation]:
    """Others with the same name, registration number or VAT id: perhaps it is registered twice."""
    same = Q(name__iexact=organisation.name, country=organisation.country)
    for name in ("registration_number", "vat_id"):
        if getattr(organisation, name):
            same |= Q(**{f"{name}__iexact": getattr(organisation, name)})
    return Organisation.objects.exclude(pk=organisation.pk).filter(same)


def owner_has_its_address(organisation: Organisation) -> bool:
    """Whether an owner's e-mail address is at the domain of the website."""
    host = (urlsplit(organisation.website).hostname or "").removeprefix("www.")
    domains = {user.email.rpartition("@")[2] for user, _organisation in organisation.owners()}
    return host in domains
