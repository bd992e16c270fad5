"""The page of two organisations, and the list of one's own partners."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.models import Order, Review
from tests import factories
from tests.factories import make_offer, make_order
from tests.marketplace.test_frameworks import make_framework

CANARY = "Canary of somebody else"


def page(organisation):
    return reverse("marketplace:partner_detail", args=[organisation.slug])


@pytest.fixture
def history(offer, buyer):
    return [make_order(offer, buyer, status) for status in ("completed", "in_progress", "declined")]


def test_what_the_two_did_together(history, offer, school, company, bob, buyer, head, signed_in):
    framework = make_framework(offer, buyer, head)

    response = signed_in(bob).get(page(school))

    shown = response.text
    assert all(order.get_absolute_url() in shown for order in history)
    assert framework.title in shown
    assert "Adam Aspen" in shown
    figures = response.context["figures"]
    assert [each.seller for each in figures] == [school]
    assert figures[0].states == [
        ("In progress", 1, [(Decimal("200.00"), "EUR")]), ("Completed", 1, [(Decimal("200.00"), "EUR")]),
        ("Declined", 1, []),
    ]  # fmt: skip
    assert reverse("marketplace:order_again", args=[history[0].ref]) in shown
    assert reverse("marketplace:order_again", args=[history[1].ref]) not in shown


@pytest.fixture
def head(alice, school):
    return factories.member(alice, school)


def test_the_school_sees_the_same_pair_but_no_drafts(history, offer, company, buyer, adam, signed_in):
    draft = make_order(offer, buyer, "draft")

    shown = signed_in(adam).get(page(company)).text

    assert history[0].get_absolute_url() in shown
    assert draft.ref not in shown
    assert "Bob Birch" in shown


def test_on_time_is_what_was_delivered_by_the_agreed_day(offer, buyer, school, bob, signed_in):
    for late in (0, 3):
        order = make_order(offer, buyer, "completed")
        day = order.delivered_at.astimezone(order.zone).date()
        Order.objects.filter(pk=order.pk).update(ends_on=day.fromordinal(day.toordinal() - late))

    figures = signed_in(bob).get(page(school)).context["figures"][0]

    assert (figures.delivered, figures.on_time) == (2, 1)


def test_nothing_of_others_is_seen(history, offer, other_offer, school, company, buyer, outsider, charlie, signed_in):
    for by, asked in ((outsider, offer), (buyer, other_offer)):
        order = make_order(asked, by, "completed")
        Order.objects.filter(pk=order.pk).update(title=CANARY)
        Review.objects.create(
            order=order, side="buyer", about=order.seller, author=by.user, first=5, second=5, third=5, text=CANARY,
            language="en", status="published", published_at=order.completed_at,
        )  # fmt: skip

    for user, other in ((buyer.user, school), (offer.trainer, company), (charlie, company)):
        shown = signed_in(user).get(page(other)).text
        assert CANARY not in shown
    assert str(school) not in signed_in(factories.make_user("Nora None")).get(page(school)).text


def test_published_reviews_alone_are_shown(history, school, buyer, bob, signed_in):
    review = Review.objects.create(
        order=history[0], side="buyer", about=school, author=bob, first=5, second=4, third=5, text="Fine work.",
        language="en",
    )  # fmt: skip
    assert "Fine work." not in signed_in(bob).get(page(school)).text

    review.status, review.published_at = "published", history[0].completed_at
    review.save()

    assert "Fine work." in signed_in(bob).get(page(school)).text


def test_the_list_is_of_ones_own_partners(history, offer, other_offer, outsider, buyer, bob, lea, signed_in):
    make_order(other_offer, outsider)
    make_order(other_offer, buyer, "draft")

    names = [each.name for each in signed_in(bob).get(reverse("marketplace:partner_list")).context["page"]]

    assert names == ["Linden Vocational School", "Oak Training Centre"]
    assert signed_in(other_offer.trainer).get(reverse("marketplace:partner_list")).context["page"].object_list[0] == (
        outsider.organisation
    )
    assert signed_in(lea).get(reverse("marketplace:partner_list")).status_code == 404


def test_the_number_of_statements_stays(offer, school, adam, buyer, head, bob, signed_in):
    client, counts = signed_in(bob), []
    for _round in range(2):
        make_order(make_offer(school, adam), buyer, "completed")
        make_framework(offer, buyer, head)
        client.get(page(school))
        with CaptureQueriesContext(connection) as statements:
            client.get(page(school))
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_an_unverified_stranger_has_no_page(school, bob, company, signed_in):
    school.status = "pending"
    school.save()

    assert signed_in(bob).get(page(school)).status_code == 404
    assert signed_in(bob).get(page(company)).status_code == 404
