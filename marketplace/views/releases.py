"""Releases from class: what the trainer asks for, and what the school's coordinators decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import InvalidTransition, Membership, Refusal
from marketplace.forms.orders import EmptyForm
from marketplace.forms.releases import ReleaseForm, WhyForm
from marketplace.models import Order, Release
from marketplace.parts import Part
from marketplace.views.orders_access import party
from marketplace.views.orders_actions import ACTIONS, form_of, url_of
from marketplace.views.teams import sellers_order

S = Release.Status
A_PAGE = 30
DECISIONS = {
    "approve": (EmptyForm, gettext_lazy("Approved. The trainer was told.")),
    "refuse": (WhyForm, gettext_lazy("Refused. The trainer was told.")),
    "waive": (WhyForm, gettext_lazy("Noted: no release is needed.")),
}


def release_part(order: Order, by: Membership) -> Part | None:
    """For the school only: the client reads in the timeline what was decided."""
    if order.accepted_at is None or order.side_of(by.organisation) != "seller":
        return None
    release = getattr(order, "release", None)
    if release is None and not order.is_planned:
        return None
    url = reverse("marketplace:order_release", args=[order.ref])
    if release is None:
        return Part(_("Release from class"), _("not asked for"), url, "school")
    return Part(_("Release from class"), release.get_status_display(), url, "school", todo_of(release, by))


def todo_of(release: Release, by: Membership) -> str:
    if release.can("approve", by=by):
        return _("Decide on the release")
    is_asked = release.status in {S.NEEDED, S.REFUSED}
    return _("Ask for the release") if is_asked and release.order.is_planned else ""


def release_of(order: Order) -> Release | None:
    releases = Release.objects.select_related("group", "asked_by", "decided_by")
    release = releases.filter(order=order).first()
    if release:
        release.order = order
    return release


def order_release(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = sellers_order(request, ref), party(request)
    if request.method != "POST":
        return release_page(request, order, {})
    form = ReleaseForm(request.POST, order=order, release=release_of(order))
    if not (form.is_valid() and form.apply(by=by)):
        return release_page(request, order, {"ask": form}, status=422)
    messages.success(request, _("Asked. The coordinators of your school were told."))
    return redirect("marketplace:order_release", order.ref)


def release_page(request: AuthedRequest, order: Order, failed: dict[str, Any], status: int = 200) -> HttpResponse:
    """`failed` holds refused forms by verb."""
    by, release = party(request), release_of(order)
    context = {
        "order": order,
        "release": release,
        "failed": next(iter(failed.values()), None),
        "can_ask": order.is_planned and (release is None or release.can("ask", by=by)),
        "form": failed.get("ask") or ReleaseForm(order=order, release=release),
    }
    if release:
        context |= words_of(release) | decisions_of(release, by, failed) | {"new_time": new_time(order, by, release)}
    return render(request, "marketplace/releases/release.html", context, status=status)


def words_of(release: Release) -> dict[str, Any]:
    return {
        "learners": release.learners.select_related("group"),
        "history": release.activities.select_related("actor").order_by("created_at", "pk"),
        "nobody_decides": release.status == S.PENDING and not release.coordinators().exists(),
    }


def decisions_of(release: Release, by: Membership, failed: dict[str, Any]) -> dict[str, Any]:
    forms = {
        verb: failed.get(verb) or form_class(auto_id=f"id_{verb}_%s")
        for verb, (form_class, _done) in DECISIONS.items()
        if release.can(verb, by=by)
    }
    return {"decide": forms, "decides_alone": "approve" in forms and release.asked_by_id == by.user_id}


def new_time(order: Order, by: Membership, release: Release | None) -> dict[str, Any] | None:
    """Once it is refused, the verb of the order that asks its client for another time."""
    if release is None or release.status != S.REFUSED or not order.can("ask_new_time", by=by):
        return None
    action = ACTIONS["ask_new_time"]
    return {"action": action, "form": form_of(action), "url": url_of(order, action.verb)}


@require_POST
def release_decide(request: AuthedRequest, ref: str, verb: str) -> HttpResponse:
    order = sellers_order(request, ref)
    release = get_object_or_404(Release, order=order)
    form_class, done = DECISIONS[verb]
    form = form_class(request.POST, auto_id=f"id_{verb}_%s")
    if not form.is_valid():
        return release_page(request, order, {verb: form}, status=422)
    try:
        getattr(release, verb)(**form.cleaned_data, by=party(request))
    except InvalidTransition as refusal:
        messages.error(request, refusal.message)
        return release_page(request, sellers_order(request, ref), {}, status=409)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return release_page(request, sellers_order(request, ref), {verb: form}, status=422)
    messages.success(request, done)
    return redirect("marketplace:order_release", order.ref)


def release_list(request: AuthedRequest) -> HttpResponse:
    """All releases of a school, those that wait for a decision first."""
    by = request.membership
    if by is None or not by.can_sell:
        raise Http404
    if not by.can_release:
        raise PermissionDenied
    pending = Case(When(status=S.PENDING, order__status__in=Order.PLANNED, then=Value(0)), default=Value(1))
    releases = Release.objects.of_school(by.organisation).exclude(status=S.NEEDED).annotate(turn=pending)
    found = releases.select_related("order__seller", "group", "asked_by").order_by("turn", "-asked_at", "-pk")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    waiting = Release.objects.of_school(by.organisation).waiting().count()
    return render(request, "marketplace/releases/list.html", {"page": page, "waiting": waiting})
