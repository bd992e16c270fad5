"""Every verb of an order: right, wrong state, wrong actor, repeated; with the exact records it leaves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from marketplace.models import Framework, Order
from tests.factories import (
    LINE,
    PATHS,
    deliver,
    make_closure,
    make_learner,
    make_member,
    make_offer,
    make_order,
    make_organisation,
    make_user,
    make_window,
    member,
)
from vet2b.lib.uploads import Checked

S = Order.Status


def file(name="plan.pdf"):
    return Checked(ContentFile(b"%PDF-1.7", name=name), name, "application/pdf", 8)


def paid(order, by):
    """Of an invoice that was recorded before, where there can be one."""
    if by == member(order.trainer, order.seller) and order.status in Order.INVOICED:
        order.record_invoice("2026/17", timezone.localdate(), by=by)
    order.record_paid(timezone.localdate(), by=by)


# verb -> how it is called, as each of its parties
CALLS = {
    "change_draft": lambda o, by: o.change_draft(by=by, brief="Something else."),
    "discard": lambda o, by: o.discard(by=by),
    "request": lambda o, by: o.request(by=by),
    "lose": lambda o, by: o.lose(by=by, why="awarded"),
    "book": lambda o, by: o.book(by=by),
    "ask": lambda o, by: o.ask("Which colour?", by=by),
    "answer": lambda o, by: o.answer("Blue.", by=by),
    "quote": lambda o, by: o.quote([LINE], by=by, message="Our quote."),
    "decline": lambda o, by: o.decline(by=by, reason="No class is free."),
    "withdraw": lambda o, by: o.withdraw(by=by, reason="We found another."),
    "counter": lambda o, by: o.counter("Could it be less?", by=by, wished_price=Decimal("150.00")),
    "reject": lambda o, by: o.reject(by=by, reason="Too dear."),
    "withdraw_quote": lambda o, by: o.withdraw_quote(by=by, reason="A mistake."),
    "accept": lambda o, by: o.accept(1, by=by),
    "expire": lambda o, by: o.expire(by=by),
    "remind": lambda o, by: o.remind(by=by),
    "schedule": lambda o, by: o.schedule(by=by),
    "ask_for_agreement": lambda o, by: o.ask_for_agreement(by=by),
    "warn_agreement": lambda o, by: o.warn_agreement(by=by),
    "expire_agreement": lambda o, by: o.expire_agreement(by=by),
    "start": lambda o, by: o.start(by=by),
    "remind_start": lambda o, by: o.remind_start(by=by),
    "propose_time": lambda o, by: o.propose_time(by=by, starts_on=timezone.localdate() + timedelta(days=30)),
    "agree_time": lambda o, by: o.agree_time(by=by),
    "refuse_time": lambda o, by: o.refuse_time(by=by),
    "ask_new_time": lambda o, by: o.ask_new_time(by=by, reason="The kitchen is closed."),
    "chase_start": lambda o, by: o.chase_start(by=by),
    "miss_start": lambda o, by: o.miss_start(by=by),
    "deliver": lambda o, by: deliver(o, by),
    "ask_changes": lambda o, by: o.ask_changes("A larger logo.", by=by),
    "chase_changes": lambda o, by: o.chase_changes(by=by),
    "resume": lambda o, by: o.resume(by=by),
    "extend_review": lambda o, by: o.extend_review(by=by),
    "accept_delivery": lambda o, by: o.accept_delivery(by=by),
    "warn_first": lambda o, by: o.warn_first(by=by),
    "warn_last": lambda o, by: o.warn_last(by=by),
    "auto_accept": lambda o, by: o.auto_accept(by=by),
    "cancel": lambda o, by: o.cancel(by=by, reason="Our plans changed."),
    "dispute": lambda o, by: o.dispute(by=by, reason="Not what was agreed."),
    "urge": lambda o, by: o.urge(by=by),
    "resolve": lambda o, by: o.resolve("continue", by=by, reason="Both sides talked."),
    "state": lambda o, by: o.state("Nine of twenty pieces are complete.", by=by),
    "propose_settlement": lambda o, by: o.propose_settlement("rework", by=by, reason="Once more, and better."),
    "accept_settlement": lambda o, by: o.accept_settlement("missing", by=by),
    "refuse_settlement": lambda o, by: o.refuse_settlement("missing", by=by),
    "take_back_settlement": lambda o, by: o.take_back_settlement("missing", by=by),
    "propose_change": lambda o, by: o.propose_change(by=by, words="A second page.", net=Decimal("250.00")),
    "accept_change": lambda o, by: o.accept_change("missing", by=by),
    "refuse_change": lambda o, by: o.refuse_change("missing", by=by),
    "take_back_change": lambda o, by: o.take_back_change("missing", by=by),
    "assign_team": lambda o, by: o.assign_team([make_learner(o.seller)], by=by),
    "replace_learner": lambda o, by: o.replace_learner(make_learner(o.seller), None, "absent", by=by),
    "remind_review": lambda o, by: o.remind_review(by=by),
    "close": lambda o, by: o.close(by=by),
    "record_invoice": lambda o, by: o.record_invoice("2026/17", timezone.localdate(), by=by),
    "record_paid": lambda o, by: paid(o, by),
    "write": lambda o, by: o.write("Hello.", by=by),
    "pass_part": lambda o, by: o.pass_part(part_for(o, by), "The photographs", by=by),
    "quote_by_framework": lambda o, by: quoted_by_framework(o, by),
}


def part_for(order, by):
    """A request of the order's school to another, where it will be looked at."""
    if not order.can("pass_part", by=by):
        return None
    head = make_user()
    school = make_organisation(head, kind="school")
    return make_order(make_offer(school, head), by)


