"""Needs to which a school was invited, and its answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.match_words import reason_words, with_words
from marketplace.models import Need, NeedInvitation
from marketplace.models.need_matching import BATCH, ENOUGH
from marketplace.views.orders_access import party

A_PAGE = 24


def invitation_list(request: AuthedRequest) -> HttpResponse:
    """Those that wait for an answer first."""
    by = party(request)
    if not by.can_sell:
        raise PermissionDenied
    invitations = NeedInvitation.objects.for_school(by.organisation).with_facts()
    is_past = "past" in request.GET
    rows = invitations.over() if is_past else invitations.waiting() | invitations.interesting()
    page = Paginator(rows.order_by("need__closes_at", "pk"), A_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_words(page.object_list)
    return render(request, "marketplace/needs/invitations.html", {"page": page, "is_past": is_past})


def invitation_for(request: AuthedRequest, ref: str) -> NeedInvitation:
    invitations = NeedInvitation.objects.for_school(party(request).organisation).with_facts()
    return get_object_or_404(invitations, need__ref=ref)


@require_POST
def invitation_open(request: AuthedRequest, ref: str) -> HttpResponse:
    """The organisation that asks sees that it was opened."""
    invitation, by = invitation_for(request, ref), party(request)
    if invitation.can("view", by=by):
        invitation.view(by=by)
    return redirect(invitation)


@require_POST
def invitation_interested(request: AuthedRequest, ref: str) -> HttpResponse:
    return answered(request, invitation_for(request, ref), "show_interest", _("They know that you are interested."))


@require_POST
def invitation_decline(request: AuthedRequest, ref: str) -> HttpResponse:
    why = request.POST.get("why", "")
    return answered(request, invitation_for(request, ref), "decline", _("Thank you. We ask others."), why=why)


def answered(request: AuthedRequest, invitation: NeedInvitation, verb: str, done: str, **words: str) -> HttpResponse:
    try:
        getattr(invitation, verb)(by=party(request), **words)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect(invitation)


def invitation_context(need: Need, by: Membership) -> dict[str, Any]:
    """For the school's box on the page of the need."""
    invitation = need.invitation_of(by.organisation)
    if invitation is None:
        return {}
    verbs = ("show_interest", "decline")
    return {
        "invitation": invitation,
        "invitation_words": reason_words(invitation.reasons),
        "invitation_can": {verb: invitation.can(verb, by=by) for verb in verbs},
        "whys": NeedInvitation.Why.choices,
    }


def asked_context(need: Need) -> dict[str, Any]:
    """Whom we asked, for the page of the need's own organisation."""
    asked = with_words(need.invitations.select_related("school"))
    suggestions = need.suggestions() if need.suggested else []
    next_batch = need.timers.filter(verb="invite").values_list("due_at", flat=True).first()
    return {
        "asked": asked,
        "next_batch": None if need.has_enough_interest else next_batch,
        "interested": sum(each.status in NeedInvitation.INTEREST for each in asked),
        "enough": ENOUGH,
        "batch": BATCH,
        "suggestions": [each | {"words": reason_words(each["reasons"])} for each in suggestions],
    }
