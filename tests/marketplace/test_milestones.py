"""Milestones of an order: the school plans and shows them, the client answers, the state of the order stays."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from accounts.models.timers import ring_due_timers
from accounts.notifications import send_due
from marketplace.models import Milestone, Order
from marketplace.models.milestones import MAX_MILESTONES, SETTABLE
from tests.factories import PATHS, deliver, make_order, member
from vet2b.lib.uploads import Checked

M = Milestone.Status
VERBS = {"change": "seller", "remove": "seller", "submit": "seller", "approve": "buyer", "remark": "buyer"}
SOURCES = {
    "change": {M.PLANNED}, "remove": {M.PLANNED}, "submit": {M.PLANNED, M.REMARKS}, "approve": {M.SUBMITTED},
    "remark": {M.SUBMITTED},
}  # fmt: skip


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "in_progress")


def in_days(number):
    return timezone.localdate() + timedelta(days=number)


def planned(order, seller, title="First page", days=7):
    return Milestone.plan(order, by=seller, title=title, due_on=in_days(days))


def brought_to(order, seller, buyer, status):
    milestone = planned(order, seller)
    if status != M.PLANNED:
        milestone.submit(by=seller, note="Have a look.")
    if status == M.OK:
        milestone.approve(by=buyer)
    if status == M.REMARKS:
        milestone.remark(by=buyer, reason="A larger logo.")
    return milestone


def do(milestone, verb, by):
    words = {
        "change": {"title": "Second page", "due_on": in_days(9)},
        "submit": {"note": "It stands at the test address."},
        "remark": {"reason": "Another green, please."},
    }
    getattr(milestone, verb)(by=by, **words.get(verb, {}))


def told(activity):
    return sorted(notice.recipient.email.split("@")[0] for notice in activity.notifications.all())


def snapshot(order):
    return (
        list(order.milestones.values()),
        Order.objects.filter(pk=order.pk).values().get(),
        Activity.objects.count(),
        Notification.objects.count(),
    )


# --- Planning ---
def test_planning_is_told_in_the_timeline_and_mails_nobody(order, seller):
    milestone = planned(order, seller)

    last = order.activities.last()
    assert (milestone.status, milestone.due_on) == ("planned", in_days(7))
    assert (last.verb, last.actor, told(last)) == ("order.plan_milestone", seller.user, [])
    assert last.line.startswith("Linden Vocational School planned a milestone for ")
    assert last.line.endswith(": First page")


@pytest.mark.parametrize("status", PATHS)
def test_milestones_are_planned_between_agreement_and_delivery(status, offer, buyer, seller):
    order = make_order(offer, buyer, status)
    before = snapshot(order)

    if order.status in SETTABLE:
        assert planned(order, seller).status == M.PLANNED
    else:
        with pytest.raises(InvalidTransition):
            planned(order, seller)
        assert snapshot(order) == before


def test_the_client_plans_none(order, buyer, outsider):
    before = snapshot(order)
    for by in (buyer, outsider):
        with pytest.raises(PermissionDenied):
            planned(order, by)
    assert snapshot(order) == before


def test_a_second_click_plans_nothing_more(order, seller):
    first, before = planned(order, seller), snapshot(order)

    assert planned(order, seller) == first
    assert snapshot(order) == before


@pytest.mark.parametrize(
    ("title", "days", "field"),
    [(" ", 7, "title"), ("First page", 9, "title"), ("Texts", -1, "due_on"), ("Texts", 800, "due_on")],
)
def test_what_cannot_be_planned_is_refused_at_its_field(title, days, field, order, seller):
    planned(order, seller)
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        planned(order, seller, title, days)

    assert refused.value.field == field
    assert snapshot(order) == before


def test_an_order_has_at_most_ten(order, seller):
    for number in range(MAX_MILESTONES):
        planned(order, seller, f"Step {number}")

    with pytest.raises(Refusal, match="At most 10"):
        planned(order, seller, "One more")


# --- Every verb ---
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", M)
def test_each_verb_holds_in_its_states_alone(status, verb, order, seller, buyer):
    milestone = brought_to(order, seller, buyer, status)
    by = seller if VERBS[verb] == "seller" else buyer
    before = snapshot(order)

    if status in SOURCES[verb]:
        assert milestone.can(verb, by=by)
        do(milestone, verb, by)
        assert order.activities.last().verb == f"order.{verb}_milestone"
        assert Order.objects.get(pk=order.pk).status == "in_progress"
    else:
        assert not milestone.can(verb, by=by)
        with pytest.raises(InvalidTransition):
            do(milestone, verb, by)
        assert snapshot(order) == before


@pytest.mark.parametrize("verb", VERBS)
def test_the_other_side_and_strangers_may_not(verb, order, seller, buyer, outsider, lea, school):
    milestone = brought_to(order, seller, buyer, sorted(SOURCES[verb])[0])
    before = snapshot(order)

    for by in (buyer if VERBS[verb] == "seller" else seller, outsider, member(lea, school), None):
        assert not milestone.can(verb, by=by)
        with pytest.raises(PermissionDenied):
            do(milestone, verb, by)
    assert snapshot(order) == before


@pytest.mark.parametrize("verb", ["submit", "approve", "remark"])
def test_a_repeat_is_refused(verb, order, seller, buyer):
    milestone = brought_to(order, seller, buyer, sorted(SOURCES[verb])[0])
    by = seller if VERBS[verb] == "seller" else buyer
    do(milestone, verb, by)
    before = snapshot(order)

    with pytest.raises(InvalidTransition):
        do(Milestone.objects.get(), verb, by)
    assert snapshot(order) == before


def test_showing_and_answering_tell_the_other_side(order, seller, buyer):
    milestone = planned(order, seller)
    picture = Checked(ContentFile(b"%PDF-1.7", name="a.pdf"), "first.pdf", "application/pdf", 8)
    milestone.submit(by=seller, note="Have a look.", files=[picture])
    shown = order.activities.last()
    milestone.remark(by=buyer, reason="A larger logo.")
    remarked = order.activities.last()
    milestone.submit(by=seller, note="Larger now.")
    milestone.approve(by=buyer)
    send_due()

    milestone.refresh_from_db()
    assert (told(shown), told(remarked), told(order.activities.last())) == (["bob"], ["adam", "sara"], ["adam", "sara"])
    assert [file["name"] for file in shown.details["files"]] == ["first.pdf"]
    assert order.files.get().purpose == "milestone"
    assert (milestone.status, milestone.note, milestone.remarks, milestone.files) == ("ok", "Larger now.", "", [])
    subjects = [message.subject for message in mail.outbox if message.to == ["bob@company.example"]]
    assert subjects[-2:] == [f"First page is ready to look at: {order.title}"] * 2
    assert any("A larger logo." in message.body for message in mail.outbox if message.to == ["adam@school.example"])


def test_nothing_is_shown_without_words(order, seller):
    milestone = planned(order, seller)
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        milestone.submit(by=seller, note=" ")
    assert refused.value.field == "note"
    assert snapshot(order) == before


def test_what_is_removed_stays_in_the_timeline(order, seller):
    planned(order, seller).remove(by=seller)

    assert not order.milestones.exists()
    assert order.activities.last().line == "Linden Vocational School removed a milestone: First page"


# --- With its order ---
@pytest.mark.parametrize("status", ["scheduled", "changes_requested"])
def test_nothing_is_shown_before_the_start_or_while_changes_wait(status, offer, buyer, seller):
    milestone = planned(make_order(offer, buyer, status), seller)

    assert not milestone.can("submit", by=seller)
    with pytest.raises(InvalidTransition):
        milestone.submit(by=seller, note="Have a look.")


def test_an_unanswered_one_does_not_hold_up_the_delivery(order, seller, buyer):
    milestone = brought_to(order, seller, buyer, M.SUBMITTED)

    deliver(order, seller)

    assert Order.objects.get(pk=order.pk).status == "delivered"
    milestone = Milestone.objects.get()
    with pytest.raises(InvalidTransition):
        milestone.approve(by=buyer)
    assert not milestone.can("remark", by=buyer)


# --- The reminder ---
def at_eight(days):
    return timezone.now().replace(hour=12, minute=0) + timedelta(days=days)


def test_the_school_is_reminded_once_two_days_before(order, seller):
    planned(order, seller)
    with time_machine.travel(at_eight(4)):
        assert ring_due_timers() == 0 or not Activity.objects.filter(verb="order.remind_milestone").exists()
    for _run in range(2):
        with time_machine.travel(at_eight(5)):
            ring_due_timers()

    reminder = Activity.objects.get(verb="order.remind_milestone")
    assert told(reminder) == ["adam", "sara"]


@pytest.mark.parametrize("verb", ["submit", "remove", "cancel", "deliver", "move"])
def test_nobody_is_reminded_of_what_is_shown_gone_or_over(verb, order, seller, buyer):
    milestone = planned(order, seller)
    if verb == "cancel":
        order.cancel(by=buyer, reason="Our plans changed.")
    elif verb == "deliver":
        deliver(order, seller)
    elif verb == "move":
        milestone.change(by=seller, title="First page", due_on=in_days(30))
    else:
        do(milestone, verb, seller)

    with time_machine.travel(at_eight(6)):
        ring_due_timers()

    assert not Activity.objects.filter(verb="order.remind_milestone").exists()


def test_one_for_tomorrow_reminds_nobody(order, seller):
    assert not planned(order, seller, days=1).timers.exists()


# --- The database ---
@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "done"},
        {"status": "submitted"},
        {"status": "ok"},
        {"status": "remarks", "submitted_at": timezone.now()},
    ],
)
def test_the_database_refuses_half_states(wrong, order, seller):
    planned(order, seller)
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.update(**wrong)
