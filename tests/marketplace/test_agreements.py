"""When an order needs an agreement, and every verb of one: right, wrong state, wrong actor, repeated."""

import hashlib
import json
import os
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal, Timer
from marketplace.models import Agreement, AgreementLimit, AgreementVersion, ChangeRequest, Clause, Order
from marketplace.models.agreement_pdf import make_due_pdfs
from marketplace.models.agreement_records import broken_agreements
from marketplace.models.agreement_rules import reasons
from marketplace.models.agreement_verbs import MAX_PAPERS, Stale
from marketplace.models.change_terms import facts_by_language
from marketplace.models.order_agreement import EXPIRES_AFTER, WARN_AFTER
from marketplace.models.pictures import remove_stray_files
from tests.factories import (
    LINE,
    deliver,
    make_member,
    make_offer,
    make_order,
    make_organisation,
    make_user,
    make_window,
    member,
)
from vet2b.lib.uploads import Checked

S = Agreement.Status
PDF = b"%PDF-1.7 a signed paper"
SIGNER = {"name": "Alice Alpha", "function": "Headteacher", "method": "password"}


@pytest.fixture
def owner(alice, school):
    """Signs for the school; its trainer does not."""
    return member(alice, school)


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "agreement_pending")


@pytest.fixture
def agreement(order):
    return Agreement.objects.get()


def sign(agreement, by, **other):
    version = agreement.latest
    agreement.sign(**({"number": version.number, "sha256": version.sha256} | SIGNER | other), by=by)


def scan(content=PDF):
    return Checked(ContentFile(content, name="paper.pdf"), "paper.pdf", "application/pdf", len(content))


def put_up(agreement, by, content=PDF):
    version = agreement.latest
    return agreement.offer_paper(scan(content), version.number, version.sha256, by=by, **SIGNER)


def confirm(agreement, by):
    paper = agreement.latest.papers.order_by("pk").last()
    ref, sha256 = (paper.ref, paper.sha256) if paper else ("none", "none")
    agreement.confirm_paper(ref, sha256, by=by, **SIGNER)


def edit(agreement, by, text="We aim high.", **options):
    agreement.edit({"aims": {"lv": text}}, by=by, based_on=agreement.latest.number, **options)


def told(activity):
    return sorted(each.recipient.email.split("@")[0] for each in activity.notifications.all())


def snapshot(agreement):
    order = agreement.order
    return (
        Agreement.objects.filter(pk=agreement.pk).values().get(),
        Order.objects.filter(pk=order.pk).values().get(),
        list(agreement.versions.values()),
        [list(version.signatures.values()) for version in agreement.versions.all()],
        Activity.objects.count(),
        Notification.objects.count(),
        sorted(order.timers.values_list("verb", "due_at")),
    )


# --- When it is needed ---
def quoted(offer, buyer, seller, price="200.00", **fields):
    order = make_order(offer, buyer, "requested", **fields)
    order.quote([LINE | {"unit_price": Decimal(price)}], by=seller)
    return order


@pytest.mark.parametrize(
    ("price", "offers", "orders", "country", "expected"),
    [
        ("999.99", {}, {}, "LV", []),
        ("1000.00", {}, {}, "LV", ["value"]),
        ("200.00", {"delivery_modes": ["at_client"]}, {"place": "Liepu iela 2"}, "LV", ["minors_off_site"]),
        ("200.00", {"delivery_modes": ["at_client"], "has_minors": False}, {"place": "Liepu iela 2"}, "LV", []),
        ("200.00", {"handles_personal_data": True}, {}, "LV", ["personal_data"]),
        ("200.00", {}, {}, "PL", ["cross_border"]),
        ("2000.00", {"handles_personal_data": True}, {}, "PL", ["value", "personal_data", "cross_border"]),
    ],
)
def test_an_accepted_order_needs_an_agreement_for_these_reasons(
    price, offers, orders, country, expected, school, adam, bob, seller
):
    offer = make_offer(school, adam, **offers)
    buyer = member(bob, make_organisation(bob, name="Birch Bakery", country=country))
    order = quoted(offer, buyer, seller, price, **orders)

    order.accept(1, by=buyer)

    order.refresh_from_db()
    found = Agreement.objects.first()
    assert (found.reasons if found else []) == expected
    assert order.status == ("agreement_pending" if expected else "scheduled")
    assert (found.status if found else None) == (S.PROPOSED if expected else None)