def quoted_by_framework(order, by):
    if order.can("quote_by_framework", by=by):
        today = timezone.localdate()
        order.framework = Framework.objects.create(
            buyer=order.buyer, school=order.seller, proposer=order.buyer, author=order.contact, title="Prices",
            currency="EUR", valid_from=today, valid_until=today, fixed_until=today, ends_on=today,
        )  # fmt: skip
        order.framework.services.create(offer=order.offer)
        order.save(update_fields=["framework"])
    order.quote_by_framework(by=by)


# verb -> (from, to, who is told); from one state each, the table below has all of them
HAPPY = {
    "discard": ("draft", S.WITHDRAWN, []),
    "request": ("draft", S.REQUESTED, ["adam", "sara"]),
    "ask": ("requested", S.REQUESTED, ["bob"]),
    "quote": ("requested", S.QUOTED, ["bob"]),
    "decline": ("requested", S.DECLINED, ["bob"]),
    "withdraw": ("requested", S.WITHDRAWN, ["adam", "sara"]),
    "counter": ("quoted", S.COUNTERED, ["adam", "sara"]),
    "reject": ("quoted", S.REJECTED, ["adam", "sara"]),
    "lose": ("quoted", S.REJECTED, ["adam", "sara"]),
    "withdraw_quote": ("quoted", S.WITHDRAWN, ["bob"]),
    "accept": ("quoted", S.SCHEDULED, ["adam", "sara"]),
    "expire": ("requested", S.EXPIRED, ["adam", "bob", "sara"]),
    "remind": ("requested", S.REQUESTED, ["adam", "sara"]),
    "warn_agreement": ("agreement_pending", S.AGREEMENT_PENDING, ["adam", "alice", "bob", "sara"]),
    "start": ("scheduled", S.IN_PROGRESS, ["bob"]),
    "chase_start": ("scheduled", S.SCHEDULED, ["adam", "bob", "sara"]),
    "miss_start": ("scheduled", S.DISPUTED, ["adam", "bob", "sara"]),
    "deliver": ("in_progress", S.DELIVERED, ["bob"]),
    "ask_changes": ("delivered", S.CHANGES_REQUESTED, ["adam", "sara"]),
    "chase_changes": ("changes_requested", S.CHANGES_REQUESTED, ["adam", "bob", "sara"]),
    "resume": ("changes_requested", S.IN_PROGRESS, ["bob"]),
    "extend_review": ("delivered", S.DELIVERED, ["adam", "sara"]),
    "accept_delivery": ("delivered", S.COMPLETED, ["adam", "sara"]),
    "warn_first": ("delivered", S.DELIVERED, ["bob"]),
    "warn_last": ("delivered", S.DELIVERED, ["bob"]),
    "auto_accept": ("delivered", S.COMPLETED, ["adam", "bob", "sara"]),
    "ask_new_time": ("scheduled", S.SCHEDULED, ["bob"]),
    "propose_time": ("scheduled", S.SCHEDULED, ["adam", "sara"]),
    "cancel": ("in_progress", S.CANCELLED, ["adam", "sara"]),
    "dispute": ("in_progress", S.DISPUTED, ["adam", "sara"]),
    "urge": ("disputed", S.DISPUTED, ["mona"]),
    "resolve": ("disputed", S.IN_PROGRESS, ["adam", "bob", "sara"]),
    "state": ("disputed", S.DISPUTED, ["adam", "sara"]),
    "propose_settlement": ("disputed", S.DISPUTED, ["adam", "sara"]),
    "propose_change": ("in_progress", S.IN_PROGRESS, ["adam", "sara"]),
    "assign_team": ("scheduled", S.SCHEDULED, []),
    "remind_review": ("completed", S.COMPLETED, ["adam", "bob", "sara"]),
    "write": ("requested", S.REQUESTED, ["adam", "sara"]),
}
PARTY = {verb: move.party for verb, move in Order.TRANSITIONS.items()}


