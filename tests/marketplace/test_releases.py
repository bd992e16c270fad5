"""Releases from class: the whole table, who is told what, and that the client learns no more than the fact."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal, Timer
from marketplace.models import Feed, Order, Release
from tests.factories import (
    make_class,
    make_learner,
    make_member,
    make_offer,
    make_order,
    make_organisation,
    make_user,
    make_window,
    member,
)
from tests.ical import read
from tests.marketplace.test_windows_race import at_once

S = Release.Status
PLAN = {
    "starts_on": date(2027, 1, 14), "ends_on": date(2027, 1, 14), "starts_at": time(9), "ends_at": time(13),
    "lessons": "Physics and sport, lessons 2 to 5.", "catch_up": "Physics on Friday, lesson 7.",
}  # fmt: skip
CALLS = {
    "ask": lambda r, by: r.ask(by=by, **PLAN, group=r.order.seller.resources.get(kind="class")),
    "approve": lambda r, by: r.approve(by=by),
    "refuse": lambda r, by: r.refuse(by=by, reason="An exam is on that day."),
    "waive": lambda r, by: r.waive(by=by, reason="It is after the last lesson."),
    "reopen": lambda r, by: r.reopen(by=by),
    "remind": lambda r, by: r.remind(by=by),
}
TOLD = {
    "ask": ["alice"], "approve": ["adam", "sara"], "refuse": ["adam", "sara"], "waive": ["adam", "sara"],
    "reopen": ["adam", "sara"], "remind": ["alice"],
}  # fmt: skip
WORDS_OF_THE_SCHOOL = ("Physics", "exam", "last lesson", "Family", "3B")


@pytest.fixture
def group(school):
    return make_class(school)


@pytest.fixture
def head(alice, school):
    """The school's coordinator: owners have the power from the start."""
    return member(alice, school)


@pytest.fixture
def freeing(offer):
    offer.frees_from_class = True
    offer.save(update_fields=["frees_from_class"])
    return offer


@pytest.fixture
def order(freeing, group, buyer):
    order = make_order(freeing, buyer, "quoted")
    order.accept(1, by=buyer)
    return order


def release_in(status, order, head, seller):
    release = Release.objects.get(order=order)
    paths = {
        "needed": [], "pending": ["ask"], "approved": ["ask", "approve"], "refused": ["ask", "refuse"],
        "not_needed": ["waive"],
    }  # fmt: skip
    for verb in paths[status]:
        CALLS[verb](release, seller if verb == "ask" else head)
    return Release.objects.get(order=order)


def actor_of(verb, head, seller):
    return {"staff": seller, "coordinator": head, "system": None}[Release.TRANSITIONS[verb].party]


def snapshot(order):
    return (
        Release.objects.filter(order=order).values().first(),
        Order.objects.filter(pk=order.pk).values("status").get(),
        Activity.objects.count(),
        Notification.objects.count(),
        list(Timer.objects.order_by("pk").values("verb", "due_at", "done_at")),
    )


# --- The table ---
@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("verb", Release.TRANSITIONS)
def test_every_verb_in_every_state(verb, status, order, head, seller):
    release = release_in(status, order, head, seller)
    move = Release.TRANSITIONS[verb]
    by = actor_of(verb, head, seller)
    before = snapshot(order)
    if status not in move.sources:
        with pytest.raises(InvalidTransition):
            CALLS[verb](release, by)
        assert snapshot(order) == before
        return

    CALLS[verb](release, by)

    release = Release.objects.get(order=order)
    activity = release.activities.last()
    assert release.status == (move.target or status)
    assert (activity.verb, activity.from_status, activity.to_status) == (f"release.{verb}", status, release.status)
    assert activity.actor == getattr(by, "user", None)
    assert sorted(n.recipient.email.split("@")[0] for n in activity.notifications.all()) == TOLD[verb]
    assert Order.objects.get(pk=order.pk).status == ("scheduled" if release.is_settled else "accepted")


