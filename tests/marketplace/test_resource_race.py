"""Several people at the same time, each with a connection of their own."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Refusal
from marketplace.models import Resource
from marketplace.models.resource_orders import orders_using
from marketplace.touched import decided
from tests.factories import add_resource, make_booking, make_offer, make_order, make_organisation, make_user, member
from tests.marketplace.test_windows_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner():
    user = make_user("Alice Alpha")
    return member(user, make_organisation(user, kind="school"))


def test_of_eight_who_add_the_same_one_does(owner):
    results = at_once([lambda: Resource.add("room", by=owner, name="Salon")] * 8)

    assert Resource.objects.count() == 1
    assert sorted(isinstance(result, Refusal) for result in results) == [False] + [True] * 7


def test_two_who_retire_it_record_it_once(owner):
    room = add_resource(owner.organisation)
    results = at_once([lambda: Resource.objects.get(pk=room.pk).retire(by=owner)] * 4)

    assert sum(result is None for result in results) == 1
    assert room.activities.filter(verb="resource.retire").count() == 1


def test_an_order_that_is_booked_meanwhile_is_not_passed_over(owner):
    bob = make_user("Bob Birch")
    room, offer = add_resource(owner.organisation), make_offer(owner.organisation, owner.user)
    order = make_order(offer, member(bob, make_organisation(bob)), "scheduled")
    is_locked, results = threading.Event(), []

    def retire():
        is_locked.wait(5)
        try:
            results.append(decided(lambda: orders_using(room), lambda: room.retire(by=owner), by=owner, sent={}))
        finally:
            connections.close_all()

    thread = threading.Thread(target=retire)
    thread.start()
    with transaction.atomic():
        order.lock()  # as those who book do, in this order
        Resource.objects.select_for_update(no_key=True).get(pk=room.pk)
        is_locked.set()
        start = timezone.now() + timedelta(days=1)
        make_booking(order, [room], start, start + timedelta(hours=1))
        thread.join(0.5)
    thread.join(5)

    assert [form.orders for form in results] == [[order]]
    assert not Resource.objects.get(pk=room.pk).is_retired
