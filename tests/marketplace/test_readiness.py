"""What must be in place before an agreed order begins."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Refusal, ring_due_timers
from marketplace.models import Consent, Order, Readiness, ReadyItem
from tests.factories import LINE, make_class, make_offer, make_order, make_ready, make_window, member

TODAY = timezone.localdate()
AT_CLIENT = ["insurance", "client_insurance", "safety", "contact", "consent", "supervision"]
PHONE = {"contact_name": "Bob Birch", "contact_phone": "+371 2000 0000"}


def offer_at(school, adam, sara, mode, **fields):
    offer = make_offer(school, adam, sara, delivery_modes=[mode], **fields)
    offer.texts.update(safety="Gloves and goggles are worn.")
    return offer


@pytest.fixture
def catering(school, adam, sara):
    return offer_at(school, adam, sara, "at_client")


@pytest.fixture
def order(catering, buyer):
    return make_order(catering, buyer, "scheduled", place="Ozolu iela 2")


@pytest.fixture
def readiness(order):
    return order.readiness


def kinds(readiness):
    return [line.kind for line in readiness.lines()]


def missing(readiness):
    return sorted(line.kind for line in Readiness.objects.get(pk=readiness.pk).missing)


def told(subject):
    return [activity.verb for activity in subject.activities]


def test_work_at_the_clients_place_needs_most(readiness):
    assert kinds(readiness) == AT_CLIENT
    assert [line.side for line in readiness.lines()] == ["seller", "buyer", "buyer", "buyer", "seller", "seller"]
    assert missing(readiness) == sorted(set(AT_CLIENT) - {"supervision"})


def test_remote_work_needs_nothing_and_begins_without_a_click(offer, buyer, seller):
    order = make_order(offer, buyer, "scheduled")

    assert kinds(order.readiness) == []
    assert order.readiness.ready_at
    assert "order.ready" not in told(order)
    order.start(by=seller)
    assert order.status == Order.Status.IN_PROGRESS


def test_what_the_client_supplies_is_asked_for(offer, buyer, seller):
    order = make_order(offer, buyer, "requested")
    order.quote([LINE], by=seller, client_supplies="Your logo, by Monday.")
    order.accept(1, by=buyer)

    assert kinds(order.readiness) == ["materials"]
    with pytest.raises(Refusal) as refused:
        order.start(by=seller)
    assert refused.value.message == ("1 thing is missing before the start: Materials from the client (Birch Bakery).")
    order.readiness.confirm(["materials"], by=buyer)
    order.start(by=seller)


def test_a_standing_answer_of_the_offer_lets_an_instant_booking_begin(school, adam, sara, buyer, seller):
    until = TODAY + timedelta(days=200)
    offer = offer_at(school, adam, sara, "at_school", is_instant=True, insured_until=until)
    window = make_window(offer)
    order = Order.draft(offer, by=buyer, window=window, place_mode="at_school")
    order.book(by=buyer)

    assert kinds(order.readiness) == ["insurance", "supervision"]
    assert missing(order.readiness) == []
    assert next(iter(order.readiness.lines())).is_standing
    order.start(by=seller)


def test_a_standing_answer_follows_the_offer_and_the_date(school, adam, sara, buyer, seller):
    offer = offer_at(school, adam, sara, "at_school")
    order = make_order(offer, buyer, "scheduled")
    assert missing(order.readiness) == ["insurance"]

    offer.change("people", {"insured_until": TODAY + timedelta(days=90)}, by=seller)
    assert missing(order.readiness) == []
    Order.objects.update(ends_on=TODAY + timedelta(days=91))
    assert missing(order.readiness) == ["insurance"]


def test_standing_answers_of_a_published_offer_need_no_review(school, adam, sara, seller):
    offer = offer_at(school, adam, sara, "at_school")

    holder = offer.change("people", {"insured_until": TODAY, "learners_per_trainer": 8}, by=seller)

    assert (holder.pk, holder.status, holder.learners_per_trainer) == (offer.pk, "published", 8)


def test_a_standing_answer_that_ends_before_the_work_does_not_count(school, adam, sara, buyer):
    offer = offer_at(school, adam, sara, "at_school", insured_until=TODAY + timedelta(days=30))
    window = make_window(offer, in_days=29, days=2)
    order = Order.draft(offer, by=buyer, window=window, place_mode="at_school")
    order.request(by=buyer)
    seller = member(adam, school)
    order.quote([LINE], by=seller, window=window)
    order.accept(1, by=buyer)

    assert missing(order.readiness) == ["insurance"]


def test_the_start_says_what_is_missing_and_whose_it_is(order, seller, buyer):
    order.readiness.confirm(["insurance"], by=seller)
    order.readiness.confirm(["safety", "contact"], by=buyer, **PHONE)
    before = Activity.objects.count()

    with pytest.raises(Refusal) as refused:
        order.start(by=seller)

    assert refused.value.message == (
        "2 things are missing before the start: Insurance of the client's place (Birch Bakery), "
        "Consent of guardians (Linden Vocational School)."
    )
    assert (Order.objects.get().status, Activity.objects.count()) == (Order.Status.SCHEDULED, before)


def test_both_sides_are_told_once_when_all_is_there(order, readiness, seller, buyer, sara):
    make_ready(order, buyer, seller)
    readiness.refresh_from_db()
    readiness.confirm(["insurance"], by=seller)

    assert missing(readiness) == []
    assert told(order).count("order.ready") == 1
    activity = order.activities.get(verb="order.ready")
    people = {activity.actor} | {n.recipient for n in activity.notifications.all()}
    assert people == {seller.user, sara, buyer.user}


def test_what_was_taken_back_is_told_and_stops_the_start(order, readiness, seller, buyer):
    make_ready(order, buyer, seller)
    readiness.take_back("client_insurance", by=buyer)
    readiness.take_back("client_insurance", by=buyer)

    assert missing(readiness) == ["client_insurance"]
    assert told(order)[-2:] == ["order.ready", "order.unready"]
    assert told(readiness).count("readiness.take_back") == 1
    with pytest.raises(Refusal):
        order.start(by=seller)


def test_each_side_confirms_its_own(readiness, seller, buyer, outsider, lea, school):
    wrong = [
        (["insurance"], buyer), (["safety"], seller), (["contact"], outsider), (["insurance"], member(lea, school)),
        (["insurance", "safety"], seller),
    ]  # fmt: skip
    for names, by in wrong:
        for act in (
            lambda names=names, by=by: readiness.confirm(names, by=by, **PHONE),
            lambda names=names, by=by: readiness.waive(names[-1], by=by, reason="No."),
            lambda names=names, by=by: readiness.take_back(names[-1], by=by),
        ):
            with pytest.raises(PermissionDenied):
                act()
    for by in (buyer, outsider):
        with pytest.raises(PermissionDenied):
            readiness.set_trainers(2, by=by)

    assert not ReadyItem.objects.exclude(state="missing").exists()
    assert told(readiness) == []


def test_confirming_again_changes_nothing(readiness, seller):
    readiness.confirm(["insurance"], by=seller)
    since = ReadyItem.objects.get(kind="insurance").since
    readiness.confirm(["insurance"], by=seller)

    row = ReadyItem.objects.get(kind="insurance")
    assert (row.since, row.confirmed_by) == (since, seller.user)
    assert told(readiness) == ["readiness.confirm"]


def test_the_contact_has_a_name_and_a_phone_and_neither_is_told(readiness, buyer):
    for words, field in (({}, "contact_name"), (PHONE | {"contact_phone": "12"}, "contact_phone")):
        with pytest.raises(Refusal) as refused:
            readiness.confirm(["contact"], by=buyer, **words)
        assert refused.value.field == field
    assert "contact" in missing(readiness)

    readiness.confirm(["contact"], by=buyer, **PHONE)

    row = Readiness.objects.get()
    assert (row.contact_name, row.contact_phone) == ("Bob Birch", "+371 2000 0000")
    assert "2000" not in str(readiness.activities.get().details)


def test_an_item_is_not_needed_with_a_reason(readiness, buyer):
    with pytest.raises(Refusal) as refused:
        readiness.waive("client_insurance", by=buyer, reason="  ")
    assert refused.value.field == "reason"

    readiness.waive("client_insurance", by=buyer, reason="It is a public square.")

    row = ReadyItem.objects.get(kind="client_insurance")
    assert (row.state, row.reason) == ("not_needed", "It is a public square.")
    assert "client_insurance" not in missing(readiness)


def test_no_order_goes_without_supervision(readiness, seller):
    with pytest.raises(Refusal):
        readiness.waive("supervision", by=seller, reason="They are good.")
    with pytest.raises(Refusal):
        readiness.confirm(["supervision"], by=seller)
    with pytest.raises(Refusal):
        readiness.confirm(["consent"], by=seller)


def test_what_is_not_on_the_list_is_refused(readiness, buyer):
    with pytest.raises(Refusal):
        readiness.confirm(["materials"], by=buyer)


def test_the_safety_sheet_is_written_by_the_school_first(order, readiness, catering, buyer):
    catering.texts.update(safety="")

    line = next(line for line in readiness.lines() if line.kind == "safety")
    assert (line.side, line.is_met) == ("seller", False)
    with pytest.raises(Refusal):
        readiness.confirm(["safety"], by=buyer)


def test_the_number_of_trainers_is_the_schools(readiness, seller):
    for wrong in (0, 21):
        with pytest.raises(Refusal):
            readiness.set_trainers(wrong, by=seller)
    readiness.set_trainers(2, by=seller)
    readiness.set_trainers(2, by=seller)

    assert Readiness.objects.get().trainer_count == 2
    assert told(readiness) == ["readiness.set_trainers"]


@pytest.mark.parametrize("status", ["in_progress", "delivered", "cancelled", "completed"])
def test_the_list_stands_still_once_the_work_began_or_ended(status, catering, buyer, seller):
    order = make_order(catering, buyer, status, place="Ozolu iela 2")
    before = Activity.objects.count()
    for act in (
        lambda: order.readiness.confirm(["insurance"], by=seller),
        lambda: order.readiness.waive("insurance", by=seller, reason="No."),
        lambda: order.readiness.take_back("insurance", by=seller),
        lambda: order.readiness.set_trainers(3, by=seller),
    ):
        with pytest.raises(InvalidTransition):
            act()
    order.readiness.recheck(by=None)

    assert Activity.objects.count() == before


def test_orders_not_agreed_have_no_list(catering, buyer):
    make_order(catering, buyer, "quoted", place="Ozolu iela 2")

    assert not Readiness.objects.exists()


def test_an_order_agreed_before_there_were_lists_gets_one_at_the_start(order, seller):
    Readiness.objects.all().delete()

    with pytest.raises(Refusal):
        Order.objects.get(pk=order.pk).start(by=seller)


def test_the_database_knows_the_states(readiness, seller):
    for fields in ({"state": "confirmed"}, {"state": "not_needed", "confirmed_by": seller.user}, {"reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReadyItem.objects.filter(kind="insurance").update(**fields)


def test_the_list_takes_a_fixed_number_of_statements(readiness, django_assert_max_num_queries):
    fresh = Readiness.objects.select_related("order__offer", "order__seller", "order__buyer").get()
    with django_assert_max_num_queries(3):
        fresh.lines()


def test_what_changes_elsewhere_is_seen_by_the_timer(order, readiness, seller, buyer, catering):
    make_ready(order, buyer, seller)
    ReadyItem.objects.filter(kind="insurance").update(state="missing", confirmed_by=None)
    readiness.set_timer("recheck", timezone.now())
    ring_due_timers()

    assert told(order)[-1] == "order.unready"


def test_every_minor_of_the_team_needs_a_consent(order, readiness, school, seller):
    group = make_class(school, size=2, minors=1)
    adult, minor = sorted(group.learners.all(), key=lambda learner: learner.minor_until is not None)
    readiness.waive("consent", by=seller, reason="Only students of age take part.")
    assert "consent" not in missing(readiness)

    order.assign_team([adult], by=seller)
    assert "consent" not in missing(readiness)
    order.assign_team([adult, minor], by=seller)
    assert "consent" in missing(readiness)
    consent = Consent.record_paper(minor, "work", by=seller, giver="guardian", giver_name="Greta", language="en")
    assert "consent" not in missing(readiness)
    consent.withdraw(by=seller)
    assert "consent" in missing(readiness)


def test_a_withdrawn_consent_is_told_on_the_order(order, readiness, school, seller, buyer):
    group = make_class(school, size=1, minors=1)
    minor = group.learners.get()
    consent = Consent.record_paper(minor, "work", by=seller, giver="guardian", giver_name="Greta", language="en")
    order.assign_team([minor], by=seller)
    make_ready(order, buyer, seller)
    assert told(order)[-1] == "order.ready"

    consent.withdraw(by=None)
    ring_due_timers()

    assert told(order)[-1] == "order.unready"
    assert "Family0" not in str([activity.details for activity in order.activities])


def test_nobody_joins_the_work_at_a_client_without_consent(order, school, seller, buyer):
    group = make_class(school, size=3, minors=2)
    adult, *minors = sorted(group.learners.all(), key=lambda learner: learner.minor_until is not None)
    order.assign_team([adult], by=seller)
    make_ready(order, buyer, seller)
    order.start(by=seller)

    with pytest.raises(Refusal):
        order.replace_learner(adult, minors[0], "absent", by=seller)
    with pytest.raises(Refusal):
        order.assign_team([adult, minors[1]], by=seller)
    assert [member.learner for member in order.team.live()] == [adult]
    Consent.record_paper(minors[0], "work", by=seller, giver="guardian", giver_name="Greta", language="en")
    order.replace_learner(adult, minors[0], "absent", by=seller)


def test_the_start_is_offered_when_all_is_there(order, seller, buyer):
    assert not order.can("start", by=seller)
    make_ready(order, buyer, seller)

    assert Order.objects.get(pk=order.pk).can("start", by=seller)


def test_a_large_team_needs_more_trainers(order, readiness, catering, school, seller):
    catering.learners_per_trainer = 2
    catering.save(update_fields=["learners_per_trainer"])
    order = Order.objects.get(pk=order.pk)
    group = make_class(school, size=3)
    order.assign_team(group.learners.all(), by=seller)
    assert "supervision" in missing(readiness)

    readiness.set_trainers(2, by=seller)

    assert "supervision" not in missing(readiness)


def test_a_team_that_changes_is_told_on_the_order(order, readiness, school, seller, buyer):
    make_ready(order, buyer, seller)
    order.assign_team(make_class(school, size=1, minors=1).learners.all(), by=seller)

    assert told(order)[-2:] == ["order.assign_team", "order.unready"]


def test_a_consent_has_to_last_to_the_last_day(order, readiness, school, seller):
    group = make_class(school, size=1, minors=1)
    order.assign_team(group.learners.all(), by=seller)
    Consent.record_paper(group.learners.get(), "work", by=seller, giver="guardian", giver_name="Greta", language="en")
    assert "consent" not in missing(readiness)

    expires_on = Consent.objects.get().expires_on
    Order.objects.update(starts_on=expires_on - timedelta(days=1), ends_on=expires_on)
    assert "consent" not in missing(readiness)
    group.learners.update(minor_until=expires_on + timedelta(days=9))
    Order.objects.update(ends_on=expires_on + timedelta(days=1))
    assert "consent" in missing(readiness)
