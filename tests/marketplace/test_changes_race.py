"""Accept against take back, and two requests, at the same moment with real connections."""

from decimal import Decimal

import pytest

from accounts.models import Refusal
from marketplace.models import AgreementVersion, Order
from tests.factories import make_member, make_offer, make_order, make_organisation, make_user, member, sign
from tests.marketplace.test_windows_race import at_once

RACES = 100
SIGNER = {"name": "Ann Other", "function": "Director", "method": "password"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def offer(transactional_db):
    school = make_organisation(make_user("Alice Alpha"), kind="school", name="Linden School")
    trainer = make_user("Adam Aspen")
    make_member(trainer, school)
    return make_offer(school, trainer)


@pytest.fixture
def seller(offer):
    return member(offer.school.memberships.get(role="owner").user, offer.school)


@pytest.fixture
def buyer(transactional_db):
    owner = make_user("Bob Birch")
    return member(owner, make_organisation(owner, name="Birch Bakery"))


def twins(order):
    return [Order.objects.get(pk=order.pk) for _side in range(2)]


def race(order, ref, buyer, seller, signed=None):
    """Whether the acceptance won; exactly one did."""
    mine, theirs = twins(order)
    results = at_once(
        [
            lambda: mine.take_back_change(ref, by=buyer),
            lambda: theirs.accept_change(ref, by=seller, signed=signed),
        ]
    )
    assert [type(result) for result in results].count(type(None)) == 1
    assert sum(isinstance(result, Refusal) for result in results) == 1
    return results[1] is None


def test_accept_against_take_back_has_one_winner(offer, buyer, seller):
    order = make_order(offer, buyer, "in_progress")
    for number in range(RACES):
        before = Order.objects.get(pk=order.pk).net
        order.propose_change(by=buyer, words=f"Change {number}", net=before + 1)

        is_accepted = race(order, order.open_change.ref, buyer, seller)

        last = order.changes.last()
        assert last.answer == ("accepted" if is_accepted else "taken_back")
        assert Order.objects.get(pk=order.pk).net == before + is_accepted
        endings = order.activities.filter(verb__in=["order.accept_change", "order.take_back_change"])
        assert endings.count() == number + 1


def test_a_signed_agreement_has_a_version_for_each_accepted_change(offer, buyer, seller):
    order = make_order(offer, buyer, "agreement_pending")
    sign(order)
    order = Order.objects.get(pk=order.pk)
    accepted = 0
    for number in range(RACES // 4):
        order.refresh_from_db()
        wishes = {"scope": f"Page {number}", "net": Decimal(300 + number)}
        sha256 = order.asked_change(**wishes).terms("More.").sha256
        order.propose_change(by=buyer, words="More.", signed=SIGNER | {"sha256": sha256}, **wishes)

        accepted += race(order, order.open_change.ref, buyer, seller, SIGNER | {"sha256": sha256})

        versions = AgreementVersion.objects.filter(agreement__order=order)
        assert versions.count() == 1 + accepted
        assert [each.signatures.count() for each in versions] == [2] * versions.count()
        assert all(each.is_intact for each in versions)


def test_two_requests_at_once_leave_one_open(offer, buyer, seller):
    order = make_order(offer, buyer, "in_progress")
    for number in range(RACES // 4):
        rows = twins(order)

        results = at_once(
            [
                lambda row=row, by=by, net=net: row.propose_change(by=by, words="So.", net=net)
                for row, by, net in zip(rows, (buyer, seller), (Decimal(300), Decimal(100)), strict=True)
            ]
        )

        assert sum(isinstance(result, Refusal) for result in results) == 1
        assert order.changes.count() == number + 1
        found = order.open_change
        order.take_back_change(found.ref, by=buyer if found.organisation_id == buyer.organisation_id else seller)
