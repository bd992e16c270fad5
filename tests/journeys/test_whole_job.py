"""What the site is for, from a company's sign-up to the accepted delivery, each step in somebody's own browser."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Organisation
from marketplace.models import Offer, Order
from tests import factories

NORA = "nora@bakery.example"
TITLE = "Strona internetowa dla małej firmy"
PHRASE = "a long enough phrase"


@pytest.fixture
def draft(school, adam, sara):
    return factories.complete_draft(school, adam, sara, title=TITLE, source_language="pl")


def sign_up(page, arrived):
    """The account, its code from the mail, and the company, which is sent for verification at once."""
    page.goto("/account/signup/")
    page.locator("#id_name").fill("Nora New")
    page.locator("#id_email").fill(NORA)
    page.locator("#id_password1").fill(PHRASE)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your e-mail address")
    assert [to for to, _subject in arrived()] == [NORA]
    code = re.search(r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b", mail.outbox[0].body.replace("VET2B", ""))[0]
    page.locator("#id_code").fill(code)
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.locator("#id_name").fill("Maple Bakery")
    page.locator("#id_country").select_option("PL")
    page.locator("#id_town").fill("Gdynia")
    page.locator("#id_address").fill("Klonowa 1")
    page.locator("#id_vat_id").fill("PL5260001246")
    page.locator("#id_sector").select_option("I")
    page.locator("#id_size").select_option("micro")
    page.get_by_role("button", name="Register and send for verification").click()
    page.wait_for_url("**/dashboard/")
    expect(page.get_by_role("status").filter(has_text="we check your details")).to_be_visible()


def decide(page, obj, verb, button):
    """A moderator's decision on the page of the object, for which approvals need no reason."""
    page.goto(reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk]))
    page.locator(f"#decide-{verb} > summary").click()
    page.locator(f"#decide-{verb}").get_by_role("button", name=button).click()


def find(page):
    """In Polish, with a letter missing; the correction is said."""
    page.goto("/pl/offers/")
    page.get_by_role("searchbox").locator("visible=true").first.fill("strona internetwa")
    page.keyboard.press("Enter")
    expect(page.locator(".corrected")).to_contain_text("strona internetowa")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def act(page, verb, button, **answers):
    """Fills in the form of a verb on the page of the order, unfolding it where it is folded, and sends it."""
    folded = page.locator(f"details:not([open]):has(> #{verb}) > summary")
    if folded.count():
        folded.click()
    form = page.locator(f"form[action$='/{verb}/']").locator("visible=true").first
    for name, text in answers.items():
        form.locator(f"[name={name}]").fill(text)
    form.get_by_role("button", name=button).click()


def quote(page, price, message):
    page.locator(".order-rail").get_by_role("link", name="quote").click()
    page.locator("[name=lines-0-unit_price]").fill(price)
    page.locator("[name=message]").fill(message)
    page.get_by_role("button", name="Send the quote").click()


def stands(page, state, turn):
    """What the page of the order says: its state, and whose turn it is."""
    expect(page.locator(".order-state")).to_contain_text(state)
    expect(page.locator(".order-rail h2")).to_have_text(turn)


def publish(trainer, desk, draft, arrived):
    """The trainer sends the draft for review, and the moderator approves it."""
    trainer.goto(reverse("marketplace:offer_manage", args=[draft.ref]))
    trainer.get_by_role("button", name="Send for review").click()
    expect(trainer.locator("main")).to_contain_text("A moderator looks at it")
    decide(desk, draft, "approve", "Approve")
    expect(desk.locator("body")).to_contain_text(f"{TITLE} is published.")
    assert (draft.trainer.email, f"Published: {TITLE}") in arrived()


def request(buyer, offer, arrived):
    buyer.goto(offer.get_absolute_url())
    buyer.get_by_role("button", name="Request this service").click()
    buyer.locator("#id_brief").fill("Five pages for our bakery.")
    buyer.get_by_role("button", name="Check your answers").click()
    expect(buyer.get_by_role("heading", level=1)).to_have_text("Check your request")
    expect(buyer.locator(".answers")).to_contain_text("Five pages for our bakery.")
    buyer.get_by_role("button", name="Send the request").click()
    stands(buyer, "Requested", f"Waiting for {offer.school.name}")
    assert (offer.trainer.email, f"New request from Maple Bakery: {TITLE}") in arrived()


