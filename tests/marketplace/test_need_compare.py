"""Quotes for a need side by side, and what those hear that are not chosen."""

import re
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Region
from accounts.notifications import send_due
from marketplace.models import MatchRow, Order
from tests.factories import LINE, make_need, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(offer, other_offer, buyer, school):
    """With two quotes, of which the first is dearer and ready first."""
    school.region = Region.objects.get(pk="LV00B")
    school.save()
    need = make_need(buyer, region=Region.objects.get(pk="LV00A"))
    quotes = (offer, "300.00", "2030-01-07", "2030-01-08"), (other_offer, "200.00", "2030-02-04", "2030-02-04")
    for each, price, first, last in quotes:
        need.answer(
            each, [LINE | {"unit_price": Decimal(price)}], by=member(each.trainer, each.school),
            starts_on=first, ends_on=last,
        )  # fmt: skip
    return need


def columns(client, need):
    """The cells of each row of the table by its heading, without tags."""
    table = client.get(need.get_absolute_url()).text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table, re.S):
        cells = re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        head, *cells = (" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells)
        rows[head] = cells
    return rows


def test_what_differs_is_named(client, need, bob, school):
    MatchRow.objects.filter(school=school).update(
        rating=Decimal("4.60"), review_count=5, done=12, answer_hours=20
    )  # fmt: skip
    client.force_login(bob)

    rows = columns(client, need)

    assert rows["Price with VAT"] == ["€200.00 Lowest price", "€300.00"]
    assert rows["When"][1].endswith("Ready first")
    assert "Ready first" not in rows["When"][0]
    assert rows["Reviews"][0] == "New"
    assert "4.6 of 5, 5 reviews" in rows["Reviews"][1]
    assert rows["Completed orders"] == ["0", "12"]
    assert rows["Distance"] == ["–", "135 km"]
    assert rows["Requests"] == ["–", "answers within a day"]


def test_equal_prices_are_not_marked(client, need, bob, offer):
    Order.objects.get(seller=offer.school).quotes.update(net=200, vat=0, gross=200)
    client.force_login(bob)

    assert "Lowest price" not in client.get(need.get_absolute_url()).text


def choose(client, need, offer, **words):
    order = need.orders.get(seller=offer.school)
    return client.post(reverse("marketplace:order_accept", args=[order.ref]), {"version": 1} | words)


def told_otto():
    send_due()
    [message] = [each for each in mail.outbox if each.subject.startswith("Not chosen this time")]
    assert message.to == ["otto@oak.example"]
    return " ".join(message.body.split())


def test_the_others_hear_the_reason_and_a_kind_word(client, need, bob, offer):
    client.force_login(bob)
    assert "A kind word to those you do not choose" in client.get(need.get_absolute_url()).text

    choose(client, need, offer, because="dates", word="We liked your plan.")

    assert "It was not chosen: another quote was chosen. What decided: the dates. “We liked your plan”." in told_otto()
    need.refresh_from_db()
    assert need.status == "awarded"


@pytest.mark.parametrize("words", [{}, {"because": "forged", "word": " "}])
def test_nothing_has_to_be_said(client, need, bob, offer, words):
    client.force_login(bob)
    choose(client, need, offer, **words)

    assert "It was not chosen: another quote was chosen. That says nothing" in told_otto()
