"""Who of a school works on an order, and that the client learns no name."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from marketplace.models import TeamMember
from tests.factories import make_class, make_learner, make_order, make_organisation, make_user, member


@pytest.fixture
def group(school):
    return make_class(school, minors=1)


@pytest.fixture
def learners(group):
    return list(group.learners.order_by("pk"))


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "scheduled")


def live(order):
    return [str(each.learner) for each in order.team.live().select_related("learner")]


def snapshot(order):
    return list(order.team.values()), Activity.objects.count(), Notification.objects.count()


def test_staff_choose_the_team_and_both_sides_learn_the_number(order, learners, seller):
    order.assign_team(learners[:2], by=seller)

    activity = order.activities.last()
    assert live(order) == ["Given0 Family0", "Given1 Family1"]
    assert (activity.verb, activity.details["count"]) == ("order.assign_team", 2)
    assert activity.notifications.count() == 0
    assert activity.line == "Linden Vocational School chose the team. Students: 2"
    assert "Family" not in str(activity.details)
    assert order.team_words == "Team of 2 students, year 3"


def test_the_same_team_again_is_no_news(order, learners, seller):
    order.assign_team(learners, by=seller)
    before = snapshot(order)

    order.assign_team(reversed(learners), by=seller)

    assert snapshot(order) == before


def test_before_the_start_the_team_changes_freely(order, learners, seller):
    order.assign_team(learners[:2], by=seller)

    order.assign_team(learners[1:], by=seller)

    gone = order.team.get(left_at__isnull=False)
    assert live(order) == ["Given1 Family1", "Given2 Family2"]
    assert (gone.learner, gone.reason, gone.left_by) == (learners[0], "unassigned", seller.user)


def test_after_the_start_nobody_is_dropped_without_a_reason(order, learners, seller):
    order.assign_team(learners[:2], by=seller)
    order.start(by=seller)
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        order.assign_team(learners[1:], by=seller)

    assert refused.value.field == "learners"
    assert snapshot(order) == before

    order.assign_team(learners, by=seller)

    assert len(live(order)) == 3


@pytest.mark.parametrize("who", ["stranger", "leaver"])
def test_only_students_of_the_school_can_be_chosen(who, order, learners, seller, school):
    other = make_organisation(make_user(), kind="school")
    chosen = make_learner(other) if who == "stranger" else make_learner(school, left_on=timezone.localdate())
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        order.assign_team([*learners, chosen], by=seller)

    assert refused.value.field == "learners"
    assert snapshot(order) == before


def test_a_learner_stands_in_for_another(order, learners, seller):
    order.assign_team(learners[:2], by=seller)
    order.start(by=seller)

    order.replace_learner(learners[0], learners[2], "absent", by=seller)

    new = order.team.live().get(learner=learners[2])
    activity = order.activities.last()
    assert live(order) == ["Given1 Family1", "Given2 Family2"]
    assert new.stands_in_for.learner == learners[0]
    assert (new.stands_in_for.reason, new.stands_in_for.left_by) == ("absent", seller.user)
    assert activity.verb == "order.replace_learner"
    assert "absent" not in str(activity.details)
    assert activity.notifications.count() == 0


def test_nobody_may_stand_in(order, learners, seller):
    order.assign_team(learners, by=seller)

    order.replace_learner(learners[0], None, "needed", by=seller)

    assert live(order) == ["Given1 Family1", "Given2 Family2"]


@pytest.mark.parametrize(
    ("old", "new", "reason", "field"),
    [(2, None, "absent", "old"), (0, 1, "absent", "new"), (0, 2, "", "reason"), (0, 2, "unassigned", "reason")],
)
def test_a_wrong_replacement_changes_nothing(old, new, reason, field, order, learners, seller):
    order.assign_team(learners[:2], by=seller)
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        order.replace_learner(learners[old], None if new is None else learners[new], reason, by=seller)

    assert refused.value.field == field
    assert snapshot(order) == before


def test_a_second_replacement_of_the_same_is_refused(order, learners, seller):
    order.assign_team(learners[:2], by=seller)
    order.replace_learner(learners[0], learners[2], "absent", by=seller)
    before = snapshot(order)

    with pytest.raises(Refusal):
        order.replace_learner(learners[0], learners[2], "absent", by=seller)

    assert snapshot(order) == before


def test_the_team_belongs_to_the_school_and_to_orders_that_run(offer, buyer, seller, outsider, lea, school, learners):
    order = make_order(offer, buyer, "scheduled")
    before = snapshot(order)
    for who in (buyer, outsider, member(lea, school), None):
        with pytest.raises(PermissionDenied):
            order.assign_team(learners, by=who)
        with pytest.raises(PermissionDenied):
            order.replace_learner(learners[0], None, "absent", by=who)
    assert snapshot(order) == before

    done = make_order(offer, buyer, "completed")
    with pytest.raises(InvalidTransition):
        done.assign_team(learners, by=seller)


def test_the_database_keeps_a_learner_once_in_a_team(order, learners, seller):
    order.assign_team(learners, by=seller)

    with pytest.raises(IntegrityError):
        TeamMember.objects.create(order=order, learner=learners[0], joined_by=seller.user)


# --- Pages ---
def team_url(order, name="order_team"):
    return reverse(f"marketplace:{name}", args=[order.ref])


def test_the_school_ticks_its_students(order, learners, adam, signed_in):
    client = signed_in(adam)
    page = client.get(team_url(order)).content.decode()

    assert "Given0 Family0" in page
    assert "under 18 until" in page
    assert "Students under 18 work here between 06:00 and 22:00, at most 7 h a day and 35 h a week." in page  # Latvia

    response = client.post(team_url(order), {"learners": [learners[0].pk, learners[2].pk]}, follow=True)

    assert response.redirect_chain == [(team_url(order), 302)]
    assert live(order) == ["Given0 Family0", "Given2 Family2"]
    assert "Team of 2 students, year 3" in response.content.decode()


def test_another_class_is_chosen_and_the_team_stays_ticked(order, learners, school, seller, adam, signed_in):
    other = make_class(school, "4A", 4, 1)
    other.learners.update(family_name="Quince")
    order.assign_team(learners[:1], by=seller)

    page = signed_in(adam).get(team_url(order), {"class": other.ref}).content.decode()

    assert "Given0 Quince" in page
    assert "Given0 Family0" in page
    assert "Given1 Family1" not in page


def test_students_of_others_cannot_be_posted(order, learners, adam, signed_in):
    stranger = make_learner(make_organisation(make_user(), kind="school"), "Odd", "One")

    response = signed_in(adam).post(team_url(order), {"learners": [learners[0].pk, stranger.pk]})

    assert response.status_code == 422
    assert "Odd One" not in response.content.decode()
    assert live(order) == []


def test_somebody_is_absent(order, learners, seller, adam, signed_in):
    order.assign_team(learners[:2], by=seller)
    url = team_url(order, "order_team_absent")
    client = signed_in(adam)

    wrong = client.post(url, {"old": learners[0].pk, "new": learners[2].pk})
    assert wrong.status_code == 422
    assert f'<option value="{learners[2].pk}" selected>' in wrong.content.decode()

    client.post(url, {"old": learners[0].pk, "new": learners[2].pk, "reason": "absent"})

    assert live(order) == ["Given1 Family1", "Given2 Family2"]
    page = client.get(team_url(order)).content.decode()
    assert "No longer in the team" in page
    assert "Absent" in page


def test_the_client_sees_a_number_and_no_name(order, learners, seller, bob, signed_in):
    order.assign_team(learners, by=seller)
    order.replace_learner(learners[0], None, "absent", by=seller)
    client = signed_in(bob)

    for url in (team_url(order), order.get_absolute_url()):
        page = client.get(url).content.decode()
        assert "Team of 2 students, year 3" in page
        assert "Family" not in page
        assert "Given" not in page
        assert "Absent" not in page
    assert client.post(team_url(order), {"learners": []}).status_code == 403
    assert client.get(team_url(order, "order_team_absent")).status_code == 403


def test_a_larger_team_takes_no_more_statements(order, school, adam, signed_in, seller):
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    counts = []
    client = signed_in(adam)
    client.get(team_url(order))
    group = make_class(school, size=1)
    for size in (1, 3):
        while group.learners.count() < size:
            make_learner(school, group=group, minor_until=timezone.localdate() + timedelta(days=9))
        order.assign_team(group.learners.all(), by=seller)
        with CaptureQueriesContext(connection) as queries:
            client.get(team_url(order))
        counts.append(len(queries))

    assert counts[0] == counts[1]
