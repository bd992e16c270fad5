"""Sign against edit and amend, 200 times each; against cancel and the other side's signature. With real connections."""

import threading

import pytest
from django.db import connections

from accounts.models import Activity, Refusal
from marketplace.models import Agreement, Order
from tests.factories import make_member, make_offer, make_order, make_organisation, make_user, member

TIMES, SOME = 200, 50
SIGNER = {"name": "Ann Other", "function": "Director", "method": "password"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sides(transactional_db):
    """Who signs for the school and for the buyer."""
    alice, adam, bob = make_user("Alice Alpha"), make_user("Adam Aspen"), make_user("Bob Birch")
    school = make_organisation(alice, kind="school")
    make_member(adam, school)
    buyer = member(bob, make_organisation(bob))
    make_order(make_offer(school, adam), buyer, "agreement_pending")
    return member(alice, school), buyer


def at_once(*calls):
    """What became of each: None, or its refusal."""
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


def signing(by):
    """A signature on the version that is the latest now, as on a page that was opened now."""
    agreement = Agreement.objects.get()
    version = agreement.latest
    return lambda: agreement.sign(version.number, version.sha256, by=by, **SIGNER)


def editing(by, number, verb="edit"):
    agreement = Agreement.objects.get()
    seen, texts = agreement.latest.number, {"aims": {"lv": f"Aim {number}"}}
    return lambda: getattr(agreement, verb)(texts, by=by, based_on=seen)


def test_nobody_signs_unseen_text_while_the_other_side_edits(sides):
    school, buyer = sides
    refused = 0
    for number in range(TIMES):
        sign, edit = signing(school), editing(buyer, number)
        seen = Agreement.objects.get().latest.number

        of_sign, of_edit = at_once(sign, edit) if number % 2 else reversed(at_once(edit, sign))

        agreement = Agreement.objects.get()
        old, new = agreement.versions.filter(number__gte=seen)
        assert of_edit is None
        assert new.number == seen + 1
        assert not new.signatures.exists()
        assert not old.valid_signatures
        assert old.signatures.count() == (of_sign is None)
        assert agreement.status == "proposed"
        refused += of_sign is not None
    assert refused


def test_nobody_signs_an_amendment_unseen(sides):
    """Both signed; one amends while the other still sends a signature for what they saw before."""
    school, buyer = sides
    for number in range(TIMES):
        for by in sides:
            signing(by)()
        sign, amend = signing(school), editing(buyer, number, "amend")

        of_sign, of_amend = at_once(sign, amend)

        agreement = Agreement.objects.get()
        assert of_amend is None
        assert of_sign is not None
        assert not agreement.latest.signatures.exists()
        assert (agreement.status, Order.objects.get().status) == ("proposed", "agreement_pending")


def test_both_sides_sign_at_once(sides):
    school, buyer = sides
    for number in range(SOME):
        results = at_once(signing(school), signing(buyer))

        agreement = Agreement.objects.get()
        assert results == [None, None]
        assert len(agreement.latest.valid_signatures) == 2
        assert (agreement.status, Order.objects.get().status) == ("signed", "scheduled")
        assert Activity.objects.filter(verb="order.schedule").count() == number + 1
        editing(buyer, number, "amend")()


def test_one_side_signs_once_however_often_it_sends(sides):
    school, buyer = sides
    for number in range(SOME):
        results = at_once(*[signing(school)] * 4)

        assert [each is None for each in results].count(True) == 1
        assert Agreement.objects.get().latest.signatures.count() == 1
        editing(buyer, number)()


def test_sign_against_cancel(sides):
    school, buyer = sides
    refused = 0
    for number in range(SOME):
        order = Order.objects.get()
        cancel = lambda order=order: order.cancel(by=buyer, reason="Our plans changed.")  # noqa: E731

        of_sign, of_cancel = at_once(signing(school), cancel)

        agreement, order = Agreement.objects.get(), Order.objects.get()
        assert of_cancel is None
        assert (agreement.status, order.status) == ("ended", "cancelled")
        assert agreement.latest.signatures.count() == (of_sign is None)
        refused += of_sign is not None
        Order.objects.update(status="agreement_pending")
        Agreement.objects.update(status="proposed")
        editing(buyer, number)()
    assert refused
