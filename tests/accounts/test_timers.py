from datetime import timedelta

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.models import Organisation, Timer, ring_due_timers
from accounts.models.timers import MAX_ATTEMPTS, RETRY_AFTER, claim_due
from marketplace.models import Order, Window
from tests import factories
from tests.factories import make_order, make_window

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "requested")


def due(subject, verb, **delta):
    subject.set_timer(verb, timezone.now() - timedelta(**(delta or {"minutes": 1})))
    return subject.timers.get(verb=verb)


def test_a_due_timer_rings_once(order):
    timer = due(order, "expire")

    assert ring_due_timers() == 1
    assert ring_due_timers() == 0

    order.refresh_from_db()
    timer.refresh_from_db()
    assert order.status == "expired"
    assert timer.done_at is not None
    assert order.activities.filter(verb="order.expire").count() == 1


def test_a_timer_that_is_not_due_does_not_ring(order):
    order.set_timer("expire", timezone.now() + AN_HOUR)

    assert ring_due_timers() == 0


def test_moving_a_timer_ends_the_old_time(order):
    due(order, "expire")
    order.set_timer("expire", timezone.now() + AN_HOUR)

    assert ring_due_timers() == 0
    assert order.timers.filter(verb="expire").count() == 1
    with time_machine.travel(timezone.now() + AN_HOUR + timedelta(minutes=1)):
        assert ring_due_timers() >= 1


def test_a_timer_moved_after_a_worker_claimed_it_does_not_ring(order):
    due(order, "expire")
    (claimed,) = claim_due(1)
    order.set_timer("expire", timezone.now() + AN_HOUR)

    claimed.ring()

    order.refresh_from_db()
    assert order.status == "requested"
    assert order.timers.filter(verb="expire", due_at__gt=timezone.now()).exists()


def test_a_killed_workers_timer_rings_later(order):
    due(order, "expire")
    list(claim_due(1))

    assert ring_due_timers() == 0
    with time_machine.travel(timezone.now() + RETRY_AFTER + timedelta(seconds=1)):
        assert ring_due_timers() == 1


def test_a_verb_that_no_longer_applies_ends_its_timer(order, seller):
    timer = due(order, "expire")
    Order.objects.filter(pk=order.pk).update(status="declined")

    assert ring_due_timers() == 1

    timer.refresh_from_db()
    assert timer.done_at is not None


def test_a_poisoned_timer_does_not_stop_its_neighbours_and_is_given_up(order, school):
    kind = ContentType.objects.get_for_model(Organisation)
    now = timezone.now()
    poison = Timer.objects.create(subject_type=kind, subject_id=school.pk, verb="delete", due_at=now - AN_HOUR)
    due(order, "expire")

    assert ring_due_timers() == 2

    order.refresh_from_db()
    assert order.status == "expired"
    for number in range(1, MAX_ATTEMPTS + 1):
        with time_machine.travel(now + number * (RETRY_AFTER + timedelta(minutes=1))):
            ring_due_timers()
    poison.refresh_from_db()
    assert (poison.attempts, poison.done_at) == (MAX_ATTEMPTS, None)
    assert poison.failed_at is not None
    assert Organisation.objects.filter(pk=school.pk).exists()


def test_the_timer_of_a_deleted_thing_ends(offer):
    window = make_window(offer)
    timer = due(window, "tell_full")
    Window.objects.filter(pk=window.pk).delete()

    ring_due_timers()

    timer.refresh_from_db()
    assert timer.done_at is not None


def test_workers_at_the_same_time_ring_each_timer_once(committed, at_once):
    owner, buyer = factories.make_user("Ann Alder"), factories.make_user("Ben Beech")
    school = factories.make_organisation(owner, kind="school")
    company = factories.make_organisation(buyer)
    offer = factories.make_offer(school, owner)
    orders = [make_order(offer, factories.member(buyer, company), "requested") for _ in range(12)]
    for order in orders:
        due(order, "expire")

    at_once(4, ring_due_timers)
    with time_machine.travel(timezone.now() + RETRY_AFTER + timedelta(seconds=1)):
        ring_due_timers()  # those that were refused as another worker paused the offer at the same time

    for order in orders:
        order.refresh_from_db()
        assert order.status == "expired"
        assert order.activities.filter(verb="order.expire").count() == 1
