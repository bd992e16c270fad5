"""The pages on which the two sides of an order change what they agreed on."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.models import Order
from tests.factories import PASSWORD, STEPS, make_order, sign

WORDS = {"net": "250.00", "words": "A second room.", "scope": ""}
SIGNED = {"name": "Bob Birch", "function": "Owner", "has_read": "on"}


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "in_progress")


@pytest.fixture
def signed_order(offer, buyer, seller):
    order = make_order(offer, buyer, "agreement_pending")
    sign(order)
    STEPS["start"](Order.objects.get(pk=order.pk), buyer, seller)
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def proven(signed_in):
    """proven(user) gives a client of somebody who has just proved who they are."""

    def sign_in(user):
        client = signed_in(user)
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        return client

    return sign_in


def url(order, name="order_change"):
    return reverse(f"marketplace:{name}", args=[order.ref])


def test_asking_and_accepting_on_the_pages(order, bob, adam, signed_in):
    assert signed_in(bob).post(url(order, "change_new"), WORDS).status_code == 302
    mine = signed_in(bob).get(url(order)).text
    assert url(order, "change_take_back") in mine
    assert url(order, "change_accept") not in mine
    theirs = signed_in(adam).get(url(order)).text
    assert "€200.00" in theirs
    assert "€250.00" in theirs
    assert url(order, "change_take_back") not in theirs

    done = signed_in(adam).post(url(order, "change_accept"), {"change": order.open_change.ref})

    assert done.status_code == 302
    assert Order.objects.get(pk=order.pk).net == Decimal("250.00")
    assert "accepted the change" in signed_in(adam).get(order.get_absolute_url()).text


def test_the_page_of_the_order_leads_to_the_answer(order, seller, bob, adam, signed_in):
    order.propose_change(by=seller, words="It takes longer.", net=Decimal("250.00"))

    assert "Answer the change" in signed_in(bob).get(order.get_absolute_url()).text
    mine = signed_in(adam).get(order.get_absolute_url()).text
    assert url(order) in mine
    assert "Answer the change" not in mine


def test_refusing_and_taking_back_on_the_pages(order, bob, adam, signed_in):
    signed_in(bob).post(url(order, "change_new"), WORDS)
    words = {"change": order.open_change.ref, "reason": "No time."}
    assert signed_in(adam).post(url(order, "change_refuse"), words).status_code == 302
    assert "No time." in signed_in(bob).get(url(order)).text

    signed_in(bob).post(url(order, "change_new"), WORDS)
    signed_in(bob).post(url(order, "change_take_back"), {"change": order.open_change.ref})

    assert list(order.changes.values_list("answer", flat=True)) == ["refused", "taken_back"]


def test_the_form_begins_with_what_is_agreed_and_keeps_what_was_typed(order, bob, signed_in):
    assert 'value="200.00"' in signed_in(bob).get(url(order, "change_new")).text

    nothing = signed_in(bob).post(url(order, "change_new"), WORDS | {"net": "200.00"})
    wrong = signed_in(bob).post(url(order, "change_new"), WORDS | {"net": "-5"})
    days = signed_in(bob).post(url(order, "change_new"), WORDS | {"starts_on": "2020-01-02", "ends_on": "2020-01-01"})

    assert [page.status_code for page in (nothing, wrong, days)] == [422, 422, 422]
    assert "Nothing would be changed." in nothing.text
    assert "A second room." in wrong.text
    assert "It ends after it starts." in days.text
    assert not order.changes.exists()


def test_an_answer_to_another_request_changes_nothing(order, bob, adam, signed_in):
    signed_in(bob).post(url(order, "change_new"), WORDS)

    response = signed_in(adam).post(url(order, "change_accept"), {"change": "another"}, follow=True)

    assert "not open any more" in response.text
    assert order.open_change


def test_a_stranger_finds_nothing(order, charlie, lea, signed_in):
    for user in (charlie, lea):
        for name in ("order_change", "change_new", "change_accept"):
            assert signed_in(user).get(url(order, name)).status_code == 404
        for name in ("change_refuse", "change_take_back"):
            assert signed_in(user).post(url(order, name)).status_code == 404


@pytest.mark.parametrize("name", ["change_new", "change_accept"])
def test_a_signed_agreement_asks_for_the_password_first(name, signed_order, bob, alice, adam, buyer, signed_in):
    asks = name == "change_new"
    if not asks:
        propose(signed_order, buyer)
    client = signed_in(bob if asks else alice)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()

    for response in (client.get(url(signed_order, name)), client.post(url(signed_order, name), WORDS)):
        assert response.status_code == 302
        assert response.url.startswith("/account/reauthenticate/")

    assert signed_in(adam).get(url(signed_order, name)).status_code == 403
    assert signed_order.changes.count() == (not asks)


def propose(order, by):
    wishes = {"net": Decimal("250.00")}
    signed = {"name": "Bob Birch", "function": "Owner", "method": "password"}
    sha256 = order.asked_change(**wishes).terms("More.").sha256
    order.propose_change(by=by, words="More.", signed=signed | {"sha256": sha256}, **wishes)


def test_both_sign_what_they_read(signed_order, bob, alice, proven):
    client, address = proven(bob), url(signed_order, "change_new")
    terms = client.post(address, WORDS)
    sha256 = signed_order.asked_change(net=Decimal("250.00")).terms(WORDS["words"]).sha256
    assert sha256 in terms.text
    assert not signed_order.changes.exists()
    unread = client.post(address, WORDS | SIGNED | {"sha256": sha256, "has_read": ""})
    other = client.post(address, WORDS | SIGNED | {"sha256": sha256, "net": "260.00"})
    assert (unread.status_code, other.status_code, signed_order.changes.count()) == (422, 422, 0)
    assert client.post(address, WORDS | SIGNED | {"sha256": sha256}).status_code == 302

    client, address = proven(alice), url(signed_order, "change_accept")
    page = client.get(address).text
    assert sha256 in page
    assert "Bob Birch" in page
    answer = {"change": signed_order.open_change.ref, "name": "Alice Alpha", "function": "Head", "has_read": "on"}
    client.post(address, answer | {"sha256": "0" * 64})
    assert signed_order.open_change
    client.post(address, answer | {"sha256": sha256})

    agreement = Order.objects.get(pk=signed_order.pk).agreement
    assert (agreement.status, agreement.latest.number) == ("active", 2)
    assert sorted(each.name for each in agreement.latest.valid_signatures) == ["Alice Alpha", "Bob Birch"]
    agreed = client.get(agreement.get_absolute_url())
    assert agreed.status_code == 200
    assert sha256 in agreed.text


def test_the_page_takes_the_same_queries_for_one_and_for_three(order, buyer, seller, bob, signed_in):
    counts = []
    for number in range(3):
        order.propose_change(by=buyer, words="More.", net=Decimal(300 + number))
        order.refuse_change(order.open_change.ref, by=seller, reason="No.")
        signed_in(bob).get(url(order))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            signed_in(bob).get(url(order))
        counts.append(len(queries))

    assert counts[0] == counts[2]


def test_what_is_wrong_is_summed_up_once(order, bob, signed_in):
    page = signed_in(bob).post(url(order, "change_new"), WORDS | {"net": "-5"}).text

    assert page.count("There is a problem") == 1