def test_the_limit_is_of_the_currency_and_may_be_changed(offer, buyer, seller):
    order = quoted(offer, buyer, seller, "1000.00")
    order.net = order.gross = Decimal(4499)
    order.currency = "PLN"

    assert reasons(order) == []
    order.gross = Decimal(4500)
    assert reasons(order) == ["value"]
    AgreementLimit.objects.filter(currency="PLN").delete()
    assert reasons(order) == []


def test_a_booking_needs_one_too(school, adam, buyer):
    offer = make_offer(school, adam, is_instant=True, handles_personal_data=True)
    order = make_order(offer, buyer, "draft", window=make_window(offer))

    order.book(by=buyer)

    order.refresh_from_db()
    assert order.status == "agreement_pending"
    assert order.agreement.latest.number == 1


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_either_side_asks_for_one(side, offer, buyer, seller):
    order = make_order(offer, buyer, "scheduled")

    order.ask_for_agreement(by={"buyer": buyer, "seller": seller}[side])

    order.refresh_from_db()
    asked, proposed = list(order.activities.order_by("pk"))[-2:]
    assert (order.status, order.agreement.reasons) == ("agreement_pending", ["asked"])
    assert (asked.verb, proposed.verb) == ("order.ask_for_agreement", "order.agreement_propose")
    assert told(proposed) == ["adam", "alice", "bob", "sara"]
    assert "One side asked for it" in proposed.notice.text(proposed)


def test_there_is_one_agreement_at_most(order, agreement, buyer, owner):
    sign(agreement, buyer)
    sign(agreement, owner)
    order.refresh_from_db()

    assert not order.can("ask_for_agreement", by=buyer)
    with pytest.raises(Refusal):
        order.ask_for_agreement(by=buyer)
    assert Agreement.objects.count() == 1


# --- What it says ---
def test_it_says_what_was_agreed_in_both_languages(school, adam, bob, seller):
    buyer = member(bob, make_organisation(bob, name="Birch Bakery", country="PL"))
    order = make_order(make_offer(school, adam), buyer, "requested")
    start = timezone.localdate() + timedelta(days=20)
    order.quote(
        [LINE | {"vat_rate": Decimal(21)}], by=seller, deliverables="Five pages", exclusions="No hosting",
        client_supplies="Texts by Monday", starts_on=start, ends_on=start + timedelta(days=3),
    )  # fmt: skip
    order.accept(1, by=buyer)

    content = order.agreement.latest.content

    assert content["languages"] == ["lv", "pl"]
    assert [part["key"] for part in content["sections"]] == Clause.Key.values
    sections = {part["key"]: part["words"] for part in content["sections"]}
    facts = {key: [value for _name, value in words["lv"]["facts"]] for key, words in sections.items()}
    assert {"Five pages", "No hosting", "We need a website."} <= set(facts["aims"])
    assert {"Website", "200,00\xa0€", "242,00\xa0€", "42,00\xa0€"} <= {
        piece for name, value in sections["modes"]["lv"]["facts"] for piece in (name, value)
    }
    assert "Texts by Monday" in facts["materials"]
    assert facts["supervision"] == ["Adam Aspen"]
    assert sections["time"]["lv"]["facts"][0][1] != sections["time"]["pl"]["facts"][0][1]
    assert [party["name"] for party in content["parties"]] == ["Linden Vocational School", "Birch Bakery"]


def test_one_language_stands_once(agreement):
    assert agreement.latest.content["languages"] == ["lv"]


