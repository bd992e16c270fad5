"""The addresses under which calendar programs read orders, and what stands there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest
from accounts.models import Membership
from marketplace.ical import CONTENT_TYPE, calendar_text, events_of, feed_text
from marketplace.models import Feed, Resource
from marketplace.views.orders_access import order_for, party
from vet2b.lib.mail import absolute

K = Feed.Kind


@dataclass
class Row:
    """A calendar that one may have; `feed` once it has an address."""

    kind: str
    title: str
    holds: str
    feed: Feed | None
    ref: str = ""


def feed_list(request: AuthedRequest) -> HttpResponse:
    return show_feeds(request, party(request))


@sensitive_variables("url")
def show_feeds(request: AuthedRequest, membership: Membership, url: str = "", made: str = "") -> HttpResponse:
    context = {"rows": rows(membership), "url": url, "made": made}
    return render(request, "marketplace/feeds/list.html", context)


def rows(membership: Membership) -> Iterator[Row]:
    feeds = {(feed.kind, feed.resource_id): feed for feed in membership.feeds.select_related("resource")}
    organisation = membership.organisation
    holds = _("Orders whose contact person, trainer or substitute you are.")
    yield Row(K.PERSON, str(K.PERSON.label), holds, feeds.get((K.PERSON, None)))
    if organisation.is_school:
        holds = _("All orders with a date, windows with their places, and closed days.")
    else:
        holds = _("All orders with a date.")
    yield Row(K.ORGANISATION, organisation.name, holds, feeds.get((K.ORGANISATION, None)))
    for resource in organisation.resources.all() if membership.can_sell else ():
        feed = feeds.get((K.RESOURCE, resource.pk))
        if feed or not resource.is_retired:
            yield Row(K.RESOURCE, resource.name, resource.get_kind_display(), feed, resource.ref)


@require_POST
@sensitive_variables("token")
def feed_make(request: AuthedRequest) -> HttpResponse:
    """A new address, shown this once; an earlier one of the same calendar ends."""
    membership, kind = party(request), request.POST.get("kind", "")
    if kind not in K.values:
        raise Http404
    resource = resource_of(membership, request.POST.get("ref", "")) if kind == K.RESOURCE else None
    raise_if_reauthentication_required(request, app="account")
    token = Feed.make(kind, by=membership, resource=resource)
    made = str(K.PERSON.label if kind == K.PERSON else resource or membership.organisation)
    return show_feeds(request, membership, absolute(reverse("marketplace:feed", args=[token])), made)


def resource_of(membership: Membership, ref: str) -> Resource:
    if not membership.can_sell:
        raise Http404
    return get_object_or_404(membership.organisation.resources.all(), ref=ref)


@require_POST
def feed_stop(request: AuthedRequest, pk: int) -> HttpResponse:
    membership = party(request)
    get_object_or_404(membership.feeds.select_related("resource"), pk=pk).stop(by=membership)
    messages.success(request, _("The address is dead. Calendars that used it show nothing new."))
    return redirect("marketplace:feed_list")


@require_safe
@login_not_required
@sensitive_variables("token")
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program fetches, in the language of the person who gave it the address."""
    found = Feed.objects.for_token(token)
    if is_asked_too_often(request, found):
        return HttpResponse(status=429, headers={"Retry-After": "3600"})
    if found is None:
        raise Http404
    with override(found.membership.user.language):
        text = feed_text(found)
    etag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
    response = HttpResponse(text, content_type=f"{CONTENT_TYPE}; charset=utf-8", headers=headers)
    return get_conditional_response(request, etag=etag, response=response)


def is_asked_too_often(request: HttpRequest, found: Feed | None) -> bool:
    """Programs of many people share an address on the internet, so what exists is counted by itself."""
    limit = {"action": "feed", "key": str(found.pk)} if found else {"action": "feed_missed"}
    return not ratelimit.consume(request, app="allauth.account", limit_get=True, **limit)


@require_safe
def order_calendar(request: AuthedRequest, ref: str) -> HttpResponse:
    """The date of one order as a file for a calendar program."""
    order = order_for(request, ref)
    if not order.has_date:
        raise Http404
    text = calendar_text(events_of([order], request.organisation))
    headers = {"Content-Disposition": f'attachment; filename="{order.ref}.ics"'}
    return HttpResponse(text, content_type=f"{CONTENT_TYPE}; charset=utf-8", headers=headers)
