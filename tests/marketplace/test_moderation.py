"""Moderators decide about offers and disputes at their desk in the admin."""

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, Delivery, NotificationPreference, Report, ring_due_timers
from accounts.notifications import send_due
from marketplace.admin.offers import RULES
from tests import factories

OFFERS, ORDERS = "/admin/marketplace/offer/", "/admin/marketplace/order/"


@pytest.fixture
def desk(signed_in, mona):
    return signed_in(mona)


@pytest.fixture
def waiting(school, adam, sara):
    return factories.make_offer(school, adam, sara, status="in_review", title="Catering for forty")


@pytest.fixture
def revision(offer, seller):
    revision = offer.revise(by=seller)
    revision.price = Decimal("210.00")
    revision.status, revision.submitted_at = "in_review", timezone.now()
    revision.save()
    revision.texts.update(body="A class designs, tests and builds your **website**.")
    return revision


@pytest.fixture
def dispute(offer, buyer):
    return factories.make_order(offer, buyer, "disputed")


def page(obj):
    return reverse(f"admin:marketplace_{obj._meta.model_name}_change", args=[obj.pk])


RESTRICTION = {"rule": "learners", "scope": "one", "duration": "corrected"}


def decide(client, obj, verb, **fields):
    return client.post(reverse(f"admin:marketplace_{obj._meta.model_name}_decide", args=[obj.pk, verb]), fields)


def test_the_queue_shows_the_oldest_first(desk, waiting, revision):
    rows = desk.get(f"{OFFERS}queue/").context["rows"]

    assert [row["obj"] for row in rows] == [waiting, revision]
    assert "new version of a live offer" in rows[1]["about"]


def test_one_page_shows_the_whole_offer(desk, waiting):
    factories.make_window(waiting)
    waiting.texts.create(
        language="pl", title="Catering na czterdzieści osób", body="Klasa **gotuje** obiad.", included=["Obiad"]
    )

    text = unescape(desk.get(page(waiting)).text)

    assert "A class designs and builds your <strong>website</strong>." in text
    assert "Klasa <strong>gotuje</strong> obiad." in text
    assert 'lang="pl"' in text
    for shown in ("€180 fixed price", "Educational institution, VAT not charged", "Adam Aspen", "Sara Sorrel", "3B"):
        assert shown in text
    assert "2 of 2 places free" in text
    assert all(str(rule) in text for rule in RULES.values())


def test_a_revision_shows_what_it_changes_word_by_word(desk, revision):
    text = desk.get(page(revision)).text

    assert "<del>180.00</del> <ins>210.00</ins>" in text
    assert "<ins>designs, tests</ins>" in text
    assert "began a new version" in text


def test_changed_words_cannot_smuggle_html(desk, revision):
    revision.texts.update(body="<script>alert(1)</script> <img src=x onerror=alert(1)>")

    text = desk.get(page(revision)).text

    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_approving_publishes_and_tells_the_trainers(desk, waiting, adam, sara, mona):
    response = decide(desk, waiting, "approve", reason="Well described.")
    send_due()

    assert response.url == f"{OFFERS}queue/"
    waiting.refresh_from_db()
    assert waiting.status == "published"
    activity = Activity.objects.get(verb="offer.approve")
    assert (activity.actor, activity.reason) == (mona, "Well described.")
    assert {m.to[0] for m in mail.outbox} == {adam.email, sara.email}
    assert "Well described." in mail.outbox[0].body


def test_approving_a_revision_changes_the_live_offer(desk, revision, offer):
    decide(desk, revision, "approve")

    offer.refresh_from_db()
    assert (offer.status, offer.price) == ("published", Decimal("210.00"))


@pytest.mark.parametrize(("verb", "status"), [("ask_changes", "changes_requested"), ("reject", "rejected")])
def test_a_refusal_is_mailed_with_its_reason_and_rule(desk, waiting, adam, verb, status):
    decide(desk, waiting, verb, **RESTRICTION, reason="Two students are named in the text.")
    send_due()

    waiting.refresh_from_db()
    assert waiting.status == status
    body = next(m.body for m in mail.outbox if m.to == [adam.email])
    assert "Two students are named in the text." in body
    assert str(RULES["learners"]) in body


