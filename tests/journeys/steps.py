"""What people do on the pages, found by the words that they read there."""

import io
import re
from datetime import timedelta

from django.core import mail
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

PHRASE = "a long enough phrase"


def visible(locator):
    return locator.locator("visible=true").first


def press(page, button):
    page.locator("main").get_by_role("button", name=button, exact=True).click()


def stands(page, state, turn):
    """What the page of the order says: its state, and whose turn it is."""
    expect(page.locator(".order-state")).to_contain_text(state)
    expect(page.locator(".order-rail h2")).to_have_text(turn)


def sign_up(page, arrived, email, company):
    """The account, its code from the mail, and the company, which is sent for verification at once."""
    page.locator("#id_name").fill("Nora New")
    page.locator("#id_email").fill(email)
    page.locator("#id_password1").fill(PHRASE)
    press(page, "Create account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your e-mail address")
    assert [to for to, _subject in arrived()] == [email]
    code = re.search(r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b", mail.outbox[0].body.replace("VET2B", ""))[0]
    page.locator("#id_code").fill(code)
    press(page, "Confirm")
    page.locator("#id_name").fill(company)
    page.locator("#id_country").select_option("LV")
    page.locator("#id_town").fill("Cēsis")
    page.locator("#id_address").fill("Kļavu iela 1")
    page.locator("#id_vat_id").fill("LV40003032949")
    page.locator("#id_sector").select_option("I")
    page.locator("#id_size").select_option("micro")
    press(page, "Register and send for verification")
    expect(page.get_by_role("status").filter(has_text="we check your details")).to_be_visible()


def decide(page, queue, name, verb, button):
    """Takes the named one from its queue and decides; approvals need no reason."""
    page.goto("/admin/")
    page.locator(".desk-cards").get_by_role("link", name=queue).click()
    page.locator(".desk-queue").get_by_role("link", name=name).click()
    page.locator(f"#decide-{verb} > summary").click()
    page.locator(f"#decide-{verb}").get_by_role("button", name=button, exact=True).click()


def begin_offer(page, category, language, title):
    page.goto("/dashboard/")
    page.locator("main").get_by_role("link", name="Our offers").click()
    page.get_by_role("link", name="New offer").click()
    page.locator(".offer-templates").get_by_role("link", name=category, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(category)
    page.locator("#id_language").select_option(language)
    page.locator("#id_title").fill(title)
    press(page, "Make the draft")
    expect(page.get_by_role("status").filter(has_text="Your draft is saved")).to_be_visible()


def lacks(page, *things):
    """What the list beside the form still asks for."""
    to_do = page.locator("aside h3:text-is('Still missing') + ul > li")
    expect(to_do).to_have_count(len(things))
    expect(to_do).to_have_text(list(things))


def is_part(page, label):
    expect(page.get_by_role("heading", level=1)).to_have_text(label)
    expect(page.locator(".offer-parts [aria-current=page]")).to_contain_text(label)


def fill_texts(page, stages=(), **texts):
    for name, words in texts.items():
        page.locator(f"#id_{name}").fill(words)
    for number, (title, day) in enumerate(stages):
        page.locator(f"[name=stages-{number}-title]").fill(title)
        page.locator(f"[name=stages-{number}-day]").fill(day)


def fill_people(page, substitute, class_name):
    page.locator("#id_substitute").select_option(label=substitute)
    page.locator("#id_class_name").fill(class_name)
    page.locator("#id_class_year").fill("3")
    page.locator("#id_class_size").fill("14")
    page.locator("#id_eqf_level").select_option("4")


def photograph():
    """As a telephone makes it, with the place in its EXIF."""
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at 56.95 N 24.10 E"
    Image.linear_gradient("L").convert("RGB").resize((900, 600)).save(file, "JPEG", exif=exif)
    return {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def add_picture(page, alt):
    page.locator("#id_image-file").set_input_files(photograph())
    press(page, "Add the picture")
    expect(page.locator(".error-summary")).to_contain_text("Say what the picture shows")
    page.locator("#id_image-file").set_input_files(photograph())
    page.locator("#id_image-alt").fill(alt)
    press(page, "Add the picture")
    expect(page.locator(".picture-list img")).to_have_attribute("alt", alt)


def add_window(page, places):
    start = timezone.localdate() + timedelta(days=60)
    page.locator("#id_starts_on").fill(start.isoformat())
    page.locator("#id_ends_on").fill((start + timedelta(days=20)).isoformat())
    page.locator("#id_capacity").fill(str(places))
    press(page, "Add the window")
    expect(page.locator(".window-list")).to_contain_text(f"0 of {places} places taken")


def preview_and_send(page, title):
    """From the list of what is missing, when nothing is, to the moderators."""
    expect(page.locator("aside").filter(has_text="complete")).to_contain_text("Everything that is needed is there.")
    page.get_by_role("link", name="Check and send").click()
    page.get_by_role("link", name="Preview").click()
    expect(page.locator(".note").filter(has_text="A preview that only your school sees")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("link", name="Back to the offer").click()
    press(page, "Send for review")
    expect(page.locator("main")).to_contain_text("A moderator looks at it")


def act(page, verb, button, **answers):
    """Fills in the form of a verb on the page of the order, unfolding it where it is folded, and sends it."""
    expect(page.locator(f"form[action$='/{verb}/']").first).to_be_attached()
    folded = page.locator(f"details:not([open]):has(> #{verb}) > summary")
    if folded.count():
        folded.click()
    form = page.locator(f"form[action$='/{verb}/']").locator("visible=true").first
    for name, text in answers.items():
        form.locator(f"[name={name}]").fill(text)
    with page.expect_navigation():
        form.get_by_role("button", name=button).click()


def confirm_all(page, **words):
    """What is this side's of the checklist before the start."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Ready to start")
    for box in page.locator("main").get_by_role("checkbox").all():
        box.check()
    for name, text in words.items():
        page.locator(f"#id_{name}").fill(text)
    press(page, "Confirm")


def deliver(page, note):
    page.locator(".order-rail").get_by_role("link", name="Check and deliver").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and deliver")
    for answer in page.get_by_label("Yes", exact=True).all():
        answer.check()
    page.locator("[name=note]").fill(note)
    page.get_by_role("button", name="Sign and deliver").click()
