"""A trainer publishes an offer that can be booked at once; a company that is new here books one of its places."""

from django.utils import timezone
from playwright.sync_api import expect

from marketplace.models import Order
from tests.journeys import steps
from tests.journeys.steps import press

NORA = "nora@bakery.example"
TITLE = "Website for a bakery"


def publish(trainer, desk, sara):
    """The template brings all the words in English; instant booking needs one price, and a window."""
    steps.begin_offer(trainer, "Web & IT", "en", TITLE)
    steps.is_part(trainer, "Price")
    trainer.locator("[name=price_model][value=FIX]").check()
    trainer.locator("#id_price").fill("180")
    trainer.locator("#id_vat_rate").fill("21")
    trainer.get_by_label("Instant booking").check()
    press(trainer, "Save")
    substitute, level, window = (
        "Name a substitute trainer",
        "Name the class and its EQF level",
        "Instant booking needs a window with places, or appointments",
    )
    steps.lacks(trainer, window, substitute, level)
    trainer.locator("aside").get_by_role("link", name=substitute).click()
    steps.fill_people(trainer, substitute=sara.name, class_name="3B, web development")
    press(trainer, "Save and go on")
    steps.lacks(trainer, window)
    trainer.locator("aside").get_by_role("link", name=window).click()
    steps.add_window(trainer, places=2)
    steps.preview_and_send(trainer, TITLE)
    steps.decide(desk, "Offers to review", TITLE, "approve", "Approve")
    expect(desk.locator("body")).to_contain_text(f"{TITLE} is published.")


def find(page):
    page.goto("/offers/")
    steps.visible(page.get_by_role("searchbox")).fill("bakery website")
    steps.visible(page.get_by_role("search").get_by_role("button", name="Search")).click()
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def join(buyer, desk, arrived):
    """Who signs up on the way to a booking comes back to it, to draft until a moderator has looked."""
    expect(buyer.locator("#book")).to_contain_text("2 of 2 places left")
    press(buyer, "Book this service")
    buyer.locator("main").get_by_role("link", name="Create an account").click()
    steps.sign_up(buyer, arrived, NORA, "Maple Bakery")
    expect(buyer.get_by_role("heading", level=1)).to_have_text("Your request")
    expect(buyer.locator("main")).to_contain_text("Maple Bakery is not verified yet")
    steps.decide(desk, "Organisations to verify", "Maple Bakery", "verify", "Verify")
    expect(desk.locator("body")).to_contain_text("Maple Bakery is verified.")
    assert arrived() == [(NORA, "Maple Bakery is verified")]


def book(buyer):
    press(buyer, "Book this service")
    expect(buyer.locator("#total")).to_contain_text("€217.80")
    buyer.locator("#id_brief").fill("Five pages for our bakery.")
    press(buyer, "Book")
    expect(buyer.get_by_role("status").filter(has_text="Booked")).to_be_visible()


def test_book_a_window_in_one_step(new_page, sign_in, arrived, school, adam, sara, mona):
    buyer, desk, trainer = new_page(), sign_in(mona), sign_in(adam)
    publish(trainer, desk, sara)
    assert (adam.email, f"Published: {TITLE}") in arrived()

    find(buyer)
    join(buyer, desk, arrived)
    find(buyer)
    book(buyer)

    expect(buyer.locator(".order-state")).to_contain_text("Scheduled")
    expect(buyer.locator(".order-rail")).to_contain_text("Waiting for Linden Vocational School")
    expect(buyer.locator(".order-facts")).to_contain_text("€217.80")
    order = Order.objects.get()
    assert (order.status, order.contact.email, order.window.taken) == ("scheduled", NORA, 1)
    assert order.accepted_at <= timezone.now()
    assert (adam.email, f"New booking from Maple Bakery: {TITLE}") in arrived()
    find(buyer)
    expect(buyer.locator("#book")).to_contain_text("1 of 2 places left")
    trainer.goto("/orders/?side=received")
    trainer.get_by_role("link", name=TITLE).click()
    expect(trainer.locator("main")).to_contain_text("Five pages for our bakery.")
