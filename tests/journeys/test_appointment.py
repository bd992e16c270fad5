"""A company books an appointment, the school moves it with its consent, and the company cancels it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from marketplace.models import Booking, Order
from tests import factories
from tests.journeys import steps
from tests.journeys.steps import press

TITLE = "Car interior cleaning"


@pytest.fixture
def wash(school, adam):
    offer = factories.make_offer(
        school, adam, title=TITLE, is_instant=True, lead_time_days=1, delivery_modes=["at_school"]
    )
    bays = [factories.make_resource(school, f"Bay {number}", "room", days=range(7)) for number in (1, 2)]
    # none of the next two days: the first free one is whole, and may be moved, whatever the hour of the test
    days = [(timezone.localdate() + timedelta(days=number)).weekday() for number in range(3, 6)]
    factories.make_plan(offer, bays, days=days, hours=("09:00", "15:00"), minutes=120, step_minutes=120)
    return offer


def choose_time(page, label):
    page.locator("[name=starts_at]:visible, .times-of:visible label").filter(has_text=label).first.click()


def book(page, offer):
    page.goto(offer.get_absolute_url())
    expect(page.locator("#book")).to_contain_text("Riga time")
    choose_time(page, "11:00")
    press(page, "Go on with this time")
    expect(page.get_by_role("heading", level=1)).to_have_text("Book this time")
    expect(page.locator("main")).to_contain_text("Kept for you until")
    expect(page.locator("#total")).to_contain_text("€180")
    page.locator("#id_brief").fill("An estate car, dusty.")
    press(page, "Book")
    expect(page.get_by_role("status").filter(has_text="Booked")).to_be_visible()
    expect(page.locator(".order-facts")).to_contain_text("11:00–13:00 (Riga time)")


def propose(page, order, label):
    page.goto(order.get_absolute_url())
    page.get_by_role("link", name="Propose another time").click()
    choose_time(page, label)
    page.locator("#id_reason").fill("The bay is used for an exam.")
    press(page, "Send the proposal")
    expect(page.locator(".order-rail")).to_contain_text("You proposed:")


def consent(page, order):
    page.goto(order.get_absolute_url())
    expect(page.locator(".order-rail")).to_contain_text("proposes:")
    steps.visible(page.get_by_role("button", name="Consent to the new time")).click()
    expect(page.get_by_role("status").filter(has_text="It is moved")).to_be_visible()
    expect(page.locator(".order-facts")).to_contain_text("13:00–15:00 (Riga time)")


def cancel(page, order):
    page.locator("#cancel summary, details:has(form[action$='/cancel/']) summary").first.click()
    form = page.locator("form[action$='/cancel/']")
    form.locator("textarea").fill("The car was sold.")
    form.get_by_role("button").click()
    expect(page.locator(".order-state")).to_contain_text("Cancelled")


def test_book_move_and_cancel_an_appointment(sign_in, arrived, wash, adam, bob, company):
    buyer, trainer = sign_in(bob), sign_in(adam)

    book(buyer, wash)
    order = Order.objects.get()
    assert (adam.email, f"New booking from {company.name}: {TITLE}") in arrived()
    assert Booking.objects.live().count() == 1

    propose(trainer, order, "13:00")
    [(to, subject)] = arrived()
    assert to == bob.email
    assert subject.endswith(f"would like another time: {TITLE}")
    consent(buyer, order)
    order.refresh_from_db()
    assert order.times_moved == 1
    [(to, subject)] = arrived()
    assert to == adam.email
    assert subject.startswith("Moved to")

    cancel(buyer, order)
    assert not Booking.objects.live().exists()
    assert (adam.email, f"{company.name} cancelled: {TITLE}") in arrived()
