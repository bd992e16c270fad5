"""Dates that come by mail: calendar files, and reminders before the start."""

import email
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection

from accounts.models import NotificationPreference, ring_due_timers
from accounts.notifications import send_digests, send_due
from marketplace.models import Order
from tests.factories import LINE, make_offer, make_order, make_plan, make_resource, start
from tests.ical import read

RIGA = ZoneInfo("Europe/Riga")
MONDAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_january():
    with time_machine.travel(datetime(2026, 1, 15, 7, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def wash(school, adam):
    offer = make_offer(
        school, adam, title="Car wash inside", is_instant=True, lead_time_days=1, delivery_modes=["at_school"]
    )
    bay = make_resource(school, "Bay 1", "room", hours=("00:00", "23:00"), days=range(7))
    make_plan(offer, [bay], hours=("00:00", "22:00"), days=range(7), furthest_days=366)
    return offer


def at(hour, day=MONDAY, minute=0):
    return datetime.combine(day, time(hour, minute), RIGA)


def booked(offer, buyer, moment):
    order = Order.draft(offer, by=buyer, place_mode="at_school")
    order.hold_time(moment, by=buyer)
    order.book(by=buyer)
    return order


def agreed(offer, buyer, seller, day, **dates):
    order = make_order(offer, buyer, "requested")
    order.quote([LINE], by=seller, starts_on=day, **dates)
    order.accept(1, by=buyer)
    return order


def mails():
    """What goes out now, as it goes over the wire: (to, subject, its only event or None)."""
    mail.outbox.clear()
    send_due()
    return [told(sent) for sent in mail.outbox]


def told(sent):
    wire = sent.message().as_bytes(linesep="\r\n")  # as the SMTP backend does
    files = [part for part in email.message_from_bytes(wire).walk() if part.get_filename()]
    content = [part.get_payload(decode=True) for part in files]
    assert all(part.get_content_type() == "text/calendar" for part in files)
    return sent.to[0], sent.subject, read(content[0])[0] if content else None


def by_person(verb_words):
    return {to: event for to, subject, event in mails() if verb_words in subject}


def test_a_booking_brings_the_time_to_the_school(wash, buyer, adam):
    order = booked(wash, buyer, at(11))

    found = by_person("New booking")

    assert list(found) == [adam.email]
    event = found[adam.email]
    assert (event["UID"], event["SEQUENCE"]) == (f"order-{order.ref}@127.0.0.1", 0)
    assert (event["SUMMARY"], event["DTSTART"]) == ("Car wash inside · Birch Bakery", at(11))
    assert event["STATUS"] == "CONFIRMED"


def test_an_accepted_quote_brings_its_days_and_one_without_a_day_brings_none(offer, buyer, seller, adam, sara):
    agreed(offer, buyer, seller, MONDAY, ends_on=MONDAY + timedelta(days=4))

    found = by_person("accepted your quote")

    assert set(found) == {adam.email, sara.email}
    assert (found[adam.email]["DTSTART"], found[adam.email]["DTEND"]) == (MONDAY, MONDAY + timedelta(days=5))
    make_order(offer, buyer, "scheduled")
    assert by_person("accepted your quote") == dict.fromkeys([adam.email, sara.email])


def test_a_move_and_a_cancellation_bring_the_same_event_with_a_higher_number(wash, buyer, seller, bob, adam):
    order = booked(wash, buyer, at(11))
    order.propose_time(by=seller, starts_at=at(14))
    order.agree_time(by=buyer)
    moved = by_person("Moved to")[adam.email]
    order.cancel(by=seller, reason="The bay is broken.")

    cancelled = by_person("cancelled")[bob.email]

    assert (moved["SEQUENCE"], moved["DTSTART"], moved["STATUS"]) == (1, at(14), "CONFIRMED")
    assert (cancelled["SEQUENCE"], cancelled["DTSTART"], cancelled["STATUS"]) == (2, at(14), "CANCELLED")
    assert moved["UID"] == cancelled["UID"]
    assert cancelled["SUMMARY"] == "Car wash inside · Linden Vocational School"


def test_a_moderator_who_cancels_takes_it_out_of_both_calendars(wash, buyer, seller, mona, bob, adam):
    order = booked(wash, buyer, at(11))
    start(order, buyer, seller)
    order.dispute(by=buyer, reason="Nobody came.")
    order.resolve("cancel", by=mona, reason="Nobody came.")

    found = by_person("dispute is decided")

    assert {to: (event["STATUS"], event["SEQUENCE"]) for to, event in found.items()} == {
        bob.email: ("CANCELLED", 1), adam.email: ("CANCELLED", 1)
    }  # fmt: skip


def test_a_decision_that_keeps_the_order_brings_no_date(wash, buyer, seller, mona, bob):
    order = booked(wash, buyer, at(11))
    start(order, buyer, seller)
    order.dispute(by=buyer, reason="Too slow.")
    order.resolve("continue", by=mona, reason="They go on.")

    assert by_person("dispute is decided")[bob.email] is None


def test_a_mail_that_goes_out_late_tells_the_date_as_it_was(wash, buyer, seller, adam):
    order = booked(wash, buyer, at(11))
    order.propose_time(by=seller, starts_at=at(14))
    order.agree_time(by=buyer)

    events = [event for to, _subject, event in mails() if to == adam.email and event]

    assert [(event["SEQUENCE"], event["DTSTART"]) for event in events] == [(0, at(11)), (1, at(14))]


def test_a_digest_brings_the_latest_of_each_order(wash, buyer, seller, adam):
    NotificationPreference.objects.create(user=adam, kind="order", delivery="digest")
    order = booked(wash, buyer, at(11))
    order.propose_time(by=seller, starts_at=at(14))
    order.agree_time(by=buyer)
    mail.outbox.clear()

    with time_machine.travel(datetime(2026, 1, 16, 18, tzinfo=UTC), tick=False):
        send_digests()

    [digest] = [sent for sent in mail.outbox if sent.to == [adam.email]]
    assert len(digest.attachments) == 1
    assert told(digest)[2]["DTSTART"] == at(14)


# Reminders


def ring(moment):
    with time_machine.travel(moment, tick=False):
        ring_due_timers()


def reminders(order):
    """When they went out by the school's clock, and how many were told."""
    rows = order.activities.filter(verb="order.remind_start").order_by("pk")
    return [(row.created_at.astimezone(RIGA).replace(tzinfo=None), row.notifications.count()) for row in rows]


def live_through(first, last, minutes=30):
    moment = first
    while moment <= last:
        ring(moment)
        moment += timedelta(minutes=minutes)


def wall(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001 - as it is read off the clock


def live_around(day):
    """The hours in which something can ring, of the days before and on the day."""
    for ahead in (9, 8, 7, 6, 3, 2, 1, 0):
        start = datetime.combine(day - timedelta(days=ahead), time(), RIGA).astimezone(UTC)
        live_through(start, start + timedelta(hours=12))


def test_three_reminders_go_to_both_sides_each_once(wash, buyer, bob, adam):
    order = booked(wash, buyer, at(11))

    live_around(MONDAY)

    assert reminders(order) == [(wall(2, 23, 8), 2), (wall(2, 28, 8), 2), (wall(3, 2, 8), 2)]
    found = [(to, subject) for to, subject, event in mails() if event and "Starts on" in subject]
    assert sorted(set(found)) == [
        (adam.email, "Starts on 2 March 2026, 11:00 (Riga time): Car wash inside"),
        (bob.email, "Starts on 2 March 2026, 11:00 (Riga time): Car wash inside"),
    ]
    assert len(found) == 6


@pytest.mark.parametrize(
    ("hour", "minute", "rings"), [(7, 30, (6, 30)), (8, 30, (7, 30)), (9, 0, (8, 0)), (9, 30, (8, 0))]
)
def test_an_early_appointment_is_reminded_before_it(wash, buyer, hour, minute, rings):
    order = booked(wash, buyer, at(hour, minute=minute))

    live_around(MONDAY)

    assert reminders(order)[-1] == (wall(3, 2, *rings), 2)
    assert len(reminders(order)) == 3


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
@pytest.mark.parametrize("hour", [4, 11])
def test_the_nights_of_changed_clocks_move_no_reminder(wash, buyer, sunday, hour):
    order = booked(wash, buyer, at(hour, sunday))
    due = order.timers.get(verb="remind_start").due_at

    live_around(sunday)

    week, two = sunday - timedelta(days=7), sunday - timedelta(days=2)
    assert due.astimezone(RIGA).hour == 8
    assert [moment for moment, _told in reminders(order)] == [
        wall(week.month, week.day, 8), wall(two.month, two.day, 8),
        wall(sunday.month, sunday.day, 8 if hour == 11 else 3 if sunday.month == 10 else 2),
    ]  # fmt: skip


def test_on_the_day_after_changed_clocks_it_is_eight_by_the_new_clock(offer, buyer, seller):
    monday = date(2026, 3, 30)
    order = agreed(offer, buyer, seller, monday)

    live_around(monday)

    assert [moment for moment, _told in reminders(order)] == [wall(3, 23, 8), wall(3, 28, 8), wall(3, 30, 8)]


def test_reminders_move_with_the_order(wash, buyer, seller):
    order = booked(wash, buyer, at(11))
    ring(at(8, date(2026, 2, 23)))
    with time_machine.travel(at(9, date(2026, 2, 23)), tick=False):
        order.refresh_from_db()
        order.propose_time(by=buyer, starts_at=at(11, date(2026, 3, 12)))
        order.agree_time(by=seller)

    live_around(MONDAY)
    live_around(date(2026, 3, 12))

    assert [moment for moment, _told in reminders(order)] == [
        wall(2, 23, 8), wall(3, 5, 8), wall(3, 10, 8), wall(3, 12, 8)
    ]  # fmt: skip


def test_a_cancelled_order_is_not_reminded_of(wash, buyer):
    order = booked(wash, buyer, at(11))
    order.cancel(by=buyer, reason="Our plans changed.")

    live_around(MONDAY)

    assert reminders(order) == []


@pytest.mark.parametrize(
    ("back", "went_out"),
    [
        (at(7, date(2026, 3, 1)), [(3, 1, 7), (3, 2, 8)]),  # a day late: told, and again on the day
        (at(7, minute=59), [(3, 2, 7, 59)]),  # not twice within a minute
        (at(10), [(3, 2, 10)]),
        (at(11), []),  # it has begun
        (at(9, date(2026, 3, 3)), []),
    ],
)
def test_after_an_outage_nothing_comes_twice_or_too_late(wash, buyer, back, went_out):
    order = booked(wash, buyer, at(11))
    ring(at(8, date(2026, 2, 23)))

    for minutes in (0, 1, 5):
        ring(back + timedelta(minutes=minutes))
    live_through(at(0).astimezone(UTC) if back < at(0) else back, at(23).astimezone(UTC))

    assert [moment for moment, _told in reminders(order)][1:] == [wall(*moment) for moment in went_out]


def test_whole_days_are_not_reminded_of_in_the_evening_of_the_day(offer, buyer, seller):
    order = agreed(offer, buyer, seller, MONDAY)
    ring(at(8, date(2026, 2, 23)))

    ring(at(19))

    assert len(reminders(order)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_remind_once(wash, buyer):
    order = booked(wash, buyer, at(11))
    barrier = threading.Barrier(4)

    def work(_number):
        barrier.wait()
        try:
            return ring_due_timers()
        finally:
            connection.close()

    with time_machine.travel(at(8, date(2026, 2, 23)), tick=False), ThreadPoolExecutor(4) as pool:
        rung = list(pool.map(work, range(4)))

    assert sum(rung) == 1
    assert reminders(order) == [(wall(2, 23, 8), 2)]
    assert order.timers.get(verb="remind_start").due_at == at(8, date(2026, 2, 28))