def agree(buyer, trainer, offer, arrived):
    """A quote, a counter, a second quote with a decimal comma, and the deal."""
    trainer.goto("/orders/?side=received")
    trainer.get_by_role("link", name=TITLE).click()
    stands(trainer, "Requested", "Answer with a quote")
    quote(trainer, "250.00", "Ready in three weeks.")
    stands(trainer, "Quoted", "Waiting for Maple Bakery")
    assert arrived() == [(NORA, f"Quote from {offer.school.name}: {TITLE}")]

    buyer.reload()
    stands(buyer, "Quoted", "Decide on the quote")
    act(buyer, "counter", "Ask for a change of the quote", text="Could it be less?", wished_price="200")
    stands(buyer, "Change of quote asked", f"Waiting for {offer.school.name}")
    assert (offer.trainer.email, f"Maple Bakery asks for a change of the quote: {TITLE}") in arrived()

    trainer.reload()
    stands(trainer, "Change of quote asked", "Answer with a quote")
    quote(trainer, "210,00", "With four pages instead of five.")
    expect(trainer.locator("#quote-2")).to_contain_text("€210.00")
    assert arrived() == [(NORA, f"Quote from {offer.school.name}: {TITLE}")]

    buyer.reload()
    expect(buyer.locator("#quote-1")).to_contain_text("Replaced")
    act(buyer, "accept", "Accept for €210")
    stands(buyer, "Accepted", f"Waiting for {offer.school.name}")
    expect(buyer.locator(".order-facts")).to_contain_text("€210.00")
    assert (offer.trainer.email, f"Maple Bakery accepted your quote: {TITLE}") in arrived()


def work(trainer, school, arrived):
    trainer.reload()
    stands(trainer, "Accepted", "Start when the class begins")
    act(trainer, "start", "Start the work")
    stands(trainer, "In progress", "Do the work, then deliver")
    assert arrived() == [(NORA, f"{school.name} started: {TITLE}")]

    act(trainer, "deliver", "Deliver", note="It is online.")
    stands(trainer, "Delivered", "Waiting for Maple Bakery")
    assert arrived() == [(NORA, f"{school.name} delivered: {TITLE}")]


def change(buyer, trainer, offer, arrived):
    buyer.reload()
    stands(buyer, "Delivered", "Look at the delivery")
    act(buyer, "ask_changes", "Ask for changes", text="A larger logo, please.")
    stands(buyer, "Changes asked", f"Waiting for {offer.school.name}")
    assert (offer.trainer.email, f"Maple Bakery asks for changes: {TITLE}") in arrived()

    trainer.reload()
    expect(trainer.locator(".thread")).to_contain_text("A larger logo, please.")
    stands(trainer, "Changes asked", "The client asks for changes")
    act(trainer, "resume", "Take up the changes")
    stands(trainer, "In progress", "Do the work, then deliver")
    assert arrived() == [(NORA, f"{offer.school.name} works on your changes: {TITLE}")]

    act(trainer, "deliver", "Deliver", note="The logo is larger now.")
    stands(trainer, "Delivered", "Waiting for Maple Bakery")
    assert arrived() == [(NORA, f"{offer.school.name} delivered: {TITLE}")]


def test_the_whole_job(new_page, sign_in, arrived, draft, school, adam, mona):
    buyer, desk, trainer = new_page(), sign_in(mona), sign_in(adam)

    sign_up(buyer, arrived)
    decide(desk, Organisation.objects.get(name="Maple Bakery"), "verify", "Verify")
    expect(desk.locator("body")).to_contain_text("Maple Bakery is verified.")
    assert (NORA, "Maple Bakery is verified") in arrived()
    publish(trainer, desk, draft, arrived)
    find(buyer)
    offer = Offer.objects.get(pk=draft.pk)
    request(buyer, offer, arrived)
    agree(buyer, trainer, offer, arrived)
    work(trainer, school, arrived)
    change(buyer, trainer, offer, arrived)
    buyer.reload()
    expect(buyer.locator(".thread")).to_contain_text("The logo is larger now.")
    act(buyer, "accept_delivery", "Accept the delivery")

    stands(buyer, "Completed", "Nothing left to do")
    assert (adam.email, f"Maple Bakery accepted the delivery: {TITLE}") in arrived()
    assert Order.objects.get().status == "completed"
