"""What a school works with: the list, and the pages of one resource."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.http import AuthedRequest
from marketplace.forms.resources import ResourceForm, SpecialForm
from marketplace.models import Resource
from marketplace.models.resource_orders import offers_needing
from marketplace.models.resources import WEEKDAYS, ResourceQuerySet
from marketplace.views.offers import trainer

K = Resource.Kind
GROUPS = {
    K.CLASS: gettext_lazy("Classes"),
    K.TRAINER: gettext_lazy("Trainers"),
    K.ROOM: gettext_lazy("Rooms"),
    K.KITCHEN: gettext_lazy("Kitchens"),
    K.MACHINE: gettext_lazy("Machines"),
    K.VEHICLE: gettext_lazy("Vehicles"),
}
NEW = {
    K.CLASS: ("users", gettext_lazy("Add a class")),
    K.TRAINER: ("user", gettext_lazy("Add a trainer")),
    K.ROOM: ("door-open", gettext_lazy("Add a room")),
    K.KITCHEN: ("chef-hat", gettext_lazy("Add a kitchen")),
    K.MACHINE: ("cog", gettext_lazy("Add a machine")),
    K.VEHICLE: ("truck", gettext_lazy("Add a vehicle")),
}
HISTORY = 20


def resources_of(request: AuthedRequest) -> ResourceQuerySet:
    return Resource.objects.filter(school=trainer(request).organisation).select_related("school", "person")


def resource_for(request: AuthedRequest, ref: str) -> Resource:
    return get_object_or_404(resources_of(request), ref=ref)


def resource_list(request: AuthedRequest) -> HttpResponse:
    resources = resources_of(request)
    shows_retired = request.GET.get("show") == "retired"
    context = {
        "groups": grouped(resources.filter(is_retired=shows_retired)),
        "shows_retired": shows_retired,
        "retired_count": resources.filter(is_retired=True).count(),
        "new": [(kind, icon, label) for kind, (icon, label) in NEW.items()],
    }
    return render(request, "marketplace/resources/list.html", context)


def grouped(resources: ResourceQuerySet) -> list[dict[str, Any]]:
    order = list(GROUPS)
    found = sorted(resources.prefetch_related("openings"), key=lambda each: (order.index(each.kind), each.name))
    return [
        {"label": GROUPS[K(kind)], "icon": NEW[K(kind)][0], "rows": [(row, facts_of(row)) for row in rows]}
        for kind, rows in groupby(found, key=lambda each: each.kind)
    ]


def facts_of(resource: Resource) -> list[str]:
    facts = [
        resource.year and _("Year %(number)s") % {"number": resource.year},
        resource.eqf_level and _("EQF level %(number)s") % {"number": resource.eqf_level},
        resource.headcount and _("Students: %(number)s") % {"number": resource.headcount},
        not resource.openings.all() and _("No hours"),
    ]
    return [fact for fact in facts if fact]


def resource_add(request: AuthedRequest, kind: str) -> HttpResponse:
    membership = trainer(request)
    if kind not in K.values:
        raise Http404
    form = ResourceForm(request.POST if request.method == "POST" else None, kind=kind, school=membership.organisation)
    if request.method == "POST" and form.is_valid() and (resource := form.apply(by=membership)):
        messages.success(request, _("Added, with the hours of a school week. Change them where they differ."))
        return redirect(resource)
    context = {"form": form, "title": NEW[K(kind)][1]}
    return render(request, "marketplace/resources/form.html", context, status=422 if form.errors else 200)


def resource_detail(request: AuthedRequest, ref: str) -> HttpResponse:
    return detail_page(request, resource_for(request, ref), SpecialForm())


def detail_page(request: AuthedRequest, resource: Resource, form: SpecialForm) -> HttpResponse:
    context = {
        "resource": resource,
        "facts": facts_of(resource),
        "week": week_of(resource),
        "special_hours": resource.special_hours.all(),
        "form": form,
        "offers": offers_needing(resource),
        "history": resource.activities.select_related("actor").order_by("-created_at", "-pk")[:HISTORY],
    }
    return render(request, "marketplace/resources/detail.html", context, status=422 if form.errors else 200)


def week_of(resource: Resource) -> list[tuple[Any, list[Any]]]:
    """Each day with its hours."""
    openings = list(resource.openings.all())
    return [(label, [each for each in openings if each.weekday == weekday]) for weekday, label in WEEKDAYS]
