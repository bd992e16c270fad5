"""Hours: who writes them, the rules for those under 18, corrections, and what learners and clients see."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from marketplace.models import HourEntry, Order
from tests.factories import (
    make_class,
    make_learner,
    make_member,
    make_offer,
    make_order,
    make_organisation,
    make_user,
    member,
)
from tests.marketplace.test_windows_race import at_once

RIGA = ZoneInfo("Europe/Riga")


def last_monday():
    today = timezone.localdate(timezone=RIGA)
    return today - timedelta(days=today.weekday() + 7)


def at(hour, minute=0, day=0):
    """In the week before this one; Monday is day 0."""
    on = last_monday() + timedelta(days=day)
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=RIGA)


def long_ago(order):
    """Agreed long enough ago for the hours of last week."""
    Order.objects.filter(pk=order.pk).update(accepted_at=timezone.now() - timedelta(days=30))
    order.refresh_from_db()
    return order


@pytest.fixture
def group(school):
    return make_class(school, minors=1)


@pytest.fixture
def learners(group):
    """The first is under 18."""
    return list(group.learners.order_by("pk"))


@pytest.fixture
def order(offer, buyer, seller, learners):
    order = make_order(offer, buyer, "scheduled")
    order.assign_team(learners, by=seller)
    order.start(by=seller)
    return long_ago(order)


@pytest.fixture
def me(lea, school, learners):
    """The second student has an account: lea's."""
    by = member(lea, school)
    learners[1].membership = by
    learners[1].save(update_fields=["membership"])
    return by


def write(order, learners, by, starts_at=None, ends_at=None, **fields):
    span = {"starts_at": starts_at or at(9), "ends_at": ends_at or at(12)}
    return HourEntry.write(order, learners, by=by, **span, **{"done": "Served guests.", **fields})


def snapshot(order):
    return list(HourEntry.objects.order_by("pk").values()), Activity.objects.count(), Notification.objects.count()


# --- Writing ---
def test_staff_write_for_the_whole_team(order, learners, seller):
    entries = write(order, learners, seller, break_minutes=30)

    assert [entry.learner for entry in entries] == learners
    assert {(entry.minutes, entry.confirmed_by, entry.written_by) for entry in entries} == {
        (150, seller.user, seller.user)
    }
    assert order.hours.confirmed().minutes() == 450
    activity = entries[0].activities.get()
    assert (activity.verb, activity.notifications.count()) == ("hourentry.write", 0)
    assert "Family" not in str(activity.details)


def test_a_learner_writes_for_themselves_and_the_trainer_confirms(order, learners, me, seller):
    [entry] = write(order, [learners[1]], me)
    told = sorted(n.recipient.name for n in entry.activities.get().notifications.all())
    assert (entry.is_pending, told) == (True, ["Adam Aspen", "Sara Sorrel"])
    assert order.hours.confirmed().minutes() == 0

    entry.confirm(by=seller)

    assert (entry.is_pending, entry.confirmed_by) == (False, seller.user)
    assert entry.activities.last().verb == "hourentry.confirm"
    before = snapshot(order)
    with pytest.raises(InvalidTransition):
        HourEntry.objects.get(pk=entry.pk).confirm(by=seller)
    assert snapshot(order) == before


def test_nobody_else_writes_confirms_or_takes_out(order, learners, me, seller, buyer, outsider):
    [entry] = write(order, [learners[1]], me)
    stranger = make_organisation(make_user(), kind="school").memberships.get()
    before = snapshot(order)

    for who in (buyer, outsider, stranger, None):
        for call in (
            lambda who=who: write(order, learners, who, at(13), at(14)),
            lambda who=who: entry.confirm(by=who),
            lambda who=who: entry.void(by=who, reason="A mistake."),
        ):
            with pytest.raises(PermissionDenied):
                call()
    for call in (
        lambda: write(order, [learners[0]], me, at(13), at(14)),
        lambda: write(order, learners[:2], me, at(13), at(14)),
        lambda: entry.confirm(by=me),
    ):
        with pytest.raises(PermissionDenied):
            call()

    assert snapshot(order) == before


STATES = {
    "scheduled": (False, False), "in_progress": (True, True), "delivered": (True, False),
    "changes_requested": (True, False), "completed": (True, False), "cancelled": (False, False),
    "disputed": (False, False),
}  # fmt: skip


@pytest.mark.parametrize("status", STATES)
def test_hours_are_written_while_the_work_runs(status, order, learners, me, seller):
    done_at = timezone.now() if status == "completed" else None
    Order.objects.filter(pk=order.pk).update(status=status, completed_at=done_at)

    for by, allowed in zip((seller, me), STATES[status], strict=True):
        hour = 9 if by == seller else 14
        before = snapshot(order)
        if allowed:
            write(order, [learners[1]], by, at(hour), at(hour + 1))
        else:
            with pytest.raises(InvalidTransition):
                write(order, [learners[1]], by, at(hour), at(hour + 1))
            assert snapshot(order) == before


