"""The learners of a class, as their school's staff keep them. Nobody else finds these pages."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.consents_shown import standings_of
from marketplace.forms.learners import HEADINGS, LearnerChangeForm, LearnerForm, LeaveForm, ListForm
from marketplace.models import Learner, Resource
from marketplace.models.consents import Kind, without_consent
from marketplace.views.offers import trainer
from marketplace.views.resources import resource_for
from vet2b.lib.cells import safe_cell

HISTORY = 30


def class_for(request: AuthedRequest, ref: str) -> Resource:
    resource = resource_for(request, ref)
    if not resource.is_class:
        raise Http404
    return resource


def learner_for(request: AuthedRequest, ref: str) -> Learner:
    learners = Learner.objects.filter(school=trainer(request).organisation)
    return get_object_or_404(learners.select_related("school", "group", "membership__user"), ref=ref)


def learner_list(request: AuthedRequest, ref: str) -> HttpResponse:
    """The learners of a class, and one form to add the next."""
    group = class_for(request, ref)
    form = LearnerForm(request.POST if request.method == "POST" else None, group=group)
    if request.method == "POST" and form.is_valid() and (learner := form.apply(by=request.membership)):
        messages.success(request, _("%(name)s is added.") % {"name": learner})
        return redirect("marketplace:learner_list", group.ref)
    learners = list(group.learners.select_related("school", "membership"))
    present = [learner for learner in learners if not learner.left_on]
    context = {
        "group": group,
        "learners": present,
        "left": [learner for learner in learners if learner.left_on],
        "unasked": lacking_work_consent(present),
        "form": form,
    }
    return render(request, "marketplace/learners/list.html", context, status=422 if form.errors else 200)


def lacking_work_consent(learners: list[Learner]) -> set[int]:
    today = learners[0].today if learners else None
    return {learner.pk for learner in without_consent(learners, Kind.WORK, today)} if today else set()


def learner_import(request: AuthedRequest, ref: str) -> HttpResponse:
    group = class_for(request, ref)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if request.method == "POST" and form.is_valid() and (added := form.apply(group, by=request.membership)):
        words = ngettext("%(n)s student is added.", "%(n)s students are added.", len(added))
        messages.success(request, words % {"n": len(added)})
        return redirect("marketplace:learner_list", group.ref)
    context = {"group": group, "form": form}
    return render(request, "marketplace/learners/import.html", context, status=422 if form.errors else 200)


def learner_export(request: AuthedRequest, ref: str) -> HttpResponse:
    group = class_for(request, ref)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="class-{group.ref}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(map(safe_cell, HEADINGS))
    for learner in group.learners.all():
        row = [learner.given_name, learner.family_name, learner.minor_until or "", learner.left_on or ""]
        writer.writerow(map(safe_cell, row))
    return response


def learner_detail(request: AuthedRequest, ref: str) -> HttpResponse:
    learner = learner_for(request, ref)
    context = {
        "learner": learner,
        "standings": standings_of(learner),
        "history": learner.activities.select_related("actor").order_by("-created_at", "-pk")[:HISTORY],
    }
    return render(request, "marketplace/learners/detail.html", context)


def learner_edit(request: AuthedRequest, ref: str) -> HttpResponse:
    learner = learner_for(request, ref)
    form = LearnerChangeForm(request.POST if request.method == "POST" else None, learner=learner)
    if request.method == "POST" and form.is_valid() and form.apply(by=request.membership):
        messages.success(request, _("Saved."))
        return redirect(learner)
    return form_page(request, ref, form, _("Edit"), _("Save"))


def learner_leave(request: AuthedRequest, ref: str) -> HttpResponse:
    learner = learner_for(request, ref)
    form = LeaveForm(request.POST if request.method == "POST" else None, initial={"left_on": learner.today})
    if request.method == "POST" and form.is_valid():
        try:
            learner.leave(**form.cleaned_data, by=request.membership)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("Marked as left."))
            return redirect(learner)
    return form_page(request, ref, form, _("Left the school"), _("Mark as left"))


def form_page(request: AuthedRequest, ref: str, form: Any, title: str, submit: str) -> HttpResponse:
    """With the learner as stored, never as typed."""
    context = {"learner": learner_for(request, ref), "form": form, "title": title, "submit": submit}
    return render(request, "marketplace/learners/form.html", context, status=422 if form.errors else 200)


@require_POST
def learner_return(request: AuthedRequest, ref: str) -> HttpResponse:
    learner = learner_for(request, ref)
    try:
        learner.come_back(by=request.membership)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Marked as being here again."))
    return redirect(learner)