def test_the_hash_is_of_exactly_the_stored_bytes(agreement):
    version = agreement.latest

    assert hashlib.sha256(version.text.encode()).hexdigest() == version.sha256
    assert version.text == json.dumps(
        json.loads(version.text), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert version.is_intact


@pytest.mark.parametrize("change", [{"text": "{}"}, {"sha256": "0" * 64}, {"number": 9}, {"note": "x"}])
def test_the_database_lets_nobody_change_a_version(change, agreement):
    with pytest.raises(DatabaseError), transaction.atomic():
        AgreementVersion.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        AgreementVersion.objects.all()._raw_delete("default")


def test_the_database_lets_nobody_change_a_signature(agreement, buyer):
    sign(agreement, buyer)
    signatures = agreement.latest.signatures

    for change in ({"name": "Somebody"}, {"sha256": "0" * 64}, {"signed_at": timezone.now()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            signatures.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        signatures.all()._raw_delete("default")
    signatures.update(voided_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        signatures.update(voided_at=None)


# --- Editing ---
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_either_side_makes_a_new_version_which_voids_signatures(side, agreement, buyer, seller, owner):
    sign(agreement, buyer)
    by = {"buyer": buyer, "seller": seller}[side]

    edit(agreement, by, note="Higher aims")

    agreement.refresh_from_db()
    first, second = agreement.versions.all()
    assert (agreement.status, second.number, second.made_by, second.note) == (S.PROPOSED, 2, by.user, "Higher aims")
    assert second.content["sections"][0]["words"]["lv"]["text"] == "We aim high."
    assert [each.voided_at is None for each in first.signatures.all()] == [False]
    assert not second.signatures.exists()
    activity = agreement.order.activities.last()
    assert activity.verb == "order.agreement_edit"
    assert told(activity) == (["adam", "alice", "sara"] if side == "buyer" else ["alice", "bob"])
    assert agreement.order.timers.filter(verb="expire_agreement").exists()


def test_a_stale_edit_is_refused(agreement, buyer, seller):
    edit(agreement, buyer)
    before = snapshot(agreement)

    with pytest.raises(Stale):
        agreement.edit({"aims": {"lv": "Other aims."}}, by=seller, based_on=1)

    assert snapshot(agreement) == before


@pytest.mark.parametrize("texts", [{}, {"aims": {"lv": "x" * 8001}}, {"unknown": {"lv": "New"}}])
def test_an_edit_that_changes_nothing_or_too_much_is_refused(texts, agreement, buyer):
    before = snapshot(agreement)

    with pytest.raises(Refusal):
        agreement.edit(texts, by=buyer, based_on=1)

    assert snapshot(agreement) == before


def test_a_changed_clause_no_longer_counts_as_checked(agreement, buyer):
    edit(agreement, buyer)

    words = agreement.latest.content["sections"][0]["words"]["lv"]
    assert not words["is_checked"]


# --- Signing ---
def test_both_sign_and_the_order_goes_on(order, agreement, buyer, owner):
    sign(agreement, buyer, name="Bob Birch", function="Baker")

    agreement.refresh_from_db()
    order.refresh_from_db()
    assert (agreement.status, order.status) == (S.PARTLY_SIGNED, "agreement_pending")
    assert told(order.activities.last()) == ["adam", "alice", "sara"]
    sign(agreement, owner)

    agreement.refresh_from_db()
    order.refresh_from_db()
    signature = agreement.latest.signatures.get(organisation=buyer.organisation)
    assert (agreement.status, order.status) == (S.SIGNED, "scheduled")
    assert (signature.user, signature.name, signature.function) == (buyer.user, "Bob Birch", "Baker")
    assert (signature.power, signature.method, signature.sha256) == ("owner", "password", agreement.latest.sha256)
    assert order.activities.last().verb == "order.schedule"
    assert not order.timers.filter(verb__in=["warn_agreement", "expire_agreement"]).exists()


def test_one_side_signs_once(agreement, buyer, company):
    second = make_member(make_user("Cleo Clerk"), company, is_signatory=True)
    sign(agreement, buyer)
    before = snapshot(agreement)

    for by in (buyer, second):
        assert not agreement.can("sign", by=by)
        with pytest.raises(Refusal):
            sign(agreement, by)

    assert snapshot(agreement) == before


def test_nobody_signs_a_version_that_they_have_not_seen(agreement, buyer, owner):
    seen = agreement.latest
    edit(agreement, buyer)
    before = snapshot(agreement)

    for other in ({"number": 1, "sha256": seen.sha256}, {"number": 2, "sha256": seen.sha256}):
        with pytest.raises(Stale):
            sign(agreement, owner, **other)

    assert snapshot(agreement) == before


@pytest.mark.parametrize("field", ["name", "function"])
def test_a_signature_has_name_and_function(field, agreement, buyer):
    before = snapshot(agreement)

    with pytest.raises(Refusal) as refused:
        sign(agreement, buyer, **{field: "  "})

    assert refused.value.field == field
    assert snapshot(agreement) == before


def test_those_without_the_power_do_not_sign(agreement, seller, lea, school, outsider, company, mona):
    clerk = make_member(make_user("Cleo Clerk"), company)
    before = snapshot(agreement)

    for by in (seller, member(lea, school), outsider, clerk, mona, None):
        for call in (sign, put_up, confirm):
            with pytest.raises(PermissionDenied):
                call(agreement, by)

    assert snapshot(agreement) == before


# --- On paper ---
def test_a_paper_counts_when_the_other_side_confirms_it(order, agreement, buyer, owner, settings, tmp_path):
    paper = put_up(agreement, owner)

    agreement.refresh_from_db()
    assert agreement.status == S.PROPOSED
    assert told(order.activities.last()) == ["bob"]
    assert not agreement.can("confirm_paper", by=owner)
    confirm(agreement, buyer)

    agreement.refresh_from_db()
    order.refresh_from_db()
    paper.refresh_from_db()
    assert (agreement.status, order.status) == (S.SIGNED, "scheduled")
    assert paper.sha256 == hashlib.sha256(PDF).hexdigest()
    assert paper.confirmed_at
    assert {each.organisation_id for each in agreement.latest.valid_signatures} == {order.buyer_id, order.seller_id}
    assert all(each.paper_id == paper.pk for each in agreement.latest.valid_signatures)


def test_a_replaced_or_changed_scan_is_not_confirmed(agreement, buyer, owner):
    first = put_up(agreement, owner)
    second = put_up(agreement, owner, PDF + b" again")
    before = snapshot(agreement)

    with pytest.raises(Stale):
        agreement.confirm_paper(first.ref, first.sha256, by=buyer, **SIGNER)
    with second.file.storage.open(second.file.name, "wb") as file:
        file.write(b"%PDF-1.7 another paper")
    with pytest.raises(Refusal):
        confirm(agreement, buyer)

    assert not second.is_intact
    assert snapshot(agreement) == before


def test_a_version_has_a_few_scans_at_most(agreement, owner):
    for _number in range(MAX_PAPERS):
        put_up(agreement, owner)

    with pytest.raises(Refusal) as refused:
        put_up(agreement, owner)
    assert refused.value.field == "file"


def test_nothing_is_confirmed_that_was_not_put_up(agreement, buyer):
    assert not agreement.can("confirm_paper", by=buyer)
    with pytest.raises(Stale):
        confirm(agreement, buyer)


# --- Amending and ending ---
@pytest.fixture
def signed(agreement, buyer, owner):
    sign(agreement, buyer)
    sign(agreement, owner)
    agreement.refresh_from_db()
    return agreement


def test_an_amendment_is_signed_anew_and_the_order_waits(signed, order, buyer, owner, seller):
    signed.amend({"aims": {"lv": "Other aims."}}, by=seller, based_on=1)

    signed.refresh_from_db()
    order.refresh_from_db()
    first, second = signed.versions.all()
    assert (signed.status, order.status) == (S.PROPOSED, "agreement_pending")
    assert (len(first.valid_signatures), second.signatures.count()) == (2, 0)
    assert signed.is_in_force
    assert order.timers.filter(verb="expire_agreement").exists()
    with pytest.raises(InvalidTransition):
        order.start(by=seller)
    sign(signed, buyer)
    sign(signed, owner)
    order.refresh_from_db()
    assert order.status == "scheduled"


def test_an_amendment_takes_the_facts_as_they_are_now(signed, order, buyer, seller):
    order.refresh_from_db()
    Order.objects.filter(pk=order.pk).update(starts_on=timezone.localdate(), ends_on=timezone.localdate())

    signed.amend(by=seller)

    assert signed.latest.number == 2
    with pytest.raises(InvalidTransition):
        signed.amend(by=seller)


def test_an_amendment_during_the_work_does_not_stop_it(signed, order, buyer, owner, seller):
    order.refresh_from_db()
    order.start(by=seller)
    signed.refresh_from_db()
    assert signed.status == S.ACTIVE

    signed.amend({"aims": {"lv": "Other aims."}}, by=buyer)
    order.refresh_from_db()
    assert order.status == "in_progress"
    sign(signed, buyer)
    sign(signed, owner)

    signed.refresh_from_db()
    order.refresh_from_db()
    assert (signed.status, order.status) == (S.ACTIVE, "in_progress")


def test_it_ends_with_the_order(signed, order, buyer, seller):
    order.refresh_from_db()
    order.start(by=seller)
    deliver(order, by=seller)
    order.accept_delivery(by=buyer)

    signed.refresh_from_db()
    assert signed.status == S.ENDED


def test_it_ends_when_the_order_is_cancelled(order, agreement, buyer):
    order.refresh_from_db()
    order.cancel(by=buyer, reason="Our plans changed.")

    agreement.refresh_from_db()
    assert agreement.status == S.ENDED
    with pytest.raises(InvalidTransition):
        sign(agreement, buyer)


def test_a_signatory_terminates_what_is_in_force(signed, order, buyer, seller):
    order.refresh_from_db()
    order.start(by=seller)

    with pytest.raises(PermissionDenied):
        signed.terminate(by=seller, reason="No.")
    with pytest.raises(Refusal):
        signed.terminate(by=buyer, reason=" ")
    signed.terminate(by=buyer, reason="We close the shop.")

    signed.refresh_from_db()
    order.refresh_from_db()
    assert (signed.status, order.status) == (S.TERMINATED, "cancelled")
    assert order.activities.last().reason == "We close the shop."
    with pytest.raises(InvalidTransition):
        signed.terminate(by=buyer, reason="Once more.")


def test_a_dispute_does_not_begin_the_work_unsigned(order, agreement, mona):
    order.miss_start(by=None)

    with pytest.raises(Refusal) as refused:
        order.resolve("continue", by=mona, reason="Go on.")
    assert refused.value.field == "outcome"
    order.resolve("cancel", by=mona, reason="Nobody signed.")
    agreement.refresh_from_db()
    assert agreement.status == S.ENDED


# --- Clocks ---
def test_it_warns_and_then_expires(order, agreement, buyer):
    now, calendar = timezone.now(), order.calendar
    due = dict(order.timers.values_list("verb", "due_at"))
    for verb, days in (("warn_agreement", WARN_AFTER), ("expire_agreement", EXPIRES_AFTER)):
        assert abs(due[verb] - calendar.add_working_days(now, days)) < timedelta(minutes=5)
    for verb in ("warn_agreement", "expire_agreement"):
        Timer.objects.filter(verb=verb).update(due_at=now)
        Timer.objects.get(verb=verb).ring()

    order.refresh_from_db()
    agreement.refresh_from_db()
    verbs = [each.verb for each in order.activities.order_by("pk")]
    assert (order.status, agreement.status) == ("expired", S.ENDED)
    assert verbs[-3:] == ["order.warn_agreement", "order.expire_agreement", "order.agreement_end"]
    assert told(order.activities.get(verb="order.expire_agreement")) == ["adam", "alice", "bob", "sara"]
    assert not order.timers.exists()


def test_moving_the_order_keeps_the_clock_of_signatures(offer, buyer, seller):
    order = make_order(offer, buyer, "quoted")
    start = timezone.localdate() + timedelta(days=30)
    order.accept(order.latest_quote.version, by=buyer)
    order.ask_for_agreement(by=buyer)
    Order.objects.filter(pk=order.pk).update(starts_on=start, ends_on=start)
    order.refresh_from_db()
    order.propose_time(by=buyer, starts_on=start + timedelta(days=2))
    order.agree_time(by=seller)

    assert order.timers.filter(verb="expire_agreement").exists()


# --- The whole table ---
def amend_signed(agreement, by):
    """With a change that the school asked for and signed."""
    signed = SIGNER | {"power": "owner", "signed_at": timezone.now()}
    order = agreement.order
    change = ChangeRequest(
        order=order, organisation=order.seller, asked_by=order.trainer, words="More.", before={}, after={}, version=1,
        sha256="0" * 64, **signed,
    )  # fmt: skip
    agreement.amend_signed(change, signed, facts_by_language(order, agreement), by=by)


CALLS = {
    "propose": lambda a, by: a.propose(by=by),
    "edit": lambda a, by: edit(a, by, text="Another aim."),
    "sign": lambda a, by: sign(a, by),
    "offer_paper": lambda a, by: put_up(a, by),
    "confirm_paper": lambda a, by: confirm(a, by),
    "amend": lambda a, by: a.amend({"aims": {"lv": "Another aim."}}, by=by),
    "amend_signed": lambda a, by: amend_signed(a, by),
    "activate": lambda a, by: a.activate(by=by),
    "terminate": lambda a, by: a.terminate(by=by, reason="A reason."),
    "end": lambda a, by: a.end(by=by),
}


@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("verb", sorted(Agreement.TRANSITIONS))
def test_the_table_of_moves(verb, status, order, agreement, buyer, owner):
    put_up(agreement, owner)
    if verb == "terminate":
        Order.objects.filter(pk=order.pk).update(status="in_progress")
    Agreement.objects.update(status=status)
    agreement.refresh_from_db()
    move = Agreement.TRANSITIONS[verb]
    by = None if move.party == "system" else buyer
    before = snapshot(agreement)

    if status in move.sources:
        CALLS[verb](agreement, by)
        agreement.refresh_from_db()
        assert agreement.status == (move.target or status)
    else:
        with pytest.raises(InvalidTransition):
            CALLS[verb](agreement, by)
        assert snapshot(agreement) == before


# --- The PDF ---
def text_of(version):
    from pypdf import PdfReader  # noqa: PLC0415

    with version.pdf.open() as file:
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(file.read())).pages)


def test_the_worker_makes_a_pdf_after_each_signature(agreement, buyer, owner):
    assert make_due_pdfs() == 0
    sign(agreement, buyer, name="Bob Birch", function="Baker")

    assert make_due_pdfs() == 1
    version = agreement.latest
    first, text = version.pdf.name, text_of(version)
    assert "Bob Birch, Baker" in " ".join(text.split())
    assert version.sha256 in "".join(text.split())
    assert version.is_pdf_intact
    sign(agreement, owner)

    assert make_due_pdfs() == 1
    version = agreement.latest
    assert "Alice Alpha" in text_of(version)
    assert version.pdf.name != first
    assert make_due_pdfs() == 0


def test_a_changed_byte_of_the_pdf_is_noticed(agreement, buyer):
    sign(agreement, buyer)
    make_due_pdfs()
    version = agreement.latest
    with version.pdf.open() as file:
        content = bytearray(file.read())
    content[len(content) // 2] ^= 1
    with version.pdf.storage.open(version.pdf.name, "wb") as file:
        file.write(bytes(content))

    assert not agreement.latest.is_pdf_intact
    version.pdf.storage.delete(version.pdf.name)
    assert not agreement.latest.is_pdf_intact


# --- Stored files ---
def test_files_without_a_row_are_swept_and_others_stay(agreement, owner, buyer):
    paper = put_up(agreement, owner)
    sign(agreement, buyer)
    make_due_pdfs()
    storage = paper.file.storage
    storage.save("agreements/stray", ContentFile(b"left over"))
    version = agreement.latest
    names = ["agreements/stray", paper.file.name, version.pdf.name]
    two_days_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for name in names:
        os.utime(storage.path(name), (two_days_ago, two_days_ago))

    remove_stray_files()

    assert [storage.exists(name) for name in names] == [False, True, True]


def test_verify_records_names_what_was_changed(agreement, owner, buyer):
    paper = put_up(agreement, owner)
    sign(agreement, buyer)
    make_due_pdfs()
    ref = agreement.order.ref
    assert list(broken_agreements()) == []
    for file in (paper.file, agreement.latest.pdf):
        with file.storage.open(file.name, "wb") as content:
            content.write(b"%PDF-1.7 forged")

    assert [label for label, _problem in broken_agreements()] == [f"{ref} version 1", f"{ref} paper {paper.ref}"]
