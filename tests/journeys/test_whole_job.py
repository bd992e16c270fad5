"""What the site is for, from a company's sign-up to the accepted delivery, each step in somebody's own browser."""

from playwright.sync_api import expect

from marketplace.models import Offer, Order
from tests.journeys import steps
from tests.journeys.steps import act, confirm_all, deliver, press, stands

NORA = "nora@bakery.example"
TITLE = "Strona internetowa dla małej firmy"
ENGLISH = "Website for a small company"
ALT = "A page with an orange header"


TEXTS = {
    "summary": "Pięć podstron z Państwa tekstami i zdjęciami, gotowych w sześć tygodni.",
    "body": "Uczniowie budują **małą stronę** dla Państwa firmy.\n\n- działa na telefonie\n- łatwo ją zmienić",
    "included": "Pięć podstron\nFormularz kontaktowy",
    "excluded": "Opłaty za domenę",
    "practises": "Planowanie i budowanie stron internetowych.",
    "safety": "Nauczyciel jest zawsze obecny.",
}
NEEDED = {
    "texts": [
        "Write a title, summary and description",
        "Say what the client gets",
        "Say what students practise",
        "Describe safety and hygiene",
    ],
    "english": ["Make the English version yours, or remove it: it still holds our template's words"],
    "price": ["Set the net price", "Set the VAT rate, or why there is none", "Add the packages"],
    "people": ["Name a substitute trainer", "Name the class and its EQF level"],
}


def needs(page, *parts):
    steps.lacks(page, *(label for part in parts for label in NEEDED[part]))


def write(page):
    """The texts, first in Polish, then in English, for which the template's words have to go."""
    steps.is_part(page, "Texts")
    needs(page, "texts", "english", "price", "people")
    steps.fill_texts(page, stages=[("Rozmowa", "0"), ("Gotowa strona", "40")], **TEXTS)
    press(page, "Show the description as readers see it")
    expect(page.locator("#preview strong")).to_have_text("małą stronę")
    expect(page.locator("#preview li")).to_have_count(2)
    press(page, "Save")
    needs(page, "english", "price", "people")
    page.locator(".versions").get_by_role("link", name="English").click()
    steps.fill_texts(page, title=ENGLISH, summary="Five pages, ready in six weeks.")
    press(page, "Save and go on")


def price(page):
    steps.is_part(page, "Price")
    needs(page, "price", "people")
    expect(page.locator("[name=price_model][value=PKG]")).to_be_checked()
    press(page, "Save and go on")
    expect(page.locator(".error-summary")).to_contain_text("Add at least one package.")
    for row, (name, amount) in enumerate([("Mała", "180"), ("Duża", "320")]):
        page.locator(f"[name=packages-{row}-name]").fill(name)
        page.locator(f"[name=packages-{row}-description]").fill("Podstrony i formularz")
        page.locator(f"[name=packages-{row}-price]").fill(amount)
    page.locator("#id_vat_exemption").fill("Szkoła nie nalicza VAT")
    press(page, "Save and go on")


def publish(trainer, desk, sara, arrived):
    """Page by page through the form, from the template to the moderator's approval."""
    steps.begin_offer(trainer, "Web & IT", "pl", TITLE)
    write(trainer)
    price(trainer)
    steps.is_part(trainer, "Terms")
    needs(trainer, "people")
    trainer.locator("#id_lead_time_days").fill("30")
    press(trainer, "Save and go on")
    steps.is_part(trainer, "People")
    steps.fill_people(trainer, substitute=sara.name, class_name="3B, web development")
    press(trainer, "Save and go on")
    steps.is_part(trainer, "Skills")
    steps.lacks(trainer)
    press(trainer, "Save and go on")
    steps.is_part(trainer, "Pictures")
    steps.add_picture(trainer, ALT)
    trainer.locator(".offer-parts").get_by_role("link", name="Windows").click()
    steps.add_window(trainer, places=3)
    steps.preview_and_send(trainer, ENGLISH)
    assert arrived() == [(sara.email, f"Sent for review: {ENGLISH}")]
    steps.decide(desk, "Offers to review", ENGLISH, "approve", "Approve")
    expect(desk.locator("body")).to_contain_text(f"{ENGLISH} is published.")
    return Offer.objects.get()


def find(page):
    """In Polish, with a letter missing; the correction is said, and the service found has its picture."""
    page.goto("/pl/offers/")
    page.get_by_role("searchbox").locator("visible=true").first.fill("strona internetwa")
    page.keyboard.press("Enter")
    expect(page.locator(".corrected")).to_contain_text("strona internetowa")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    picture = page.get_by_role("img", name=ALT)
    expect(picture).to_be_visible()
    assert page.request.get(picture.get_attribute("src")).headers["content-type"] == "image/webp"


def quote(page, price, message):
    page.locator(".order-rail").get_by_role("link", name="quote").click()
    page.locator("[name=lines-0-unit_price]").fill(price)
    page.locator("[name=message]").fill(message)
    page.get_by_role("button", name="Send the quote").click()