@pytest.fixture
def actor(buyer, seller, mona):
    """actor(verb) is somebody who may call it; the buyer where either side may."""
    of_party = {
        "buyer": buyer,
        "buyer_draft": buyer,
        "either": buyer,
        "seller": seller,
        "moderator": mona,
        "system": None,
    }
    return lambda verb: of_party[PARTY[verb]]


def snapshot(order):
    return (
        Order.objects.filter(pk=order.pk).values().get(),
        Activity.objects.count(),
        Notification.objects.count(),
        order.quotes.count(),
        order.counters.count(),
        order.messages.count(),
        order.files.count(),
        sorted(order.timers.values_list("verb", "due_at")),
    )


@pytest.mark.parametrize("verb", HAPPY)
def test_verb_moves_the_order_and_tells_the_others(verb, offer, buyer, actor):
    source, target, told = HAPPY[verb]
    order = make_order(offer, buyer, source)

    CALLS[verb](order, actor(verb))

    order.refresh_from_db()
    activity = order.activities.last()
    by = actor(verb)
    assert order.status == target
    assert activity.verb == f"order.{verb}"
    assert (activity.from_status, activity.to_status) == (source, target)
    assert activity.actor == getattr(by, "user", by)
    assert sorted(n.recipient.email.split("@")[0] for n in activity.notifications.all()) == told
    assert activity.line
    assert activity.notice.subject(activity)
    assert activity.notice.text(activity) is not None


def order_in(status, offer, buyer):
    """In any state, those too that only other parts of the site bring an order to."""
    order = make_order(offer, buyer, status if status in PATHS else "scheduled")
    if status not in PATHS:
        Order.objects.filter(pk=order.pk).update(status=status)
        order.refresh_from_db()
    return order


ALLOWED = [
    (verb, status)
    for verb, move in sorted(Order.TRANSITIONS.items())
    for status in sorted(move.sources)
    # these need dates, a proposal, a team or reviews: see test_quotes.py, test_order_clocks.py,
    # test_order_times.py, test_disputes.py, test_changes.py, test_teams.py and test_reviews.py
    if verb not in {"book", "remind_start", "agree_time", "refuse_time", "replace_learner", "close"}
    and verb not in {"accept_settlement", "refuse_settlement", "take_back_settlement"}
    and verb not in {"accept_change", "refuse_change", "take_back_change"}
    and (verb, status) != ("schedule", "agreement_pending")  # waits for signatures: see test_agreements.py
]


