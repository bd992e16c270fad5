"""Lifecycle E2: who may do what with an offer, from which state, and who is told."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import InvalidTransition, Refusal, ring_due_timers
from marketplace.models import Category, Favourite, Offer
from tests.factories import complete_draft, make_member, make_offer, make_order, make_user, make_window, member

Status = Offer.Status
REASON = {"reason": "The price is not clear."}
# verb: (a state it starts from, the state it leads to, who does it, who is told)
HAPPY = {
    "submit": ("draft", "in_review", "seller", {"sara"}),
    "approve": ("in_review", "published", "mona", {"adam", "sara"}),
    "ask_changes": ("in_review", "changes_requested", "mona", {"adam", "sara"}),
    "reject": ("in_review", "rejected", "mona", {"adam", "sara"}),
    "give_up": ("changes_requested", "rejected", None, {"adam", "sara"}),
    "pause": ("published", "paused", "seller", {"sara"}),
    "resume": ("paused", "published", "seller", set()),
    "suspend": ("published", "suspended", "mona", {"adam", "sara"}),
    "reinstate": ("suspended", "published", "mona", {"adam", "sara"}),
    "archive": ("published", "archived", "seller", set()),
}
VERBS = list(HAPPY)


@pytest.fixture
def cast(adam, sara, alice, mona, seller, outsider, school, lea):
    return {
        "adam": adam, "sara": sara, "mona": mona, "seller": seller, None: None,
        "outsider": outsider, "learner": member(lea, school),
    }  # fmt: skip


@pytest.fixture
def offer_in(school, adam, sara):
    def build(status):
        offer = complete_draft(school, adam, sara)
        Offer.objects.filter(pk=offer.pk).update(status=status)
        offer.refresh_from_db()
        return offer

    return build


def do(offer, verb, by):
    words = REASON if Offer.TRANSITIONS[verb].needs_reason else {}
    return getattr(offer, verb)(by=by, **words)


def recipients(activity):
    return {notification.recipient for notification in activity.notifications.all()}


@pytest.mark.parametrize("verb", VERBS)
def test_the_right_person_moves_it_and_the_others_are_told(verb, cast, offer_in):
    source, target, who, told = HAPPY[verb]
    offer = offer_in(source)

    do(offer, verb, cast[who])

    offer.refresh_from_db()
    activity = offer.activities.last()
    assert offer.status == target
    assert (activity.verb, activity.from_status, activity.to_status) == (f"offer.{verb}", source, target)
    assert activity.actor == getattr(cast[who], "user", cast[who])
    assert activity.reason == (REASON["reason"] if Offer.TRANSITIONS[verb].needs_reason else "")
    assert recipients(activity) == {cast[name] for name in told}
    assert activity.line


@pytest.mark.parametrize("verb", VERBS)
def test_from_any_other_state_it_is_refused_and_nothing_changes(verb, cast, offer_in):
    by = cast[HAPPY[verb][2]]
    for status in set(Status) - Offer.TRANSITIONS[verb].sources:
        offer = offer_in(status)

        with pytest.raises(InvalidTransition):
            do(offer, verb, by)

        offer.refresh_from_db()
        assert offer.status == status
        assert offer.activities.count() == 1  # its start


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_may(verb, cast, offer_in):
    source, _target, who, _told = HAPPY[verb]
    offer = offer_in(source)
    others = {"outsider", "learner", "seller", "mona", None} - {who}
    if verb == "pause":  # the system pauses too
        others -= {None}
    for other in others:
        with pytest.raises(PermissionDenied):
            do(offer, verb, cast[other])

    offer.refresh_from_db()
    assert offer.status == source
    assert offer.activities.count() == 1


@pytest.mark.parametrize("verb", VERBS)
def test_doing_it_twice_does_it_once(verb, cast, offer_in):
    source, target, who, _told = HAPPY[verb]
    offer = offer_in(source)
    again = Offer.objects.get(pk=offer.pk)
    do(offer, verb, cast[who])

    with pytest.raises(InvalidTransition):
        do(again, verb, cast[who])

    assert offer.activities.filter(verb=f"offer.{verb}").count() == 1


@pytest.mark.parametrize("verb", ["ask_changes", "reject", "suspend", "reinstate"])
def test_a_moderator_gives_a_reason(verb, cast, offer_in):
    offer = offer_in(HAPPY[verb][0])

    with pytest.raises(Refusal):
        getattr(offer, verb)(by=cast["mona"], reason="  ")

    assert offer.activities.count() == 1


def test_a_moderator_who_belongs_to_the_school_does_not_decide(offer_in, mona, school):
    make_member(mona, school)
    offer = offer_in("in_review")

    with pytest.raises(PermissionDenied):
        offer.approve(by=mona)


def test_an_incomplete_draft_is_not_sent(offer_in, seller):
    offer = offer_in("draft")
    offer.skills.clear()
    offer.texts.update(safety="")

    with pytest.raises(Refusal) as refusal:
        offer.submit(by=seller)

    assert refusal.value.message == "Still missing: Describe safety and hygiene; Choose at least one ESCO skill."
    offer.refresh_from_db()
    assert offer.status == Status.DRAFT


def test_a_school_that_is_not_verified_drafts_but_does_not_send(offer_in, seller, school):
    offer = offer_in("draft")
    school.status = "pending"
    school.save()

    with pytest.raises(Refusal):
        offer.submit(by=seller)


def test_instant_booking_needs_a_window(offer_in, seller):
    offer = offer_in("draft")
    offer.is_instant = True
    offer.save()

    with pytest.raises(Refusal):
        offer.submit(by=seller)

    make_window(offer)
    offer.submit(by=seller)
    assert offer.status == Status.IN_REVIEW


def test_ten_days_of_silence_end_the_review(offer_in, mona):
    offer = offer_in("in_review")
    offer.ask_changes(by=mona, **REASON)
    timer = offer.timers.get(verb="give_up")
    assert timedelta(days=9) < timer.due_at - timezone.now() <= timedelta(days=10)
    offer.timers.update(due_at=timezone.now())

    assert ring_due_timers() == 1

    offer.refresh_from_db()
    assert offer.status == Status.REJECTED
    assert offer.activities.last().verb == "offer.give_up"


def test_an_answer_in_time_stops_the_clock(offer_in, mona, seller):
    offer = offer_in("in_review")
    offer.ask_changes(by=mona, **REASON)

    offer.submit(by=seller)

    assert not offer.timers.exists()


def test_three_expired_requests_in_half_a_year_pause_it(offer, buyer, adam, sara):
    for _number in range(3):
        make_order(offer, buyer, "expired")

    offer.refresh_from_db()
    assert offer.status == Status.PAUSED
    paused = offer.activities.last()
    assert (paused.verb, paused.actor) == ("offer.pause", None)
    assert recipients(paused) == {adam, sara}


def test_archiving_tells_the_buyers_of_open_orders_and_takes_the_new_version_along(offer, buyer, bob, seller):
    make_order(offer, buyer, "scheduled")
    make_order(offer, buyer, "completed")
    revision = offer.revise(by=seller)

    offer.archive(by=seller)

    revision.refresh_from_db()
    assert revision.status == Status.ARCHIVED
    assert recipients(offer.activities.get(verb="offer.archive")) == {bob}


def test_suspending_tells_the_buyers_of_open_orders(offer, buyer, bob, adam, sara, mona):
    make_order(offer, buyer, "scheduled")

    offer.suspend(by=mona, **REASON)

    assert recipients(offer.activities.last()) == {adam, sara, bob}


def test_a_new_version_leaves_the_old_one_live_until_it_is_approved(offer, seller, mona, bob, adam, sara):
    window = make_window(offer)
    Favourite.objects.create(user=bob, offer=offer)
    changed = offer.change("price", {"price": 250}, by=seller)
    assert changed.revision_of == offer
    changed.texts.update(safety="A trainer is present.")
    changed.change("texts", {"title": "A better website"}, by=seller, language="en")
    changed.submit(by=seller)
    offer = Offer.objects.get(pk=offer.pk)
    assert (offer.status, offer.price, offer.title) == (Status.PUBLISHED, 180, "Website for a small business")

    changed.approve(by=mona)

    fresh = Offer.objects.get(pk=offer.pk)
    assert (fresh.status, fresh.price, fresh.title) == (Status.PUBLISHED, 250, "A better website")
    assert (fresh.slug, fresh.ref, fresh.published_at) == (offer.slug, offer.ref, offer.published_at)
    assert list(fresh.windows.all()) == [window]
    assert fresh.favourites.get().user == bob
    changed.refresh_from_db()
    assert changed.status == Status.ARCHIVED
    assert not Offer.objects.published().filter(pk=changed.pk).exists()
    assert recipients(fresh.activities.get(verb="offer.approve_revision")) == {adam, sara}


def test_a_rejected_new_version_changes_nothing(offer, seller, mona):
    revision = offer.change("price", {"price": 250}, by=seller)
    revision.texts.update(safety="A trainer is present.")
    revision.submit(by=seller)

    revision.reject(by=mona, **REASON)

    offer = Offer.objects.get(pk=offer.pk)
    assert (offer.status, offer.price, offer.open_revision) == (Status.PUBLISHED, 180, None)
    assert offer.revise(by=seller).pk != revision.pk


def test_a_paused_offer_stays_paused_when_its_new_version_is_approved(offer, seller, mona):
    revision = offer.revise(by=seller)
    revision.texts.update(safety="A trainer is present.")
    revision.submit(by=seller)
    offer.pause(by=seller)

    revision.approve(by=mona)

    offer.refresh_from_db()
    assert offer.status == Status.PAUSED


def test_there_is_one_open_new_version(offer, seller, outsider):
    first = offer.revise(by=seller)

    assert offer.revise(by=seller) == first
    assert offer.activities.filter(verb="offer.revise").count() == 1
    with pytest.raises(PermissionDenied):
        offer.revise(by=outsider)


def test_an_approved_new_version_keeps_the_packages_that_orders_point_at(offer, seller, mona):
    small = offer.packages.create(code="S", price=100, texts={"en": {"name": "Small", "description": ""}})
    revision = offer.revise(by=seller)
    revision.packages.update(price=120)
    revision.texts.update(safety="A trainer is present.")
    revision.submit(by=seller)

    revision.approve(by=mona)

    small.refresh_from_db()
    assert (small.offer, small.price) == (offer, 120)


def test_a_duplicate_is_a_draft_of_its_own(offer, seller, outsider):
    make_window(offer)

    copy = offer.duplicate(by=seller)

    assert (copy.status, copy.revision_of, copy.title) == (Status.DRAFT, None, offer.title)
    assert (copy.price, copy.trainer) == (offer.price, offer.trainer)
    assert copy.slug != offer.slug
    assert not copy.windows.exists()
    assert [activity.verb for activity in copy.activities] == ["offer.start"]
    with pytest.raises(PermissionDenied):
        offer.duplicate(by=outsider)


def test_a_duplicate_does_not_name_people_who_have_left(school, adam, seller):
    leaver = make_user("Lou Lind")
    offer = make_offer(school, leaver, adam, status="archived")

    copy = offer.duplicate(by=seller)

    assert (copy.trainer, copy.substitute) == (None, adam)


def test_a_draft_begins_with_its_categorys_template(seller):
    category = Category.objects.get(pk="CAT")

    offer = Offer.start_from(category, by=seller, title="Coffee break", language="en")

    assert offer.source_text.summary == category.template.content["summary"]
    assert [text.language for text in offer.texts.all()] == ["en"]
    assert (offer.price_model, offer.trainer, offer.currency) == ("PP", seller.user, "EUR")
    assert offer.skills.count() == len(category.template.content["skills"])


def test_who_writes_in_another_language_has_the_template_as_english_version(seller):
    offer = Offer.start_from(Category.objects.get(pk="CAT"), by=seller, title="Kafijas pauze", language="lv")

    assert (offer.source_text.title, offer.source_text.body) == ("Kafijas pauze", "")
    warning = "Make the English version yours, or remove it: it still holds our template's words"
    assert ("texts", warning) in offer.missing
    offer.remove_text("en", by=seller)
    assert ("texts", warning) not in Offer.objects.get(pk=offer.pk).missing


def test_learners_and_companies_do_not_start_offers(school, lea, buyer):
    category = Category.objects.get(pk="CAT")
    for by in (member(lea, school), buyer):
        with pytest.raises(PermissionDenied):
            Offer.start_from(category, by=by, title="Coffee break", language="en")

    assert not Offer.objects.exists()
