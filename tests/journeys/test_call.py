"""A call until its deadline: written, answered, changed while there is time, refused after it, decided."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from marketplace.models import Call, Expression
from tests.journeys.steps import press

TITLE = "Two schools for a project on repair"


def write(page):
    page.goto("/calls/")
    page.locator("main").get_by_role("link", name="Write a call").click()
    page.get_by_label("Partner search").check()
    page.locator("#id_title").fill(TITLE)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".error-summary")).to_contain_text("Needed before the call is published.")
    page.locator("#id_summary").fill("We look for two schools that repair things.")
    page.locator("#id_text").fill("We **repair** what others throw away.")
    page.locator("#id_programme").fill("Erasmus+")
    page.locator("#id_role_wanted").fill("Partner school")
    page.locator("#id_deadline_day").fill((timezone.localdate() + timedelta(days=20)).isoformat())
    page.locator("#id_deadline_time").fill("12:00")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status").first).to_be_visible()


def express(page, call):
    page.goto(call.get_absolute_url())
    page.get_by_role("link", name="Answer this call").click()
    page.locator("#id_why_us").fill("We have repaired radios for ten years.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("Needed before the answer is sent.")
    expect(page.locator("#id_why_us")).to_have_value("We have repaired radios for ten years.")
    page.locator("#id_what_we_bring").fill("A workshop.")
    page.locator("#id_who_takes_part").fill("Two teachers and class 3B.")
    page.locator("#id_when_we_can").fill("From March on.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("main")).to_contain_text("Sent")


def test_a_call_up_to_its_deadline(sign_in, arrived, bob, company, adam, school):
    caller, applicant = sign_in(bob), sign_in(adam)
    write(caller)
    call = Call.objects.get()
    assert call.status == "published"

    express(applicant, call)
    assert Expression.objects.get().status == "submitted"
    applicant.goto(f"{call.get_absolute_url()}express/")
    applicant.locator("#id_what_we_bring").fill("A workshop and a van.")
    press(applicant, "Save the changes")
    assert Expression.objects.get().what_we_bring == "A workshop and a van."

    # the page is open while the deadline passes
    applicant.goto(f"{call.get_absolute_url()}express/")
    applicant.locator("#id_what_we_bring").fill("Too late.")
    Call.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    press(applicant, "Save the changes")
    expect(applicant.locator("main")).to_contain_text("deadline")
    assert Expression.objects.get().what_we_bring == "A workshop and a van."
    arrived()
