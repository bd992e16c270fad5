"""How the parts of an offer change: drafts at once, published offers partly by a new version."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import InvalidTransition, Refusal
from marketplace.models import Offer, Skill
from marketplace.models.offer_copies import MATERIAL
from marketplace.models.offer_edits import LIVE_FIELDS, Conflict, fingerprint
from tests.factories import complete_draft, make_closure, make_window, member

Status = Offer.Status


@pytest.fixture
def draft(school, adam, sara):
    return complete_draft(school, adam, sara)


def fresh(offer):
    return Offer.objects.get(pk=offer.pk)


def verbs(offer):
    return [activity.verb for activity in offer.activities]


def test_what_buyers_rely_on_never_changes_on_a_live_offer():
    assert not LIVE_FIELDS & set(MATERIAL)


def test_a_draft_changes_at_once(draft, seller):
    held = draft.change("price", {"price": Decimal("99.50"), "unit": "page"}, by=seller)

    assert held == draft
    assert (fresh(draft).price, fresh(draft).unit) == (Decimal("99.50"), "page")
    activity = draft.activities.last()
    assert (activity.verb, activity.actor) == ("offer.change", seller.user)
    assert activity.details["part"] == "price"
    assert activity.details["fields"] == ["price", "unit"]
    assert not activity.notifications.exists()


def test_saving_what_is_there_records_nothing(draft, seller):
    draft.change("price", {"price": Decimal(180)}, by=seller)

    assert verbs(draft) == ["offer.start"]


@pytest.mark.parametrize("status", ["in_review", "rejected", "suspended", "archived"])
def test_in_other_states_nothing_changes(draft, seller, status):
    Offer.objects.filter(pk=draft.pk).update(status=status)

    with pytest.raises(InvalidTransition):
        fresh(draft).change("price", {"price": Decimal(1)}, by=seller)

    assert fresh(draft).price == 180
    assert verbs(draft) == ["offer.start"]


def test_outsiders_learners_and_moderators_do_not_change_it(draft, outsider, lea, school, mona):
    for by in (outsider, member(lea, school), mona):
        with pytest.raises(PermissionDenied):
            draft.change("price", {"price": Decimal(1)}, by=by)

    assert fresh(draft).price == 180


def test_a_correction_of_a_live_offer_shows_at_once(offer, seller):
    words = {"summary": "Five pages in three weeks."}

    held = offer.change("texts", words, by=seller, language="en")

    assert held == offer
    assert fresh(offer).source_text.summary == "Five pages in three weeks."
    assert offer.activities.last().verb == "offer.change_live"
    assert fresh(offer).open_revision is None


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("texts", {"title": "Something else"}),
        ("texts", {"included": ["Ten pages"]}),
        ("texts", {"safety": "None."}),
        ("price", {"price": Decimal(1)}),
        ("terms", {"lead_time_days": 0}),
        ("people", {"has_minors": False}),
    ],
)
def test_what_buyers_rely_on_goes_into_a_new_version(offer, seller, part, values):
    before = offer.content(part, "en")

    held = offer.change(part, values, by=seller, language="en" if part == "texts" else "")

    assert held.revision_of == offer
    assert fresh(offer).content(part, "en") == before
    assert values.items() <= fresh(held).content(part, "en").items()
    assert (verbs(offer)[-1], verbs(held)) == ("offer.revise", ["offer.change"])


def test_the_trainer_of_a_live_offer_changes_at_once(offer, seller, alice):
    offer.change("people", {"trainer": alice}, by=seller)

    assert fresh(offer).trainer == alice


def test_while_a_new_version_is_open_the_live_one_stands_still(offer, seller):
    offer.revise(by=seller)

    with pytest.raises(Refusal):
        offer.change("texts", {"summary": "Other words."}, by=seller, language="en")

    assert fresh(offer).source_text.summary == "Five pages, ready in three weeks."


def test_a_new_language_of_a_live_offer_waits_for_a_moderator(offer, seller):
    held = offer.change("texts", {"title": "Mājaslapa"}, by=seller, language="lv")

    assert held.revision_of == offer
    assert [text.language for text in fresh(offer).texts.all()] == ["en"]


def test_who_saves_second_is_told_and_overwrites_nothing(draft, seller, alice, school):
    seen = fingerprint(draft.content("price"))
    owner = member(alice, school)
    fresh(draft).change("price", {"price": Decimal(200)}, by=owner, seen=seen)

    with pytest.raises(Conflict):
        draft.change("price", {"price": Decimal(150)}, by=seller, seen=seen)

    assert fresh(draft).price == 200
    fresh(draft).change("terms", {"lead_time_days": 9}, by=seller, seen=fingerprint(draft.content("terms")))
    assert fresh(draft).lead_time_days == 9  # another part is no conflict


def test_strangers_are_not_named_as_trainers(draft, seller, bob, lea):
    for person in (bob, lea):
        with pytest.raises(Refusal) as refusal:
            draft.change("people", {"trainer": person}, by=seller)

        assert refusal.value.field == "trainer"


def test_status_school_and_address_are_no_part_of_any_form(draft, seller):
    for name in ("status", "school", "ref", "slug", "published_at", "revision_of"):
        with pytest.raises(ValueError, match="not of terms"):
            draft.change("terms", {name: "x"}, by=seller)


def test_at_most_eight_skills(draft, seller):
    pks = sorted(Skill.objects.values_list("pk", flat=True)[:9])

    with pytest.raises(Refusal):
        draft.change("skills", {"skills": pks}, by=seller)

    draft.change("skills", {"skills": pks[:8]}, by=seller)
    assert draft.skills.count() == 8


def test_packages_keep_their_words_in_other_languages(draft, seller):
    rows = [{"code": "S", "price": Decimal(90), "name": "Small", "description": "One page"}]
    draft.change("price", {"price_model": "PKG", "packages": rows}, by=seller)
    draft.change(
        "texts",
        {"title": "Mājaslapa", "packages": {"S": {"name": "Mazā", "description": ""}}},
        by=seller,
        language="lv",
    )
    rows[0]["price"] = Decimal(95)

    fresh(draft).change("price", {"packages": rows}, by=seller)

    package = draft.packages.get()
    assert (package.price, package.texts["lv"]["name"], package.texts["en"]["name"]) == (95, "Mazā", "Small")


def test_a_language_version_is_removed_but_never_the_original(draft, seller):
    draft.change("texts", {"title": "Mājaslapa"}, by=seller, language="lv")

    draft.remove_text("lv", by=seller)

    assert [text.language for text in draft.texts.all()] == ["en"]
    with pytest.raises(Refusal):
        draft.remove_text("en", by=seller)


@pytest.mark.parametrize(
    "values",
    [
        {"vat_rate": 21},  # with a reason for none
        {"price_to": 100},  # below the price
        {"price": -1},
        {"eqf_level": 9},
        {"min_quantity": 5, "max_quantity": 4},
        {"price_model": "HR", "is_instant": True},
    ],
)
def test_the_database_refuses_what_cannot_be(offer, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(**values)


def test_windows_need_no_review(offer, seller):
    start = timezone.localdate() + timedelta(days=20)

    window = offer.add_window(start, start + timedelta(days=4), 2, by=seller)
    offer.change_window(window, by=seller, capacity=3, is_closed=False)

    window.refresh_from_db()
    assert (window.capacity, window.is_closed) == (3, False)
    assert fresh(offer).open_revision is None
    assert verbs(offer)[-2:] == ["offer.change_live", "offer.change_live"]
    offer.remove_window(window, by=seller)
    assert not offer.windows.exists()


@pytest.mark.parametrize(
    ("start", "end", "field"), [(0, 3, "starts_on"), (-5, 3, "starts_on"), (10, 9, "ends_on"), (10, 400, "ends_on")]
)
def test_windows_lie_in_the_future_and_end_after_they_start(offer, seller, start, end, field):
    today = timezone.localdate()

    with pytest.raises(Refusal) as refusal:
        offer.add_window(today + timedelta(days=start), today + timedelta(days=end), 1, by=seller)

    assert refusal.value.field == field
    assert not offer.windows.exists()


def test_a_window_on_closed_days_alone_is_neither_added_nor_opened(offer, seller, school):
    today = timezone.localdate()
    shut = make_window(offer, in_days=40, days=2)
    make_closure(school, shut.starts_on, ends_on=today + timedelta(days=44), name="Roof works")

    with pytest.raises(Refusal) as added:
        offer.add_window(today + timedelta(days=41), today + timedelta(days=43), 1, by=seller)
    with pytest.raises(Refusal) as opened:
        offer.change_window(shut, by=seller, capacity=2, is_closed=False)
    offer.change_window(shut, by=seller, capacity=2, is_closed=True)
    spanning = offer.add_window(today + timedelta(days=35), today + timedelta(days=52), 1, by=seller)

    assert added.value.message == "Your school is closed on all these days: Roof works."
    assert (added.value.field, opened.value.field) == ("starts_on", "is_closed")
    assert set(offer.windows.filter(is_closed=False)) == {spanning}


def test_the_same_window_is_added_once(offer, seller):
    window = make_window(offer)

    with pytest.raises(Refusal):
        offer.add_window(window.starts_on, window.ends_on, 1, by=seller)


def test_a_window_never_has_fewer_places_than_are_taken(offer, seller):
    window = make_window(offer, capacity=3)
    window.take()
    window.take()

    with pytest.raises(Refusal) as refusal:
        offer.change_window(window, by=seller, capacity=1, is_closed=False)

    assert refusal.value.field == "capacity"
    window.refresh_from_db()
    assert (window.capacity, window.taken) == (3, 2)


def test_outsiders_and_learners_do_not_plan_windows(offer, outsider, lea, school):
    window = make_window(offer)
    for by in (outsider, member(lea, school)):
        with pytest.raises(PermissionDenied):
            offer.change_window(window, by=by, capacity=9, is_closed=True)

    window.refresh_from_db()
    assert window.capacity == 2


def test_windows_belong_to_the_original(offer, seller):
    window = make_window(offer)
    revision = offer.revise(by=seller)

    assert not revision.windows.exists()
    assert revision.has_bookable_window
    with pytest.raises(Refusal):
        revision.add_window(window.starts_on, window.ends_on, 1, by=seller)


def test_completeness_counts_what_is_there(draft, seller):
    assert draft.missing == []
    assert draft.completeness == round(100 * 18 / 22)
    make_window(draft)
    assert fresh(draft).completeness == round(100 * 19 / 22)
