"""Invitations under concurrent connections."""

import threading

import pytest
from django.db import connections

from accounts.models import Refusal
from marketplace.models import Need, NeedInvitation
from tests.factories import LINE, make_need, make_offer

pytestmark = pytest.mark.django_db(transaction=True)
RACES = 20


@pytest.fixture
def catering(school, adam):
    return make_offer(
        school, adam, title="Catering", category_id="CAT", delivery_modes=["at_client"], languages=["en"]
    )  # fmt: skip


def at_once(*calls):
    """What each was refused with, or None."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        try:
            barrier.wait()
            call()
        except Refusal as refusal:
            results[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_eight_needs_at_once_leave_a_school_five_unanswered(catering, buyer):
    needs = [make_need(buyer, title=f"Need {number}") for number in range(8)]

    assert at_once(*[lambda need=need: need.invite(by=None) for need in needs]) == [None] * 8
    assert NeedInvitation.objects.count() == 5


def test_two_passes_invite_once(catering, buyer):
    for _race in range(RACES):
        NeedInvitation.objects.update(status="declined")
        need = make_need(buyer)

        at_once(*[lambda need=need: Need.objects.get(pk=need.pk).invite(by=None)] * 2)

        assert need.invitations.count() == 1
        need.withdraw(by=buyer)


def test_a_quote_against_a_decline(catering, buyer, seller):
    """Whichever comes first, a quote that was sent stands and its invitation says so."""
    for _race in range(RACES):
        NeedInvitation.objects.update(status="declined")
        need = make_need(buyer)
        need.invite(by=None)

        def decline(need=need):
            need.invitations.get().decline(by=seller, why="busy")

        refused = at_once(lambda need=need: need.answer(catering, [LINE], by=seller), decline)

        assert refused[0] is None
        assert need.orders.get().status == "quoted"
        assert need.invitations.get().status == "quoted"
        need.withdraw(by=buyer)
