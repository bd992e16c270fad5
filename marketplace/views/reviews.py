"""The page on which the two sides of a completed order review each other."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.reviews import ReplyForm, ReviewForm
from marketplace.models import Order, Review
from marketplace.models.review_rules import link_between
from marketplace.models.reviews import RATINGS
from marketplace.parts import Part
from marketplace.views.orders_access import order_for, party

ENDED_WELL = frozenset({Order.Status.COMPLETED, Order.Status.CLOSED})


def order_review(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = reviewed_order(request, ref), party(request)
    side, review = order.side_of(by.organisation), review_of(order, by)
    if request.method != "POST":
        return review_page(request, order, ReviewForm(initial=answers_of(review), side=side))
    form = ReviewForm(request.POST, side=side, names=team_names(order))
    if form.is_valid() and sent(order, review, form, by):
        messages.success(request, _("Your review is kept. The other side sees it when both are in, or at the end."))
        return redirect("marketplace:order_review", order.ref)
    return review_page(request, reviewed_order(request, ref), form, status=422)


def reviewed_order(request: AuthedRequest, ref: str) -> Order:
    """A completed order of the reader's; no other has reviews."""
    order = order_for(request, ref)
    if order.status not in ENDED_WELL:
        raise Http404
    return order


def review_of(order: Order, by: Membership) -> Review | None:
    return next((review for review in order.reviews.all() if review.side == order.side_of(by.organisation)), None)


def team_names(order: Order) -> list[str]:
    return list(order.team.values_list("learner__given_name", flat=True))


def answers_of(review: Review | None) -> dict[str, Any]:
    return {name: getattr(review, name) for name in (*RATINGS, "text")} if review else {}


def sent(order: Order, review: Review | None, form: ReviewForm, by: Membership) -> bool:
    """Whether the verb took it; what it refused stands in the form."""
    try:
        if review:
            review.change(by=by, **form.cleaned_data)
        else:
            Review.write(order, by=by, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    return True


def review_page(
    request: AuthedRequest, order: Order, form: ReviewForm, reply: ReplyForm | None = None, status: int = 200
) -> HttpResponse:
    by = party(request)
    mine, theirs = review_of(order, by), theirs_of(order, by)
    may_write = by.can_trade and order.is_open_for_reviews
    link = link_between(order.buyer, order.seller) if may_write else ""
    context = {
        "order": order,
        "other": order.seller if order.buyer_id == by.organisation_id else order.buyer,
        "mine": mine,
        "theirs": theirs if theirs and theirs.status == Review.Status.PUBLISHED else None,
        "has_theirs": theirs is not None,
        "link": link,
        "form": form if may_write and not link and (mine is None or mine.can("change", by=by)) else None,
        "reply_form": reply or (ReplyForm() if theirs and theirs.can("answer", by=by) else None),
        "zone": by.organisation.zone,
    }
    return render(request, "marketplace/reviews/review.html", context, status=status)


def theirs_of(order: Order, by: Membership) -> Review | None:
    return next((review for review in order.reviews.all() if review.side != order.side_of(by.organisation)), None)


@require_POST
def review_reply(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = reviewed_order(request, ref), party(request)
    review, form = theirs_of(order, by), ReplyForm(request.POST, names=team_names(order))
    if review is None or review.published_at is None:
        raise Http404
    if not by.can_trade:
        raise PermissionDenied
    if form.is_valid():
        try:
            review.answer(form.cleaned_data["text"], by=by)
        except Refusal as refusal:
            form.add_error("text", refusal.message)
        else:
            messages.success(request, _("Your reply stands under the review."))
            return redirect("marketplace:order_review", order.ref)
    side = order.side_of(by.organisation)
    mine = ReviewForm(initial=answers_of(review_of(order, by)), side=side)
    return review_page(request, reviewed_order(request, ref), mine, form, status=422)


def reviews_part(order: Order, by: Membership) -> Part | None:
    """The line on the page of the order."""
    if order.status not in ENDED_WELL:
        return None
    mine, todo = review_of(order, by), ""
    if not order.is_open_for_reviews:
        words = gettext_lazy("The time for reviews is over")
    elif mine:
        words = gettext_lazy("Yours is written; the other side’s is awaited")
    else:
        words, todo = gettext_lazy("You can write yours now"), _("Write a review")
    return Part(gettext_lazy("Reviews"), words, reverse("marketplace:order_review", args=[order.ref]), "star", todo)
