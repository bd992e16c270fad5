"""The first page of each role after signing in: what is to do, then how things stand."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.admin.desk import queue_cards
from accounts.http import AuthedRequest
from accounts.models import Membership, Organisation, User
from marketplace.models import Learner, NeedInvitation, Offer, Order, Release, Window
from marketplace.saved import with_new
from marketplace.views.my_hours import rows_of
from vet2b import figures
from vet2b.lib.cells import safe_cell

LINES = 8
FINISHED = frozenset({Order.Status.COMPLETED, Order.Status.CLOSED})
TO_DO = {
    "requested": pgettext_lazy("what to do", "Answer the question"),
    "quoted": pgettext_lazy("what to do", "Decide on the quote"),
    "delivered": pgettext_lazy("what to do", "Look at the delivery"),
    "countered": pgettext_lazy("what to do", "Answer the counter-offer"),
    "changes_requested": pgettext_lazy("what to do", "Take up the changes"),
    "accepted": pgettext_lazy("what to do", "See what the start waits for"),
    "scheduled": pgettext_lazy("what to do", "Start on the day"),
    "in_progress": pgettext_lazy("what to do", "Deliver the work"),
}


def dashboard(request: AuthedRequest) -> HttpResponse:
    membership = request.membership
    if membership is None:
        return moderator(request) if request.user.is_moderator else newcomer(request)
    if membership.is_learner:
        return learner(request, membership)
    if membership.organisation.is_school:
        return school(request, membership)
    return buyer(request, membership)


def newcomer(request: AuthedRequest) -> HttpResponse:
    return render(request, "vet2b/dashboard_new.html")


def moderator(request: AuthedRequest) -> HttpResponse:
    return render(request, "vet2b/dashboard_moderator.html", {"queues": queue_cards(admin.site, request)})


def buyer(request: AuthedRequest, membership: Membership) -> HttpResponse:
    organisation = membership.organisation
    placed = organisation.orders_placed.select_related("seller")
    context = shared(request, membership) | {
        "turn": lines(placed.awaiting("buyer"), "buyer"),
        "active": lines(placed.open().exclude(pk__in=placed.awaiting("buyer").values("pk")), "buyer"),
        "unpaid": unpaid(placed),
        "drafts": list(placed.filter(status=Order.Status.DRAFT).order_by("-updated_at")[:LINES]),
        "saved": list(saved_offers(request.user)[:4]),
    }
    if organisation.kind == Organisation.Kind.PUBLIC_BODY and organisation.is_verified:
        context |= figures_context(request)
    return render(request, "vet2b/dashboard_buyer.html", context)


def saved_offers(user: User) -> QuerySet[Offer]:
    kept = Offer.objects.published().filter(favourites__user=user).order_by("-favourites__created_at")
    return kept.select_related("school").prefetch_related("texts")


def school(request: AuthedRequest, membership: Membership) -> HttpResponse:
    organisation, user = membership.organisation, membership.user
    received = organisation.orders_received.select_related("buyer", "trainer")
    mine = Q() if membership.is_owner else Q(trainer=user) | Q(substitute=user) | Q(trainer=None)
    waiting = received.filter(mine).awaiting("seller")
    asked = Q(status__in=[Order.Status.REQUESTED, Order.Status.COUNTERED])
    context = shared(request, membership) | {
        "turn": lines(waiting.filter(asked), "seller"),
        "running": lines(received.filter(mine, status__in=Order.RUNNING), "seller"),
        "to_invoice": to_invoice(received.filter(mine)),
        "unpaid": unpaid(received.filter(mine)),
        "offers": offers_by_state(organisation),
        "unfinished": unfinished_offers(membership),
        "windows": upcoming_windows(organisation),
        "invitations_waiting": NeedInvitation.objects.for_school(organisation).waiting().count(),
    }
    if membership.can_release:
        context["releases_waiting"] = Release.objects.of_school(organisation).waiting().count()
    if membership.is_owner:
        context |= {"people": workload(organisation), "member_count": organisation.memberships.count()}
    return render(request, "vet2b/dashboard_school.html", context)


def shared(request: AuthedRequest, membership: Membership) -> dict[str, Any]:
    organisation = membership.organisation
    verdict = None if organisation.is_verified else organisation.last_verdict
    searches = with_new(request.user, 4)
    return {"membership": membership, "organisation": organisation, "verdict": verdict, "searches": searches}


def lines(orders: Any, side: str) -> list[dict[str, Any]]:
    """Orders as to-do lines, what is due first on top. Each line knows its age, so that waiting shows."""
    now = timezone.now()
    found = orders.with_next_due().order_by("due_at", "-updated_at", "-pk")[:LINES]
    return [
        {
            "order": order,
            "other": order.seller if side == "buyer" else order.buyer,
            "to_do": _("Send a quote")
            if side == "seller" and order.status == "requested"
            else TO_DO.get(order.status, ""),
            "waiting_hours": int((now - order.updated_at).total_seconds() // 3600),
        }
        for order in found
    ]


def to_invoice(orders: QuerySet[Order]) -> list[Order]:
    """Finished and not free, oldest first; no invoice is recorded yet."""
    waiting = orders.filter(status__in=FINISHED, invoice=None, gross__gt=0)
    return list(waiting.order_by("completed_at", "pk")[:LINES])


def unpaid(orders: QuerySet[Order]) -> list[Order]:
    waiting = orders.filter(invoice__isnull=False, invoice__paid_on=None).exclude(status__in=Order.LOST)
    return list(waiting.select_related("invoice").order_by("invoice__issued_on", "pk")[:LINES])


def offers_by_state(organisation: Organisation) -> list[tuple[Any, int]]:
    counts = Offer.objects.for_organisation(organisation).originals().values_list("status").annotate(Count("pk"))
    found = dict(counts.order_by())
    return [(status.label, found[status]) for status in Offer.Status if status in found]


def unfinished_offers(membership: Membership) -> list[Offer]:
    """Drafts and what a moderator wants changed: a trainer's own, an owner's all."""
    offers = Offer.objects.for_organisation(membership.organisation).filter(status__in=Offer.EDITABLE)
    if not membership.is_owner:
        offers = offers.filter(Q(trainer=membership.user) | Q(trainer=None))
    return list(offers.prefetch_related("texts").order_by("status", "-updated_at")[:LINES])


def upcoming_windows(organisation: Organisation) -> list[Window]:
    windows = Window.objects.upcoming().filter(offer__school=organisation, offer__status__in=Offer.LIVE)
    return list(windows.select_related("offer").prefetch_related("offer__texts").order_by("starts_on", "pk")[:LINES])


def workload(organisation: Organisation) -> list[Membership]:
    """Every trainer with the number of requests that wait for them and of orders they run."""
    led = Q(user__orders_led__seller=organisation)
    asked = Q(user__orders_led__status__in=[Order.Status.REQUESTED, Order.Status.COUNTERED])
    working = organisation.memberships.filter(role__in=Membership.WORKING).select_related("user")
    return list(
        working.annotate(
            waiting=Count("user__orders_led", led & asked),
            running=Count("user__orders_led", led & Q(user__orders_led__status__in=Order.RUNNING)),
        ).order_by("-waiting", "-running", "user__name")[:50]
    )


def learner(request: AuthedRequest, membership: Membership) -> HttpResponse:
    """What a student of the school's list takes part in; others see what its classes work on, without names."""
    myself = Learner.objects.present().filter(membership=membership).first()
    orders = membership.organisation.orders_received.filter(status__in=Order.RUNNING | FINISHED)
    context = {
        "organisation": membership.organisation,
        "myself": myself,
        "rows": rows_of(myself)[:LINES] if myself else [],
        "running": list(orders.exclude(status__in=FINISHED).order_by("starts_on", "pk")[:LINES]),
        "completed_count": orders.filter(status__in=FINISHED).count(),
    }
    return render(request, "vet2b/dashboard_learner.html", context)


def figures_context(request: AuthedRequest) -> dict[str, Any]:
    country = request.GET.get("country", "")
    codes = figures.countries_with_schools()
    chosen = country if country in codes else ""
    return {"figures": figures.by_place(chosen), "chosen": chosen, "chips": figures.chips(codes, chosen)}


def figures_csv(request: AuthedRequest) -> HttpResponse:
    """The public body's figures as a file that spreadsheets open without running anything in it."""
    organisation = request.organisation
    if organisation is None or organisation.kind != Organisation.Kind.PUBLIC_BODY or not organisation.is_verified:
        raise PermissionDenied
    context = figures_context(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="vet2b-{context["chosen"] or "all"}.csv"'
    response.write("\ufeff")  # tells spreadsheets that it is UTF-8
    writer = csv.writer(response)
    writer.writerow([_("Place"), _("Verified schools"), _("Published offers"), _("Completed orders")])
    for row in context["figures"]:
        writer.writerow(map(safe_cell, [row.place, *row.shown]))
    return response