def test_fourteen_days_after_completion_nothing_changes_any_more(order, learners, seller):
    [entry] = write(order, learners[:1], seller)
    Order.objects.filter(pk=order.pk).update(
        status="completed", completed_at=timezone.now() - timedelta(days=14, minutes=1)
    )
    before = snapshot(order)

    with pytest.raises(InvalidTransition):
        write(order, learners[:1], seller, at(13), at(14))
    with pytest.raises(InvalidTransition):
        entry.void(by=seller, reason="A mistake.")

    assert snapshot(order) == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": at(9)}, "ends_at"),
        ({"ends_at": at(2, day=1)}, "ends_at"),
        ({"starts_at": at(1), "ends_at": at(16)}, "ends_at"),
        ({"starts_at": at(9, day=21), "ends_at": at(10, day=21)}, "ends_at"),
        ({"starts_at": at(9, day=-40), "ends_at": at(10, day=-40)}, "day"),
        ({"break_minutes": 180}, "break_minutes"),
        ({"done": "  "}, "done"),
    ],
)
def test_hours_make_sense(wrong, field, order, learners, seller):
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        write(order, learners[1:], seller, **wrong)

    assert refused.value.field == field
    assert snapshot(order) == before


def test_only_the_team_has_hours_and_who_left_it_worked_before(order, learners, seller, school):
    for wrong in ([], [make_learner(school)]):
        with pytest.raises(Refusal) as refused:
            write(order, wrong, seller)
        assert refused.value.field == "learners"

    order.replace_learner(learners[1], None, "absent", by=seller)
    assert len(write(order, [learners[1]], seller)) == 1


# --- Overlaps and the young ---
def test_one_overlap_refuses_the_whole_team(order, learners, seller, offer, buyer):
    other = make_order(offer, buyer, "scheduled")
    other.assign_team(learners, by=seller)
    other.start(by=seller)
    write(long_ago(other), [learners[2]], seller, at(11), at(13))
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        write(order, learners, seller)

    assert refused.value.message == "Given2 F. has other hours at this time."
    assert snapshot(order) == before
    assert len(write(order, learners, seller, at(13), at(14))) == 3


def test_the_database_lets_no_two_hours_overlap(order, learners, seller):
    [entry] = write(order, learners[:1], seller)
    twin = HourEntry(order=order, learner=learners[0], starts_at=at(11), ends_at=at(13), written_by=seller.user)

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    entry.void(by=seller, reason="A mistake.")
    twin.save()


@pytest.mark.parametrize(
    ("starts", "ends", "pause", "words"),
    [
        ((5, 0), (8, 0), 0, "Given0 F.: Students under 18 may not work before 06:00 (rule for Latvia)."),
        ((20, 0), (22, 30), 0, "Given0 F.: Students under 18 may not work after 22:00 (rule for Latvia)."),
        ((8, 0), (16, 30), 60, "Given0 F.: Students under 18 work at most 7 h a day (rule for Latvia)."),
        (
            (8, 0), (13, 0), 15,
            "Given0 F.: Students under 18 have a break of 30 minutes after 4:30 h of work (rule for Latvia).",
        ),
    ],
)  # fmt: skip
def test_who_is_under_18_keeps_to_the_rules(starts, ends, pause, words, order, learners, seller):
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        write(order, learners, seller, at(*starts), at(*ends), break_minutes=pause)

    assert (refused.value.message, refused.value.field) == (words, "ends_at")
    assert snapshot(order) == before
    assert len(write(order, learners[1:], seller, at(*starts), at(*ends), break_minutes=pause)) == 2


def test_a_long_enough_break_in_the_middle_counts(order, learners, seller):
    [entry] = write(order, learners[:1], seller, at(8), at(14), break_minutes=30)

    assert [end - start for start, end in entry.spans] == [timedelta(minutes=165)] * 2


def test_the_rules_count_the_hours_of_other_orders(order, learners, seller, offer, buyer):
    other = make_order(offer, buyer, "scheduled")
    other.assign_team(learners, by=seller)
    other.start(by=seller)
    long_ago(other)
    for day in range(5):
        write(other, learners[:1], seller, at(8, day=day), at(15, 30, day=day), break_minutes=30)

    with pytest.raises(Refusal) as rest:
        write(order, learners[:1], seller, at(21, day=5), at(21, 30, day=5))
    assert "at most 35 h a week" in rest.value.message

    with pytest.raises(Refusal) as day:
        write(order, learners[:1], seller, at(17), at(18))
    assert "at most 7 h a day" in day.value.message


