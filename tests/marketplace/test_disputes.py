"""What the two sides of a disputed order may do themselves: statements, and settling it without a moderator."""

import re
from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from accounts.notifications import send_due
from marketplace.models import Order, Settlement
from marketplace.sheets import sheet_of
from tests.factories import PATHS, make_member, make_order
from tests.marketplace.test_order_files import PDF

S = Order.Status
ENDS = {"continue": "in_progress", "rework": "changes_requested", "price_cut": "completed", "cancel": "cancelled"}
ANSWERS = ("accept_settlement", "refuse_settlement", "take_back_settlement")


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "disputed")


@pytest.fixture
def desk(signed_in, mona):
    return signed_in(mona)


@pytest.fixture
def proposed(order, buyer):
    order.propose_settlement("price_cut", by=buyer, reason="Half of it came.", net=Decimal("90.00"))
    return order.open_settlement


def url(order, verb):
    return reverse(f"marketplace:order_{verb}", args=[order.ref])


def told(activity):
    return sorted(n.recipient.email.split("@")[0] for n in activity.notifications.all())


def snapshot(order):
    return (
        Order.objects.filter(pk=order.pk).values().get(),
        list(order.settlements.values("answer", "outcome")),
        Activity.objects.count(),
        Notification.objects.count(),
    )


# --- Settling ---
@pytest.mark.parametrize("outcome", ENDS)
def test_what_both_sides_want_ends_the_dispute(outcome, order, buyer, seller):
    net = Decimal("90.00") if outcome == "price_cut" else None
    order.propose_settlement(outcome, by=buyer, reason="We talked.", net=net)

    order.accept_settlement(order.open_settlement.ref, by=seller)

    order.refresh_from_db()
    last = order.activities.last()
    assert (order.status, order.net) == (ENDS[outcome], net or Decimal("200.00"))
    assert (last.verb, last.from_status, last.to_status) == ("order.accept_settlement", "disputed", ENDS[outcome])
    assert (last.actor, last.reason) == (seller.user, "We talked.")
    assert told(last) == ["bob", "sara"]
    assert order.settlements.get().answer == "accepted"
    assert not order.timers.filter(verb="urge").exists()


@pytest.mark.parametrize("outcome", ENDS)
def test_settled_and_decided_leave_the_same_order(outcome, offer, buyer, seller, mona):
    settled, decided = make_order(offer, buyer, "disputed"), make_order(offer, buyer, "disputed")
    net = Decimal("90.00") if outcome == "price_cut" else None
    settled.propose_settlement(outcome, by=seller, reason="So be it.", net=net)

    settled.accept_settlement(settled.open_settlement.ref, by=buyer)
    decided.resolve(outcome, by=mona, reason="So be it.", net=net)

    def left(order):
        order.refresh_from_db()
        details = order.activities.last().details["outcome"]
        return order.status, order.net, order.gross, details, sorted(order.timers.values_list("verb", flat=True))

    assert left(settled) == left(decided)


def test_a_price_cut_reaches_the_invoice_sheet_and_leaves_the_quote(order, proposed, seller):
    order.accept_settlement(proposed.ref, by=seller)

    order = Order.objects.get(pk=order.pk)
    quote = order.latest_quote
    assert (quote.net, [line.net for line in quote.lines.all()]) == (Decimal("200.00"), [Decimal("200.00")])
    sheet = sheet_of(order)
    assert [(line.description, line.net) for line in sheet.lines][-1] == ("Price cut", Decimal("-110.00"))
    assert (sheet.net, sheet.gross) == (Decimal("90.00"), order.gross)


def test_the_other_side_refuses_and_the_dispute_goes_on(order, proposed, seller):
    order.refuse_settlement(proposed.ref, by=seller, reason="All of it came.")

    order.refresh_from_db()
    last = order.activities.last()
    assert (order.status, last.verb, told(last)) == (S.DISPUTED, "order.refuse_settlement", ["bob"])
    assert order.settlements.get().answer == "refused"
    assert order.timers.filter(verb="urge").exists()


def test_who_proposed_takes_it_back_and_proposes_anew(order, proposed, buyer):
    order.take_back_settlement(proposed.ref, by=buyer)
    order.propose_settlement("cancel", by=buyer, reason="Let us stop.")

    assert list(order.settlements.values_list("answer", flat=True)) == ["taken_back", ""]
    back = order.activities.get(verb="order.take_back_settlement")
    assert told(back) == ["adam", "sara"]