@pytest.mark.parametrize("verb", Release.TRANSITIONS)
def test_nobody_else_can_call_a_verb(verb, order, head, seller, buyer, outsider, lea, mona, school):
    status = sorted(Release.TRANSITIONS[verb].sources)[0]
    release = release_in(status, order, head, seller)
    stranger = make_organisation(make_user(), kind="school")
    denied = [buyer, outsider, member(lea, school), mona, stranger.memberships.get()]
    denied += {"staff": [None], "coordinator": [None, seller], "system": [head, seller]}[
        Release.TRANSITIONS[verb].party
    ]
    before = snapshot(order)

    for who in denied:
        with pytest.raises(PermissionDenied):
            CALLS[verb](release, who)

    assert snapshot(order) == before


@pytest.mark.parametrize("verb", ["ask", "approve", "refuse", "waive", "reopen"])
def test_a_second_click_does_nothing_twice(verb, order, head, seller):
    release = release_in(sorted(Release.TRANSITIONS[verb].sources)[0], order, head, seller)
    by = actor_of(verb, head, seller)
    CALLS[verb](release, by)
    before = snapshot(order)

    with pytest.raises(InvalidTransition):
        CALLS[verb](Release.objects.get(order=order), by)

    assert snapshot(order) == before


@pytest.mark.parametrize("verb", ["refuse", "waive"])
def test_a_reason_is_needed(verb, order, head, seller):
    release = release_in("pending", order, head, seller)
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        getattr(release, verb)(by=head, reason="  ")

    assert refused.value.field == "reason"
    assert snapshot(order) == before


@pytest.mark.parametrize("verb", Release.TRANSITIONS)
def test_nothing_is_decided_once_the_order_has_ended(verb, order, head, seller, buyer):
    release = release_in(sorted(Release.TRANSITIONS[verb].sources)[0], order, head, seller)
    order.refresh_from_db()
    order.cancel(by=buyer, reason="Our plans changed.")
    before = snapshot(order)

    with pytest.raises(InvalidTransition):
        CALLS[verb](release, actor_of(verb, head, seller))

    assert not release.can(verb, by=actor_of(verb, head, seller))
    assert snapshot(order) == before


# --- In the life of an order ---
def test_an_order_of_such_an_offer_waits_for_its_release(order, head, seller):
    assert (order.status, order.waits_for) == ("accepted", ["release"])
    with pytest.raises(InvalidTransition):
        order.start(by=seller)

    release_in("approved", order, head, seller)

    order.refresh_from_db()
    order.start(by=seller)
    assert order.status == "in_progress"


def test_an_instant_booking_waits_too(freeing, buyer, group):
    freeing.is_instant = True
    freeing.save(update_fields=["is_instant"])
    order = Order.draft(freeing, by=buyer, window=make_window(freeing), place_mode="remote", brief="Please.")

    order.book(by=buyer)

    assert (order.status, order.release.status) == ("accepted", "needed")


def test_other_orders_wait_for_nothing_until_a_trainer_asks(offer, buyer, seller, head, group):
    order = make_order(offer, buyer, "scheduled")

    release = Release.ask_for(order, by=seller, group=group, **PLAN)

    assert (release.status, Order.objects.get(pk=order.pk).status) == ("pending", "accepted")
    release.approve(by=head)
    assert Order.objects.get(pk=order.pk).status == "scheduled"


def test_the_page_of_a_planned_order_leads_to_its_release(offer, buyer, adam, bob, client):
    order = make_order(offer, buyer, "scheduled")
    client.force_login(adam)
    assert url(order) in client.get(order.get_absolute_url()).content.decode()
    assert "Ask for it" in client.get(url(order)).content.decode()

    client.force_login(bob)
    assert url(order) not in client.get(order.get_absolute_url()).content.decode()


