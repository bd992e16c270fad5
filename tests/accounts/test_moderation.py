"""Moderators decide about organisations at their desk in the admin."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.admin.organisations import RULES
from accounts.models import Activity, Organisation, Timer, ring_due_timers
from accounts.notifications import send_due
from tests import factories
from vet2b.lib.formats import day

QUEUE = "/admin/accounts/organisation/queue/"


@pytest.fixture
def desk(signed_in, mona):
    return signed_in(mona)


def make_pending(name="Oak Joinery", **fields):
    owner = factories.make_user(f"Owner of {name}")
    organisation = factories.make_organisation(owner, name=name, status="draft", **fields)
    organisation.submit(by=factories.member(owner, organisation))
    return organisation


def page(organisation):
    return reverse("admin:accounts_organisation_change", args=[organisation.pk])


RESTRICTION = {"rule": "vat", "reason": "The number is that of another firm.", "scope": "one", "duration": "corrected"}
SUSPENSION = RESTRICTION | {"rule": "conduct", "reason": "Three reports of abuse.", "duration": "lifted"}


def decide(client, organisation, verb, **fields):
    return client.post(reverse("admin:accounts_organisation_decide", args=[organisation.pk, verb]), fields)


def test_the_queue_shows_the_oldest_first(desk):
    make_pending("First")
    make_pending("Second")
    factories.make_organisation(factories.make_user(), name="Not sent yet", status="draft")

    response = desk.get(QUEUE)

    assert [row["obj"].name for row in response.context["rows"]] == ["First", "Second"]


def test_an_empty_queue_says_so(desk):
    assert "No organisation waits for verification." in desk.get(QUEUE).text


def test_one_page_shows_what_a_decision_needs(desk, offer, school):
    pending = make_pending("Linden Twin", registration_number="40001234567", vat_id="LV40001234567")
    Organisation.objects.filter(pk=school.pk).update(vat_id="LV40001234567")

    text = unescape(desk.get(page(pending)).text)

    assert "40001234567" in text
    assert "Owner of Linden Twin" in text
    assert "Perhaps registered twice" in text
    assert school.name in text
    assert all(str(rule) in text for rule in RULES.values())
    assert "was sent for verification" in text
    assert offer.title in desk.get(page(school)).text


def test_verifying_needs_no_reason_and_goes_on_to_the_next(desk, mona):
    first, second = make_pending("First"), make_pending("Second")

    response = decide(desk, first, "verify")

    assert response.url == page(second)
    first.refresh_from_db()
    assert first.status == "verified"
    assert first.verified_at
    activity = Activity.objects.get(verb="organisation.verify")
    assert (activity.actor, activity.from_status, activity.to_status) == (mona, "pending", "verified")


def test_after_the_last_one_the_queue_is_empty(desk):
    pending = make_pending()

    response = decide(desk, pending, "verify")

    assert response.url == QUEUE


@pytest.mark.parametrize(("verb", "status"), [("ask_changes", "draft"), ("reject", "rejected")])
def test_a_refusal_is_mailed_with_its_reason_and_rule(desk, verb, status):
    pending = make_pending()
    owner = pending.owners()[0][0]

    decide(desk, pending, verb, **RESTRICTION)
    send_due()

    pending.refresh_from_db()
    assert pending.status == status
    message = mail.outbox[-1]
    assert message.to == [owner.email]
    assert "The number is that of another firm." in message.body
    assert str(RULES["vat"]) in message.body


@pytest.mark.parametrize(
    "change", [{"rule": ""}, {"rule": "x"}, {"reason": " "}, {"scope": ""}, {"scope": "all"}, {"duration": ""},
               {"duration": "lifted"}]
)  # fmt: skip
def test_without_facts_rule_scope_and_duration_nothing_is_rejected(desk, change):
    pending = make_pending()

    response = decide(desk, pending, "reject", **RESTRICTION | change)

    assert response.status_code == 200
    assert 'id="decide-reject" open' in response.text
    pending.refresh_from_db()
    assert pending.status == "pending"
    assert not Activity.objects.filter(verb="organisation.reject").exists()


def test_a_repeated_decision_does_nothing_twice(desk):
    pending = make_pending()
    decide(desk, pending, "verify")

    response = desk.post(reverse("admin:accounts_organisation_decide", args=[pending.pk, "verify"]), follow=True)

    assert "This cannot be done any more" in response.text
    assert Activity.objects.filter(verb="organisation.verify").count() == 1


def test_suspension_and_reinstatement_need_reasons_and_are_mailed(desk, company, bob):
    decide(desk, company, "suspend", **SUSPENSION)
    company.refresh_from_db()
    assert company.status == "suspended"

    decide(desk, company, "reinstate", reason="")
    company.refresh_from_db()
    assert company.status == "suspended"

    decide(desk, company, "reinstate", reason="Cleared up.")
    send_due()
    company.refresh_from_db()
    assert company.status == "verified"
    assert [m.subject for m in mail.outbox if m.to == [bob.email]] == [
        "Birch Bakery is suspended",
        "Birch Bakery may trade again",
    ]


def test_a_member_of_the_organisation_cannot_decide(desk, mona):
    pending = make_pending()
    factories.make_member(mona, pending)

    response = decide(desk, pending, "verify")

    assert response.status_code == 403
    pending.refresh_from_db()
    assert pending.status == "pending"
    text = desk.get(page(pending)).text
    assert "somebody else decides" in text
    assert "decide-verify" not in text


def test_staff_without_the_right_to_moderate_cannot_decide(db, signed_in):
    pending = make_pending()
    client = signed_in(factories.make_user("Stan Staff", is_staff=True))

    assert decide(client, pending, "verify").status_code == 404
    assert client.get(page(pending)).status_code == 403
    assert client.get(QUEUE).status_code == 403
    pending.refresh_from_db()
    assert pending.status == "pending"


def test_a_decision_is_a_post(desk):
    pending = make_pending()

    response = desk.get(reverse("admin:accounts_organisation_decide", args=[pending.pk, "verify"]))

    assert response.url == page(pending)
    pending.refresh_from_db()
    assert pending.status == "pending"


def test_the_columns_cannot_be_written(desk):
    pending = make_pending()

    response = desk.post(page(pending), {"status": "verified", "name": "Mine", "_save": "Save"})

    assert response.status_code == 200
    pending.refresh_from_db()
    assert (pending.status, pending.name) == ("pending", "Oak Joinery")


def test_unknown_organisations_and_verbs_are_not_found(desk):
    pending = make_pending()

    for path in ["0/change/", f"{10**30}/change/", "x/change/", "0/decide/verify/", f"{pending.pk}/decide/delete/"]:
        assert desk.get(f"/admin/accounts/organisation/{path}").status_code == 404


def test_script_in_a_name_stays_text(desk):
    pending = make_pending("<script>alert(1)</script>", description="<img src=x onerror=alert(1)>")

    for path in (page(pending), QUEUE, "/admin/accounts/organisation/"):
        text = desk.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_a_restriction_is_mailed_with_all_that_the_law_asks_for(desk, company, bob):
    decide(desk, company, "suspend", **SUSPENSION)
    send_due()

    body = mail.outbox[-1].body
    for words in (
        "Three reports of abuse.",
        f"Rule: {RULES['conduct']}", "Scope: This only", "Duration: Until a moderator lifts it",
        "nothing was decided automatically", "You may object within six months", "somebody else decides within 14 days",
    ):  # fmt: skip
        assert words in body
    activity = Activity.objects.get(verb="organisation.suspend")
    assert activity.reason == "Three reports of abuse."
    assert {name: activity.details[name] for name in ("rule", "scope", "duration")} == {
        "rule": "conduct", "scope": "one", "duration": "lifted",
    }  # fmt: skip
    assert f"Rule: {RULES['conduct']}" in unescape(desk.get(page(company)).text)


def test_the_form_says_who_decides_and_how_to_object(desk, company):
    text = desk.get(page(company)).text

    assert "nothing was decided automatically" in text
    assert "You may object within six months" in text


@pytest.mark.parametrize("until", ["", "2020-01-01", "no day", "0001-01-01", "99999-01-01"])
def test_a_suspension_until_a_day_needs_one_that_is_not_over(desk, company, until):
    response = decide(desk, company, "suspend", **SUSPENSION | {"duration": "date", "until": until})

    assert response.status_code == 200
    company.refresh_from_db()
    assert company.status == "verified"


def suspend_for(client, organisation, days):
    until = timezone.localdate() + timedelta(days=days)
    decide(client, organisation, "suspend", **SUSPENSION | {"duration": "date", "until": until.isoformat()})
    return until


def test_a_suspension_until_a_day_ends_by_itself(desk, company, bob, mona):
    until = suspend_for(desk, company, 3)
    send_due()
    assert f"Duration: Until the end of {day(until)}" in mail.outbox[-1].body

    with time_machine.travel(timezone.now() + timedelta(days=2)):
        ring_due_timers()
    company.refresh_from_db()
    assert company.status == "suspended"

    with time_machine.travel(timezone.now() + timedelta(days=4, minutes=1)):
        ring_due_timers()
        send_due()
    company.refresh_from_db()
    assert company.status == "verified"
    assert mail.outbox[-1].subject == "Birch Bakery may trade again"


def test_an_earlier_end_leaves_a_later_suspension_alone(desk, company):
    suspend_for(desk, company, 3)
    decide(desk, company, "reinstate", reason="Cleared up.")
    decide(desk, company, "suspend", **SUSPENSION)

    with time_machine.travel(timezone.now() + timedelta(days=5)):
        ring_due_timers()

    company.refresh_from_db()
    assert company.status == "suspended"
    assert Timer.objects.get().failed_at is None


def test_the_second_of_two_moderators_changes_nothing_and_learns_who_was_faster(desk, mona, client):
    pending = make_pending()
    seen = desk.get(page(pending)).context["decisions"][0]["form"]["seen"].value()
    mike = factories.make_moderator("Mike Moderator")
    pending.ask_changes(by=mike, reason="The street is missing.")

    for verb, fields in {"verify": {}, "reject": RESTRICTION}.items():
        url = reverse("admin:accounts_organisation_decide", args=[pending.pk, verb])
        text = unescape(desk.post(url, {**fields, "seen": seen}, follow=True).text)
        assert "Already decided by Mike Moderator: A moderator asked for changes: The street is missing." in text

    pending.refresh_from_db()
    assert pending.status == "draft"


def test_a_decision_about_an_earlier_version_is_refused(desk):
    """Somebody else asked for changes and the owner has sent it again: what is decided was never looked at."""
    pending = make_pending()
    seen = desk.get(page(pending)).context["decisions"][0]["form"]["seen"].value()
    pending.ask_changes(by=factories.make_moderator("Mike Moderator"), reason="The street is missing.")
    owner = pending.owners()[0][0]
    pending.submit(by=factories.member(owner, pending))

    url = reverse("admin:accounts_organisation_decide", args=[pending.pk, "verify"])
    assert "Already decided by Mike Moderator" in desk.post(url, {"seen": seen}, follow=True).text
    pending.refresh_from_db()
    assert pending.status == "pending"

    fresh = desk.get(page(pending)).context["decisions"][0]["form"]["seen"].value()
    desk.post(url, {"seen": fresh})
    pending.refresh_from_db()
    assert pending.status == "verified"


def test_what_happened_since_is_looked_at_first(desk, bob, company):
    seen = desk.get(page(company)).context["decisions"][0]["form"]["seen"].value()
    company.town = "Liepāja"
    company.change(["town"], by=factories.member(bob, company))

    url = reverse("admin:accounts_organisation_decide", args=[company.pk, "suspend"])
    text = desk.post(url, {**SUSPENSION, "seen": seen}, follow=True).text

    assert "Something happened since you opened this page" in text
    company.refresh_from_db()
    assert company.status == "verified"