def test_at_the_clients_place_the_stricter_country_holds(order, learners, seller, company):
    company.country = "PL"
    company.save(update_fields=["country"])
    Order.objects.filter(pk=order.pk).update(place_mode="at_client", place="Somewhere 1")
    order = Order.objects.get(pk=order.pk)
    write(order, learners[:1], seller, at(18), at(19))

    with pytest.raises(Refusal) as refused:
        write(order, learners[:1], seller, at(8, day=1), at(9, day=1))

    assert "rest at least 14 h" in refused.value.message
    assert "Poland" in refused.value.message


def test_the_birthday_ends_the_rules(order, learners, seller):
    learners[0].minor_until = last_monday()
    learners[0].save(update_fields=["minor_until"])

    assert len(write(order, learners[:1], seller, at(22), at(23))) == 1


# --- Corrections ---
def test_a_correction_keeps_the_old_row(order, learners, seller):
    [old] = write(order, learners[:1], seller)

    new = old.correct(by=seller, reason="It was an hour longer.", starts_at=at(9), ends_at=at(13), done="Served.")

    old.refresh_from_db()
    assert (old.voided_by, old.void_reason, old.minutes) == (seller.user, "It was an hour longer.", 180)
    assert (new.replaces, new.minutes) == (old, 240)
    assert [a.verb for a in old.activities.all()] == ["hourentry.write", "hourentry.void"]


def test_a_refused_correction_changes_nothing(order, learners, seller):
    [old] = write(order, learners[:1], seller)
    before = snapshot(order)

    with pytest.raises(Refusal):
        old.correct(by=seller, reason="Longer.", starts_at=at(9), ends_at=at(23), done="Served.")
    with pytest.raises(Refusal) as refused:
        HourEntry.objects.get(pk=old.pk).void(by=seller, reason=" ")

    assert refused.value.field == "reason"
    assert snapshot(order) == before


def test_who_wrote_it_learns_that_it_was_taken_out(order, learners, me, seller):
    [entry] = write(order, [learners[1]], me)

    entry.void(by=seller, reason="You were in class.")

    activity = entry.activities.last()
    assert [n.recipient for n in activity.notifications.all()] == [me.user]
    assert activity.notice.url(activity) == reverse("marketplace:my_order_hours", args=[order.ref])
    before = snapshot(order)
    with pytest.raises(InvalidTransition):
        HourEntry.objects.get(pk=entry.pk).void(by=seller, reason="Again.")
    assert snapshot(order) == before


def test_learners_take_out_only_what_is_not_confirmed(order, learners, me, seller):
    [mine] = write(order, [learners[1]], me)
    mine.void(by=me, reason="A mistake.")
    [confirmed] = write(order, [learners[1]], seller)

    with pytest.raises(InvalidTransition):
        confirmed.void(by=me, reason="A mistake.")

    assert HourEntry.objects.live().get() == confirmed


# --- Pages ---
def url(order, name="order_hours", *more):
    return reverse(f"marketplace:{name}", args=[order.ref, *more])


FORM = {"starts_at": "09:00", "ends_at": "12:00", "break_minutes": "0", "done": "Served guests."}


def form(learners, **fields):
    return {"learners": [each.pk for each in learners], "day": last_monday().isoformat(), **FORM, **fields}


def test_the_trainer_writes_corrects_and_downloads(order, learners, adam, signed_in):
    client = signed_in(adam)
    page = client.post(url(order), form(learners, done="=1+1"), follow=True).content.decode()
    assert "9:00 h confirmed" in page
    entry = HourEntry.objects.filter(learner=learners[0]).get()

    correction = {**form([], ends_at="13:00"), "reason": "An hour longer."}
    client.post(url(order, "hours_change", entry.pk), correction)
    client.post(url(order, "hours_void", HourEntry.objects.live().get(learner=learners[1]).pk), {"reason": "Absent."})

    page = client.get(url(order)).content.decode()
    text = client.get(url(order, "order_hours_csv")).content.decode("utf-8-sig")
    lines = text.splitlines()
    assert "7:00 h confirmed" in page
    assert "Absent." in page
    assert len(lines) == 3
    assert f"Given0 Family0,{last_monday()},09:00,13:00,0,4:00,Served guests.,Adam Aspen" in lines
    assert f"Given2 Family2,{last_monday()},09:00,12:00,0,3:00,'=1+1,Adam Aspen" in lines


