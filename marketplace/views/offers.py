"""A school's own offers: the list, new drafts, and the page on which one offer is managed."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.http import AuthedRequest
from accounts.models import Activity, Membership
from marketplace.forms.offers import StartForm
from marketplace.models import Category, Offer, Window
from marketplace.models.offer_checks import percent
from marketplace.views.offers_parts import part_label
from marketplace.views.switch import switch_page

PER_PAGE = 30
HISTORY = 60
GROUPS = (
    (gettext_lazy("Your turn"), ("changes_requested", "draft")),
    (gettext_lazy("With a moderator"), ("in_review",)),
    (gettext_lazy("Live"), ("published", "paused")),
    (gettext_lazy("Suspended"), ("suspended",)),
    (gettext_lazy("Ended"), ("rejected", "archived")),
)


def trainer(request: AuthedRequest) -> Membership:
    """The acting membership. Only schools have offers; their learners do not see how they are made."""
    membership = request.membership
    if membership is None or not membership.organisation.is_school:
        raise Http404
    if not membership.can_sell:
        raise PermissionDenied
    return membership


def offer_for(request: AuthedRequest, ref: str) -> Offer:
    offers = Offer.objects.for_organisation(trainer(request).organisation)
    return get_object_or_404(offers.with_work().select_related("revision_of", "substitute"), ref=ref)


def my_offers(request: AuthedRequest) -> HttpResponse:
    offers = Offer.objects.for_organisation(trainer(request).organisation).originals()
    ended = offers.filter(status__in=Offer.ENDED)
    shows_ended = request.GET.get("show") == "ended"
    shown = (ended if shows_ended else offers.exclude(status__in=Offer.ENDED)).with_work()
    page = Paginator(shown.order_by(turn(), "-updated_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"groups": grouped(page), "page": page, "shows_ended": shows_ended, "ended_count": ended.count()}
    return render(request, "marketplace/offers/my.html", context)


def turn() -> Case:
    """What waits for the school comes first."""
    whens = [When(status__in=statuses, then=Value(rank)) for rank, (_label, statuses) in enumerate(GROUPS)]
    return Case(*whens, output_field=IntegerField())


def grouped(page: Any) -> list[dict[str, Any]]:
    rank = {status: rank for rank, (_label, statuses) in enumerate(GROUPS) for status in statuses}
    return [
        {"label": GROUPS[place][0], "rows": [as_row(offer) for offer in offers]}
        for place, offers in groupby(page, key=lambda offer: rank[offer.status])
    ]


def as_row(offer: Offer) -> dict[str, Any]:
    checks = offer.checks()
    missing = [check for check in checks if check.is_must and not check.is_met]
    windows = [window for window in offer.windows.all() if window.is_open()]
    return {
        "offer": offer,
        "text": offer.source_text,
        "percent": percent(checks),
        "next": next_step(offer, len(missing)),
        "places": places_words(windows) if offer.status in Offer.LIVE else "",
        "revision": offer.open_revision,
        "cover": next(iter(offer.images.all()), None),
    }


def next_step(offer: Offer, missing: int) -> str:
    if offer.status in Offer.EDITABLE and missing:
        return ngettext("%(count)s thing is missing", "%(count)s things are missing", missing) % {"count": missing}
    return {
        "draft": _("Complete: send it for review"),
        "changes_requested": _("A moderator asked for changes"),
        "in_review": _("A moderator looks at it, usually within one working day"),
        "paused": _("Nobody finds it until you resume it"),
        "suspended": _("Hidden by a moderator"),
        "rejected": _("A moderator gave the reason"),
    }.get(offer.status, "")


def places_words(windows: list[Window]) -> str:
    places = sum(window.left for window in windows)
    if not places:
        return _("No window with places left")
    return ngettext("%(count)s place left", "%(count)s places left", places) % {"count": places}


def offer_start(request: AuthedRequest) -> HttpResponse:
    trainer(request)
    categories = Category.objects.with_labels().select_related("template")
    return render(request, "marketplace/offers/start.html", {"categories": categories})


def offer_begin(request: AuthedRequest, category: str) -> HttpResponse:
    """The second step of a new offer: its language and title."""
    by = trainer(request)
    chosen = get_object_or_404(Category.objects.with_labels().select_related("template"), slug=category)
    content = chosen.template.content if hasattr(chosen, "template") else {}
    if request.method == "POST":
        form = StartForm(request.POST)
        if form.is_valid():
            offer = Offer.start_from(chosen, by=by, **form.cleaned_data)
            messages.success(request, _("Your draft is saved. Nobody outside your school sees it yet."))
            return redirect("marketplace:offer_edit", offer.ref)
    else:
        form = StartForm(initial={"language": by.organisation.source_language, "title": content.get("title", "")})
    context = {"category": chosen, "content": content, "form": form}
    return render(request, "marketplace/offers/begin.html", context, status=422 if form.errors else 200)


def offer_manage(request: AuthedRequest, ref: str) -> HttpResponse:
    try:
        offer = offer_for(request, ref)
    except Http404:
        return switch_page(request, Offer, ref)
    checks = offer.checks()
    context = {
        "offer": offer,
        "text": offer.source_text,
        "percent": percent(checks),
        "missing": [check for check in checks if check.is_must and not check.is_met],
        "advisable": [check for check in checks if not check.is_must and not check.is_met],
        "can": {verb: offer.can(verb, by=request.membership) for verb in Offer.TRANSITIONS},
        "revision": offer.open_revision,
        "windows": [window for window in offer.windows.all() if window.is_open()],
        "reason": offer.activities.filter(to_status=offer.status).exclude(reason="").last(),
        "history": history(offer),
    }
    return render(request, "marketplace/offers/manage.html", context)


def history(offer: Offer) -> list[dict[str, Any]]:
    """Newest first, with what happened to new versions; several changes in a row by one person are one line."""
    rows = Activity.objects.filter(
        subject_type=ContentType.objects.get_for_model(Offer),
        subject_id__in=[offer.pk, *(revision.pk for revision in offer.revisions.all())],
    )
    lines: list[dict[str, Any]] = []
    for activity in rows.select_related("actor").order_by("-created_at", "-pk")[:HISTORY]:
        line = {"activity": activity, "parts": [], "is_of_revision": activity.subject_id != offer.pk}
        if not (lines and is_same_edit(lines[-1]["activity"], activity)):
            lines.append(line)
        label = part_label(activity.details.get("part", ""))
        if label and label not in lines[-1]["parts"]:
            lines[-1]["parts"].append(label)
    return lines


def is_same_edit(newer: Activity, older: Activity) -> bool:
    is_edit = older.verb in {"offer.change", "offer.change_live"}
    return is_edit and (newer.verb, newer.actor_id, newer.subject_id) == (older.verb, older.actor_id, older.subject_id)
