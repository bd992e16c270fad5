"""The week of each person and each resource of a school."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accounts.http import AuthedRequest
from accounts.models import Membership, Organisation, User
from marketplace.models import Feed, Resource
from marketplace.models.resources import ResourceQuerySet
from marketplace.week import Agenda, monday_of
from marketplace.week_rows import Subject


def school_of(request: AuthedRequest) -> Organisation:
    membership = request.membership
    if membership is None or not membership.can_sell:
        raise Http404
    return membership.organisation


def my_week(request: AuthedRequest) -> HttpResponse:
    return person_page(request, school_of(request), request.user)


def person_week(request: AuthedRequest, pk: int) -> HttpResponse:
    school = school_of(request)
    working = school.memberships.filter(role__in=Membership.WORKING).select_related("user")
    return person_page(request, school, get_object_or_404(working, pk=pk).user)


def person_page(request: AuthedRequest, school: Organisation, person: User) -> HttpResponse:
    resource = resources_of(school).in_use().filter(person=person).first()
    return show_week(request, Subject(school, person, resource), str(person))


def resource_week(request: AuthedRequest, ref: str) -> HttpResponse:
    school = school_of(request)
    resource = get_object_or_404(resources_of(school).select_related("person"), ref=ref)
    return show_week(request, Subject(school, resource.person, resource), resource.name)


def resources_of(school: Organisation) -> ResourceQuerySet:
    return Resource.objects.filter(school=school).prefetch_related("openings", "special_hours")


def show_week(request: AuthedRequest, subject: Subject, name: str) -> HttpResponse:
    today = timezone.localdate(timezone=ZoneInfo(subject.school.zone))
    is_mine = subject.person == request.user
    context = {
        "agenda": Agenda(subject, monday_of(request.GET.get("week", ""), today), today),
        "subject": subject,
        "name": name,
        "is_mine": is_mine,
        "path": reverse("marketplace:person_week", args=[request.membership.pk]) if is_mine else request.path,
        "others": others(subject.school),
        "feed": feed_of(subject, request.user),
    }
    return render(request, "marketplace/week/week.html", context)


def feed_of(subject: Subject, reader: User) -> str:
    """The row of the page of calendars that holds this week; nobody has the feed of a colleague."""
    if subject.person == reader:
        return str(Feed.Kind.PERSON)
    return subject.resource.ref if subject.resource else str(Feed.Kind.ORGANISATION)


def others(school: Organisation) -> list[tuple[str, str]]:
    """Whose weeks there are, each with its address: the people, then what is no person."""
    people = school.memberships.filter(role__in=Membership.WORKING).select_related("user").order_by("user__name", "pk")
    things = school.resources.filter(is_retired=False, person=None)
    return [
        *((str(each.user), reverse("marketplace:person_week", args=[each.pk])) for each in people),
        *((each.name, reverse("marketplace:resource_week", args=[each.ref])) for each in things),
    ]