def test_bad_hours_stay_in_the_form_and_name_the_rule(order, learners, adam, signed_in):
    response = signed_in(adam).post(url(order), form(learners, ends_at="23:00", done="Cooked."))
    page = response.content.decode()

    assert response.status_code == 422
    assert "Given0 F.: Students under 18 may not work after 22:00 (rule for Latvia)." in page
    assert 'value="Cooked."' in page
    assert not HourEntry.objects.exists()


def test_a_learner_sees_the_own_hours_and_nothing_of_the_client(order, learners, me, seller, lea, signed_in):
    write(order, [learners[0]], seller)
    client = signed_in(lea)

    client.post(url(order, "my_order_hours"), {**form([]), "done": "Baked."})
    [entry] = HourEntry.objects.filter(learner=learners[1])
    assert entry.is_pending

    pages = [
        client.get(address).content.decode()
        for address in (url(order, "my_order_hours"), reverse("marketplace:my_hours"), reverse("dashboard"))
    ]
    for page in pages:
        assert order.title in page
        assert "3:00 h" in page
        assert not [word for word in ("Birch", "Bob", order.brief, "Given0", "Given2") if word in page]
    assert "What the school works on" not in pages[2]
    for address in (url(order), order.get_absolute_url(), url(order, "order_team"), url(order, "order_hours_csv")):
        assert client.get(address).status_code == 404

    client.post(url(order, "my_hours_void", entry.pk), {"reason": "A mistake"})
    assert not HourEntry.objects.live().filter(learner=learners[1]).exists()


def test_a_learner_does_not_reach_the_hours_of_others(order, learners, me, seller, lea, signed_in, offer, buyer):
    [entry] = write(order, [learners[0]], seller)
    other = make_order(offer, buyer, "in_progress")
    client = signed_in(lea)

    assert client.post(url(order, "my_hours_void", entry.pk), {"reason": "Mine."}).status_code == 404
    assert client.get(url(other, "my_order_hours")).status_code == 404
    assert client.post(url(order, "hours_void", entry.pk), {"reason": "Mine."}).status_code == 404


def test_the_trainer_confirms_on_the_page(order, learners, me, adam, signed_in):
    [entry] = write(order, [learners[1]], me)
    client = signed_in(adam)
    assert "1 entry to confirm" in client.get(url(order)).content.decode()

    client.post(url(order, "hours_confirm", entry.pk))
    again = client.post(url(order, "hours_confirm", entry.pk), follow=True).content.decode()

    assert HourEntry.objects.get().confirmed_by == adam
    assert "confirmed or taken out already" in again


def test_the_client_sees_the_sum_only_where_the_price_is_per_hour(order, learners, seller, bob, signed_in, offer):
    write(order, learners, seller)
    client = signed_in(bob)
    assert client.get(url(order)).status_code == 403
    assert "9:00 h" not in client.get(order.get_absolute_url()).content.decode()

    type(offer).objects.filter(pk=offer.pk).update(price_model="HR", unit="hour")

    for address in (url(order), order.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "9:00 h in all" in page
        assert not [word for word in ("Given", "Family", "Served", "3:00") if word in page]
    assert client.post(url(order), form(learners)).status_code == 403
    assert client.get(url(order, "order_hours_csv")).status_code == 403


def test_more_hours_take_no_more_statements(order, learners, seller, me, adam, lea, client):
    counts = []
    for number in (1, 3):
        while order.hours.filter(learner=learners[1]).count() < number:
            day = order.hours.filter(learner=learners[1]).count()
            write(order, learners, seller, at(9, day=day), at(10, day=day))
        found = []
        for user, address in ((adam, url(order)), (lea, url(order, "my_order_hours"))):
            client.force_login(user)
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            found.append(len(queries))
        counts.append(found)

    assert counts[0] == counts[1]


# --- Races ---
@pytest.mark.django_db(transaction=True)
def test_of_hours_that_overlap_at_once_one_is_written(transactional_db):
    trainer = make_user("Adam Aspen")
    school = make_organisation(make_user("Alice Alpha"), kind="school")
    by, bob = make_member(trainer, school), make_user("Bob Birch")
    offer, buyer = make_offer(school, trainer), member(bob, make_organisation(bob))
    learner = make_learner(school)
    orders = []
    for _number in range(4):
        order = make_order(offer, buyer, "scheduled")
        order.assign_team([learner], by=by)
        order.start(by=by)
        orders.append(long_ago(order))
    for day in range(5):
        results = at_once(
            [
                lambda order=order, number=number, day=day: write(
                    Order.objects.get(pk=order.pk), [learner], by, at(9 + number % 2, day=day), at(12, day=day)
                )
                for number, order in enumerate(orders)
            ]
        )

        assert sorted(isinstance(result, Refusal) for result in results) == [False, True, True, True]
    assert HourEntry.objects.count() == 5