@pytest.mark.parametrize(("verb", "status"), ALLOWED)
def test_every_move_of_the_table(verb, status, offer, buyer, seller, actor):
    order = order_in(status, offer, buyer)
    if verb == "answer":
        order.ask("Which?", by=seller)

    CALLS[verb](order, actor(verb))

    expected = {"resolve": S.IN_PROGRESS, "accept": S.SCHEDULED}.get(verb) or Order.TRANSITIONS[verb].target or status
    assert Order.objects.get(pk=order.pk).status == expected


@pytest.mark.parametrize("status", sorted(S.values))
def test_no_other_move_than_those_of_the_table(status, offer, buyer, actor):
    order = order_in(status, offer, buyer)
    before = snapshot(order)

    for verb in sorted(verb for verb, move in Order.TRANSITIONS.items() if status not in move.sources):
        with pytest.raises(InvalidTransition):
            CALLS[verb](order, actor(verb))

    assert snapshot(order) == before


@pytest.mark.parametrize("verb", sorted(Order.TRANSITIONS))
def test_nobody_else_can_call_a_verb(verb, offer, buyer, seller, outsider, lea, mona, school, company):
    source = sorted(Order.TRANSITIONS[verb].sources & set(PATHS))[0]
    order = make_order(offer, buyer, source)
    of_party = {"buyer": buyer, "buyer_draft": buyer, "seller": seller, "system": None, "moderator": mona}
    unverified = member(make_member(make_user(), company).user, company)
    unverified.organisation.status = "pending"
    learner = member(lea, school)
    if PARTY[verb] == "either":
        denied = [outsider, learner, mona, None, unverified]
    else:
        denied = [who for party, who in of_party.items() if party != PARTY[verb] and who != of_party[PARTY[verb]]]
        denied += [outsider, learner] + ([] if PARTY[verb] == "buyer_draft" else [unverified])
    before = snapshot(order)

    for who in denied:
        with pytest.raises(PermissionDenied):
            CALLS[verb](order, who)

    assert snapshot(order) == before


@pytest.mark.parametrize("verb", [v for v in HAPPY if Order.TRANSITIONS[v].target and v != "resolve"])
def test_a_second_click_does_nothing_twice(verb, offer, buyer, actor):
    order = make_order(offer, buyer, HAPPY[verb][0])
    CALLS[verb](order, actor(verb))
    before = snapshot(order)

    with pytest.raises(InvalidTransition):
        CALLS[verb](order, actor(verb))

    assert snapshot(order) == before


@pytest.mark.parametrize("verb", [v for v, move in Order.TRANSITIONS.items() if move.needs_reason])
def test_a_reason_is_needed(verb, offer, buyer, actor):
    order = make_order(offer, buyer, HAPPY[verb][0])
    before = snapshot(order)
    options = {"outcome": "cancel"} if verb in {"resolve", "propose_settlement"} else {}

    with pytest.raises(Refusal) as refused:
        getattr(order, verb)(by=actor(verb), reason="  ", **options)

    assert refused.value.field == "reason"
    assert snapshot(order) == before


def test_moderator_of_a_party_does_not_decide_its_dispute(offer, buyer, mona, school):
    order = make_order(offer, buyer, "disputed")
    make_member(mona, school)

    with pytest.raises(PermissionDenied):
        order.resolve("cancel", by=mona, reason="My own school.")


@pytest.mark.parametrize(
    ("outcome", "target"),
    [("continue", S.IN_PROGRESS), ("rework", S.CHANGES_REQUESTED), ("price_cut", S.COMPLETED), ("cancel", S.CANCELLED)],
)
def test_dispute_is_decided(outcome, target, offer, buyer, mona):
    order = make_order(offer, buyer, "disputed")

    order.resolve(outcome, by=mona, reason="After hearing both.", net=Decimal("100.00"))

    order.refresh_from_db()
    assert order.status == target
    assert (order.net, order.gross) == ((100, 100) if outcome == "price_cut" else (200, 200))


