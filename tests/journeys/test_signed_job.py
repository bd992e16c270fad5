"""From the quote to the records of the students, where a click is not enough: signatures, a team and its checks."""

from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from marketplace.models import Order
from marketplace.models.reviews import RATINGS
from tests.factories import PASSWORD, add_resource, make_learner, make_offer, make_order, member
from tests.journeys.steps import act, confirm_all, deliver, press, stands

CONTACT = {"contact_name": "Bob Birch", "contact_phone": "+371 20000000"}


@pytest.fixture
def order(school, adam, buyer, lea):
    """At the client's place, with the client's data, so that an agreement is needed."""
    offer = make_offer(
        school, adam, has_minors=False, handles_personal_data=True, delivery_modes=["at_client"], class_name="3B"
    )
    offer.texts.update(safety="A trainer is present at all times.")
    group = add_resource(school, "class", "3B")
    make_learner(school, "Maja", "Mallow", group=group, membership=member(lea, school))
    make_learner(school, "Nia", "Nettle", group=group)
    return make_order(offer, buyer, "quoted", place="Liepu iela 2")


def open_part(page, order, name):
    page.goto(order.get_absolute_url())
    page.locator(".order-parts").get_by_role("link", name=name).click()


def sign(page, order, name, function):
    open_part(page, order, "Agreement")
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Confirm")
    page.locator("#id_name").fill(name)
    page.locator("#id_function").fill(function)
    press(page, "Sign")
    expect(page.locator(".error-summary")).to_contain_text("Tick this once you have read it.")
    page.locator("#id_has_read").check()
    press(page, "Sign")


def agree(client, headteacher, order, school):
    client.goto(order.get_absolute_url())
    act(client, "accept", "Accept for €")
    stands(client, "Waiting for signatures", "Both sides sign the agreement")
    sign(client, order, "Bob Birch", "Owner")
    expect(client.locator(".agreement-sides")).to_contain_text("Bob Birch, Owner")
    sign(headteacher, order, "Alice Alpha", "Headteacher")
    expect(headteacher.locator(".order-state")).to_contain_text("Signed by both sides")


def choose_team(trainer, order):
    open_part(trainer, order, "Team")
    for name in ("Maja Mallow", "Nia Nettle"):
        trainer.get_by_label(name).check()
    press(trainer, "Save the team")
    expect(trainer.locator(".lead")).to_contain_text("Team of 2 students")


def make_ready(client, trainer, order):
    """Each side confirms what is its own; until both have, nobody can start."""
    trainer.goto(order.get_absolute_url())
    stands(trainer, "Scheduled", "Something is missing before the start")
    expect(trainer.get_by_role("button", name="Start the work")).to_have_count(0)
    for page in (trainer, client):
        open_part(page, order, "Ready to start")
        confirm_all(page, **(CONTACT if page is client else {}))
    expect(client.locator("main")).to_contain_text("Everything is in place.")


def work(trainer, client, order):
    trainer.goto(order.get_absolute_url())
    act(trainer, "start", "Start the work")
    open_part(trainer, order, "Hours")
    trainer.locator("#id_day").fill(timezone.localdate(timezone=order.zone).isoformat())
    trainer.locator("#id_starts_at").fill("00:00")
    trainer.locator("#id_ends_at").fill("00:01")
    trainer.locator("#id_done").fill("Setting up")
    press(trainer, "Write the hours")
    expect(trainer.locator("main")).to_contain_text("0:02 h confirmed")
    show_milestone(trainer, client, order)
    trainer.goto(order.get_absolute_url())
    deliver(trainer, "It is online.")
    stands(trainer, "Delivered", f"Waiting for {order.buyer.name}")
    client.goto(order.get_absolute_url())
    act(client, "accept_delivery", "Accept the delivery")


def show_milestone(trainer, client, order):
    open_part(trainer, order, "Milestones")
    trainer.get_by_label("What will be ready").fill("Start page")
    trainer.get_by_label("Due on").fill(timezone.localdate(timezone=order.zone).isoformat())
    press(trainer, "Plan it")
    trainer.locator("summary", has_text="Show it to the client").click()
    trainer.get_by_label("What is ready").fill("It stands at the test address.")
    press(trainer, "Show it")
    expect(trainer.locator(".milestones")).to_contain_text("Waiting for the client")
    open_part(client, order, "Milestones")
    client.locator("main").get_by_role("button", name="OK").click()
    expect(client.locator(".milestones")).to_contain_text("The client said OK")


def review(page, order, mark, words):
    open_part(page, order, "Reviews")
    expect(page.get_by_role("heading", level=1)).to_contain_text("How was it with")
    for rating in RATINGS:
        page.locator(f"[name={rating}][value='{mark}']").check()
    page.locator("#id_text").fill(words)
    press(page, "Send the review")


def confirm_records(trainer, order):
    open_part(trainer, order, "Records of the students")
    expect(trainer.get_by_label("Hours").first).to_have_value("0:01")
    press(trainer, "Confirm the records")
    expect(trainer.locator("main")).to_contain_text("Confirmed records")


def give_feedback(client, order):
    open_part(client, order, "Feedback on the team")
    client.locator("#id_line").fill("They knew what they did.")
    press(client, "Send the feedback")
    expect(client.locator("main")).to_contain_text("They knew what they did.")


def show(student, stranger, order):
    """The student reads all of the record, and a stranger what the student chose, until there is nothing to read."""
    student.goto("/my/evidence/")
    student.get_by_role("link", name=order.title).click()
    expect(student.locator("main")).to_contain_text("They knew what they did.")
    student.locator("summary", has_text="Show it to others").click()
    student.get_by_label("First name and initial").check()
    student.locator("#id_hours").check()
    press(student, "Make it public")
    address = urlsplit(student.locator("#public-url").input_value()).path
    stranger.goto(address)
    expect(stranger.locator("main")).to_contain_text("Maja M.")
    expect(stranger.locator("main")).to_contain_text("0:01")
    expect(stranger.locator("main")).not_to_contain_text("Mallow")
    expect(stranger.locator("main")).not_to_contain_text("They knew what they did.")
    press(student, "Show it to nobody")
    expect(student.locator("main")).to_contain_text("Only you and your school.")
    assert stranger.goto(address).status == 404


def test_the_signed_job(sign_in, new_page, order, school, adam, alice, bob, lea):
    client, trainer, headteacher = sign_in(bob), sign_in(adam), sign_in(alice)

    agree(client, headteacher, order, school)
    choose_team(trainer, order)
    make_ready(client, trainer, order)
    work(trainer, client, order)
    review(client, order, "4", "Friendly and on time.")
    expect(client.locator("main")).not_to_contain_text("A clear brief.")
    review(trainer, order, "5", "A clear brief.")

    expect(trainer.locator("main")).to_contain_text("Friendly and on time.")
    client.goto(order.get_absolute_url())
    expect(client.locator("body")).to_contain_text("Team of 2 students")
    expect(client.locator("body")).not_to_contain_text("Mallow")
    assert Order.objects.get().status == "closed"
    confirm_records(trainer, order)
    give_feedback(client, order)
    show(sign_in(lea), new_page(), order)