def test_nobody_answers_for_the_other_side(order, proposed, buyer, seller):
    before = snapshot(order)

    for verb, by in (("accept_settlement", buyer), ("refuse_settlement", buyer), ("take_back_settlement", seller)):
        with pytest.raises(PermissionDenied):
            getattr(order, verb)(proposed.ref, by=by)

    assert snapshot(order) == before


@pytest.mark.parametrize("verb", ANSWERS)
def test_an_answer_is_for_the_proposal_that_was_read(verb, order, proposed, buyer, seller):
    order.take_back_settlement(proposed.ref, by=buyer)
    order.propose_settlement("cancel", by=buyer, reason="Let us stop.")
    before = snapshot(order)

    with pytest.raises(Refusal):
        getattr(order, verb)(proposed.ref, by=buyer if verb == "take_back_settlement" else seller)

    assert snapshot(order) == before


def test_a_second_answer_changes_nothing(order, proposed, seller):
    order.accept_settlement(proposed.ref, by=seller)
    before = snapshot(order)

    for verb in ("accept_settlement", "refuse_settlement"):
        with pytest.raises(InvalidTransition):
            getattr(order, verb)(proposed.ref, by=seller)

    assert snapshot(order) == before


@pytest.mark.parametrize("status", sorted(set(PATHS) - {"disputed", "draft"}))
def test_only_a_dispute_can_be_settled(status, offer, buyer):
    order = make_order(offer, buyer, status)

    for verb in ("state", "propose_settlement", *ANSWERS):
        assert not order.can(verb, by=buyer)


@pytest.mark.parametrize(
    ("outcome", "net", "field"),
    [("sell", None, "outcome"), ("price_cut", None, "net"), ("price_cut", Decimal(200), "net"),
     ("price_cut", Decimal(-1), "net")],
)  # fmt: skip
def test_an_incomplete_proposal_is_refused(outcome, net, field, order, buyer):
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        order.propose_settlement(outcome, by=buyer, reason="So.", net=net)

    assert refused.value.field == field
    assert snapshot(order) == before


def test_one_proposal_is_open_at_a_time(order, proposed, buyer, seller):
    before = snapshot(order)

    for by in (buyer, seller):
        with pytest.raises(Refusal, match="open already"):
            order.propose_settlement("cancel", by=by, reason="Stop.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.create(
            order=order, organisation=buyer.organisation, proposed_by=buyer.user, outcome="cancel", words="x"
        )

    assert snapshot(order) == before


@pytest.mark.parametrize("fields", [{"outcome": "sell"}, {"outcome": "price_cut"}, {"net": 5}, {"answer": "lost"}])
def test_the_database_refuses_what_makes_no_sense(fields, order, buyer):
    words = {"outcome": "cancel", "words": "x", "organisation": buyer.organisation, "proposed_by": buyer.user}

    with pytest.raises(IntegrityError), transaction.atomic():
        order.settlements.create(**words | fields)


def test_a_decision_ends_the_open_proposal(order, proposed, seller, mona):
    order.resolve("continue", by=mona, reason="It was as agreed.")

    assert order.settlements.get().answer == "over"
    with pytest.raises(InvalidTransition):
        order.accept_settlement(proposed.ref, by=seller)


def test_both_sides_are_mailed_what_was_settled(order, proposed, seller, bob):
    mail.outbox.clear()

    order.accept_settlement(proposed.ref, by=seller)
    send_due()

    [sent] = [m for m in mail.outbox if m.to == [bob.email] and m.subject.startswith("The dispute is settled")]
    assert "completed at the net price of €90.00" in sent.body
    assert "Half of it came." in sent.body


def test_a_decision_is_mailed_with_its_outcome(order, mona, bob):
    mail.outbox.clear()

    order.resolve("rework", by=mona, reason="The logo is missing.")
    send_due()

    [sent] = [m for m in mail.outbox if m.to == [bob.email] and m.subject.startswith("The dispute is decided")]
    assert "the school improves what it delivered" in sent.body
    assert "The logo is missing." in sent.body


def test_an_old_record_of_a_price_cut_still_reads(order, mona):
    activity = order.record("resolve", by=mona, reason="Half.", outcome="price_cut")

    assert activity.line == "A moderator decided: completed at a lower price. Half."


# --- Statements and the page ---
def test_a_statement_with_a_file_is_shown_to_the_other_side(order, bob, adam, signed_in):
    proof = SimpleUploadedFile("proof.pdf", PDF, "application/pdf")

    response = signed_in(bob).post(url(order, "state"), {"text": "Nine of twenty.", "files": [proof]})

    assert response.status_code == 302
    statement = order.activities.get(verb="order.state")
    assert told(statement) == ["adam", "sara"]
    assert order.files.get().purpose == "statement"
    page = signed_in(adam).get(order.get_absolute_url()).text
    assert "Nine of twenty." in page
    assert "proof.pdf" in page