def test_price_cut_keeps_the_vat_rate_and_the_sum(offer, buyer, seller, mona):
    order = make_order(offer, buyer, "requested")
    order.quote([LINE | {"vat_rate": Decimal(21)}], by=seller)
    order.accept(1, by=buyer)
    order.start(by=seller)
    order.dispute(by=buyer, reason="Half is missing.")

    for wrong in (None, Decimal(-1), Decimal(200), Decimal(1000)):
        with pytest.raises(Refusal):
            order.resolve("price_cut", by=mona, reason="Half.", net=wrong)
    order.resolve("price_cut", by=mona, reason="Half.", net=Decimal("99.99"))

    order.refresh_from_db()
    assert (order.net, order.vat, order.gross) == (Decimal("99.99"), Decimal("21.00"), Decimal("120.99"))


# --- Requests ---
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quantity": 4}, "quantity"),
        ({"quantity": 31}, "quantity"),
        ({"wished_on": timedelta(days=4)}, "wished_on"),
        ({"place_mode": "at_school"}, "place_mode"),
        ({"place_mode": "at_client", "place": "  "}, "place"),
    ],
)
def test_terms_of_the_offer_hold(fields, field, school, adam, buyer):
    offer = make_offer(
        school, adam, price_model="PP", min_quantity=5, max_quantity=30, lead_time_days=5,
        delivery_modes=["remote", "at_client"],
    )  # fmt: skip
    if "wished_on" in fields:
        fields = {"wished_on": timezone.localdate() + fields["wished_on"]}
    order = Order.draft(offer, by=buyer, **{"quantity": 10, "place_mode": "remote"} | fields)
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        order.request(by=buyer)

    assert refused.value.field == field
    assert snapshot(order) == before


def test_a_window_on_closed_days_alone_can_be_neither_requested_nor_quoted_nor_accepted(offer, buyer, seller):
    window = make_window(offer, days=2)
    draft = Order.draft(offer, by=buyer, brief="A site.", window=window, place_mode=offer.delivery_modes[0])
    asked, quoted = (make_order(offer, buyer, "requested", window=window) for _number in range(2))
    quoted.quote([LINE], by=seller, window=window)
    make_closure(offer.school, window.starts_on, ends_on=window.ends_on)

    refusals = []
    for step in (
        lambda: draft.request(by=buyer),
        lambda: asked.quote([LINE], by=seller, window=window),
        lambda: quoted.accept(1, by=buyer),
    ):
        with pytest.raises(Refusal) as refused:
            step()
        refusals.append((refused.value.field, refused.value.message))

    assert refusals == [("window", "The school is closed in this window. Choose another one.")] * 3
    window.refresh_from_db()
    assert window.taken == 0


def test_a_window_inside_the_lead_time_cannot_be_requested(offer, buyer):
    order = Order.draft(offer, by=buyer, window=make_window(offer, in_days=3))

    with pytest.raises(Refusal) as refused:
        order.request(by=buyer)

    assert refused.value.field == "window"


def test_offers_that_are_not_live_take_no_requests(offer, buyer):
    order = Order.draft(offer, by=buyer)
    offer.pause(by=member(offer.trainer, offer.school))

    with pytest.raises(Refusal):
        order.request(by=buyer)


def test_a_school_cannot_order_from_itself(offer, seller):
    with pytest.raises(PermissionDenied):
        Order.draft(offer, by=seller)


def test_another_school_can_order(offer):
    owner = make_user()
    other = make_organisation(owner, kind="school")

    order = make_order(offer, member(owner, other), "requested")

    assert order.status == S.REQUESTED


def test_the_seller_never_sees_a_draft_or_a_discarded_one(offer, buyer, seller):
    order = make_order(offer, buyer, "draft")
    assert not Order.objects.for_organisation(seller.organisation).exists()

    order.discard(by=buyer)

    assert not Order.objects.for_organisation(seller.organisation).exists()
    assert Order.objects.for_organisation(buyer.organisation).get() == order


