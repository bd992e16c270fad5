"""The two sides and a moderator at the same moment, each with its own connection to PostgreSQL."""

import pytest

from accounts.models import InvalidTransition, Refusal
from marketplace.models import Order
from tests.factories import make_member, make_moderator, make_offer, make_order, make_organisation, make_user, member
from tests.marketplace.test_windows_race import at_once

RACES = 50
pytestmark = pytest.mark.django_db(transaction=True)
ENDINGS = ["order.accept_settlement", "order.resolve"]


@pytest.fixture
def offer(transactional_db):
    school = make_organisation(make_user("Alice Alpha"), kind="school", name="Linden School")
    trainer = make_user("Adam Aspen")
    make_member(trainer, school)
    return make_offer(school, trainer)


@pytest.fixture
def buyer(transactional_db):
    owner = make_user("Bob Birch")
    return member(owner, make_organisation(owner, name="Birch Bakery"))


def test_settling_and_deciding_at_once_end_a_dispute_once(offer, buyer):
    seller, moderator = member(offer.trainer, offer.school), make_moderator()
    winners = set()
    for _race in range(RACES):
        order = make_order(offer, buyer, "disputed")
        order.propose_settlement("rework", by=buyer, reason="Once more.")
        ref = order.open_settlement.ref
        mine, theirs = Order.objects.get(pk=order.pk), Order.objects.get(pk=order.pk)

        results = at_once(
            [
                lambda order=mine, ref=ref: order.accept_settlement(ref, by=seller),
                lambda order=theirs: order.resolve("cancel", by=moderator, reason="It ends."),
            ]
        )

        assert sorted(map(type, results), key=str) == sorted([type(None), InvalidTransition], key=str)
        [ending] = order.activities.filter(verb__in=ENDINGS)
        winners.add(ending.verb)
        settled = ending.verb == "order.accept_settlement"
        assert Order.objects.get(pk=order.pk).status == ("changes_requested" if settled else "cancelled")
        assert order.settlements.get().answer == ("accepted" if settled else "over")
        people = list(ending.notifications.values_list("recipient", flat=True))
        assert len(people) == len(set(people))
        assert buyer.user_id in people
    assert winners


def test_two_proposals_at_once_leave_one_open(offer, buyer):
    seller = member(offer.trainer, offer.school)
    for _race in range(RACES):
        order = make_order(offer, buyer, "disputed")
        rows = [Order.objects.get(pk=order.pk) for _side in range(2)]

        results = at_once(
            [
                lambda order=row, by=by: order.propose_settlement("cancel", by=by, reason="Let us stop.")
                for row, by in zip(rows, (buyer, seller), strict=True)
            ]
        )

        assert sum(isinstance(result, Refusal) for result in results) == 1
        assert order.settlements.count() == 1
