"""Calendars and appointments in the admin."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from marketplace.models import Booking, CalendarEntry
from tests.factories import (
    PASSWORD,
    make_booking,
    make_closure,
    make_order,
    make_organisation,
    make_resource,
    make_user,
)

START = datetime(2030, 3, 5, 9, tzinfo=UTC)


@pytest.fixture
def boss(signed_in, db):
    return signed_in(User.objects.create_superuser("boss@platform.example", PASSWORD, name="Boss"))


@pytest.fixture
def desk(signed_in, mona):
    return signed_in(mona)


def page(model, verb, *args):
    return reverse(f"admin:marketplace_{model}_{verb}", args=args)


def entry_fields(school, **typed):
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    return {"school": school.pk, "kind": "closure", "name": "Flood", "starts_on": day, "ends_on": day} | typed


def test_an_operator_adds_changes_and_removes_days_and_both_logs_keep_it(boss, school):
    assert boss.post(page("calendarentry", "add"), entry_fields(school)).status_code == 302
    entry = CalendarEntry.objects.get()
    boss.post(page("calendarentry", "change", entry.pk), entry_fields(school, name="Fire"))
    entry.refresh_from_db()
    assert entry.name == "Fire"
    boss.post(page("calendarentry", "delete", entry.pk), {"post": "yes"})

    assert not CalendarEntry.objects.exists()
    told = school.activities.filter(verb__endswith="_days").order_by("pk")
    assert [(activity.verb.split(".")[1], activity.actor.name) for activity in told] == [
        ("add_days", "Boss"), ("change_days", "Boss"), ("remove_days", "Boss")
    ]  # fmt: skip
    assert LogEntry.objects.count() == 3


def test_clocks_of_orders_move_with_days_that_an_operator_closes(boss, offer, buyer):
    order = make_order(offer, buyer)
    clock = order.timers.get(verb="expire", done_at=None)
    first = timezone.localdate() + timedelta(days=1)
    last = (first + timedelta(days=30)).isoformat()

    boss.post(page("calendarentry", "add"), entry_fields(offer.school, starts_on=first.isoformat(), ends_on=last))

    assert order.timers.get(verb="expire", done_at=None).due_at > clock.due_at


def test_what_the_database_refuses_is_said(boss, school):
    make_closure(school, timezone.localdate(), kind="term", ends_on=timezone.localdate() + timedelta(days=90))

    response = boss.post(page("calendarentry", "add"), entry_fields(school, kind="term"))
    assert response.status_code == 200
    response = boss.post(page("calendarentry", "add"), entry_fields(school, ends_on="2020-01-01"))
    assert response.status_code == 200
    assert CalendarEntry.objects.count() == 1


def test_moderators_read_calendars_and_change_nothing(desk, school):
    entry = make_closure(school, name="Staff training")

    assert "Staff training" in desk.get(page("calendarentry", "changelist"), {"school": school.pk}).text
    assert desk.get(page("calendarentry", "change", entry.pk)).status_code == 200
    assert desk.post(page("calendarentry", "change", entry.pk), entry_fields(school)).status_code == 403
    assert desk.post(page("calendarentry", "delete", entry.pk), {"post": "yes"}).status_code == 403
    entry.refresh_from_db()
    assert entry.name == "Staff training"


def test_calendars_are_found_by_kind_school_and_words(desk, school):
    make_closure(school, name="Roof works")
    other = make_organisation(make_user("Olga Oak"), kind="school", name="Oak School")
    make_closure(other, kind="exams", name="Finals")
    address = page("calendarentry", "changelist")

    for query in ({"kind__exact": "exams"}, {"school": other.pk}, {"q": "Oak"}, {"q": "Finals"}):
        assert [row.name for row in desk.get(address, query).context["cl"].result_list] == ["Finals"]
    assert len(desk.get(address, {"school": "x"}).context["cl"].result_list) == 2


def test_bookings_name_their_orders_and_drafts_stay_the_buyers(desk, school, offer, buyer):
    kitchen = make_resource(school)
    sent, draft = make_order(offer, buyer, "scheduled"), make_order(offer, buyer, "draft")
    for number, order in enumerate((sent, draft)):
        start = START + timedelta(days=number)
        make_booking(order, [kitchen], start, start + timedelta(hours=1))

    text = desk.get(page("booking", "changelist")).text
    assert sent.ref in text
    assert draft.ref not in text
    found = desk.get(page("booking", "changelist"), {"q": sent.ref}).context["cl"].result_list
    assert [booking.resource for booking in found] == [kitchen]
    booking = Booking.objects.first()
    assert desk.get(page("booking", "change", booking.pk)).status_code == 200
    assert desk.get(page("resource", "change", kitchen.pk)).status_code == 200
    assert desk.post(page("booking", "change", booking.pk), {"is_live": ""}).status_code == 403


def test_the_list_of_bookings_takes_the_same_queries_for_1_and_3(desk, school, offer, buyer):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(page("booking", "changelist")).status_code == 200
        return len(captured)

    def book(number):
        start = START + timedelta(days=number)
        order = make_order(offer, buyer, "scheduled")
        make_booking(order, [make_resource(school, f"Kitchen {number}")], start, start + timedelta(hours=1))

    book(0)
    queries()
    before = queries()
    book(1)
    book(2)

    assert queries() == before


def test_the_page_of_an_order_tells_its_times_and_what_was_proposed(desk, school, offer, buyer):
    order = make_order(offer, buyer, "scheduled")
    make_booking(order, [make_resource(school)], START, START + timedelta(hours=1))
    order.new_times.create(is_from_buyer=True, starts_on=START.date(), ends_on=START.date(), answer="refused")

    appointments = desk.get(page("order", "change", order.pk)).context["appointments"]

    assert [state for state, _words in appointments] == ["Firm", "Proposed"]
    assert "Training kitchen" in appointments[0][1]
    assert appointments[1][1] == "5 March 2030 · Birch Bakery · Refused"
