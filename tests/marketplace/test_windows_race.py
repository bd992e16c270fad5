"""Many real clients at the same time, each with its own connection to PostgreSQL, against committed rows."""

import random
import threading
import time
import uuid
from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from marketplace.models import Order, Window
from tests.factories import LINE, make_member, make_offer, make_order, make_organisation, make_user, make_window, member

CLIENTS = 50
RACES = 200
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db):
    return make_organisation(make_user("Alice Alpha"), kind="school", name="Linden Vocational School")


@pytest.fixture
def offer(school):
    trainer = make_user("Adam Aspen")
    make_member(trainer, school)
    return make_offer(school, trainer, is_instant=True)


@pytest.fixture
def company(transactional_db):
    return make_organisation(make_user("Bob Birch"), name="Birch Bakery")


def at_once(calls):
    """Runs the calls in threads that start together; returns their results or exceptions in order."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        barrier.wait()
        try:
            results[number] = call()
        except (Refusal, PermissionDenied) as refusal:
            results[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def signed_in_client(user):
    client = Client()
    client.force_login(user)
    return client


def booking(client, offer, window, key=None):
    form = {"window": window.pk, "place_mode": "remote", "seen": "180.00", "request_key": key or uuid.uuid4()}
    return lambda: client.post(reverse("marketplace:order_book", args=[offer.slug]), form).status_code


@pytest.mark.parametrize("capacity", [1, 20])
def test_a_window_is_never_oversold(capacity, offer):
    window = make_window(offer, capacity=capacity)
    buyers = [make_organisation(make_user()).memberships.get().user for _number in range(CLIENTS)]

    answers = at_once([booking(signed_in_client(user), offer, window) for user in buyers])

    assert Counter(answers) == {302: capacity, 422: CLIENTS - capacity}
    assert Window.objects.get().taken == capacity
    assert Counter(Order.objects.values_list("status", flat=True)) == {"scheduled": capacity}
    assert Activity.objects.filter(verb="order.book").count() == capacity
    assert Notification.objects.filter(activity__verb="order.book").count() == capacity


@pytest.mark.parametrize("name", ["order_book", "order_new"])
def test_one_form_sent_20_times_makes_one_order(name, offer, company):
    window, key = make_window(offer, capacity=20), uuid.uuid4()
    client = signed_in_client(company.memberships.get().user)
    cookies = {morsel.key: morsel.value for morsel in client.cookies.values()}
    url = reverse(f"marketplace:{name}", args=[offer.slug])
    form = {"window": window.pk, "place_mode": "remote", "seen": "180.00", "request_key": key}

    def post():
        twin = Client()
        twin.cookies.load(cookies)
        return twin.post(url, form).status_code

    answers = at_once([post] * 20)

    assert answers == [302] * 20
    assert Order.objects.count() == 1
    assert Activity.objects.filter(verb="order.draft").count() == 1
    assert Window.objects.get().taken == (1 if name == "order_book" else 0)


def test_accept_and_withdraw_raced_200_times_end_in_one_of_them(offer, company):
    buyer = member(company.memberships.get().user, company)
    seller = member(offer.trainer, offer.school)
    orders = [make_order(offer, buyer, "quoted") for _round in range(RACES)]
    line, head_start = threading.Barrier(2, timeout=30), random.Random(4)

    def race(move, is_late):
        """One side of all the races over one connection; None where it won."""
        results = []
        for order, late in zip(orders, is_late, strict=True):
            mine = Order.objects.get(pk=order.pk)
            line.wait()
            time.sleep(late)
            try:
                results.append(move(mine))
            except Refusal as refusal:
                results.append(refusal)
        return results

    lags = [head_start.uniform(-0.004, 0.004) for _round in range(RACES)]
    accepted, withdrawn = at_once(
        [
            lambda: race(lambda order: order.accept(1, by=buyer), [max(lag, 0) for lag in lags]),
            lambda: race(
                lambda order: order.withdraw_quote(by=seller, reason="A mistake."), [max(-lag, 0) for lag in lags]
            ),
        ]
    )

    endings = Counter()
    for order, results in zip(orders, zip(accepted, withdrawn, strict=True), strict=True):
        order.refresh_from_db()
        assert [type(result) for result in results if result] == [InvalidTransition]
        won = "scheduled" if results[0] is None else "withdrawn"
        assert order.status == won
        assert (order.gross is not None) == (won == "scheduled")
        assert order.activities.filter(verb__in=["order.accept", "order.withdraw_quote"]).count() == 1
        endings[won] += 1
    assert endings.total() == RACES
    assert min(endings["scheduled"], endings["withdrawn"]) > 10  # or it was no race


def test_two_quotes_accepted_at_once_share_the_last_place(offer, company):
    buyer = member(company.memberships.get().user, company)
    seller = member(offer.trainer, offer.school)
    window = make_window(offer, capacity=1)
    orders = [make_order(offer, buyer, "requested", window=window) for _number in range(8)]
    for order in orders:
        order.quote([LINE], by=seller, window=window)

    results = at_once([lambda order=order: order.accept(1, by=buyer) for order in orders])

    assert [type(result) for result in results if result] == [Refusal] * 7
    assert Counter(Order.objects.values_list("status", flat=True)) == {"scheduled": 1, "quoted": 7}
    assert Window.objects.get().taken == 1