@pytest.mark.parametrize("verb", ["ask_changes", "reject"])
def test_without_reason_nothing_is_refused(desk, waiting, verb):
    response = decide(desk, waiting, verb, **RESTRICTION, reason="")

    assert response.status_code == 200
    waiting.refresh_from_db()
    assert waiting.status == "in_review"


def test_a_live_offer_is_suspended_and_comes_back(desk, offer, adam):
    fields = RESTRICTION | {"rule": "contact", "duration": "lifted"}
    decide(desk, offer, "suspend", **fields, reason="A phone number stands in the text.")
    offer.refresh_from_db()
    assert offer.status == "suspended"

    decide(desk, offer, "reinstate", reason="The number is gone.")
    offer.refresh_from_db()
    assert offer.status == "published"


@pytest.mark.parametrize("missing", ["rule", "scope", "duration"])
def test_an_offer_is_not_suspended_without_rule_scope_and_duration(desk, offer, missing):
    fields = RESTRICTION | {"duration": "lifted"} | {missing: ""}

    assert decide(desk, offer, "suspend", **fields, reason="A phone number.").status_code == 200
    offer.refresh_from_db()
    assert offer.status == "published"


def test_a_suspension_can_reach_all_offers_of_the_school(desk, offer, school, adam, sara, waiting):
    other = factories.make_offer(school, adam, sara, title="Another")
    teacher = factories.make_user("Theo Thorn")
    foreign = factories.make_offer(factories.make_organisation(teacher, kind="school", name="Maple"), teacher)

    fields = RESTRICTION | {"scope": "all", "duration": "lifted"}
    decide(desk, offer, "suspend", **fields, reason="Every page has a phone number.")

    for each, status in {offer: "suspended", other: "suspended", waiting: "in_review", foreign: "published"}.items():
        each.refresh_from_db()
        assert each.status == status
    assert "Scope: Everything of this kind" in other.activities.get(verb="offer.suspend").notice.text(
        other.activities.get(verb="offer.suspend")
    )


def test_a_suspended_offer_comes_back_on_its_day(desk, offer):
    until = timezone.localdate() + timedelta(days=3)
    fields = RESTRICTION | {"duration": "date", "until": until.isoformat()}
    decide(desk, offer, "suspend", **fields, reason="A phone number.")

    with time_machine.travel(timezone.now() + timedelta(days=5)):
        ring_due_timers()

    offer.refresh_from_db()
    assert offer.status == "published"


def test_a_restriction_is_mailed_at_once_whatever_the_reader_chose(desk, offer, adam, school):
    NotificationPreference.objects.choose(adam, {"offer": Delivery.OFF})
    for _number in range(20):
        earlier = offer.record("reinstate", by=None, notify=[(adam, school)], reason="x")
        earlier.notifications.update(emailed_at=timezone.now(), delivery=Delivery.NOW)

    fields = RESTRICTION | {"duration": "lifted"}
    decide(desk, offer, "suspend", **fields, reason="A phone number.")
    send_due()

    message = next(m for m in mail.outbox if m.to == [adam.email])
    assert "A phone number." in message.body
    assert "List-Unsubscribe" not in message.extra_headers


def test_a_repeated_approval_does_nothing_twice(desk, waiting):
    decide(desk, waiting, "approve")

    response = desk.post(reverse("admin:marketplace_offer_decide", args=[waiting.pk, "approve"]), follow=True)

    assert "This cannot be done any more" in response.text
    assert Activity.objects.filter(verb="offer.approve").count() == 1


def test_a_member_of_the_school_cannot_decide(desk, waiting, mona, school):
    factories.make_member(mona, school)

    assert decide(desk, waiting, "approve").status_code == 403
    waiting.refresh_from_db()
    assert waiting.status == "in_review"


def test_earlier_decisions_on_the_author_are_shown(desk, waiting, offer, mona):
    offer.suspend(by=mona, reason="A phone number stands in the text.")

    assert "A phone number stands in the text." in desk.get(page(waiting)).text


