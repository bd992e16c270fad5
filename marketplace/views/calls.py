"""Calls as everybody reads them: the list and the page of one."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_countries import countries

from accounts.models import Membership, Organisation
from accounts.models.places import CENTRAL_EUROPE
from accounts.paging import page_of
from marketplace.call_filters import CallFilter
from marketplace.kept import kept_calls
from marketplace.models import Call, Expression
from marketplace.models.call_rules import is_asked
from marketplace.saved_calls import normalised
from marketplace.words import language_names
from vet2b.lib.formats import day_range

SOONEST, LATEST = ("deadline", "pk"), ("-deadline", "-pk")


@login_not_required
@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    found = CallFilter(request.GET, queryset=Call.objects.public())
    order = LATEST if found.shows_over else SOONEST
    page = page_of(found.narrowed().with_card(), order, request.GET.get("after", ""))
    context = {"page": page, "form": found.form, "saved_query": normalised(request.GET.urlencode())}
    context["kept"] = kept_calls(request, page.rows)
    return render(request, "marketplace/calls/list.html", context)


@login_not_required
@require_safe
def call_detail(request: HttpRequest, slug: str) -> HttpResponse:
    call = shown_call(request, slug)
    membership = request.membership
    context = {
        "call": call,
        "facts": facts_of(call),
        "other_zone": other_zone(call, membership),
        "is_own": membership is not None and call.organisation_id == membership.organisation_id,
        "may_work": membership is None or membership.can_work,
        "why_not": why_not(call, membership),
        "expression": own_expression(call, membership),
        "kept": kept_calls(request, [call]),
    }
    return render(request, "marketplace/calls/detail.html", context)


def shown_call(request: HttpRequest, slug: str) -> Call:
    """A public one; a party's own also before and after."""
    calls = Call.objects.with_card().prefetch_related("regions").select_related("contact")
    membership = request.membership
    if membership is None or not membership.can_work:
        return get_object_or_404(calls.public(), slug=slug)
    public = Q(pk__in=Call.objects.public().values("pk"))
    return get_object_or_404(calls.filter(public | of_party(membership.organisation)), slug=slug)


def of_party(organisation: Organisation) -> Q:
    answered = Expression.objects.for_organisation(organisation).values("call")
    return Q(organisation=organisation) | Q(pk__in=answered)


def own_expression(call: Call, membership: Membership | None) -> Expression | None:
    """Of the reader's organisation."""
    if membership is None or not membership.can_work:
        return None
    expression = call.expressions.filter(organisation=membership.organisation_id).select_related("organisation").first()
    if expression is not None:
        expression.call = call
    return expression


def why_not(call: Call, membership: Membership | None) -> str:
    """Why the reader's organisation is not the kind that answers, or "" where it is; strangers may still be."""
    if membership is None or is_asked(call.kind, is_school=membership.organisation.is_school):
        return ""
    if membership.organisation.is_school:
        return _("Companies and other organisations that offer placements answer this call.")
    return _("Schools answer this call.")


def facts_of(call: Call) -> list[tuple[str, Any]]:
    """What a call says in figures and names, without gaps."""
    facts = [
        (_("Programme"), call.programme),
        (_("Reference"), call.reference),
        (_("Role wanted"), call.role_wanted),
        (_("Places"), call.places),
        (_("When"), day_range(call.starts_on, call.ends_on) if call.starts_on and call.ends_on else ""),
        (_("Countries"), ", ".join(str(countries.name(code)) for code in call.countries)),
        (_("Regions"), ", ".join(region.name for region in call.regions.all())),
        (_("Languages"), language_names(call.languages)),
    ]
    return [(label, value) for label, value in facts if value]


def other_zone(call: Call, membership: Membership | None) -> str:
    """The reader's, or for strangers that of Brussels, where its clock differs from the caller's."""
    zone = membership.organisation.zone if membership else CENTRAL_EUROPE
    if call.deadline is None:
        return ""
    differs = call.deadline.astimezone(ZoneInfo(zone)).utcoffset() != call.deadline.astimezone(call.zone).utcoffset()
    return zone if differs else ""