def test_nobody_asks_for_an_order_that_runs(offer, buyer, seller, group):
    order = make_order(offer, buyer, "in_progress")

    with pytest.raises(InvalidTransition):
        Release.ask_for(order, by=seller, group=group, **PLAN)

    assert not Release.objects.exists()


def test_a_moved_order_needs_another_release(order, head, seller, buyer):
    release_in("approved", order, head, seller)
    Order.objects.filter(pk=order.pk).update(starts_on=timezone.localdate() + timedelta(days=40))
    order.refresh_from_db()
    order.propose_time(by=seller, starts_on=timezone.localdate() + timedelta(days=50))

    order.agree_time(by=buyer)

    release = Release.objects.get(order=order)
    assert (order.status, release.status, release.decided_by) == ("accepted", "needed", None)


def test_a_refusal_stays_until_the_trainer_asks_again(order, head, seller):
    release = release_in("refused", order, head, seller)
    order.refresh_from_db()
    order.renew_release()

    assert Release.objects.get(order=order).status == "refused"

    CALLS["ask"](release, seller)

    release = Release.objects.get(order=order)
    assert (release.status, release.reason, release.decided_by) == ("pending", "", None)


def test_only_a_newcomer_whom_the_release_does_not_hold_for_reopens_it(order, head, seller, group, school):
    release_in("approved", order, head, seller)
    order.refresh_from_db()
    ours = list(group.learners.all())

    order.assign_team(ours[:2], by=seller)
    order.replace_learner(ours[0], ours[2], "absent", by=seller)
    assert Release.objects.get(order=order).status == "approved"

    order.assign_team([ours[1], make_learner(school, group=make_class(school, "4A", size=0))], by=seller)
    assert Release.objects.get(order=order).status == "needed"
    assert (order.status, Order.objects.get(pk=order.pk).status) == ("accepted", "accepted")


def test_a_release_for_some_holds_for_these(order, head, seller, group):
    ours = list(group.learners.all())
    order.assign_team(ours[:2], by=seller)
    release = Release.ask_for(order, by=seller, learners=ours[:2], **PLAN)
    release.approve(by=head)
    order.refresh_from_db()

    order.assign_team(ours[:1], by=seller)
    assert order.status == "scheduled"

    order.assign_team([ours[0], ours[2]], by=seller)
    assert order.status == "accepted"


# --- Who decides ---
def test_who_asked_decides_only_when_alone(order, head, school, seller, sara):
    release = release_in("needed", order, head, seller)
    CALLS["ask"](release, head)
    assert release.can("approve", by=head)

    school.memberships.filter(user=sara).update(is_coordinator=True)
    assert not release.can("approve", by=head)
    with pytest.raises(PermissionDenied):
        release.approve(by=head)

    release.approve(by=member(sara, school))
    assert release.status == "approved"


def test_coordinators_are_reminded_after_two_working_days(order, head, seller):
    release = release_in("pending", order, head, seller)
    timer = release.timers.get()
    expected = order.calendar.add_working_days(release.asked_at, 2)
    assert (timer.verb, abs(timer.due_at - expected) < timedelta(minutes=1)) == ("remind", True)

    timer.ring()

    assert release.activities.last().verb == "release.remind"
    assert not release.timers.exists()


def test_the_reminder_of_a_cancelled_order_stays_silent(order, head, seller, buyer):
    release = release_in("pending", order, head, seller)
    order.refresh_from_db()
    order.cancel(by=buyer, reason="Our plans changed.")

    release.timers.get().ring()

    assert not release.activities.filter(verb="release.remind").exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"group": None}, "group"),
        ({"lessons": " "}, "lessons"),
        ({"catch_up": ""}, "catch_up"),
        ({"ends_on": date(2027, 1, 13)}, "ends_on"),
        ({"ends_on": date(2027, 5, 1)}, "ends_on"),
        ({"ends_at": None}, "ends_at"),
        ({"ends_at": time(9)}, "ends_at"),
    ],
)
def test_a_plan_says_who_when_what_and_how(wrong, field, order, seller, group):
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        Release.ask_for(order, by=seller, **{"group": group, **PLAN, **wrong})

    assert refused.value.field == field
    assert snapshot(order) == before