def test_one_key_makes_one_order(offer, buyer):
    key = "0b0b0b0b-0000-4000-8000-000000000001"

    orders = {Order.draft(offer, by=buyer, request_key=key).pk for _number in range(20)}

    assert len(orders) == 1
    assert Activity.objects.filter(verb="order.draft").count() == 1


# --- Words ---
def test_question_stops_the_clock_and_the_answer_starts_it(offer, buyer, seller):
    order = make_order(offer, buyer, "requested")
    order.ask("Which colour?", by=seller)
    assert (order.party_to_act, order.can("answer", by=buyer)) == ("buyer", True)
    assert not order.timers.filter(verb="remind").exists()

    order.answer("Blue.", by=buyer)

    assert (order.party_to_act, order.can("answer", by=buyer)) == ("seller", False)
    assert sorted(order.timers.values_list("verb", flat=True)) == ["expire", "remind"]
    with pytest.raises(Refusal):
        order.answer("Green.", by=buyer)


def test_a_second_question_gives_no_more_time(offer, buyer, seller):
    order = make_order(offer, buyer, "requested")
    order.ask("Which colour?", by=seller)
    due = order.next_due

    order.ask("And which size?", by=seller)

    assert order.next_due == due


def test_the_same_message_twice_stands_there_once(offer, buyer):
    order = make_order(offer, buyer, "requested")

    for _click in range(3):
        order.write("Hello.", by=buyer, files=[file()])
    order.write("Hello again.", by=buyer)
    order.write("Hello.", by=buyer)

    assert list(order.messages.values_list("text", flat=True)) == ["Hello.", "Hello again.", "Hello."]
    assert order.files.count() == 1


def test_files_go_with_the_words(offer, buyer, seller, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    order = make_order(offer, buyer, "in_progress")

    deliver(order, seller, "Here it is.", files=[file("a.pdf"), file("b.pdf")])

    stored = order.activities.last().details["files"]
    assert [(row["name"], row["size"]) for row in stored] == [("a.pdf", 8), ("b.pdf", 8)]
    assert list(order.files.values_list("purpose", flat=True)) == ["delivery", "delivery"]


def test_at_most_ten_files_at_once_and_none_when_refused(offer, buyer, seller):
    order = make_order(offer, buyer, "requested")

    with pytest.raises(Refusal) as refused:
        order.write("All of them", by=buyer, files=[file()] * 11)

    assert refused.value.field == "files"
    assert (order.files.count(), order.messages.count()) == (0, 0)


# --- Clocks ---
def test_expired_requests_of_a_silent_school_pause_the_offer(offer, buyer):
    for _number in range(3):
        make_order(offer, buyer, "expired")

    offer.refresh_from_db()
    assert offer.status == "paused"


def test_review_clock_is_extended_once(offer, buyer):
    order = make_order(offer, buyer, "delivered")
    due = order.timers.get(verb="auto_accept").due_at

    order.extend_review(by=buyer)

    assert order.timers.get(verb="auto_accept").due_at - due >= timedelta(days=5)
    assert not order.can("extend_review", by=buyer)
    with pytest.raises(Refusal):
        order.extend_review(by=buyer)


def test_rounds_of_changes_run_out(offer, buyer, seller):
    order = make_order(offer, buyer, "changes_requested")
    order.resume(by=seller)
    deliver(order, seller, "Again.")

    assert not order.can("ask_changes", by=buyer)
    with pytest.raises(Refusal):
        order.ask_changes("Once more.", by=buyer)


def test_an_ended_order_has_no_clocks(offer, buyer):
    for status in ("declined", "withdrawn", "rejected", "expired", "cancelled"):
        assert not make_order(offer, buyer, status).timers.exists()


def test_in_a_dispute_only_the_moderators_clock_runs(offer, buyer):
    order = make_order(offer, buyer, "disputed")

    assert list(order.timers.values_list("verb", flat=True)) == ["urge"]
