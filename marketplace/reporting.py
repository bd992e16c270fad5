"""What of the marketplace can be reported. See accounts.reporting."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts import reporting
from marketplace.models import Call, Expression, Need, Offer, Order, Question, Review


def published_offer(request: HttpRequest, ref: str) -> Offer:
    return get_object_or_404(Offer.objects.published(), ref=ref)


def public_call(request: HttpRequest, ref: str) -> Call:
    return get_object_or_404(Call.objects.public(), slug=ref)


def answer_to_own_call(request: HttpRequest, ref: str) -> Expression:
    """Its caller alone reads it."""
    membership = request.membership
    if membership is None or not membership.can_work:
        raise Http404
    sent = Expression.objects.sent().select_related("call__organisation")
    return get_object_or_404(sent, ref=ref, call__organisation=membership.organisation)


def order_of_a_party(request: HttpRequest, ref: str) -> Order:
    """Its report opens the conversation to moderators."""
    membership = request.membership
    if membership is None or not membership.can_work:
        raise Http404
    return get_object_or_404(Order.objects.for_organisation(membership.organisation), ref=ref)


def published_review(request: HttpRequest, ref: str) -> Review:
    """Of a school by anybody; of a client by the two sides of the order."""
    reviews = Review.objects.published().select_related("order", "about", "order__seller", "order__buyer")
    review = get_object_or_404(reviews, ref=ref)
    is_party = request.membership is not None and request.membership.can_work
    is_party = is_party and review.order.side_of(request.membership.organisation) != ""
    if review.side != Review.Side.BUYER and not is_party:
        raise Http404
    return review


def shown_need(request: HttpRequest, ref: str) -> Need:
    hidden = [Need.Status.DRAFT, Need.Status.IN_REVIEW]
    return get_object_or_404(Need.objects.exclude(status__in=hidden), ref=ref)


def shown_question(request: HttpRequest, ref: str) -> Question:
    """By those who read it."""
    membership = request.membership
    question = get_object_or_404(Question.objects.select_related("need__organisation"), ref=ref)
    if membership is None or not question.need.may_read(membership):
        raise Http404
    return get_object_or_404(Question.objects.shown_to(membership), pk=question.pk)


reporting.register("question", shown_question)
reporting.register("need", shown_need)
reporting.register("call", public_call)
reporting.register("expression", answer_to_own_call)
reporting.register("offer", published_offer)
reporting.register("order", order_of_a_party)
reporting.register("review", published_review)
