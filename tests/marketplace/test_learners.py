"""Learners as their school's staff keep them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Activity, Refusal, Timer, ring_due_timers
from marketplace.models import Learner, Resource
from tests.factories import add_resource, make_organisation, make_user, member

RIGA = ZoneInfo("Europe/Riga")
TODAY = timezone.localdate(timezone=RIGA)
IN_TWO_YEARS = TODAY.replace(day=1) + timedelta(days=730)


@pytest.fixture
def group(school):
    return add_resource(school, "class", "3B")


@pytest.fixture
def maja(group, seller):
    return Learner.add(group, by=seller, given_name="Maja", family_name="Mallow", minor_until=IN_TWO_YEARS)


@pytest.fixture
def elsewhere():
    user = make_user("Theo Thorn")
    return member(user, make_organisation(user, kind="school", name="Maple School"))


def told(learner):
    return [activity.verb for activity in learner.activities]


def test_staff_adds_a_learner(maja, group, seller):
    assert (maja.school, maja.group, maja.left_on) == (seller.organisation, group, None)
    assert maja.is_minor
    assert maja.short_name == "Maja M."
    activity = maja.activities.get()
    assert (activity.verb, activity.actor, activity.details["title"]) == ("learner.add", seller.user, "Maja M.")


def test_no_record_holds_a_surname_or_a_date(maja, seller):
    maja.change(by=seller, family_name="Marigold", minor_until=IN_TWO_YEARS + timedelta(days=1))
    maja.leave(by=seller, left_on=TODAY)

    kept = " ".join(str(activity.details) for activity in maja.activities)
    for secret in ("Mallow", "Marigold", IN_TWO_YEARS.isoformat()):
        assert secret not in kept
    assert not any(activity.notifications.exists() for activity in maja.activities)


def test_a_class_with_a_minor_counts_as_such(maja, group):
    group.refresh_from_db()

    assert group.has_minors


def test_adults_leave_the_class_as_it_is(group, seller):
    Learner.add(group, by=seller, given_name="Ada", family_name="Adult")
    group.refresh_from_db()

    assert not group.has_minors


@pytest.mark.parametrize("who", ["lea", "outsider", "elsewhere", "buyer"])
def test_nobody_else_does_anything(who, request, maja, group, school):
    by = request.getfixturevalue(who)
    by = member(by, school) if who == "lea" else by
    before = Activity.objects.count()

    for act in (
        lambda: Learner.add(group, by=by, given_name="A", family_name="B"),
        lambda: maja.change(by=by, given_name="Mia"),
        lambda: maja.leave(by=by, left_on=TODAY),
        lambda: maja.come_back(by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Activity.objects.count() == before
    assert (Learner.objects.count(), Learner.objects.get().given_name) == (1, "Maja")


def test_a_list_is_added_whole_or_not_at_all(group, seller):
    rows = [{"given_name": name, "family_name": "Oak"} for name in ("Anna", "Beata", "Anna")]

    with pytest.raises(Refusal) as refused:
        Learner.add_many(group, rows, by=seller)

    assert refused.value.field == "given_name"
    assert not Learner.objects.exists()
    assert [each.given_name for each in Learner.add_many(group, rows[:2], by=seller)] == ["Anna", "Beata"]


def test_the_same_twice_is_refused(maja, group, seller):
    with pytest.raises(Refusal):
        Learner.add(group, by=seller, given_name="maja", family_name="MALLOW")

    assert Learner.objects.count() == 1


@pytest.mark.parametrize("day", [date(2010, 5, 5), TODAY, TODAY + timedelta(days=365 * 25)])
def test_a_date_that_is_no_coming_birthday_is_refused(day, maja, group, seller):
    with pytest.raises(Refusal) as refused:
        Learner.add(group, by=seller, given_name="Ida", family_name="Iris", minor_until=day)
    assert refused.value.field == "minor_until"
    with pytest.raises(Refusal):
        maja.change(by=seller, minor_until=day)

    assert Learner.objects.get().minor_until == IN_TWO_YEARS


def test_a_change_tells_its_fields_once(maja, seller):
    maja.change(by=seller, given_name="Mia", family_name="Mallow")
    maja.change(by=seller, given_name="Mia")

    assert told(maja) == ["learner.add", "learner.change"]
    assert maja.activities.last().details["fields"] == ["given_name"]


def test_a_learner_moves_to_another_class_of_the_school(maja, group, school, seller, elsewhere):
    other = add_resource(school, "class", "4B")
    maja.change(by=seller, group=other)

    assert Learner.objects.get().group == other
    assert Resource.objects.get(pk=other.pk).has_minors
    room, foreign = add_resource(school), add_resource(elsewhere.organisation, "class", "1A")
    for wrong in (room, foreign, None):
        with pytest.raises(Refusal) as refused:
            maja.change(by=seller, group=wrong)
        assert refused.value.field == "group"
    assert Learner.objects.get().group == other


def test_an_account_of_the_school_is_linked_to_one_learner(maja, group, school, seller, lea, elsewhere):
    account = member(lea, school)
    maja.change(by=seller, membership=account)
    second = Learner.add(group, by=seller, given_name="Nia", family_name="Nettle")

    for wrong in (account, seller, elsewhere):
        with pytest.raises(Refusal) as refused:
            second.change(by=seller, membership=wrong)
        assert refused.value.field == "membership"
    assert Learner.objects.get(membership=account) == maja
    assert Learner.objects.get(pk=second.pk).membership is None


def test_one_who_left_changes_no_more_until_back(maja, seller):
    maja.leave(by=seller, left_on=TODAY - timedelta(days=1))
    for act in (
        lambda: maja.change(by=seller, given_name="Mia"),
        lambda: maja.leave(by=seller, left_on=TODAY),
    ):
        with pytest.raises(Refusal):
            act()
    assert Learner.objects.get().left_on == TODAY - timedelta(days=1)

    maja.come_back(by=seller)
    maja.come_back(by=seller)

    assert Learner.objects.get().left_on is None
    assert told(maja) == ["learner.add", "learner.leave", "learner.come_back"]


def test_nobody_leaves_on_a_day_to_come(maja, seller):
    with pytest.raises(Refusal):
        maja.leave(by=seller, left_on=TODAY + timedelta(days=1))

    assert Learner.objects.present().count() == 1


def test_the_flag_falls_on_the_birthday_and_is_told_once(maja):
    midnight = datetime.combine(IN_TWO_YEARS, datetime.min.time(), RIGA)
    with time_machine.travel(midnight - timedelta(minutes=1), tick=False):
        ring_due_timers()
        assert Learner.objects.get().is_minor
    with time_machine.travel(midnight + timedelta(minutes=1), tick=False):
        ring_due_timers()
        ring_due_timers()
        learner = Learner.objects.get()
        learner.come_of_age(by=None)

    assert (learner.minor_until, learner.is_minor) == (None, False)
    assert told(learner) == ["learner.add", "learner.come_of_age"]
    assert learner.activities.last().actor is None


def test_the_timer_follows_the_date(maja, seller):
    maja.change(by=seller, minor_until=IN_TWO_YEARS + timedelta(days=10))
    assert Timer.objects.get(done_at=None).due_at == datetime.combine(
        IN_TWO_YEARS + timedelta(days=10), datetime.min.time(), RIGA
    )

    maja.change(by=seller, minor_until=None)

    assert not Timer.objects.filter(done_at=None).exists()
