"""What a school works with: who may add and change it, its hours, and which orders and offers hang on it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Refusal
from marketplace.models import Requirement, Resource
from marketplace.models.resource_orders import offers_needing, orders_using, special_of, unheld
from marketplace.models.weeks import SCHOOL_WEEK, tidy_week
from tests.factories import add_resource, make_booking, make_offer, make_order, make_organisation, make_user, member
from vet2b.lib.formats import day_range

RIGA = ZoneInfo("Europe/Riga")
TODAY = timezone.localdate()
FIELDS = {"year": 2, "eqf_level": 4, "headcount": 12, "has_minors": True}


@pytest.fixture
def room(school):
    return add_resource(school)


def monday(weeks=2):
    return TODAY + timedelta(days=7 * weeks - TODAY.weekday())


def at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), RIGA)


def verbs(resource):
    return [activity.verb for activity in resource.activities]


def fresh(resource):
    return Resource.objects.get(pk=resource.pk)


def test_a_class_begins_with_a_school_week(seller):
    group = Resource.add("class", by=seller, name="2B", **FIELDS)

    group.refresh_from_db()
    assert {name: getattr(group, name) for name in FIELDS} == FIELDS
    assert (group.school, group.week) == (seller.organisation, SCHOOL_WEEK)
    activity = group.activities.get()
    assert (activity.verb, activity.actor, activity.line) == (
        "resource.add", seller.user, "Linden Vocational School added it",
    )  # fmt: skip


def test_a_trainer_is_of_the_schools_staff(seller, sara, lea, bob):
    trainer = Resource.add("trainer", by=seller, person=sara)

    assert (trainer.name, trainer.person) == ("Sara Sorrel", sara)
    for person in (lea, bob, None):
        with pytest.raises(Refusal) as refused:
            Resource.add("trainer", by=seller, person=person)
        assert refused.value.field == "person"
    assert Resource.objects.count() == 1


def test_nothing_stands_twice_in_the_list(seller, room, sara, school):
    Resource.add("trainer", by=seller, person=sara)
    Resource.add("kitchen", by=seller, name=room.name)

    with pytest.raises(Refusal):
        Resource.add("room", by=seller, name=room.name)
    with pytest.raises(Refusal):
        Resource.add("trainer", by=seller, person=sara, name="Another name")
    room.retire(by=seller)
    assert Resource.add("room", by=seller, name=room.name).pk != room.pk


def test_only_classes_have_students(seller, room):
    with pytest.raises(ValueError, match="has_minors"):
        Resource.add("room", by=seller, name="Lab", has_minors=True)
    with pytest.raises(ValueError, match="year"):
        room.change(by=seller, year=2)


def test_a_change_tells_what_changed(seller, school):
    group = add_resource(school, "class", "2B", **FIELDS)

    group.change(by=seller, name="3B", year=3, headcount=12)
    group.change(by=seller, name="3B")

    assert (fresh(group).name, fresh(group).year) == ("3B", 3)
    assert verbs(group) == ["resource.add", "resource.change"]
    assert group.activities.last().details["fields"] == ["name", "year"]
    assert group.activities.last().line == "Linden Vocational School changed: name, year"


def all_verbs(resource, by):
    special = resource.special_hours.create(starts_on=TODAY, ends_on=TODAY)
    return [
        lambda: resource.change(by=by, name="Another"),
        lambda: resource.set_hours([], by=by),
        lambda: resource.add_special_hours(TODAY, TODAY, by=by),
        lambda: resource.remove_special_hours(special, by=by),
        lambda: resource.retire(by=by),
    ]


def test_outsiders_and_learners_do_nothing(room, outsider, buyer, lea, mona, school):
    teacher = make_user()
    other_school = member(teacher, make_organisation(teacher, kind="school"))
    for by in (outsider, buyer, member(lea, school), mona, other_school, None):
        for verb in all_verbs(room, by):
            with pytest.raises(PermissionDenied):
                verb()
    for by in (outsider, member(lea, school), mona, None):
        with pytest.raises(PermissionDenied):
            Resource.add("room", by=by, name="Lab")
    assert verbs(room) == ["resource.add"]
    assert (fresh(room).name, fresh(room).is_retired, fresh(room).week) == ("Salon", False, SCHOOL_WEEK)


def test_what_is_retired_changes_no_more(room, seller):
    room.retire(by=seller)

    for verb in all_verbs(room, seller):
        with pytest.raises(Refusal):
            verb()
    assert verbs(room) == ["resource.add", "resource.retire"]
    assert list(Resource.objects.in_use()) == []


def test_a_week_is_set_as_a_whole(room, seller):
    room.set_hours([(5, time(10), time(14)), (0, time(13), time(17)), (0, time(8), time(12))], by=seller)
    week = [(0, time(8), time(12)), (0, time(13), time(17)), (5, time(10), time(14))]

    assert fresh(room).week == week
    room.set_hours(week, by=seller)
    assert verbs(room) == ["resource.add", "resource.set_hours"]


def test_spans_that_touch_are_one():
    assert tidy_week([(1, time(12), time(16)), (1, time(8), time(12)), (2, time(16), time(17))]) == [
        (1, time(8), time(16)), (2, time(16), time(17)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "hours",
    [
        [(0, time(10), time(10))],
        [(0, time(10), time(9))],
        [(3, time(8), time(12)), (3, time(11, 59), time(13))],
    ],
)
def test_hours_that_cannot_be_are_refused(room, seller, hours):
    with pytest.raises(Refusal):
        room.set_hours(hours, by=seller)

    assert fresh(room).week == SCHOOL_WEEK


def test_special_hours_come_and_go(room, seller):
    special = room.add_special_hours(monday(), monday() + timedelta(days=1), by=seller, note="Exams")

    assert (special.opens_at, special.note) == (None, "Exams")
    assert room.activities.last().line.endswith(day_range(monday(), monday() + timedelta(days=1)))
    room.remove_special_hours(special, by=seller)
    room.remove_special_hours(special, by=seller)
    assert special_of(fresh(room)) == []
    assert verbs(room) == ["resource.add", "resource.add_special_hours", "resource.remove_special_hours"]
    assert all(activity.line for activity in room.activities)


@pytest.mark.parametrize(
    ("days", "hours", "field"),
    [
        ((5, 4), {}, "ends_on"),
        ((-5, -1), {}, "ends_on"),
        ((0, 366), {}, "ends_on"),
        ((1, 1), {"opens_at": time(9)}, "closes_at"),
        ((1, 1), {"closes_at": time(9)}, "closes_at"),
        ((1, 1), {"opens_at": time(9), "closes_at": time(9)}, "closes_at"),
    ],
)
def test_special_hours_that_cannot_be_are_refused(room, seller, days, hours, field):
    first, last = (TODAY + timedelta(days=number) for number in days)

    with pytest.raises(Refusal) as refused:
        room.add_special_hours(first, last, by=seller, **hours)

    assert refused.value.field == field
    assert not room.special_hours.exists()


@pytest.mark.parametrize(
    ("hours", "is_refused"),
    [((None, None), True), ((11, 13), True), ((12, 13), True), ((13, 15), False)],
)
def test_special_hours_of_one_day_agree(room, seller, hours, is_refused):
    room.add_special_hours(monday(), monday(), by=seller, opens_at=time(10), closes_at=time(12))
    opens_at, closes_at = (hour and time(hour) for hour in hours)

    try:
        room.add_special_hours(monday(), monday(), by=seller, opens_at=opens_at, closes_at=closes_at)
    except Refusal:
        assert is_refused
    else:
        assert not is_refused


@pytest.fixture
def booked(offer, buyer, room):
    """A Monday from 10 to 11, with 15 minutes before and after."""
    order = make_order(offer, buyer, "scheduled")
    order.seat = make_booking(order, [room], at(monday(), 10), at(monday(), 11), before=15, after=15)
    return order


def test_orders_that_use_it_are_found(booked, room, seller, offer, buyer, school):
    past = make_order(offer, buyer, "scheduled")
    make_booking(past, [room], at(monday(-2), 10), at(monday(-2), 11))
    other = make_order(offer, buyer, "scheduled")
    make_booking(other, [add_resource(school, name="Lab")], at(monday(), 12), at(monday(), 13))

    assert list(orders_using(room)) == [booked]
    assert list(orders_using(room, [(at(monday(), 11), at(monday(), 12))])) == [booked]
    assert list(orders_using(room, [(at(monday(), 11, 15), at(monday(), 12))])) == []
    assert list(orders_using(room, [])) == []


def test_given_back_and_expired_seats_are_not(booked, room):
    booked.seat.held_until = timezone.now() - timedelta(minutes=1)
    booked.seat.save()
    assert list(orders_using(room)) == []

    booked.seat.held_until, booked.seat.released_at = None, timezone.now()
    booked.seat.save()
    assert list(orders_using(room)) == []


@pytest.mark.parametrize(
    ("week", "special", "is_held"),
    [
        ([(0, time(9, 45), time(11, 15))], [], True),
        ([(0, time(9, 46), time(11, 15))], [], False),
        ([(0, time(9, 45), time(11, 14))], [], False),
        ([(1, time(8), time(16))], [], False),
        (SCHOOL_WEEK, [(0, None, None)], False),
        (SCHOOL_WEEK, [(1, None, None)], True),
        ([], [(0, time(9), time(12))], True),
        (SCHOOL_WEEK, [(0, time(11), time(12))], False),
        (SCHOOL_WEEK, [(0, time(13), time(14)), (0, time(9), time(12))], True),
    ],
)
def test_hours_hold_a_booking_or_not(booked, room, week, special, is_held):
    days = [(monday() + timedelta(days=n), monday() + timedelta(days=n), opens, closes) for n, opens, closes in special]

    assert (unheld(room, week, days) == []) == is_held


def test_offers_that_need_it_alone_are_named(offer, room, school, adam, sara):
    spare = add_resource(school, name="Second salon")
    free = make_offer(school, adam, sara, title="Either will do")
    archived = make_offer(school, adam, sara, title="Gone", status="archived")
    for each, choices in ((offer, [room]), (free, [room, spare]), (archived, [room])):
        Requirement.objects.create(offer=each).choices.set(choices)

    assert list(offers_needing(room)) == [offer]
    assert list(offers_needing(spare)) == []
    spare.retire(by=school.memberships.get(role="owner"))
    assert list(offers_needing(room)) == [offer, free]