def test_an_empty_statement_is_refused_and_a_second_click_is_harmless(order, buyer):
    with pytest.raises(Refusal):
        order.state("  ", by=buyer)

    order.state("Nine of twenty.", by=buyer)
    order.state("Nine of twenty.", by=buyer)

    assert order.activities.filter(verb="order.state").count() == 1


def test_the_page_says_what_happened_and_until_when(order, bob, adam, signed_in):
    look_by, decide_by = order.decision_days

    for user in (bob, adam):
        page = signed_in(user).get(order.get_absolute_url()).text
        assert "Bob Birch" in page
        assert "Not what was agreed." in page
        assert look_by.isoformat() in page
        assert decide_by.isoformat() in page
        assert url(order, "propose_settlement") in page
        assert url(order, "accept_settlement") not in page


def test_deadlines_are_two_and_ten_working_days(order):
    since = order.disputed_since
    assert order.decision_days == [order.calendar.add_working_days(since, days) for days in (2, 10)]


def test_the_proposal_is_answered_on_the_page(order, bob, adam, signed_in):
    words = {"outcome": "price_cut", "net": "90.00", "reason": "Half of it came."}
    assert signed_in(bob).post(url(order, "propose_settlement"), words).status_code == 302
    mine = signed_in(bob).get(order.get_absolute_url()).text
    assert url(order, "take_back_settlement") in mine
    assert url(order, "accept_settlement") not in mine
    theirs = signed_in(adam).get(order.get_absolute_url()).text
    assert order.open_settlement.ref in theirs
    assert url(order, "take_back_settlement") not in theirs

    done = signed_in(adam).post(url(order, "accept_settlement"), {"settlement": order.open_settlement.ref})

    assert done.status_code == 302
    order.refresh_from_db()
    assert (order.status, order.net) == ("completed", Decimal("90.00"))


def test_a_wrong_price_keeps_what_was_typed(order, bob, signed_in):
    words = {"outcome": "price_cut", "net": "900", "reason": "Half of it came."}

    response = signed_in(bob).post(url(order, "propose_settlement"), words)

    assert response.status_code == 422
    assert "Write a net price below the agreed one." in response.text
    assert "Half of it came." in response.text
    assert not order.settlements.exists()


def test_a_stranger_sees_no_dispute(order, charlie, signed_in):
    assert signed_in(charlie).post(url(order, "state"), {"text": "Hello."}).status_code == 404


# --- The moderator's page ---
def test_the_desk_shows_the_trail_without_names_of_students(order, buyer, desk, mona):
    order.state("Secret canary statement", by=buyer)
    order.write("Secret canary message", by=buyer)

    page = desk.get(reverse("admin:marketplace_order_change", args=[order.pk])).text

    assert "Secret canary statement" in page
    assert "Secret canary message" not in page
    assert "open to you only because of the dispute" in page
    assert all(day.isoformat() in page for day in order.decision_days)


def test_the_desk_says_which_changes_were_asked(offer, buyer, seller, desk):
    order = make_order(offer, buyer, "in_progress")
    order.propose_change(by=buyer, words="Secret canary", net=Decimal("250.00"), scope="A page.")
    order.refuse_change(order.open_change.ref, by=seller)

    page = desk.get(reverse("admin:marketplace_order_change", args=[order.pk])).text

    assert "Change of Net price, Price with VAT, On top of the quote" in page
    assert re.search(r"asked by Birch Bakery on .+: Refused", page)
    assert "Secret canary" not in page


def test_statements_stay_closed_to_a_moderator_of_one_side(order, buyer, company, desk, mona):
    order.state("Secret canary statement", by=buyer)
    make_member(mona, company)

    assert "canary" not in desk.get(reverse("admin:marketplace_order_change", args=[order.pk])).text


def test_the_page_of_a_dispute_asks_as_much_for_three_statements_as_for_one(
    order, buyer, bob, signed_in, django_assert_num_queries
):
    order.state("One.", by=buyer)
    client = signed_in(bob)
    client.get(order.get_absolute_url())
    with CaptureQueriesContext(connection) as first:
        client.get(order.get_absolute_url())
    order.state("Two.", by=buyer)
    order.state("Three.", by=buyer)

    with django_assert_num_queries(len(first)):
        client.get(order.get_absolute_url())
