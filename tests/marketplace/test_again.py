"""Ordering the same once more from a completed order."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Refusal
from marketplace.models import Order
from tests import factories
from tests.factories import make_offer, make_order, make_plan, make_window


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "completed", brief="Five pages on bread.", quantity=1)


def url(order, name="again"):
    return reverse(f"marketplace:order_{name}", args=[order.ref])


def test_the_same_once_more_for_the_next_open_window(order, offer, buyer):
    make_window(offer, in_days=60)
    soon = make_window(offer, in_days=30)

    again = order.repeat(by=buyer)

    assert (again.repeats, again.status, again.buyer, again.seller) == (order, "draft", order.buyer, order.seller)
    assert (again.brief, again.quantity, again.place_mode, again.window) == (order.brief, 1, "remote", soon)
    activity = again.activities.get()
    assert (activity.verb, activity.actor, activity.notifications.count()) == ("order.draft", buyer.user, 0)


def test_a_second_click_gives_the_same_draft(order, buyer):
    key = uuid.uuid4()

    assert order.repeat(by=buyer, request_key=key) == order.repeat(by=buyer, request_key=key)
    assert order.repeated_by.count() == 1


def test_only_what_is_completed_can_be_ordered_again(order, buyer):
    for status in set(Order.Status) - {"completed", "closed"}:
        Order.objects.filter(pk=order.pk).update(status=status)
        with pytest.raises(Refusal):
            order.repeat(by=buyer)
    assert not order.repeated_by.exists()

    Order.objects.filter(pk=order.pk).update(status="closed")
    assert order.repeat(by=buyer).repeats == order


def test_others_cannot(order, seller, outsider):
    for by in (seller, outsider):
        with pytest.raises(PermissionDenied):
            order.repeat(by=by)
    assert not order.repeated_by.exists()


def test_what_the_school_ended_cannot_be_ordered_again(order, offer, buyer):
    offer.status = "archived"
    offer.save()

    with pytest.raises(Refusal):
        Order.objects.get(pk=order.pk).repeat(by=buyer)


def test_one_click_opens_the_form_filled_in(order, bob, signed_in):
    client = signed_in(bob)
    page = client.get(order.get_absolute_url())
    key = page.context["again"]["form"].initial["request_key"]
    response = client.post(url(order), {"request_key": str(key)}, follow=True)

    again = order.repeated_by.get()
    assert response.redirect_chain[-1][0] == reverse("marketplace:order_edit", args=[again.ref])
    assert "Five pages on bread." in response.text
    again.request(by=factories.member(bob, order.buyer))
    assert again.get_absolute_url() in client.get(order.get_absolute_url()).text
    assert order.get_absolute_url() in client.get(again.get_absolute_url()).text


def test_the_school_sees_no_draft_on_the_earlier_order(order, buyer, adam, signed_in):
    again = order.repeat(by=buyer)

    page = signed_in(adam).get(order.get_absolute_url()).text

    assert again.ref not in page
    assert url(order) not in page


def test_what_is_booked_at_once_opens_the_booking_form_and_is_booked(school, adam, sara, bob, buyer, signed_in):
    offer = make_offer(school, adam, sara, is_instant=True)
    window = make_window(offer)
    order = make_order(offer, buyer, "completed", brief="As before.")
    client = signed_in(bob)

    page = client.post(url(order), {"request_key": str(uuid.uuid4())}, follow=True)
    again = order.repeated_by.get()
    form = page.context["form"]
    assert "As before." in page.text
    sent = {
        "request_key": str(form.initial["request_key"]), "window": window.pk, "place_mode": "remote", "brief": "Anew.",
        "seen": str(form.total.gross),
    }  # fmt: skip
    response = client.post(reverse("marketplace:order_book", args=[offer.slug]), sent)

    again.refresh_from_db()
    assert response.url == again.get_absolute_url()
    assert (again.status, again.is_instant, again.brief, again.repeats) == ("scheduled", True, "Anew.", order)
    assert Order.objects.count() == 2


def test_an_appointment_goes_on_to_the_free_times(offer, buyer, bob, signed_in):
    order = make_order(offer, buyer, "completed", brief="As before.")
    make_plan(offer)

    response = signed_in(bob).post(url(order), {"request_key": str(uuid.uuid4())})

    again = order.repeated_by.get()
    assert response.url == f"{reverse('marketplace:order_time', args=[offer.slug])}?order={again.ref}"
    assert again.brief == "As before."


def test_where_it_is_gone_the_page_shows_others_and_a_need_filled_in(order, offer, school, adam, bob, signed_in):
    other = make_offer(school, adam, title="Logo and letterhead")
    offer.status = "archived"
    offer.save()
    client = signed_in(bob)

    page = client.get(url(order)).text
    assert "does not offer this any more" in page
    assert other.get_absolute_url() in page
    refused = client.post(url(order))
    asked = client.post(url(order, "ask_again"), follow=True).text

    assert refused.status_code == 200
    assert not order.repeated_by.exists()
    assert "Five pages on bread." in asked
    assert f'value="{order.title}"' in asked