def test_classes_and_students_of_others_cannot_be_named(order, seller):
    other = make_organisation(make_user(), kind="school")
    for plan in ({"group": make_class(other)}, {"learners": [make_learner(other)]}):
        with pytest.raises(Refusal):
            Release.ask_for(order, by=seller, **PLAN, **plan)


@pytest.mark.parametrize(
    "wrong", [{"status": "other"}, {"status": "approved"}, {"ends_at": time(1), "starts_at": time(2)}]
)
def test_the_database_keeps_releases_whole(wrong, order):
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(order=order).update(**wrong)


# --- What is told ---
def test_the_client_reads_the_fact_and_no_more(order, head, seller, bob, signed_in):
    release_in("refused", order, head, seller)

    page = signed_in(bob).get(order.get_absolute_url()).content.decode()

    assert "Linden Vocational School prepares the students&#x27; release from class" in page
    assert "cannot free the students from class as planned" in page
    assert not [word for word in WORDS_OF_THE_SCHOOL if word in page]
    for activity in order.activities.filter(verb__endswith="_release"):
        assert not [word for word in WORDS_OF_THE_SCHOOL if word in str(activity.details) + activity.reason]
        assert not activity.notifications.exists()


def test_mails_tell_neither_lessons_nor_reasons(order, head, seller):
    release = release_in("refused", order, head, seller)
    for activity in release.activities.all():
        assert not [word for word in WORDS_OF_THE_SCHOOL if word in activity.notice.text(activity)]
        assert not [word for word in WORDS_OF_THE_SCHOOL if word in activity.notice.subject(activity)]


# --- Pages ---
def url(order, name="order_release"):
    return reverse(f"marketplace:{name}", args=[order.ref])


FORM = {
    "starts_on": "2027-01-14", "starts_at": "09:00", "ends_at": "13:00", "lessons": "Physics.",
    "catch_up": "On Friday.",
}  # fmt: skip


def test_the_trainer_asks_and_the_coordinator_frees(order, group, alice, adam, client):
    client.force_login(adam)
    assert "Your turn" in client.get(order.get_absolute_url()).content.decode()
    page = client.post(url(order), {**FORM, "group": group.pk}, follow=True).content.decode()
    assert "Asked. The coordinators of your school were told." in page
    assert "Free the students" not in page

    client.force_login(alice)
    assert "1 release from class waits for you" in client.get(reverse("dashboard")).content.decode()
    assert order.title in client.get(reverse("marketplace:release_list")).content.decode()
    assert "Free the students" in client.get(url(order)).content.decode()
    client.post(url(order, "release_approve"))

    release = Release.objects.get(order=order)
    assert (release.status, release.ends_on, release.decided_by) == ("approved", date(2027, 1, 14), alice)
    again = client.post(url(order, "release_refuse"), {"reason": "Too late."})
    assert again.status_code == 409
    assert Release.objects.get(order=order).status == "approved"


def test_bad_input_stays_and_says_why(order, group, adam, alice, client):
    client.force_login(adam)
    response = client.post(url(order), {**FORM, "group": group.pk, "lessons": "", "ends_at": ""})
    page = response.content.decode()

    assert response.status_code == 422
    assert "Say which lessons they miss." in page
    assert "On Friday." in page
    assert Release.objects.get(order=order).status == "needed"

    client.post(url(order), {**FORM, "group": group.pk})
    client.force_login(alice)
    response = client.post(url(order, "release_refuse"), {"reason": ""})
    assert response.status_code == 422
    assert Release.objects.get(order=order).status == "pending"


