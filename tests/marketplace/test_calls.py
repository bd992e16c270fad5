"""Calls and the expressions of interest that answer them: the two state tables, and who is told what and when."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal
from accounts.models.timers import ring_due_timers
from accounts.notifications import send_due
from marketplace.leaving import inherit_work
from marketplace.models import Call, Expression
from marketplace.models.expressions import shown_name
from tests.factories import (
    ANSWERS,
    close_call,
    make_call,
    make_expression,
    make_learner,
    make_member,
    make_resource,
    make_user,
    member,
)

CS, ES = Call.Status, Expression.Status
OPEN = {CS.PUBLISHED, CS.PAUSED}
CALL_VERBS = {
    "change": {CS.DRAFT},
    "publish": {CS.DRAFT},
    "decide": {CS.CLOSED, CS.SHORTLISTING},
    "withdraw": OPEN | {CS.CLOSED, CS.SHORTLISTING},
    "archive": {CS.DRAFT, CS.DECIDED, CS.WITHDRAWN, CS.REMOVED},
    "pause": {CS.PUBLISHED},
    "resume": {CS.PAUSED},
    "remind": OPEN,
}
BY_CLOCK = {"pause", "resume", "remind"}
EXPRESSION_VERBS = {  # by verb: who, the states of the expression, those of the call
    "change": ("applicant", {ES.DRAFT, ES.SUBMITTED, ES.WITHDRAWN}, OPEN),
    "submit": ("applicant", {ES.DRAFT, ES.WITHDRAWN}, {CS.PUBLISHED}),
    "withdraw": ("applicant", {ES.SUBMITTED, ES.SHORTLISTED, ES.SELECTED, ES.DECLINED}, set(CS) - {CS.DRAFT}),
    "shortlist": ("caller", {ES.SUBMITTED, ES.DECLINED, ES.SELECTED}, {CS.CLOSED, CS.SHORTLISTING}),
    "decline": ("caller", {ES.SUBMITTED, ES.SHORTLISTED, ES.SELECTED}, {CS.CLOSED, CS.SHORTLISTING}),
    "select": ("caller", {ES.SHORTLISTED}, {CS.CLOSED, CS.SHORTLISTING}),
    "confirm": ("applicant", {ES.SELECTED}, {CS.DECIDED}),
}


@pytest.fixture
def call(buyer):
    return make_call(buyer)


def do(row, verb, by):
    words = {
        "withdraw": {"reason": "No longer needed."} if isinstance(row, Call) else {},
        "decline": {"reason": "Others were nearer."},
        "change": {"title": "Another title"} if isinstance(row, Call) else {"why_us": "We know it better."},
    }
    getattr(row, verb)(by=by, **words.get(verb, {}))


def told(activity):
    return sorted(notice.recipient.email.split("@")[0] for notice in activity.notifications.all())


def verbs_of(row):
    return [each.verb for each in row.activities]


def snapshot():
    return (
        list(Call.objects.order_by("pk").values()), list(Expression.objects.order_by("pk").values()),
        Activity.objects.count(), Notification.objects.count(),
    )  # fmt: skip


# --- The call ---
@pytest.mark.parametrize("verb", CALL_VERBS)
@pytest.mark.parametrize("status", CS)
def test_each_verb_of_a_call_only_from_its_states(status, verb, buyer):
    call = make_call(buyer, status)
    by, before = (None if verb in BY_CLOCK else buyer), snapshot()

    if status in CALL_VERBS[verb]:
        assert call.can(verb, by=by)
        do(call, verb, by)
        assert verbs_of(call)[-1] == f"call.{verb}"
        assert call.status == (Call.TRANSITIONS[verb].target or status)
    else:
        assert not call.can(verb, by=by)
        with pytest.raises(InvalidTransition):
            do(call, verb, by)
        assert snapshot() == before


@pytest.mark.parametrize("verb", CALL_VERBS)
def test_nobody_else_moves_a_call(verb, buyer, outsider, seller, mona, lea, company):
    call = make_call(buyer, sorted(CALL_VERBS[verb])[0])
    before = snapshot()
    learner = member(lea, seller.organisation)
    wrong = [outsider, seller, mona, learner, buyer if verb in BY_CLOCK else None]

    for by in wrong if verb != "archive" else wrong[:-1]:
        with pytest.raises(PermissionDenied):
            do(call, verb, by)
        assert not call.can(verb, by=by)
    assert snapshot() == before


def test_a_call_closes_by_its_timer_at_the_deadline_and_not_before(call, buyer):
    with time_machine.travel(call.deadline - timedelta(seconds=1), tick=False):
        ring_due_timers()
        with pytest.raises(Refusal):
            call.close(by=None)
        assert Call.objects.get().status == CS.PUBLISHED
    with time_machine.travel(call.deadline, tick=False):
        ring_due_timers()
        ring_due_timers()

    call.refresh_from_db()
    assert call.status == CS.CLOSED
    closed = call.activities.get(verb="call.close")
    assert (closed.actor, closed.details["n"], told(closed)) == (None, 0, ["bob"])


def test_an_unverified_organisation_drafts_but_does_not_publish(charlie):
    by = member(charlie, charlie.memberships.get().organisation)
    by.organisation.status = "pending"
    by.organisation.save(update_fields=["status"])
    call = make_call(by, "draft")
    before = snapshot()

    with pytest.raises(Refusal, match="verified"):
        call.publish(by=by)
    assert snapshot() == before


@pytest.mark.parametrize("field", ["summary", "text", "deadline", "programme", "role_wanted"])
def test_what_is_missing_keeps_a_call_from_being_published(field, buyer):
    call = make_call(buyer, "draft", **{field: None if field == "deadline" else ""})
    before = snapshot()

    with pytest.raises(Refusal, match="Still missing"):
        call.publish(by=buyer)
    assert snapshot() == before


def test_a_deadline_lies_ahead(buyer):
    for deadline in (timezone.now(), timezone.now() + timedelta(days=800)):
        call = make_call(buyer, "draft", deadline=deadline)
        with pytest.raises(Refusal, match="ahead"):
            call.publish(by=buyer)
        assert call.timers.count() == 0


def test_each_kind_is_made_by_its_kind_of_organisation(buyer, seller):
    for kind, by in (("placement_wanted", buyer), ("placement_offered", seller), ("first_job", seller)):
        with pytest.raises(Refusal) as refused:
            make_call(by, "draft", kind=kind)
        assert refused.value.field == "kind"
    assert Call.objects.count() == 0


def test_the_officer_is_a_member_of_the_caller(buyer, adam):
    with pytest.raises(Refusal) as refused:
        make_call(buyer, "draft", contact=adam)
    assert refused.value.field == "contact"


def test_withdrawing_a_call_tells_everybody_who_answered_or_began_to(call, buyer, seller, outsider):
    make_expression(call, seller)
    make_expression(call, outsider, "draft")

    call.withdraw(by=buyer, reason="The project was not funded.")

    last = call.activities.last()
    assert (last.verb, last.reason) == ("call.withdraw", "The project was not funded.")
    assert told(last) == ["adam", "charlie"]
    assert set(call.timers.values_list("verb", flat=True)) == {"archive"}


def test_who_began_a_draft_is_reminded_a_week_before(call, seller, outsider):
    make_expression(call, seller, "draft")
    make_expression(call, outsider)
    with time_machine.travel(call.deadline - timedelta(days=7), tick=False):
        ring_due_timers()
        ring_due_timers()
        assert call.is_closing_soon

    reminded = call.activities.get(verb="call.remind")
    assert told(reminded) == ["adam"]
    assert "Riga time" in reminded.notice.text(reminded)


def test_a_decided_call_is_archived_in_time(buyer):
    call = make_call(buyer, "decided")
    with time_machine.travel(timezone.now() + timedelta(days=90, minutes=1), tick=False):
        ring_due_timers()

    call.refresh_from_db()
    assert call.status == CS.ARCHIVED


def test_the_database_refuses_what_no_verb_writes(call):
    for wrong in ({"status": "odd"}, {"deadline": None}, {"status": "withdrawn", "reason": ""}, {"cap": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.filter(pk=call.pk).update(**wrong)


# --- The expression ---
def brought_to(status, call_status, buyer, seller):
    """The two in these states, set where no way by the verbs leads there."""
    call = make_call(buyer)
    expression = make_expression(call, seller, "draft" if status == ES.DRAFT else "submitted")
    now = timezone.now()
    past = {"deadline": now - timedelta(minutes=1), "published_at": now - timedelta(days=9)}
    reason = {"reason": "Not funded."} if call_status in {CS.WITHDRAWN, CS.REMOVED} else {}
    reason |= {"held_from": CS.CLOSED} if call_status in Call.HELD else {}
    Call.objects.filter(pk=call.pk).update(status=call_status, **({} if call_status in OPEN else past), **reason)
    marks = {} if status == ES.DRAFT else {"shortlisted_at": now, "reason": "x" if status == ES.DECLINED else ""}
    Expression.objects.filter(pk=expression.pk).update(status=status, **marks)
    return Expression.objects.get(pk=expression.pk)


def may(verb, status, call_status):
    _who, sources, calls = EXPRESSION_VERBS[verb]
    if verb == "withdraw":
        calls = calls - {CS.ARCHIVED, CS.WITHDRAWN, CS.REMOVED}
        if (status, call_status) == (ES.DECLINED, CS.DECIDED):
            return False
    return status in sources and call_status in calls


@pytest.mark.parametrize("call_status", [each for each in CS if each != CS.DRAFT])
@pytest.mark.parametrize("verb", EXPRESSION_VERBS)
def test_each_verb_of_an_expression_only_from_its_states(call_status, verb, buyer, seller):
    by = seller if EXPRESSION_VERBS[verb][0] == "applicant" else buyer
    for status in ES:
        with transaction.atomic():
            expression = brought_to(status, call_status, buyer, seller)
            before = snapshot()
            if may(verb, status, call_status):
                assert expression.can(verb, by=by), status
                do(expression, verb, by)
                assert f"expression.{verb}" in verbs_of(expression)
                assert expression.status == (Expression.TRANSITIONS[verb].target or status)
            else:
                assert not expression.can(verb, by=by), status
                with pytest.raises(InvalidTransition):
                    do(expression, verb, by)
                assert snapshot() == before
            transaction.set_rollback(True)


@pytest.mark.parametrize("verb", EXPRESSION_VERBS)
def test_nobody_else_moves_an_expression(verb, buyer, seller, outsider, mona, lea):
    who, sources, calls = EXPRESSION_VERBS[verb]
    expression = brought_to(sorted(sources)[0], sorted(calls)[0], buyer, seller)
    before = snapshot()

    for by in (outsider, mona, None, member(lea, seller.organisation), buyer if who == "applicant" else seller):
        with pytest.raises(PermissionDenied):
            do(expression, verb, by)
        assert not expression.can(verb, by=by)
    assert snapshot() == before


def test_one_answer_an_organisation_and_call(call, seller, alice):
    first = make_expression(call, seller, "draft")
    again = Expression.start(call, by=member(alice, seller.organisation), **ANSWERS | {"link": "https://a.example"})

    assert (again, Expression.objects.count(), again.link) == (first, 1, "https://a.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        Expression.objects.create(call=call, organisation=seller.organisation, author=alice)


def test_the_caller_does_not_answer_itself(call, buyer):
    before = snapshot()

    with pytest.raises(Refusal, match="your own"):
        Expression.start(call, by=buyer, **ANSWERS)
    assert snapshot() == before


def test_a_draft_of_another_is_not_found_by_its_name(buyer, seller):
    call = make_call(buyer, "draft")
    with pytest.raises(PermissionDenied):
        Expression.start(call, by=seller, **ANSWERS)


def test_placements_are_answered_by_schools_only(buyer, outsider, seller):
    days = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate() + timedelta(days=30)}
    call = make_call(buyer, kind="placement_offered", **days)

    with pytest.raises(Refusal, match="not for organisations like yours"):
        Expression.start(call, by=outsider, **ANSWERS)
    assert make_expression(call, seller).status == ES.SUBMITTED


def test_sending_is_told_to_author_and_officer_and_drafts_to_nobody(buyer, seller, company):
    officer = make_user("Olga Office", "olga@company.example")
    make_member(officer, company)
    call = make_call(buyer, contact=officer)
    expression = make_expression(call, seller)

    assert verbs_of(expression) == ["expression.start", "expression.change", "expression.submit"]
    assert [told(each) for each in expression.activities] == [[], [], ["bob", "olga"]]


def test_an_incomplete_answer_is_not_sent(call, seller):
    expression = make_expression(call, seller, "draft", why_us=" ")
    before = snapshot()

    with pytest.raises(Refusal, match="why us"):
        expression.submit(by=seller)
    assert snapshot() == before


def test_a_sent_answer_is_edited_until_the_deadline_and_stays_complete(call, seller):
    expression = make_expression(call, seller)
    with time_machine.travel(call.deadline - timedelta(seconds=1), tick=False):
        expression.change(by=seller, **ANSWERS | {"why_us": "We know bicycles well."})
        with pytest.raises(Refusal, match="Still missing"):
            expression.change(by=seller, **ANSWERS | {"why_us": ""})
    expression.refresh_from_db()
    assert (expression.status, expression.why_us) == (ES.SUBMITTED, "We know bicycles well.")


@pytest.mark.parametrize("verb", ["change", "submit"])
def test_after_the_deadline_nothing_is_sent_though_the_timer_has_not_rung(verb, call, seller):
    expression = make_expression(call, seller, "draft")
    before = snapshot()

    with time_machine.travel(call.deadline, tick=False), pytest.raises(InvalidTransition, match="deadline has passed"):
        do(expression, verb, seller)
    assert snapshot() == before


def test_the_cap_makes_a_call_full_and_a_withdrawal_opens_it_again(buyer, seller, outsider):
    call = make_call(buyer, cap=1)
    first = make_expression(call, seller)
    second = Expression.start(call, by=outsider, **ANSWERS)
    assert call.status == CS.PAUSED
    with pytest.raises(InvalidTransition, match="as many answers"):
        second.submit(by=outsider)

    first.withdraw(by=seller)

    call.refresh_from_db()
    assert call.status == CS.PUBLISHED
    assert told(call.activities.get(verb="call.resume")) == ["charlie"]
    second.submit(by=outsider)
    first.refresh_from_db()
    with pytest.raises(InvalidTransition):
        first.submit(by=seller)


def test_the_officer_is_named_to_the_shortlisted_only(buyer, seller, outsider, company):
    officer = make_user("Olga Office", "olga@company.example")
    make_member(officer, company)
    call = make_call(buyer, contact=officer)
    first, second = make_expression(call, seller), make_expression(call, outsider)
    assert (first.contact_shown, second.contact_shown) == (None, None)
    close_call(call)

    first.shortlist(by=buyer)

    assert (first.contact_shown, second.contact_shown) == (officer, None)
    last = first.activities.last()
    assert (last.verb, told(last)) == ("expression.shortlist", ["adam"])
    assert "Olga Office" in last.notice.text(last)


def test_a_verdict_is_told_when_the_call_is_decided_and_only_then(buyer, seller, outsider):
    call = make_call(buyer)
    chosen, other = make_expression(call, seller), make_expression(call, outsider)
    close_call(call)
    chosen.shortlist(by=buyer)
    chosen.select(by=buyer)
    other.decline(by=buyer, reason="Others were nearer.")
    assert (chosen.shown_status, other.shown_status) == (ES.SHORTLISTED, ES.SUBMITTED)
    assert told(chosen.activities.last()) == told(other.activities.last()) == []
    with pytest.raises(InvalidTransition):
        chosen.confirm(by=seller)

    call.decide(by=buyer)

    chosen, other = Expression.objects.get(pk=chosen.pk), Expression.objects.get(pk=other.pk)
    assert (chosen.shown_status, other.shown_status) == (ES.SELECTED, ES.DECLINED)
    assert [told(chosen.activities.last()), told(other.activities.last())] == [["adam"], ["charlie"]]
    assert "Others were nearer." in other.activities.last().notice.text(other.activities.last())
    before = snapshot()
    with pytest.raises(InvalidTransition):
        call.decide(by=buyer)
    assert snapshot() == before


def test_deciding_declines_the_rest_with_the_reason(buyer, seller):
    call = make_call(buyer)
    expression = make_expression(call, seller)
    close_call(call)
    before = snapshot()
    with pytest.raises(Refusal) as refused:
        call.decide(by=buyer)
    assert (refused.value.field, snapshot()) == ("reason", before)

    call.decide(by=buyer, reason="Three were chosen.")

    expression.refresh_from_db()
    assert (expression.status, expression.reason) == (ES.DECLINED, "Three were chosen.")


def test_a_verdict_is_taken_back_before_it_is_told_without_a_second_notice(buyer, seller):
    expression = make_expression(make_call(buyer), seller, "selected")

    expression.shortlist(by=buyer)

    assert expression.status == ES.SHORTLISTED
    assert told(expression.activities.last()) == []


def test_no_more_are_selected_than_there_are_places(buyer, seller, outsider):
    call = make_call(buyer, places=1)
    first, second = make_expression(call, seller), make_expression(call, outsider)
    close_call(call)
    for each in (first, second):
        each.shortlist(by=buyer)
    first.select(by=buyer)

    with pytest.raises(Refusal, match="places"):
        second.select(by=buyer)
    assert Expression.objects.get(pk=second.pk).status == ES.SHORTLISTED


def test_students_are_put_forward_by_first_name_and_class_and_named_in_no_record(buyer, seller, school, outsider):
    days = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate() + timedelta(days=30)}
    call = make_call(buyer, kind="placement_offered", **days)
    learner = make_learner(school, "Maja", "Mallow", group=make_resource(school, "2C", "class"))
    expression = Expression.start(call, by=seller, learners=[learner], **ANSWERS)
    expression.submit(by=seller)

    assert [shown_name(each) for each in expression.learners.all()] == ["Maja, 2C"]
    for activity in Activity.objects.filter(verb__startswith="expression."):
        assert "Maja" not in str(activity.details)
    stranger = make_learner(outsider.organisation, "Odd", "One")
    with pytest.raises(Refusal) as refused:
        expression.change(by=seller, learners=[stranger], **ANSWERS)
    assert refused.value.field == "learners"


def test_every_notice_is_mailed_with_a_page_behind_its_button(buyer, seller, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        call = make_call(buyer)
        expression = make_expression(call, seller, "confirmed")
        make_call(buyer).withdraw(by=buyer, reason="Not funded.")
    send_due()

    subjects = {message.subject for message in mail.outbox}
    assert f"You were selected: {call.title}" in subjects
    assert f"{seller.organisation.name} takes part: {call.title}" in subjects
    for activity in [*call.activities, *expression.activities]:
        assert activity.notice.url(activity).startswith("/calls/")
        assert activity.line
        assert activity.notice.subject(activity)


def test_who_leaves_hands_calls_and_answers_on(buyer, seller, alice, company, bob):
    officer = make_user("Olga Office")
    make_member(officer, company)
    call = make_call(buyer, contact=officer)
    expression = make_expression(call, seller)

    inherit_work(officer, company, bob, buyer)
    inherit_work(seller.user, seller.organisation, alice, member(alice, seller.organisation))

    call.refresh_from_db()
    expression.refresh_from_db()
    assert (call.contact, call.author, expression.author) == (bob, bob, alice)
