"""What a resource is, its hours and its end: changes that may touch orders, so that the school is asked about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.resources import ResourceForm, SpecialForm, WeekForm, with_monday_copied
from marketplace.forms.touched import TouchedForm
from marketplace.models import Resource
from marketplace.models.resource_orders import (
    Span,
    change_without_holds,
    offers_needing,
    orders_using,
    special_of,
    unheld,
)
from marketplace.models.resource_youth import too_much_for_young
from marketplace.touched import decided, form_for
from marketplace.views.resources import detail_page, resource_for

OURS = {"csrfmiddlewaretoken"}


def resource_edit(request: AuthedRequest, ref: str) -> HttpResponse:
    resource = resource_for(request, ref)
    data = request.POST if request.method == "POST" else None
    form = ResourceForm(data, kind=resource.kind, school=resource.school, resource=resource)
    if request.method == "POST" and form.is_valid():
        grows_young = form.cleaned_data.get("has_minors") and not resource.has_minors
        try:
            question = settled(
                request, resource, lambda: resource.change(**form.cleaned_data, by=request.membership),
                lambda: too_much_for_young(resource) if grows_young else [], is_young=True,
            )  # fmt: skip
            return question or done(request, resource, _("Saved."))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    context = {"form": form, "resource": resource_for(request, ref), "title": _("Edit")}
    return render(request, "marketplace/resources/form.html", context, status=422 if form.errors else 200)


def resource_hours(request: AuthedRequest, ref: str) -> HttpResponse:
    resource = resource_for(request, ref)
    if request.method != "POST":
        return hours_page(request, resource, WeekForm(week=resource.week))
    if "copy" in request.POST:
        copied = WeekForm(with_monday_copied(request.POST), week=[])
        return hours_page(request, resource, copied, is_saving=False)
    form = WeekForm(request.POST, week=[])
    if not form.is_valid():
        return hours_page(request, resource, form)
    try:
        question = settled(
            request, resource, lambda: resource.set_hours(form.week, by=request.membership),
            lambda: unheld(resource, form.week, special_of(resource)),
        )  # fmt: skip
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return hours_page(request, resource, form)
    return question or done(request, resource, _("The hours are saved."))


def hours_page(request: AuthedRequest, resource: Resource, form: WeekForm, *, is_saving: bool = True) -> HttpResponse:
    status = 422 if is_saving and form.errors else 200
    return render(request, "marketplace/resources/hours.html", {"resource": resource, "form": form}, status=status)


@require_POST
def special_add(request: AuthedRequest, ref: str) -> HttpResponse:
    resource = resource_for(request, ref)
    form = SpecialForm(request.POST)
    if not form.is_valid():
        return detail_page(request, resource, form)
    special = [*special_of(resource), form.span()]
    try:
        question = settled(
            request, resource, lambda: resource.add_special_hours(**form.cleaned_data, by=request.membership),
            lambda: unheld(resource, resource.week, special),
        )  # fmt: skip
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return detail_page(request, resource, form)
    return question or done(request, resource, _("The special hours are added."))


@require_POST
def special_remove(request: AuthedRequest, ref: str, pk: int) -> HttpResponse:
    resource = resource_for(request, ref)
    removed = get_object_or_404(resource.special_hours, pk=pk)
    span = (removed.starts_on, removed.ends_on, removed.opens_at, removed.closes_at)
    special = [each for each in special_of(resource) if each != span]
    try:
        question = settled(
            request, resource, lambda: resource.remove_special_hours(removed, by=request.membership),
            lambda: unheld(resource, resource.week, special),
        )  # fmt: skip
    except Refusal as refusal:
        return done(request, resource, refusal.message, level=messages.ERROR)
    return question or done(request, resource, _("Removed."))


def resource_retire(request: AuthedRequest, ref: str) -> HttpResponse:
    resource = resource_for(request, ref)
    if resource.is_retired:
        return redirect(resource)
    context = {"offers": offers_needing(resource), "is_retiring": True}
    if request.method != "POST":
        form = form_for(orders_using(resource), by=request.membership)
        return touched_page(request, resource, form, **context)
    try:
        question = settled(request, resource, lambda: resource.retire(by=request.membership), lambda: None, **context)
    except Refusal as refusal:
        return done(request, resource, refusal.message, level=messages.ERROR)
    return question or done(request, resource, _("It is no longer used. Nothing new can be booked on it."))


def done(request: AuthedRequest, resource: Resource, words: str, level: int = messages.SUCCESS) -> HttpResponse:
    messages.add_message(request, level, words)
    return redirect(resource)


def settled(
    request: AuthedRequest,
    resource: Resource,
    change: Callable[[], object],
    spans: Callable[[], list[Span] | None],
    **context: Any,
) -> HttpResponse | None:
    """Makes the change, or gives the page that asks what becomes of the orders it touches. May raise Refusal.

    `spans` gives the times that the change takes away; None means all."""
    form = decided(
        lambda: orders_using(resource, spans()), lambda: change_without_holds(change, resource, spans),
        by=request.membership, sent=request.POST,
    )  # fmt: skip
    return form and touched_page(request, resource, form, **context)


def touched_page(request: AuthedRequest, resource: Resource, form: TouchedForm, **context: Any) -> HttpResponse:
    """Carries along what was sent, so that nothing has to be typed again."""
    sent = [(name, value) for name, value in request.POST.items() if name not in OURS and name not in form.fields]
    context |= {"resource": resource, "form": form, "sent": sent}
    status = 422 if form.errors else 200
    return render(request, "marketplace/resources/touched.html", context, status=status)
