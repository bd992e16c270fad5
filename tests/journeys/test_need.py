"""Somebody finds nothing, asks all schools from a telephone, compares what they quote, and chooses."""

import pytest
from playwright.sync_api import expect

from accounts.models.timers import ring_due_timers
from marketplace.models import Need, Order
from tests import factories
from tests.factories import LINE, make_offer
from tests.journeys.steps import press, visible

TITLE = "Repair of an old loom"


@pytest.fixture
def weaver(school, adam):
    """Of the second of two schools that weave."""
    wera = factories.make_user("Wera Weaver")
    thistle = factories.make_organisation(wera, "school", "Thistle School")
    fields = {"category_id": "TEX", "delivery_modes": ["at_school"], "languages": ["en"]}
    make_offer(school, adam, title="Weaving and looms", **fields)
    make_offer(thistle, wera, title="Weaving by hand", **fields)
    return factories.member(wera, thistle)


def go_on(page, number):
    expect(page.locator("main")).to_contain_text(f"Step {number} of 5")
    press(page, "Go on")


def ask(page):
    """From a search without results to the page that checks the answers, without an account."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/offers/?q=qzxloomrepair")
    page.locator("main").get_by_role("link", name="Ask all schools").click()
    expect(page.locator("main")).to_contain_text("Step 1 of 5")
    press(page, "Go on")
    expect(page.locator(".error-summary")).to_contain_text("Say what you need.")
    page.locator("#id_text").fill("A hand loom of 1960 whose treadles are loose.")
    page.locator("#id_title").fill(TITLE)
    page.locator("#id_category").select_option("TEX")
    go_on(page, 1)
    expect(page.locator("main")).to_contain_text("Step 2 of 5")
    page.get_by_label("At the school").check()
    page.locator("#id_country").select_option("LV")
    go_on(page, 2)
    go_on(page, 3)
    go_on(page, 4)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.locator("main")).to_contain_text("A hand loom of 1960")


def send(page, bob):
    """Signs in on the way; the answers are kept."""
    page.locator("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill(bob.email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    press(page, "Send to the schools")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def quote(page):
    """The school is invited, reads why, says that it is interested, and quotes."""
    page.goto("/dashboard/")
    page.locator("main").get_by_role("link", name="1 invitation to a need waits").click()
    page.locator("main").get_by_role("button", name="Read it").click()
    expect(page.locator("main")).to_contain_text("Why you: same category")
    press(page, "We are interested")
    expect(page.locator("main")).to_contain_text("They know that you are interested.")
    visible(page.get_by_role("link", name="Send a quote")).click()
    page.locator("[name=lines-0-unit_price]").fill("120.00")
    page.locator("[name=deliverables]").fill("Treadles tight, two belts new.")
    page.get_by_role("button", name="Send the quote").click()
    expect(page.locator(".order-state")).to_contain_text("Quoted")


def choose(page, need, school):
    page.goto(need.get_absolute_url())
    expect(page.locator("main")).to_contain_text("2 schools are invited.")
    table = page.locator(".compare")
    expect(table).to_contain_text("Treadles tight, two belts new.")
    expect(table).to_contain_text("Thistle School")
    table.get_by_role("button", name=school.name).click()
    expect(page.locator(".order-state")).to_be_visible()


def test_ask_compare_and_award(new_page, sign_in, arrived, weaver, school, adam, bob, company):
    buyer = new_page()
    ask(buyer)
    assert not Need.objects.exists()
    send(buyer, bob)
    need = Need.objects.get()
    assert (need.status, need.contact) == ("open", bob)

    ring_due_timers()
    invited = [
        (adam.email, f"A need for your school: {TITLE}"),
        (weaver.user.email, f"A need for your school: {TITLE}"),
    ]
    assert arrived() == sorted(invited)
    quote(sign_in(adam))
    need.answer(need.invitations.get(school=weaver.organisation).offer, [LINE], by=weaver)
    arrived()

    choose(buyer, need, school)
    need.refresh_from_db()
    assert need.status == "awarded"
    assert [(order.seller, order.status) for order in Order.objects.exclude(seller=school)] == [
        (weaver.organisation, "rejected")
    ]
    told = arrived()
    assert (weaver.user.email, f"Not chosen this time: {TITLE}") in told
    assert any(to == adam.email for to, _subject in told)
