"""What a school does with an offer as a whole. Each is one POST; a second click on it does no harm."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.offer_shown import offer_shown
from marketplace.touched import AGREED, decided, form_for
from marketplace.views.offer_page import page_context
from marketplace.views.offers import offer_for

DONE = {
    "submit": _("Sent. A moderator looks at it, usually within one working day, and you get a notice."),
    "pause": _("Paused. Nobody finds the offer until you resume it; orders that run go on."),
    "resume": _("The offer is live again."),
    "archive": _("The offer is archived."),
}

NO_LONGER = _("We no longer offer this service.")


@require_POST
def offer_move(request: AuthedRequest, ref: str, verb: str) -> HttpResponse:
    offer = offer_for(request, ref)
    try:
        getattr(offer, verb)(by=request.membership)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, DONE[verb])
    return redirect("marketplace:offer_manage", offer.ref)


def offer_archive(request: AuthedRequest, ref: str) -> HttpResponse:
    """Archiving is for good, so a page first asks what becomes of the orders that it touches."""
    offer, by = offer_for(request, ref), request.membership
    agreed = offer.orders.filter(status__in=AGREED)
    form = form_for(agreed, by=by, reason=NO_LONGER)
    if request.method == "POST":
        try:
            form = decided(agreed.all, lambda: offer.archive(by=by), by=by, sent=request.POST, reason=NO_LONGER)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("marketplace:offer_manage", offer.ref)
        if form is None:
            messages.success(request, DONE["archive"])
    if form is None or not offer.can("archive", by=by):
        return redirect("marketplace:offer_manage", offer.ref)
    others = offer.orders.open().exclude(status__in=AGREED).select_related("buyer").order_by("-updated_at")
    context = {"offer": offer, "form": form, "orders": others}
    return render(request, "marketplace/offers/archive.html", context, status=422 if form.errors else 200)


@require_POST
def offer_duplicate(request: AuthedRequest, ref: str) -> HttpResponse:
    copy = offer_for(request, ref).duplicate(by=request.membership)
    messages.success(request, _("Here is your copy, as a draft. Change what differs."))
    return redirect("marketplace:offer_edit_text", copy.ref, copy.source_language)


@require_POST
def offer_revise(request: AuthedRequest, ref: str) -> HttpResponse:
    offer = offer_for(request, ref)
    try:
        revision = offer.revise(by=request.membership)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("marketplace:offer_manage", offer.ref)
    return redirect("marketplace:offer_manage", revision.ref)


def offer_preview(request: AuthedRequest, ref: str) -> HttpResponse:
    """The public page as companies will see it."""
    offer = offer_for(request, ref)
    context = page_context(offer_shown(offer.pk), request)
    context |= {"managed": offer, "is_preview": True}
    return render(request, "marketplace/offers/preview.html", context)