@pytest.mark.parametrize("query", ["ref", "title", "Birch", "Linden", "bob@company.example", "Adam Aspen"])
def test_orders_are_found_by_number_title_organisation_and_person(desk, offer, buyer, query):
    order = factories.make_order(offer, buyer)
    words = {"ref": order.ref, "title": order.title}.get(query, query)

    assert order.ref in desk.get(ORDERS, {"q": words}).text
    assert order.ref not in desk.get(ORDERS, {"q": "no such words"}).text


def test_drafts_of_orders_stay_the_buyers(desk, offer, buyer):
    draft = factories.make_order(offer, buyer, "draft")

    assert draft.ref not in desk.get(ORDERS).text
    assert desk.get(page(draft)).status_code == 404


def test_messages_stay_closed_without_dispute_or_report(desk, offer, buyer):
    order = factories.make_order(offer, buyer, brief="Secret canary brief")
    order.write("Secret canary words", by=buyer)

    assert "canary" not in desk.get(page(order)).text
    assert desk.post(f"{ORDERS}{order.pk}/messages/").status_code == 403
    assert not order.activities.filter(verb="order.view_messages").exists()


def test_a_report_opens_the_messages_and_every_look_is_recorded(desk, offer, buyer, bob, mona):
    order = factories.make_order(offer, buyer, brief="Secret canary brief")
    order.write("Secret canary words", by=buyer)
    Report.send(order, by=bob, ground="other", text="They write rude things.")

    assert "canary" not in desk.get(page(order)).text
    desk.get(f"{ORDERS}{order.pk}/messages/")
    assert not order.activities.filter(verb="order.view_messages").exists()

    text = desk.post(f"{ORDERS}{order.pk}/messages/").text

    assert "Secret canary words" in text
    assert "Secret canary brief" in text
    look = order.activities.get(verb="order.view_messages")
    assert look.actor == mona
    assert look.line == "A moderator read the messages"


def test_messages_stay_closed_to_a_moderator_of_one_side(desk, dispute, mona, company):
    factories.make_member(mona, company)

    assert desk.post(f"{ORDERS}{dispute.pk}/messages/").status_code == 403


def test_disputes_wait_with_the_oldest_first(desk, offer, buyer, dispute):
    second = factories.make_order(offer, buyer, "disputed")

    rows = desk.get(f"{ORDERS}queue/").context["rows"]

    assert [row["obj"] for row in rows] == [dispute, second]


@pytest.mark.parametrize(
    ("outcome", "net", "status"),
    [
        ("continue", "", "in_progress"),
        ("rework", "", "changes_requested"),
        ("price_cut", "150.00", "completed"),
        ("cancel", "", "cancelled"),
    ],
)
def test_a_dispute_is_decided_and_both_sides_are_told(desk, dispute, bob, adam, outcome, net, status):
    mail.outbox.clear()

    decide(desk, dispute, "resolve", outcome=outcome, net=net, reason="We heard both sides.")
    send_due()

    dispute.refresh_from_db()
    assert dispute.status == status
    assert dispute.net == Decimal(net or "200.00")
    decided = [m for m in mail.outbox if m.subject.startswith("The dispute is decided")]
    assert {bob.email, adam.email} <= {m.to[0] for m in decided}
    assert "We heard both sides." in decided[0].body


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "", "reason": "r"},
        {"outcome": "continue", "reason": ""},
        {"outcome": "sell", "reason": "r"},
        {"outcome": "price_cut", "reason": "r"},
        {"outcome": "price_cut", "net": "500", "reason": "r"},
        {"outcome": "price_cut", "net": "-1", "reason": "r"},
        {"outcome": "price_cut", "net": "NaN", "reason": "r"},
    ],
)
def test_an_incomplete_decision_changes_nothing(desk, dispute, fields):
    response = decide(desk, dispute, "resolve", **fields)

    assert response.status_code == 200
    dispute.refresh_from_db()
    assert (dispute.status, dispute.net) == ("disputed", Decimal("200.00"))


def test_a_member_of_a_side_cannot_decide_the_dispute(desk, dispute, mona, company):
    factories.make_member(mona, company)

    assert decide(desk, dispute, "resolve", outcome="cancel", reason="For us.").status_code == 403
    dispute.refresh_from_db()
    assert dispute.status == "disputed"