def request(buyer, offer, arrived):
    buyer.goto(offer.get_absolute_url())
    buyer.get_by_role("button", name="Request this service").click()
    buyer.locator("#id_brief").fill("Five pages for our bakery.")
    buyer.get_by_role("button", name="Check your answers").click()
    expect(buyer.get_by_role("heading", level=1)).to_have_text("Check your request")
    expect(buyer.locator(".answers")).to_contain_text("Five pages for our bakery.")
    buyer.get_by_role("button", name="Send the request").click()
    stands(buyer, "Requested", f"Waiting for {offer.school.name}")
    assert (offer.trainer.email, f"New request from Maple Bakery: {ENGLISH}") in arrived()


def agree(buyer, trainer, offer, arrived):
    """A quote, a counter, a second quote with a decimal comma, and the deal."""
    trainer.goto("/orders/?side=received")
    trainer.get_by_role("link", name=ENGLISH).click()
    stands(trainer, "Requested", "Answer with a quote")
    quote(trainer, "250.00", "Ready in three weeks.")
    stands(trainer, "Quoted", "Waiting for Maple Bakery")
    assert arrived() == [(NORA, f"Quote from {offer.school.name}: {ENGLISH}")]

    buyer.reload()
    stands(buyer, "Quoted", "Decide on the quote")
    act(buyer, "counter", "Ask for a change of the quote", text="Could it be less?", wished_price="200")
    stands(buyer, "Change of quote asked", f"Waiting for {offer.school.name}")
    assert (offer.trainer.email, f"Maple Bakery asks for a change of the quote: {ENGLISH}") in arrived()

    trainer.reload()
    stands(trainer, "Change of quote asked", "Answer with a quote")
    quote(trainer, "210,00", "With four pages instead of five.")
    expect(trainer.locator("#quote-2")).to_contain_text("€210.00")
    assert arrived() == [(NORA, f"Quote from {offer.school.name}: {ENGLISH}")]

    buyer.reload()
    expect(buyer.locator("#quote-1")).to_contain_text("Replaced")
    act(buyer, "accept", "Accept for €210")
    stands(buyer, "Scheduled", f"Waiting for {offer.school.name}")
    expect(buyer.locator(".order-facts")).to_contain_text("€210.00")
    assert (offer.trainer.email, f"Maple Bakery accepted your quote: {ENGLISH}") in arrived()


def work(trainer, school, arrived):
    trainer.reload()
    stands(trainer, "Scheduled", "Something is missing before the start")
    trainer.get_by_role("link", name="See what is missing").click()
    confirm_all(trainer)
    expect(trainer.locator("main")).to_contain_text("Everything is in place.")
    trainer.get_by_role("link", name=ENGLISH).click()
    stands(trainer, "Scheduled", "Start when the class begins")
    act(trainer, "start", "Start the work")
    stands(trainer, "In progress", "Do the work, then deliver")
    assert (NORA, f"{school.name} started: {ENGLISH}") in arrived()

    deliver(trainer, "It is online.")
    stands(trainer, "Delivered", "Waiting for Maple Bakery")
    assert arrived() == [(NORA, f"{school.name} delivered: {ENGLISH}")]


def change(buyer, trainer, offer, arrived):
    buyer.reload()
    stands(buyer, "Delivered", "Look at the delivery")
    act(buyer, "ask_changes", "Ask for changes", text="A larger logo, please.")
    stands(buyer, "Changes asked", f"Waiting for {offer.school.name}")
    assert (offer.trainer.email, f"Maple Bakery asks for changes: {ENGLISH}") in arrived()

    trainer.reload()
    expect(trainer.locator(".thread")).to_contain_text("A larger logo, please.")
    stands(trainer, "Changes asked", "The client asks for changes")
    act(trainer, "resume", "Take up the changes")
    stands(trainer, "In progress", "Do the work, then deliver")
    assert arrived() == [(NORA, f"{offer.school.name} works on your changes: {ENGLISH}")]

    deliver(trainer, "The logo is larger now.")
    stands(trainer, "Delivered", "Waiting for Maple Bakery")
    assert arrived() == [(NORA, f"{offer.school.name} delivered: {ENGLISH}")]


def test_the_whole_job(new_page, sign_in, arrived, school, adam, sara, mona):
    buyer, desk, trainer = new_page(), sign_in(mona), sign_in(adam)

    buyer.goto("/")
    steps.visible(buyer.get_by_role("banner").get_by_role("link", name="Join")).click()
    steps.sign_up(buyer, arrived, NORA, "Maple Bakery")
    buyer.wait_for_url("**/dashboard/")
    steps.decide(desk, "Organisations to verify", "Maple Bakery", "verify", "Verify")
    expect(desk.locator("body")).to_contain_text("Maple Bakery is verified.")
    assert arrived() == [(NORA, "Maple Bakery is verified")]
    offer = publish(trainer, desk, sara, arrived)
    assert (adam.email, f"Published: {ENGLISH}") in arrived()
    find(buyer)
    request(buyer, offer, arrived)
    agree(buyer, trainer, offer, arrived)
    work(trainer, school, arrived)
    change(buyer, trainer, offer, arrived)
    buyer.reload()
    expect(buyer.locator(".thread")).to_contain_text("The logo is larger now.")
    act(buyer, "accept_delivery", "Accept the delivery")

    stands(buyer, "Completed", "One thing is left")
    assert (adam.email, f"Maple Bakery accepted the delivery: {ENGLISH}") in arrived()
    assert Order.objects.get().status == "completed"
