"""Many real clients after the same appointment, each with its own connection, against committed rows."""

import threading
import uuid
from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Booking, Order, Seat, Slot
from tests.factories import make_member, make_offer, make_organisation, make_plan, make_resource, make_user

CLIENTS = 50
RIGA = ZoneInfo("Europe/Riga")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db):
    return make_organisation(make_user("Alice Alpha"), kind="school", name="Linden Vocational School")


@pytest.fixture
def trainer(school):
    trainer = make_user("Adam Aspen")
    make_member(trainer, school)
    return trainer


@pytest.fixture
def kitchen(school):
    return make_resource(school, days=range(7))


def instant(school, trainer, **fields):
    return make_offer(school, trainer, is_instant=True, lead_time_days=1, delivery_modes=["at_school"], **fields)


def noon(days=3):
    return datetime.combine(timezone.localdate() + timedelta(days=days), time(12), RIGA)


def at_once(calls):
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        barrier.wait()
        try:
            results[number] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def chooser(offer, moment, quantity=1):
    client = Client()
    client.force_login(make_organisation(make_user()).memberships.get().user)
    form = {"request_key": uuid.uuid4(), "starts_at": moment.isoformat(), "quantity": quantity}
    return lambda: client.post(reverse("marketplace:order_time", args=[offer.slug]), form)


def test_fifty_clients_on_one_slot_one_wins_and_all_others_see_other_times(school, trainer, kitchen):
    offer = instant(school, trainer)
    make_plan(offer, [kitchen], days=range(7), step_minutes=60)

    answers = at_once([chooser(offer, noon()) for _number in range(CLIENTS)])

    assert Counter(answer.status_code for answer in answers) == {302: 1, 422: CLIENTS - 1}
    refused = [answer.content.decode() for answer in answers if answer.status_code == 422]
    assert all("This time was just taken." in page and "The nearest free times:" in page for page in refused)
    assert (Order.objects.count(), Seat.objects.live().count(), Booking.objects.live().count()) == (1, 1, 1)


def test_two_different_offers_on_one_kitchen_never_overlap(school, trainer, kitchen):
    offers = [instant(school, trainer, title=title) for title in ("Lunch", "Aperitif")]
    for offer, step in zip(offers, (60, 30), strict=True):
        make_plan(offer, [kitchen], days=range(7), step_minutes=step, after_minutes=step // 4)
    starts = [noon() + timedelta(minutes=30 * (number % 3)) for number in range(CLIENTS)]

    answers = at_once([chooser(offers[number % 2], start) for number, start in enumerate(starts)])

    assert {answer.status_code for answer in answers} == {302, 422}
    periods = sorted((period.lower, period.upper) for period in Booking.objects.live().values_list("period", flat=True))
    assert all(before[1] <= after[0] for before, after in zip(periods, periods[1:], strict=False))
    assert len(periods) == sum(answer.status_code == 302 for answer in answers)


def test_adjacent_times_both_pass(school, trainer, kitchen):
    offer = instant(school, trainer)
    make_plan(offer, [kitchen], days=range(7), step_minutes=60)

    answers = at_once([chooser(offer, noon() + timedelta(hours=hour)) for hour in (-1, 0, 1)])

    assert [answer.status_code for answer in answers] == [302, 302, 302]


def test_twenty_places_are_sold_to_twenty_of_fifty(school, trainer, kitchen):
    offer = instant(school, trainer, price_model="PP", price=10, unit="guest", min_quantity=1, max_quantity=5)
    make_plan(offer, [kitchen], days=range(7), step_minutes=60, seats=20, is_by_quantity=True, seats_a_day=20)

    answers = at_once([chooser(offer, noon()) for _number in range(CLIENTS)])

    assert Counter(answer.status_code for answer in answers) == {302: 20, 422: CLIENTS - 20}
    assert (Seat.objects.live().count(), Slot.objects.count(), Booking.objects.live().count()) == (20, 1, 1)


def test_two_kitchens_are_given_to_two(school, trainer, kitchen):
    offer = instant(school, trainer)
    other = make_resource(school, "Second kitchen", days=range(7))
    make_plan(offer, [kitchen, other], days=range(7), step_minutes=60)

    answers = at_once([chooser(offer, noon()) for _number in range(10)])

    assert Counter(answer.status_code for answer in answers) == {302: 2, 422: 8}
    assert {booking.resource_id for booking in Booking.objects.live()} == {kitchen.pk, other.pk}
