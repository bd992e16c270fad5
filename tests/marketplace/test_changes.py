"""A change of a running order: asked by one side, answered by the other, and signed where an agreement is."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from accounts.notifications import send_due
from marketplace.models import AgreementLimit, AgreementVersion, ChangeRequest, Order
from marketplace.models.agreement_pdf import make_due_pdfs, pdf_of
from marketplace.models.agreement_records import broken_agreements, broken_changes
from marketplace.models.agreement_texts import Stale
from marketplace.sheets import sheet_of
from tests.factories import LINE, PATHS, STEPS, deliver, make_order, member, sign

S = Order.Status
WHY = "The shop has a second room."
VERBS = ("propose_change", "accept_change", "refuse_change", "take_back_change")
SIGNER = {"name": "Bob Birch", "function": "Owner", "method": "password"}


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "in_progress")


@pytest.fixture
def owner(alice, school):
    return member(alice, school)


@pytest.fixture
def dated(offer, buyer, seller):
    """Scheduled, in 20 days."""
    day = timezone.localdate() + timedelta(days=20)
    order = make_order(offer, buyer)
    order.quote([LINE], by=seller, starts_on=day, ends_on=day + timedelta(days=2))
    order.accept(1, by=buyer)
    return order


@pytest.fixture
def signed_order(offer, buyer, seller):
    """In progress, with an agreement in force."""
    order = make_order(offer, buyer, "agreement_pending")
    sign(order)
    STEPS["start"](Order.objects.get(pk=order.pk), buyer, seller)
    return Order.objects.get(pk=order.pk)


def ask(order, by, **wishes):
    """With a signature, where it takes one."""
    wishes = wishes or {"net": Decimal("250.00")}
    order.propose_change(by=by, words=WHY, signed=signature(order, **wishes), **wishes)
    return order.open_change


def signature(order, **wishes):
    agreement = order.sealing_agreement
    return SIGNER | {"sha256": order.asked_change(**wishes).terms(WHY).sha256} if agreement else None


def told(activity):
    return sorted(n.recipient.email.split("@")[0] for n in activity.notifications.all())


def snapshot(order):
    return (
        Order.objects.filter(pk=order.pk).values().get(),
        list(order.changes.values()),
        AgreementVersion.objects.count(),
        Activity.objects.count(),
        Notification.objects.count(),
        sorted(order.timers.values_list("verb", "due_at")),
    )


# --- Asking and answering ---
def test_a_request_changes_nothing_until_it_is_accepted(order, buyer):
    change = ask(order, buyer)

    order.refresh_from_db()
    last = order.activities.last()
    assert (order.net, order.status) == (Decimal("200.00"), S.IN_PROGRESS)
    assert (change.net, change.words, change.asked_by) == (Decimal("250.00"), WHY, buyer.user)
    assert (change.before["net"], change.after["net"]) == ("200.00", "250.00")
    assert (last.verb, last.actor, told(last)) == ("order.propose_change", buyer.user, ["adam", "sara"])
    assert last.line == (
        "Birch Bakery asked for a change: Net price: €250.00 instead of €200.00; "
        "Price with VAT: €250.00 instead of €200.00"
    )


def test_an_accepted_price_keeps_the_treatment_of_vat(offer, buyer, seller):
    order = make_order(offer, buyer)
    order.quote([LINE | {"vat_rate": Decimal(21)}], by=seller)
    order.accept(1, by=buyer)
    change = ask(order, seller, net=Decimal("250.00"))

    order.accept_change(change.ref, by=buyer)

    order.refresh_from_db()
    change.refresh_from_db()
    assert (order.net, order.vat, order.gross) == (Decimal("250.00"), Decimal("52.50"), Decimal("302.50"))
    assert (change.answer, change.answered_by) == ("accepted", buyer.user)
    assert change.answered_at
    last = order.activities.filter(verb="order.accept_change").get()
    assert last.details["change"]["before"] == {"net": "200.00", "vat": "42.00", "gross": "242.00"}
    assert last.details["change"]["after"] == {"net": "250.00", "vat": "52.50", "gross": "302.50"}
    assert told(last) == ["adam", "sara"]


def test_the_sheet_shows_the_change_and_the_quote_stays(order, buyer, seller):
    order.accept_change(ask(order, buyer).ref, by=seller)

    order = Order.objects.get(pk=order.pk)
    assert order.latest_quote.net == Decimal("200.00")
    sheet = sheet_of(order)
    assert [(line.description, line.net) for line in sheet.lines][-1] == (
        "Change agreed after the quote", Decimal("50.00"),
    )  # fmt: skip
    assert (sheet.net, sheet.gross) == (Decimal("250.00"), order.gross)


def test_more_scope_is_agreed_on_top_of_the_quote(order, buyer, seller):
    order.accept_change(ask(order, seller, scope="A second\r\npage.").ref, by=buyer)

    order.refresh_from_db()
    assert (order.scope, order.net) == ("A second\npage.", Decimal("200.00"))


def test_the_other_side_refuses(order, buyer, seller):
    order.refuse_change(ask(order, buyer).ref, by=seller, reason="No time.")

    change, last = order.changes.get(), order.activities.last()
    assert (change.answer, change.reason, change.answered_by) == ("refused", "No time.", seller.user)
    assert (last.verb, last.reason, told(last)) == ("order.refuse_change", "No time.", ["bob"])
    assert Order.objects.get(pk=order.pk).net == Decimal("200.00")


def test_who_asked_takes_it_back_and_asks_anew(order, buyer):
    order.take_back_change(ask(order, buyer).ref, by=buyer)
    assert told(order.activities.last()) == ["adam", "sara"]

    ask(order, buyer, scope="A third page.")

    assert list(order.changes.values_list("answer", flat=True)) == ["taken_back", ""]


def test_nobody_answers_for_the_other_side(order, buyer, seller):
    ref = ask(order, buyer).ref
    before = snapshot(order)

    for verb, by in (("accept_change", buyer), ("refuse_change", buyer), ("take_back_change", seller)):
        with pytest.raises(PermissionDenied):
            getattr(order, verb)(ref, by=by)

    assert snapshot(order) == before


def test_a_second_answer_is_refused(order, buyer, seller):
    ref = ask(order, buyer).ref
    order.accept_change(ref, by=seller)
    before = snapshot(order)

    for verb, by in (("accept_change", seller), ("refuse_change", seller), ("take_back_change", buyer)):
        with pytest.raises(Refusal, match="not open any more"):
            getattr(order, verb)(ref, by=by)

    assert snapshot(order) == before


def test_a_second_click_on_ask_is_harmless(order, buyer, seller):
    ask(order, buyer)
    before = snapshot(order)

    ask(order, buyer)
    with pytest.raises(Refusal, match="asked already"):
        ask(order, buyer, scope="Something else.")
    with pytest.raises(Refusal, match="asked already"):
        ask(order, seller)

    assert snapshot(order) == before


@pytest.mark.parametrize("who", ["outsider", "learner", "nobody"])
@pytest.mark.parametrize("verb", VERBS)
def test_strangers_can_do_nothing(verb, who, order, buyer, outsider, lea, school):
    by = {"outsider": outsider, "learner": member(lea, school), "nobody": None}[who]
    ref = ask(order, buyer).ref
    before = snapshot(order)

    with pytest.raises(PermissionDenied):
        order.propose_change(by=by, words=WHY, net=Decimal(1)) if verb == "propose_change" else getattr(order, verb)(
            ref, by=by
        )

    assert snapshot(order) == before


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({}, None), ({"net": Decimal("200.00")}, None), ({"net": Decimal(-1)}, "net"), ({"net": Decimal("NaN")}, "net"),
        ({"net": Decimal("1e9")}, "net"), ({"net": Decimal("1.005")}, "net"), ({"ends_in": 5}, "starts_on"),
        ({"starts_in": -9, "ends_in": -1}, "ends_on"), ({"starts_in": 9, "ends_in": 8}, "ends_on"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(wishes, field, order, buyer):
    today = timezone.localdate()
    ends = [end for end in ("starts", "ends") if f"{end}_in" in wishes]
    days = {f"{end}_on": today + timedelta(days=wishes[f"{end}_in"]) for end in ends}
    net = {"net": wishes["net"]} if "net" in wishes else {}
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        order.propose_change(by=buyer, words=WHY, **net, **days)

    assert refused.value.field == field
    assert snapshot(order) == before


def test_a_request_says_why(order, buyer):
    with pytest.raises(Refusal) as refused:
        order.propose_change(by=buyer, words="  ", net=Decimal(1))
    assert refused.value.field == "words"


def test_above_the_limit_of_the_client_an_owner_decides(order, buyer, seller, company, make_staff):
    company.approval_limit = Decimal("220.00")
    company.save()
    staff = make_staff(company)
    ref = ask(order, seller).ref
    before = snapshot(order)

    with pytest.raises(Refusal, match="limit"):
        Order.objects.get(pk=order.pk).accept_change(ref, by=staff)
    assert snapshot(order) == before

    Order.objects.get(pk=order.pk).accept_change(ref, by=buyer)
    assert Order.objects.get(pk=order.pk).net == Decimal("250.00")


@pytest.fixture
def make_staff():
    from tests.factories import make_member, make_user  # noqa: PLC0415

    return lambda organisation: member(make_member(make_user("Ben Beech"), organisation).user, organisation)


# --- States ---
@pytest.mark.parametrize("status", sorted(PATHS))
def test_where_a_change_can_be_asked(status, offer, buyer, seller):
    order = make_order(offer, buyer, status)
    before = snapshot(order)
    is_open = status in {"scheduled", "in_progress"}
    assert order.can("propose_change", by=buyer) == order.can("propose_change", by=seller) == is_open

    if is_open:
        ask(order, buyer)
        assert not order.can("propose_change", by=seller)
        assert [verb for verb in VERBS if order.can(verb, by=seller)] == ["accept_change", "refuse_change"]
        assert [verb for verb in VERBS if order.can(verb, by=buyer)] == ["take_back_change"]
    else:
        with pytest.raises(InvalidTransition):
            order.propose_change(by=buyer, words=WHY, net=Decimal("250.00"))
        assert snapshot(order) == before


@pytest.mark.parametrize("ending", ["deliver", "cancel", "dispute"])
def test_a_request_is_over_when_the_order_moves_on(ending, order, buyer, seller):
    ref = ask(order, buyer).ref
    calls = {
        "deliver": lambda: deliver(order, seller),
        "cancel": lambda: order.cancel(by=buyer, reason="We stop."),
        "dispute": lambda: order.dispute(by=buyer, reason="It is wrong."),
    }

    calls[ending]()

    assert order.changes.get().answer == "over"
    for verb, by in (("accept_change", seller), ("refuse_change", seller), ("take_back_change", buyer)):
        with pytest.raises(InvalidTransition):
            getattr(order, verb)(ref, by=by)


def test_a_request_lives_through_the_start_of_the_work(offer, buyer, seller):
    order = make_order(offer, buyer, "scheduled")
    ref = ask(order, buyer).ref

    STEPS["start"](order, buyer, seller)
    order.accept_change(ref, by=seller)

    assert Order.objects.get(pk=order.pk).net == Decimal("250.00")


# --- Days ---
def test_other_days_before_the_work_move_the_clocks(dated, buyer, seller):
    day = dated.starts_on + timedelta(days=10)
    rings = dict(dated.timers.values_list("verb", "due_at"))
    change = ask(dated, seller, starts_on=day, ends_on=day)

    dated.accept_change(change.ref, by=buyer)

    dated = Order.objects.get(pk=dated.pk)
    assert (dated.starts_on, dated.ends_on, dated.times_moved) == (day, day, 1)
    now = dict(dated.timers.values_list("verb", "due_at"))
    assert now["chase_start"] > rings["chase_start"]
    assert now["remind_start"] > rings["remind_start"]
    assert dated.activities.get(verb="order.accept_change").details["date"]["starts"] == day.isoformat()


def test_other_days_while_the_work_runs_change_only_the_days(dated, buyer, seller):
    STEPS["start"](dated, buyer, seller)
    end = dated.ends_on + timedelta(days=5)

    dated.accept_change(ask(dated, buyer, ends_on=end).ref, by=seller)

    after = Order.objects.get(pk=dated.pk)
    assert (after.starts_on, after.ends_on, after.times_moved) == (dated.starts_on, end, 0)
    assert not after.timers.exists()


def test_a_change_of_days_is_asked_anew_when_they_were_moved(dated, buyer, seller):
    ref = ask(dated, seller, starts_on=dated.starts_on + timedelta(days=10)).ref
    dated.propose_time(by=seller, starts_on=dated.starts_on + timedelta(days=3))
    dated.agree_time(by=buyer)
    before = snapshot(dated)

    with pytest.raises(Refusal, match="asked anew"):
        dated.accept_change(ref, by=buyer)

    assert snapshot(dated) == before


def test_days_that_passed_meanwhile_are_refused(dated, buyer, seller):
    day = dated.starts_on - timedelta(days=10)
    ref = ask(dated, seller, starts_on=day, ends_on=day).ref

    with time_machine.travel(timezone.now() + timedelta(days=12)), pytest.raises(Refusal, match="in the future"):
        dated.accept_change(ref, by=buyer)


def test_an_appointment_is_moved_elsewhere(order, buyer):
    start = timezone.now() + timedelta(days=5)
    Order.objects.filter(pk=order.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))

    with pytest.raises(Refusal) as refused:
        order.propose_change(by=buyer, words=WHY, starts_on=timezone.localdate() + timedelta(days=9))

    assert refused.value.field == "starts_on"


# --- Agreements ---
def test_both_sign_the_change_of_a_signed_agreement(signed_order, buyer, owner):
    order, agreement = signed_order, signed_order.agreement
    first = agreement.latest
    make_due_pdfs()

    change = ask(order, buyer, net=Decimal("250.00"), scope="A second page.")
    assert (change.name, change.function, change.power, change.method) == ("Bob Birch", "Owner", "owner", "password")
    assert (change.version, change.is_intact) == (1, True)
    signed = {"name": "Alice Alpha", "function": "Headteacher", "method": "mfa", "sha256": change.sha256}
    order.accept_change(change.ref, by=owner, signed=signed)

    agreement.refresh_from_db()
    second = agreement.latest
    assert (agreement.status, second.number, first.number) == ("active", 2, 1)
    assert [(each.name, each.method, each.sha256) for each in second.signatures.all()] == [
        ("Bob Birch", "password", second.sha256),
        ("Alice Alpha", "mfa", second.sha256),
    ]
    kept = second.content["change"]
    assert (kept["sha256"], kept["request"], kept["why"]) == (change.sha256, change.ref, WHY)
    assert (kept["before"]["net"], kept["after"]["scope"]) == ("200.00", "A second page.")
    assert [each["name"] for each in kept["signatures"]] == ["Bob Birch", "Alice Alpha"]
    assert second.is_intact
    assert not list(broken_agreements())
    assert [each.voided_at for each in first.signatures.all()] == [None, None]


def test_verify_records_names_changed_terms(signed_order, buyer):
    change = ask(signed_order, buyer, net=Decimal("250.00"))
    assert list(broken_changes()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("""UPDATE marketplace_changerequest SET after = jsonb_set(after, '{net}', '"90.00"')""")
        cursor.execute("SET LOCAL session_replication_role = origin")

    label = f"{signed_order.ref} change {change.ref}"
    assert list(broken_changes()) == [(label, "the terms are not those that were signed")]


def test_the_next_version_differs_in_nothing_else(signed_order, buyer, owner, school):
    school.address = "Another street 5"
    school.save()
    order = Order.objects.get(pk=signed_order.pk)
    first = order.agreement.latest

    change = ask(order, buyer)
    order.accept_change(change.ref, by=owner, signed=SIGNER | {"sha256": change.sha256})

    second = order.agreement.versions.last()
    assert second.content["parties"] == first.content["parties"]
    different = [
        (old["key"], [fact for fact in new["words"]["lv"]["facts"] if fact not in old["words"]["lv"]["facts"]])
        for old, new in zip(first.content["sections"], second.content["sections"], strict=True)
        if old != new
    ]
    assert [key for key, _facts in different] == ["modes"]
    assert len(different[0][1]) == 2
    assert len(second.content["sections"]) == len(first.content["sections"])
    assert b"%PDF" in pdf_of(second)[:8]


@pytest.mark.parametrize("sha256", ["", "0" * 64])
def test_other_terms_than_those_read_are_not_signed(sha256, signed_order, buyer, owner):
    before = snapshot(signed_order)
    with pytest.raises(Stale):
        signed_order.propose_change(by=buyer, words=WHY, net=Decimal(250), signed=SIGNER | {"sha256": sha256})
    assert snapshot(signed_order) == before

    ref = ask(signed_order, buyer).ref
    before = snapshot(signed_order)
    with pytest.raises(Stale):
        signed_order.accept_change(ref, by=owner, signed=SIGNER | {"sha256": sha256})
    assert snapshot(signed_order) == before


def test_a_signature_has_a_name_and_a_function(signed_order, buyer):
    signed = signature(signed_order, net=Decimal(250)) | {"function": " "}
    with pytest.raises(Refusal) as refused:
        signed_order.propose_change(by=buyer, words=WHY, net=Decimal(250), signed=signed)
    assert refused.value.field == "function"


def test_only_signatories_change_a_signed_agreement(signed_order, buyer, seller):
    before = snapshot(signed_order)
    assert not signed_order.can("propose_change", by=seller)
    with pytest.raises(PermissionDenied):
        ask(signed_order, seller)
    assert snapshot(signed_order) == before

    change = ask(signed_order, buyer)
    assert told(signed_order.activities.last()) == ["adam", "alice", "sara"]
    assert not signed_order.can("accept_change", by=seller)
    with pytest.raises(PermissionDenied):
        signed_order.accept_change(change.ref, by=seller, signed=SIGNER | {"sha256": change.sha256})

    signed_order.refuse_change(change.ref, by=seller)
    assert signed_order.agreement.versions.count() == 1


def test_taken_back_leaves_the_agreement_untouched(signed_order, buyer):
    signed_order.take_back_change(ask(signed_order, buyer).ref, by=buyer)
    assert signed_order.agreement.versions.count() == 1


def test_an_agreement_that_waits_for_signatures_comes_first(signed_order, buyer, owner):
    ref = ask(signed_order, buyer).ref
    agreement = Order.objects.get(pk=signed_order.pk).agreement
    agreement.amend({"aims": {"lv": "More."}}, by=owner)
    before = snapshot(signed_order)

    with pytest.raises(Refusal, match="waits for signatures"):
        signed_order.accept_change(ref, by=owner, signed=SIGNER | {"sha256": "x"})
    assert snapshot(signed_order) == before

    sign(Order.objects.get(pk=signed_order.pk))
    with pytest.raises(Refusal, match="asked anew"):
        signed_order.accept_change(ref, by=owner, signed=SIGNER | {"sha256": "x"})


def test_a_price_that_needs_an_agreement_brings_one(offer, buyer, seller):
    AgreementLimit.objects.update_or_create(currency="EUR", defaults={"gross": Decimal("240.00")})
    order = make_order(offer, buyer, "scheduled")
    assert order.own_agreement is None

    order.accept_change(ask(order, buyer).ref, by=seller)

    order = Order.objects.get(pk=order.pk)
    assert (order.status, order.agreement.status, order.agreement.reasons) == (
        "agreement_pending", "proposed", ["value"],
    )  # fmt: skip


# --- The database and mail ---
def words(order, buyer):
    return {
        "order": order, "organisation": buyer.organisation, "asked_by": buyer.user, "words": "x", "net": Decimal(1),
        "before": {}, "after": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    "fields",
    [
        {"net": None}, {"net": Decimal(-1)}, {"answer": "lost"}, {"answer": "accepted"}, {"sha256": "x"},
        {"ends_on": "2030-01-01"}, {"starts_on": "2030-01-02", "ends_on": "2030-01-01"},
    ],
)  # fmt: skip
def test_the_database_refuses_what_makes_no_sense(fields, order, buyer):
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.create(**words(order, buyer) | fields)


def test_the_database_keeps_one_open_request_as_it_was_asked(order, buyer):
    change = ask(order, buyer)

    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.create(**words(order, buyer))
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.filter(pk=change.pk).update(net=Decimal(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.filter(pk=change.pk).delete()
    order.take_back_change(change.ref, by=buyer)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.filter(pk=change.pk).update(answer="")


def test_both_sides_are_mailed(order, buyer, seller, adam, bob):
    mail.outbox.clear()

    order.accept_change(ask(order, buyer, scope="A second page.").ref, by=seller)
    send_due()

    [asked] = [m for m in mail.outbox if m.to == [adam.email] and "asks for a change" in m.subject]
    assert "On top of the quote: A second page." in asked.body
    assert WHY in asked.body
    assert [m.subject for m in mail.outbox if m.to == [bob.email] and "agreed" in m.subject]
