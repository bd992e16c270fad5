"""Many schools answer a call at the same time, each with its own connection to PostgreSQL."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import InvalidTransition
from accounts.models.timers import ring_due_timers
from marketplace.models import Call, Expression
from tests.factories import ANSWERS, make_call, make_organisation, make_user, member
from tests.marketplace.test_windows_race import at_once

CLIENTS = 20
ROUNDS = 30
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def caller(transactional_db):
    bob = make_user("Bob Birch")
    return member(bob, make_organisation(bob, name="Birch Bakery"))


def applicants(number):
    people = [make_user(f"Person {each}") for each in range(number)]
    return [member(user, make_organisation(user, kind="school", name=f"School {user.pk}")) for user in people]


def sending(expression, by):
    own = Expression.objects.select_related("call", "organisation").get(pk=expression.pk)
    return lambda: own.submit(by=by)


def ringing_at(moment):
    def ring():
        while timezone.now() < moment:
            pass
        ring_due_timers()

    return ring


def test_twenty_send_at_once_and_the_cap_of_five_holds(caller):
    call = make_call(caller, cap=5)
    schools = applicants(CLIENTS)
    drafts = [(Expression.start(call, by=by, **ANSWERS), by) for by in schools]

    results = at_once([sending(*draft) for draft in drafts])

    assert Counter(type(each) for each in results) == {type(None): 5, InvalidTransition: 15}
    assert Expression.objects.filter(status="submitted").count() == 5
    call.refresh_from_db()
    assert call.status == "paused"
    assert call.activities.filter(verb="call.pause").count() == 1


def test_one_organisation_sends_twenty_times_at_once_and_has_one_answer(caller):
    call, [by] = make_call(caller), applicants(1)

    def starting():
        own = Call.objects.get(pk=call.pk)
        return lambda: Expression.start(own, by=by, **ANSWERS).submit(by=by)

    results = at_once([starting() for _number in range(CLIENTS)])

    assert Counter(type(each) for each in results) == {type(None): 1, InvalidTransition: 19}
    assert Expression.objects.count() == 1


def test_sending_races_the_deadline_and_nothing_arrives_after_it(caller):
    schools = applicants(4)
    for _round in range(ROUNDS):
        call = make_call(caller)
        drafts = [(Expression.start(call, by=by, **ANSWERS), by) for by in schools]
        deadline = timezone.now() + timedelta(milliseconds=30)
        Call.objects.filter(pk=call.pk).update(deadline=deadline)
        call.set_timer("close", deadline)

        at_once([ringing_at(deadline), *(sending(*draft) for draft in drafts)])

        call.refresh_from_db()
        sent = call.expressions.filter(status="submitted")
        assert call.status == "closed"
        assert call.activities.get(verb="call.close").details["n"] == sent.count()
        assert not sent.filter(submitted_at__gte=deadline).exists()