def test_after_a_refusal_the_client_is_asked_for_another_time(order, head, seller, adam, client):
    release_in("refused", order, head, seller)
    client.force_login(adam)
    page = client.get(url(order)).content.decode()

    assert reverse("marketplace:order_ask_new_time", args=[order.ref]) in page
    assert "An exam is on that day." in page

    client.post(reverse("marketplace:order_ask_new_time", args=[order.ref]), {"reason": "The class has an exam."})
    assert Order.objects.get(pk=order.pk).is_new_time_asked


def test_others_do_not_get_in(order, head, seller, bob, charlie, lea, adam, client):
    release_in("pending", order, head, seller)
    for user, status in ((bob, 403), (charlie, 404), (lea, 404)):
        client.force_login(user)
        assert client.get(url(order)).status_code == status
        assert client.post(url(order, "release_approve")).status_code == status
    client.force_login(adam)
    assert client.post(url(order, "release_approve")).status_code == 403
    assert client.get(reverse("marketplace:release_list")).status_code == 403
    assert Release.objects.get(order=order).status == "pending"


def test_the_class_sees_it_in_its_week_and_its_feed(order, head, seller, group, adam, client):
    week = reverse("marketplace:resource_week", args=[group.ref]) + "?week=2027-W02"
    token = Feed.make("resource", by=seller, resource=group)
    release = release_in("pending", order, head, seller)
    client.force_login(adam)
    assert "Freed for" not in client.get(week).content.decode()

    release.approve(by=head)

    page = client.get(week).content.decode()
    feed = client.get(reverse("marketplace:feed", args=[token])).content
    assert "Freed for Website for a small business" in page
    assert "09:00–13:00" in page
    event = next(event for event in read(feed) if event["UID"].startswith("release-"))
    assert event["SUMMARY"] == "Freed for Website for a small business"
    assert event["DTSTART"] == datetime(2027, 1, 14, 9, tzinfo=ZoneInfo("Europe/Riga"))
    assert not [word for word in (b"Physics", b"Family") if word in feed]


def test_more_releases_take_no_more_statements(freeing, buyer, head, seller, group, alice, client):
    counts = []
    client.force_login(alice)
    client.get(reverse("marketplace:release_list"))
    for number in (1, 3):
        while Release.objects.count() < number:
            order = make_order(freeing, buyer, "quoted")
            order.accept(1, by=buyer)
            release_in("pending", order, head, seller)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("marketplace:release_list"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_offer_says_that_lessons_are_missed(offer, seller, head, mona):
    draft = offer.change("people", {"frees_from_class": True}, by=seller)

    assert (draft.revision_of, draft.frees_from_class) == (offer, True)
    assert not type(offer).objects.get(pk=offer.pk).frees_from_class


# --- Races ---
@pytest.mark.django_db(transaction=True)
def test_approve_against_refuse(transactional_db):
    owner = make_user("Alice Alpha")
    school = make_organisation(owner, kind="school")
    trainer = make_user("Adam Aspen")
    by, head = make_member(trainer, school), member(owner, school)
    offer = make_offer(school, trainer, frees_from_class=True)
    group, bob = make_class(school), make_user("Bob Birch")
    buyer = member(bob, make_organisation(bob))
    for _round in range(10):
        order = make_order(offer, buyer, "scheduled")
        Release.ask_for(order, by=by, group=group, **PLAN)
        results = at_once(
            [
                lambda order=order: Release.objects.get(order=order).approve(by=head),
                lambda order=order: Release.objects.get(order=order).refuse(by=head, reason="An exam."),
                lambda order=order: Order.objects.get(pk=order.pk).cancel(by=buyer, reason="Plans changed."),
            ]
        )

        release, order = Release.objects.get(order=order), Order.objects.get(pk=order.pk)
        decided = [result for result in results[:2] if result is None]
        assert len(decided) == (release.status != "pending")
        assert release.activities.filter(verb__in=["release.approve", "release.refuse"]).count() == len(decided)
        assert order.status == "cancelled"
