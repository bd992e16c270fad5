"""The team of an order: for the school by name, for the client in numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import AuthedRequest
from accounts.models import Membership
from marketplace.forms.teams import AbsentForm, TeamForm
from marketplace.models import Order, Resource
from marketplace.models.youth_checks import as_words
from marketplace.parts import Part
from marketplace.views.orders_access import order_for, party


def team_part(order: Order, by: Membership) -> Part | None:
    if order.accepted_at is None:
        return None
    words = order.team_words
    can_assign = order.can("assign_team", by=by)
    if not (words or can_assign):
        return None
    url = reverse("marketplace:order_team", args=[order.ref])
    return Part(_("Team"), words or _("not chosen yet"), url, "users", "" if words else _("Choose the team"))


def sellers_order(request: AuthedRequest, ref: str) -> Order:
    """For pages of an order that only the school has."""
    order = order_for(request, ref)
    if order.side_of(party(request).organisation) != "seller":
        raise PermissionDenied
    return order


def order_team(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = order_for(request, ref), party(request)
    if order.side_of(by.organisation) == "buyer" and request.method != "POST":
        return render(request, "marketplace/team/summary.html", {"order": order})
    order, group = sellers_order(request, ref), class_of(request, order)
    form = TeamForm(request.POST if request.method == "POST" else None, order=order, group=group)
    if request.method == "POST" and form.is_valid() and form.apply(by=by):
        messages.success(request, _("The team is saved."))
        return redirect("marketplace:order_team", order.ref)
    context = {"form": form, "group": group, "classes": classes_of(order)} | team_context(order, by)
    return render(request, "marketplace/team/team.html", context, status=422 if form.errors else 200)


def classes_of(order: Order) -> Any:
    return Resource.objects.in_use().filter(school=order.seller, kind=Resource.Kind.CLASS)


def class_of(request: AuthedRequest, order: Order) -> Resource | None:
    """The one that was chosen, or the school's only one."""
    chosen = classes_of(order).filter(ref=request.GET.get("class", "")).first()
    return chosen or (classes_of(order).first() if classes_of(order).count() == 1 else None)


def team_context(order: Order, by: Membership) -> dict[str, Any]:
    members = list(order.team.select_related("learner__group", "stands_in_for__learner"))
    limits = order.youth_limits
    return {
        "order": order,
        "team": [member for member in members if member.left_at is None],
        "gone": [member for member in members if member.left_at],
        "can_assign": order.can("assign_team", by=by),
        "limits": limits,
        "most": {name: as_words(getattr(limits, name)) for name in ("minutes_a_day", "minutes_a_week")},
    }


def order_team_absent(request: AuthedRequest, ref: str) -> HttpResponse:
    order = sellers_order(request, ref)
    form = AbsentForm(request.POST if request.method == "POST" else None, order=order)
    if request.method == "POST" and form.is_valid() and form.apply(by=party(request)):
        messages.success(request, _("The team is changed."))
        return redirect("marketplace:order_team", order.ref)
    context = {"form": form, "order": order}
    return render(request, "marketplace/team/absent.html", context, status=422 if form.errors else 200)
