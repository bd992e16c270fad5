"""How an offer is booked by day and time, and what each booking needs."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import InvalidTransition, Refusal
from marketplace.models import Offer, Plan
from marketplace.models.weeks import SCHOOL_WEEK
from tests.factories import add_resource, make_booking, make_order, make_organisation, make_user, member

RIGA = ZoneInfo("Europe/Riga")
MORNING = [(1, time(10), time(12))]
PLAN = {
    "minutes": 45, "step_minutes": 15, "before_minutes": 10, "after_minutes": 5, "notice_hours": 24,
    "furthest_days": 30, "seats": 2, "is_by_quantity": True, "seats_a_day": 8, "free_until_hours": 48,
}  # fmt: skip


def fresh(offer):
    return Offer.objects.get(pk=offer.pk)


def told(offer):
    return [activity.details.get("part") for activity in offer.activities if activity.verb != "offer.start"]


def week(offer):
    return [(each.weekday, each.opens_at, each.closes_at) for each in offer.plan.hours.all()]


@pytest.fixture
def planned(offer, seller):
    offer.set_plan(by=seller, hours=MORNING, **PLAN)
    return fresh(offer)


@pytest.fixture
def salon(school):
    return add_resource(school)


@pytest.fixture
def spare(school):
    return add_resource(school, name="Second salon")


def test_a_live_offer_gets_a_plan_at_once(planned):
    assert {name: getattr(planned.plan, name) for name in PLAN} == PLAN
    assert week(planned) == MORNING
    assert planned.open_revision is None
    activity = planned.activities.last()
    assert (activity.verb, activity.details["part"]) == ("offer.change_live", "times")


def test_a_plan_is_changed_in_place_and_saving_it_again_records_nothing(planned, seller):
    plan = planned.plan

    planned.set_plan(by=seller, hours=SCHOOL_WEEK, **PLAN | {"minutes": 30})
    planned.set_plan(by=seller, hours=SCHOOL_WEEK, **PLAN | {"minutes": 30})

    offer = fresh(planned)
    assert (offer.plan.pk, offer.plan.minutes, week(offer)) == (plan.pk, 30, SCHOOL_WEEK)
    assert told(offer) == ["times", "times"]


def test_removing_it_twice_is_harmless(planned, seller):
    planned.remove_plan(by=seller)
    planned.remove_plan(by=seller)

    assert fresh(planned).times is None
    assert told(planned) == ["times", "times"]


@pytest.mark.parametrize(
    ("fields", "hours", "field"),
    [
        ({"minutes": 121}, MORNING, "day1"),
        ({"break_minutes": 60}, MORNING, "break_minutes"),
        ({"seats_a_day": 1}, MORNING, "seats_a_day"),
        ({}, [(0, time(9), time(8))], "day0"),
        ({}, [*MORNING, (1, time(11), time(13))], "day1"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(planned, seller, fields, hours, field):
    with pytest.raises(Refusal) as refused:
        fresh(planned).set_plan(by=seller, hours=hours, **PLAN | fields)

    assert refused.value.field == field
    assert {name: getattr(fresh(planned).plan, name) for name in PLAN} == PLAN
    assert week(planned) == MORNING


@pytest.fixture
def booked(planned, buyer):
    """Two places of a time to come."""
    start = timezone.now() + timedelta(days=3)
    order = make_order(planned, buyer, "draft")
    make_booking(order, [], start, start + timedelta(minutes=45), quantity=2)
    return planned


def test_taken_places_and_booked_plans_stay(booked, seller):
    with pytest.raises(Refusal) as refused:
        booked.set_plan(by=seller, hours=MORNING, **PLAN | {"seats": 1})
    assert refused.value.field == "seats"
    with pytest.raises(Refusal):
        booked.remove_plan(by=seller)
    assert fresh(booked).plan.seats == 2

    booked.set_plan(by=seller, hours=[], **PLAN)
    assert week(fresh(booked)) == []


def test_what_is_past_or_given_back_does_not_count(planned, buyer, seller):
    past, later = datetime(2026, 1, 5, 10, tzinfo=RIGA), timezone.now() + timedelta(days=3)
    hour = timedelta(hours=1)
    make_booking(make_order(planned, buyer, "draft"), [], past, past + hour, quantity=2)
    make_booking(make_order(planned, buyer, "draft"), [], later, later + hour, released_at=timezone.now())

    planned.remove_plan(by=seller)

    assert not Plan.objects.exists()


def test_each_booking_needs_one_of_every_list(offer, seller, salon, spare, school):
    group = add_resource(school, "class", "2B")

    offer.set_requirements([[group.pk], [spare.pk, salon.pk], []], by=seller)
    assert fresh(offer).needs == [[group.pk], sorted([salon.pk, spare.pk])]
    offer.set_requirements([[group.pk], [salon.pk, spare.pk]], by=seller)
    assert told(offer) == ["times"]
    offer.set_requirements([[salon.pk]], by=seller)
    assert fresh(offer).needs == [[salon.pk]]
    offer.set_requirements([], by=seller)
    assert not fresh(offer).requirements.exists()


def test_only_what_the_school_uses_can_be_needed(offer, seller, salon, spare):
    other = add_resource(make_organisation(make_user(), kind="school"))
    spare.retire(by=seller)

    for needs in ([[other.pk]], [[salon.pk, spare.pk]], [[0]], [[salon.pk], [salon.pk]], [[salon.pk]] * 9):
        with pytest.raises(Refusal):
            offer.set_requirements(needs, by=seller)
    assert fresh(offer).needs == []


def attempts(offer, by):
    return [
        lambda: offer.set_plan(by=by, hours=MORNING, **PLAN),
        lambda: offer.remove_plan(by=by),
        lambda: offer.set_requirements([], by=by),
    ]


def test_outsiders_learners_and_moderators_set_nothing(offer, outsider, buyer, lea, school, mona):
    for by in (outsider, buyer, member(lea, school), mona):
        for attempt in attempts(offer, by):
            with pytest.raises(PermissionDenied):
                attempt()
    assert told(offer) == []


@pytest.mark.parametrize("status", ["in_review", "rejected", "suspended", "archived"])
def test_in_other_states_nothing_is_set(offer, seller, status):
    Offer.objects.filter(pk=offer.pk).update(status=status)

    for attempt in attempts(offer, seller):
        with pytest.raises(InvalidTransition):
            attempt()


def test_a_new_version_shows_the_times_of_its_original_and_leaves_them_there(planned, seller):
    revision = planned.revise(by=seller)

    assert revision.times == planned.plan
    for attempt in attempts(revision, seller):
        with pytest.raises(Refusal):
            attempt()


def test_a_duplicate_has_the_same_times_and_needs(planned, seller, salon, spare):
    planned.set_requirements([[salon.pk, spare.pk]], by=seller)

    copy = fresh(planned.duplicate(by=seller))

    assert {name: getattr(copy.plan, name) for name in PLAN} == PLAN
    assert (week(copy), copy.needs) == (MORNING, [sorted([salon.pk, spare.pk])])
    assert fresh(planned).plan.pk != copy.plan.pk
    assert week(fresh(planned)) == MORNING


def test_so_has_a_duplicate_of_a_new_version(planned, seller, salon):
    planned.set_requirements([[salon.pk]], by=seller)

    copy = fresh(planned.revise(by=seller).duplicate(by=seller))

    assert (copy.plan.minutes, copy.needs) == (45, [[salon.pk]])


def test_an_instant_offer_may_have_appointments_in_place_of_windows(offer, seller):
    Offer.objects.filter(pk=offer.pk).update(is_instant=True)
    assert "windows" in [part for part, _label in fresh(offer).missing]

    fresh(offer).set_plan(by=seller, hours=MORNING, **PLAN)

    assert "windows" not in [part for part, _label in fresh(offer).missing]
