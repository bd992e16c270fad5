"""A company finds an offer with fixed price and free places, and books one in one step."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from marketplace.models import Order
from marketplace.models.search import index_windows
from tests import factories


@pytest.fixture
def offer(school, adam, sara):
    offer = factories.make_offer(school, adam, sara, title="Website for a bakery", is_instant=True)
    factories.make_window(offer, capacity=2)
    index_windows()
    return offer


@pytest.mark.usefixtures("company")
def test_book_a_window_in_one_step(sign_in, arrived, offer, bob, adam):
    page = sign_in(bob)

    page.goto("/offers/")
    page.get_by_role("searchbox").locator("visible=true").first.fill("bakery website")
    page.get_by_role("search").get_by_role("button", name="Search").locator("visible=true").first.click()
    page.get_by_role("link", name=offer.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(offer.title)
    expect(page.locator("#book")).to_contain_text("2 of 2 places left")
    page.get_by_role("button", name="Book this service").click()

    expect(page.locator("#total")).to_contain_text("€180.00")
    page.locator("#id_brief").fill("Five pages for our bakery.")
    page.get_by_role("button", name="Book", exact=True).click()

    expect(page.get_by_role("status").filter(has_text="Booked")).to_be_visible()
    expect(page.locator(".order-state")).to_contain_text("Accepted")
    expect(page.locator(".order-rail")).to_contain_text("Waiting for Linden Vocational School")
    expect(page.locator(".order-facts")).to_contain_text("€180.00")
    order = Order.objects.get()
    assert (order.status, order.contact, order.window.taken) == ("accepted", bob, 1)
    assert order.accepted_at <= timezone.now()
    assert (adam.email, f"New booking from Birch Bakery: {offer.title}") in arrived()
    page.goto(offer.get_absolute_url())
    expect(page.locator("#book")).to_contain_text("1 of 2 places left")
