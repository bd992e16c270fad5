"""Days are closed while buyers accept and cancel, each with a connection of its own."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from marketplace.models import CalendarEntry, Order, SchoolCalendar
from marketplace.models.school_calendar import days
from tests.factories import LINE, make_member, make_offer, make_order, make_organisation, make_user, member
from tests.marketplace.test_windows_race import at_once, signed_in_client

ROUNDS = 10
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db):
    return make_organisation(make_user("Alice Alpha"), kind="school", name="Linden Vocational School")


@pytest.fixture
def seller(school):
    return make_member(make_user("Adam Aspen"), school)


@pytest.fixture
def buyer(transactional_db):
    bob = make_user("Bob Birch")
    return member(bob, make_organisation(bob, name="Birch Bakery"))


def quoted(offer, buyer, seller, day):
    order = make_order(offer, buyer, "requested")
    order.quote([LINE], by=seller, starts_on=day)
    return order


def closing(client, day, **answers):
    form = {"kind": "closure", "name": "", "starts_on": day.isoformat(), "ends_on": "", **answers}
    return lambda: client.post(reverse("marketplace:calendar_entry_add"), form).status_code


def open_days(school, count):
    first = timezone.localdate() + timedelta(days=20)
    calendar = SchoolCalendar.of(school)
    return [day for day in days(first, first + timedelta(days=60)) if calendar.is_open(day)][:count]


def test_no_order_slips_in_while_its_day_is_closed(school, seller, buyer):
    offer, client = make_offer(school, seller.user), signed_in_client(seller.user)
    for day in open_days(school, ROUNDS):
        order = quoted(offer, buyer, seller, day)

        status, _accepted = at_once([closing(client, day), lambda order=order: order.accept(1, by=buyer)])

        accepted = order.activities.get(verb="order.accept")
        closed = school.activities.filter(verb="organisation.add_days", details__starts_on=day.isoformat()).first()
        assert Order.objects.get(pk=order.pk).status == "scheduled"
        if status == 302:  # it was not agreed yet
            assert closed.pk < accepted.pk
        else:  # it was, so the page asks
            assert (status, closed) == (200, None)


def test_closing_moving_and_cancelling_at_once_neither_fail_nor_wait_for_each_other(school, seller, buyer):
    offer, client = make_offer(school, seller.user), signed_in_client(seller.user)
    chosen = open_days(school, 6)
    orders = [quoted(offer, buyer, seller, day) for day in chosen]
    for order in orders:
        order.accept(1, by=buyer)
    answers = {"touched": "1"} | {f"do_{order.ref}": "cancel" for order in orders[:3]}
    answers |= {f"why_{order.ref}": "The roof is open." for order in orders[:3]}

    results = at_once(
        [
            *(closing(client, day, **answers) for day in chosen[:3]),
            *(lambda order=order: order.cancel(by=buyer, reason="We moved.") for order in orders[2:5]),
            lambda: orders[5].start(by=seller),
        ]
    )

    assert set(results[:3]) == {302}
    assert [Order.objects.get(pk=order.pk).status for order in orders] == ["cancelled"] * 5 + ["in_progress"]
    assert CalendarEntry.objects.count() == 3
    assert Activity.objects.filter(verb="order.cancel").count() == 5
