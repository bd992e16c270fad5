"""A need from its draft to its award: lifecycle E3."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from accounts import handover
from accounts.models import Activity, InvalidTransition, Notification, Refusal, Report
from accounts.models.timers import ring_due_timers
from accounts.notifications import send_due
from marketplace.models import Need, Order
from tests import factories
from tests.factories import (
    LINE,
    deliver,
    make_need,
    member,
    start,
)  # fmt: skip

S = Need.Status
VERBS = {
    "submit": ("buyer", {S.DRAFT}), "approve": ("moderator", {S.IN_REVIEW}), "send_back": ("moderator", {S.IN_REVIEW}),
    "take_down": ("moderator", {S.OPEN, S.CLOSED}),
    "withdraw": ("buyer", {S.DRAFT, S.IN_REVIEW, S.OPEN, S.CLOSED}), "close": ("system", {S.OPEN}),
    "extend": ("buyer", {S.CLOSED}), "expire": ("system", {S.CLOSED}), "answer": ("school", {S.OPEN}),
    "change": ("buyer", {S.DRAFT, S.OPEN}), "fulfil": ("system", {S.AWARDED}),
    "reopen": ("system", {S.AWARDED}),
}  # fmt: skip


def answer(need, offer, price="200.00"):
    by = member(offer.trainer, offer.school)
    return need.answer(offer, [LINE | {"unit_price": Decimal(price)}], by=by)


def in_state(status, buyer, offer, seller):
    """A need in that state, as the table of a test needs it."""
    if status == S.IN_REVIEW:
        need = make_need(buyer, "draft")
        Need.objects.filter(pk=need.pk).update(status=S.IN_REVIEW)
        return Need.objects.get(pk=need.pk)
    if status in {S.AWARDED, S.FULFILLED}:
        need = make_need(buyer)
        order = answer(need, offer)
        order.accept(1, by=buyer)
        if status == S.FULFILLED:
            Need.objects.filter(pk=need.pk).update(status=S.FULFILLED)
        return Need.objects.get(pk=need.pk)
    return make_need(buyer, status)


def do(need, verb, by, offer):
    words = {
        "send_back": {"reason": "Say how many guests."}, "take_down": {"reason": "It asks for nothing."},
        "change": {"title": "Tea for our open day"},
    }.get(verb, {})  # fmt: skip
    if verb == "answer":
        return need.answer(offer, [LINE], by=by)
    return getattr(need, verb)(by=by, **words)


def told(activity):
    return sorted(notice.recipient.email.split("@")[0] for notice in activity.notifications.all())


def snapshot():
    return (
        list(Need.objects.order_by("pk").values()), list(Order.objects.order_by("pk").values()),
        Activity.objects.count(), Notification.objects.count(),
    )  # fmt: skip


# --- The table ---
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", S)
def test_each_verb_holds_in_its_states_alone(status, verb, offer, buyer, seller, mona):
    need = in_state(status, buyer, offer, seller)
    party, sources = VERBS[verb]
    by = {"buyer": buyer, "school": seller, "moderator": mona, "system": None}[party]
    before = snapshot()

    if status in sources:
        do(need, verb, by, offer)
        assert need.activities.last().verb == f"need.{verb}"
    else:
        with pytest.raises(InvalidTransition):
            do(need, verb, by, offer)
        assert snapshot() == before


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_may(verb, offer, buyer, seller, outsider, mona, lea, school):
    party, sources = VERBS[verb]
    need = in_state(sorted(sources)[0], buyer, offer, seller)
    people = {"buyer": buyer, "school": seller, "moderator": mona, "system": None}
    before = snapshot()

    for by in [*(person for name, person in people.items() if name != party), outsider, member(lea, school)]:
        with pytest.raises(PermissionDenied):
            do(need, verb, by, offer)
    assert snapshot() == before


# --- Opening ---
def test_a_verified_organisation_opens_its_need_at_once(buyer):
    need = make_need(buyer, answer_days=7)

    assert need.status == S.OPEN
    assert need.closes_at.astimezone(need.zone).time().hour == 23
    assert (need.closes_at - need.opened_at).days in {7, 6}
    assert set(need.timers.values_list("verb", flat=True)) == {"close", "invite", "suggest"}


def test_one_that_is_not_verified_is_reviewed_first(charlie, mona):
    company = charlie.memberships.get().organisation
    type(company).objects.update(status="pending")
    by = member(charlie, type(company).objects.get())
    need = make_need(by, "draft")

    need.submit(by=by)
    assert (need.status, need.timers.count()) == (S.IN_REVIEW, 0)
    need.send_back(by=mona, reason="Say how many guests.")
    assert (need.status, told(need.activities.last())) == (S.DRAFT, ["charlie"])
    need.submit(by=by)
    need.approve(by=mona)
    assert (need.status, told(need.activities.last())) == (S.OPEN, ["charlie"])


def test_so_is_one_that_somebody_reported(buyer, charlie):
    Report.send(buyer.organisation, by=charlie, ground="misleading", text="No such company.")

    assert make_need(buyer).status == S.IN_REVIEW


def test_days_that_are_over_are_refused(buyer):
    need = make_need(buyer, "draft", starts_on=timezone.localdate() - timedelta(days=1))

    with pytest.raises(Refusal) as refused:
        need.submit(by=buyer)
    assert refused.value.field == "starts_on"


# --- Answering and awarding ---
def test_an_answer_opens_an_order_in_quoted(offer, buyer, seller):
    need = make_need(buyer)

    order = answer(need, offer)

    assert (order.status, order.need, order.buyer, order.seller) == ("quoted", need, buyer.organisation, offer.school)
    assert (order.title, order.brief, order.trainer) == (need.title, need.text, offer.trainer)
    assert told(order.activities.get(verb="order.quote")) == ["bob"]
    assert order.requested_at


def test_a_school_answers_once_until_its_quote_ended(offer, buyer, seller):
    need = make_need(buyer)
    order = answer(need, offer)
    before = snapshot()
    with pytest.raises(Refusal, match="quoted already"):
        answer(need, offer)
    assert snapshot() == before

    order.withdraw_quote(by=seller, reason="We forgot the cake.")
    assert answer(need, offer).status == "quoted"


def test_it_answers_with_a_service_of_its_own(offer, other_offer, buyer, seller):
    with pytest.raises(Refusal) as refused:
        make_need(buyer).answer(other_offer, [LINE], by=seller)
    assert refused.value.field == "offer"


def test_a_change_after_a_quote_is_a_version_that_the_school_confirms(offer, other_offer, buyer, seller):
    need = make_need(buyer)
    order, other = answer(need, offer), answer(need, other_offer)

    need.change(by=buyer, text="Coffee for 80 guests.", budget="500-1000")
    version = need.versions.get()
    assert (need.version, version.number) == (2, 2)
    assert version.before == {"text": "Coffee and cake for 40 guests in May.", "budget": ""}
    assert version.after == {"text": "Coffee for 80 guests.", "budget": "500-1000"}
    assert told(need.activities.get(verb="need.revise")) == ["adam", "otto", "sara"]
    with pytest.raises(Refusal, match="You changed the need since"):
        order.accept(1, by=buyer)
    assert not order.can("accept", by=buyer)

    need.confirm(by=seller)
    assert told(need.activities.get(verb="need.confirm")) == ["bob"]
    with pytest.raises(Refusal, match="nothing to confirm"):
        need.confirm(by=seller)
    order.refresh_from_db()
    assert (order.need_version, order.brief) == (2, "Coffee for 80 guests.")
    with pytest.raises(Refusal):
        other.accept(1, by=buyer)
    order.accept(1, by=buyer)
    assert Need.objects.get().status == S.AWARDED


def test_a_new_quote_confirms_and_a_new_school_answers_the_newest_text(offer, other_offer, buyer, seller):
    need = make_need(buyer)
    order = answer(need, offer)
    need.change(by=buyer, text="Coffee for 80 guests.")
    order.refresh_from_db()
    order.counter("For 80, please.", by=buyer)
    order.quote([LINE], by=seller)

    assert (order.need_version, order.brief) == (2, "Coffee for 80 guests.")
    assert answer(need, other_offer).need_version == 2
    need.change(by=buyer, text="Coffee for 90 guests.")
    assert need.versions.count() == 2
    order.refresh_from_db()
    with pytest.raises(Refusal):
        order.accept(2, by=buyer)


def test_a_change_that_changes_nothing_is_refused(offer, buyer):
    need = make_need(buyer)
    answer(need, offer)

    with pytest.raises(Refusal, match="Nothing is different"):
        need.change(by=buyer, text=need.text)
    assert Need.objects.get().version == 1


def test_accepting_a_quote_awards_the_need_and_tells_the_others(offer, other_offer, buyer):
    need = make_need(buyer)
    chosen, other = answer(need, offer), answer(need, other_offer)

    chosen.accept(1, by=buyer)
    send_due()

    need.refresh_from_db()
    other.refresh_from_db()
    lost = other.activities.last()
    assert (need.status, other.status) == (S.AWARDED, "rejected")
    assert (lost.verb, lost.line, told(lost)) == (
        "order.lose", "The quote was not chosen: another quote was chosen", ["otto"],
    )  # fmt: skip
    assert [m.to for m in mail.outbox if m.subject == f"Not chosen this time: {need.title}"] == [["otto@oak.example"]]
    assert not need.timers.exists()


@pytest.mark.parametrize("end", ["withdraw", "expire"])
def test_what_ends_without_a_choice_ends_its_quotes(end, offer, buyer):
    need = make_need(buyer)
    order = answer(need, offer)
    if end == "withdraw":
        need.withdraw(by=buyer)
    else:
        need.close(by=None)
        need.expire(by=None)

    order.refresh_from_db()
    assert order.status == "rejected"
    with pytest.raises(InvalidTransition):
        order.accept(1, by=buyer)


def test_a_cancelled_order_gives_the_need_back(offer, other_offer, buyer, seller):
    need = make_need(buyer)
    order = answer(need, offer)
    order.accept(1, by=buyer)
    order.cancel(by=seller, reason="The class is ill.")
    need.refresh_from_db()

    assert need.status == S.CLOSED
    assert told(need.activities.get(verb="need.reopen")) == ["bob"]
    assert set(need.timers.values_list("verb", flat=True)) == {"expire"}
    need.extend(by=buyer)
    assert answer(need, offer).status == Order.Status.QUOTED
    answer(need, other_offer).accept(1, by=buyer)
    need.refresh_from_db()
    assert need.status == S.AWARDED


@pytest.mark.parametrize("status", sorted(set(S) - {S.OPEN}))
@pytest.mark.parametrize("verb", ["invite", "suggest"])
def test_nobody_is_asked_for_a_need_that_is_not_open(status, verb, buyer, offer, seller):
    need = in_state(status, buyer, offer, seller)
    before = snapshot()

    with pytest.raises(InvalidTransition):
        getattr(need, verb)(by=None)
    with pytest.raises(PermissionDenied):
        getattr(need, verb)(by=buyer)
    assert snapshot() == before


def test_the_completed_order_fulfils_the_need(offer, buyer, seller):
    order = answer(make_need(buyer, place_mode="remote"), offer)
    order.accept(1, by=buyer)
    start(order, buyer, seller)
    deliver(order, seller)
    order.accept_delivery(by=buyer)

    assert Need.objects.get().status == S.FULFILLED


# --- Time ---
def test_it_closes_at_its_deadline_is_extended_once_and_expires(offer, buyer):
    need = make_need(buyer, answer_days=5)
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        ring_due_timers()
        ring_due_timers()
        need.refresh_from_db()
        assert (need.status, told(need.activities.last())) == (S.CLOSED, ["bob"])
        with pytest.raises(InvalidTransition):
            answer(need, offer)
        need.extend(by=buyer)
        assert (need.status, need.is_extended) == (S.OPEN, True)
    with time_machine.travel(timezone.now() + timedelta(days=13)):
        ring_due_timers()
        need.refresh_from_db()
        assert not need.can("extend", by=buyer)
        with pytest.raises(Refusal, match="second time"):
            need.extend(by=buyer)
    with time_machine.travel(timezone.now() + timedelta(days=28)):
        ring_due_timers()
    need.refresh_from_db()
    assert need.status == S.EXPIRED
    assert need.activities.filter(verb="need.expire").count() == 1


def test_a_closed_need_may_still_be_awarded(offer, buyer):
    need = make_need(buyer)
    order = answer(need, offer)
    need.close(by=None)

    order.accept(1, by=buyer)

    assert Need.objects.get().status == S.AWARDED


def test_the_database_refuses_an_open_need_without_a_deadline(buyer):
    need = make_need(buyer, "draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(status="open")


# --- At once ---
RACES = 50


def at_once(*calls):
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        try:
            barrier.wait()
            call()
        except Refusal as refusal:
            results[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_quotes_accepted_at_once_one_wins(offer, other_offer, buyer):
    for _race in range(RACES):
        need = make_need(buyer)
        orders = [answer(need, offer), answer(need, other_offer)]

        results = at_once(*[lambda order=order: order.accept(1, by=buyer) for order in orders])

        assert [result is None for result in results].count(True) == 1
        states = sorted(Order.objects.filter(need=need).values_list("status", flat=True))
        assert states.count("rejected") == 1
        assert Need.objects.get(pk=need.pk).status == S.AWARDED
        Need.objects.filter(pk=need.pk).update(status="fulfilled")


@pytest.mark.django_db(transaction=True)
def test_award_against_withdraw_200_times(offer, buyer):
    """Either the deal is made and the need awarded, or it is withdrawn and no deal made."""
    for number in range(200):
        need = make_need(buyer)
        order = answer(need, offer)
        calls = [lambda order=order: order.accept(1, by=buyer), lambda need=need: need.withdraw(by=buyer)]

        results = at_once(*(calls if number % 2 else reversed(calls)))

        need.refresh_from_db()
        order.refresh_from_db()
        assert results.count(None) == 1
        assert (need.status, order.status == "rejected") in {("awarded", False), ("withdrawn", True)}


def test_who_leaves_hands_the_open_needs_over(buyer, bob, company):
    clerk = factories.make_user("Clara Clerk", "clara@company.example")
    factories.make_member(clerk, company, "owner", is_signatory=True)
    need, ended = make_need(buyer), make_need(buyer, "withdrawn")

    handover.remove_member(buyer, successor=clerk, by=buyer)

    need.refresh_from_db()
    ended.refresh_from_db()
    assert (need.contact, ended.contact) == (clerk, bob)
