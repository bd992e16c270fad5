"""Moderators hide calls, show them again and take them down; reports lead them there."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal, Report
from accounts.models.timers import ring_due_timers
from accounts.notifications import send_due
from marketplace.models import Call, Expression
from tests import factories
from tests.factories import make_call, make_expression
from vet2b.demo.moderated import add_moderated

CS = Call.Status
SHOWN = {CS.PUBLISHED, CS.PAUSED, CS.CLOSED, CS.SHORTLISTING}
VERBS = {
    "suspend": SHOWN,
    "reinstate": {CS.SUSPENDED},
    "take_down": SHOWN | {CS.DECIDED, CS.WITHDRAWN, CS.SUSPENDED},
}
WHY = "It names a student."


@pytest.fixture
def call(buyer):
    return make_call(buyer)


def told(activity):
    return sorted(notice.recipient.email.split("@")[0] for notice in activity.notifications.all())


def last(call, verb):
    return call.activities.filter(verb=f"call.{verb}").latest("pk")


def snapshot():
    return list(Call.objects.order_by("pk").values()), Activity.objects.count(), Notification.objects.count()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", CS)
def test_each_verb_only_from_its_states(status, verb, buyer, mona):
    call = make_call(buyer, status)
    before = snapshot()

    if status in VERBS[verb]:
        assert call.can(verb, by=mona)
        getattr(call, verb)(by=mona, reason=WHY)
        assert call.activities.latest("pk").verb == f"call.{verb}"
        with pytest.raises(InvalidTransition):
            getattr(call, verb)(by=mona, reason=WHY)
    else:
        assert not call.can(verb, by=mona)
        with pytest.raises(InvalidTransition):
            getattr(call, verb)(by=mona, reason=WHY)
        assert snapshot() == before


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_but_a_moderator_of_no_side(verb, buyer, bob, outsider, company):
    call = make_call(buyer, "suspended" if verb == "reinstate" else "published")
    own = factories.make_moderator("Ines Inside")
    factories.make_member(own, company)
    before = snapshot()

    for by in (buyer, bob, outsider, own, None):
        with pytest.raises(PermissionDenied):
            getattr(call, verb)(by=by, reason=WHY)
        assert not call.can(verb, by=by)
    with pytest.raises(Refusal):
        getattr(call, verb)(by=factories.make_moderator("Mara"), reason=" ")
    assert snapshot() == before


def test_a_suspended_call_is_hidden_and_takes_no_answers(client, call, buyer, seller, outsider, charlie, mona):
    sent, draft = make_expression(call, seller), make_expression(call, outsider, "draft")

    call.suspend(by=mona, reason=WHY)

    assert told(last(call, "suspend")) == ["bob"]
    assert told(last(call, "tell_suspended")) == ["adam", "charlie"]
    assert client.get(call.get_absolute_url()).status_code == 404
    assert call.title not in client.get("/calls/").content.decode()
    for verb in ("change", "submit"):
        draft.refresh_from_db()
        with pytest.raises(InvalidTransition):
            getattr(draft, verb)(by=outsider)
    client.force_login(charlie)
    assert "A moderator has hidden this call" in client.get(f"{call.get_absolute_url()}express/").content.decode()
    sent = Expression.objects.get(pk=sent.pk)
    sent.withdraw(by=seller)
    assert sent.status == "withdrawn"


def test_applicants_do_not_read_why(call, seller, mona):
    make_expression(call, seller)
    call.suspend(by=mona, reason=WHY)

    send_due()

    mails = {message.to[0].split("@")[0]: message.body for message in mail.outbox if "hid" in message.body}
    assert WHY in mails["bob"]
    assert WHY not in mails["adam"]
    assert mona.name not in mails["adam"]


@pytest.mark.parametrize("status", sorted(SHOWN))
def test_it_returns_to_where_it_was(buyer, mona, status):
    call = make_call(buyer, status, **({"cap": 1} if status == "paused" else {}))
    if status == "paused":
        other = factories.make_user()
        school = factories.make_organisation(other, kind="school")
        expression = make_expression(call, factories.member(other, school), "draft")
        Expression.objects.filter(pk=expression.pk).update(status="submitted", submitted_at=timezone.now())
    call.suspend(by=mona, reason=WHY)

    call.reinstate(by=mona, reason="The name is gone.")

    call.refresh_from_db()
    assert (call.status, call.held_from) == (status, "")
    assert told(last(call, "reinstate")) == ["bob"]


def test_a_full_call_has_room_when_an_answer_was_withdrawn_meanwhile(buyer, seller, mona):
    call = make_call(buyer, cap=1)
    expression = make_expression(call, seller)
    assert call.status == CS.PAUSED
    call.suspend(by=mona, reason=WHY)
    expression.withdraw(by=seller)

    call.reinstate(by=mona, reason="Fine.")

    assert call.status == CS.PUBLISHED


def test_the_deadline_passes_while_it_is_suspended(call, mona):
    call.suspend(by=mona, reason=WHY)
    with time_machine.travel(call.deadline + timedelta(minutes=1), tick=False):
        ring_due_timers()
        call.refresh_from_db()
        assert call.status == CS.SUSPENDED
        call.reinstate(by=mona, reason="Fine.")

        call.refresh_from_db()
        assert call.status == CS.CLOSED


def test_the_clock_runs_again_after_a_short_suspension(call, mona):
    call.suspend(by=mona, reason=WHY)
    call.reinstate(by=mona, reason="Fine.")
    with time_machine.travel(call.deadline, tick=False):
        ring_due_timers()

    call.refresh_from_db()
    assert call.status == CS.CLOSED


def test_taken_down_is_for_good_and_archived_later(client, call, bob, seller, mona):
    make_expression(call, seller)
    call.take_down(by=mona, reason=WHY)
    client.force_login(bob)

    assert told(last(call, "take_down")) == ["bob"]
    assert told(last(call, "tell_taken_down")) == ["adam"]
    assert client.get(call.get_absolute_url()).status_code == 200
    client.logout()
    assert client.get(call.get_absolute_url()).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        ring_due_timers()
    call.refresh_from_db()
    assert call.status == CS.ARCHIVED


def test_a_verdict_stays_told_when_a_decided_call_is_taken_down(buyer, seller, mona):
    call = make_call(buyer)
    expression = make_expression(call, seller, "confirmed")

    expression.call.take_down(by=mona, reason=WHY)

    kept = Expression.objects.get(pk=expression.pk)
    assert kept.call.is_decided
    assert kept.shown_status == "confirmed"


# --- the desk ---


def page(obj):
    return reverse(f"admin:marketplace_{obj._meta.model_name}_change", args=[obj.pk])


def test_a_report_leads_to_the_call_and_its_decisions(client, signed_in, call, mona):
    client.post(
        f"/report/call/{call.slug}/", {"ground": "illegal", "text": "Odd.", "reporter_email": "x@people.example"}
    )
    report = Report.objects.get()
    desk = signed_in(mona)

    assert page(call) in desk.get(reverse("admin:accounts_report_change", args=[report.pk])).text
    assert [row["obj"] for row in desk.get("/admin/marketplace/call/queue/").context["rows"]] == [call]
    shown = desk.get(page(call)).text
    assert "We repair <strong>bicycles</strong>" in shown
    url = reverse("admin:marketplace_call_decide", args=[call.pk, "suspend"])
    assert desk.post(url, {"reason": WHY}).status_code == 200
    call.refresh_from_db()
    assert call.status == CS.PUBLISHED

    desk.post(url, {"reason": WHY, "rule": "call_learners", "scope": "one", "duration": "lifted"})

    call.refresh_from_db()
    assert call.status == CS.SUSPENDED
    assert last(call, "suspend").is_restriction
    assert not last(call, "suspend").details.get("until")


def test_a_suspension_until_a_day_ends_by_itself(signed_in, call, mona):
    until = timezone.localdate() + timedelta(days=3)
    url = reverse("admin:marketplace_call_decide", args=[call.pk, "suspend"])
    signed_in(mona).post(
        url, {"reason": WHY, "rule": "call_true", "scope": "one", "duration": "date", "until": until.isoformat()}
    )
    with time_machine.travel(timezone.now() + timedelta(days=5), tick=False):
        ring_due_timers()

    call.refresh_from_db()
    assert call.status == CS.PUBLISHED


def test_the_caller_reports_an_answer_and_nobody_else_can(client, signed_in, call, seller, adam, bob, charlie, mona):
    answer = make_expression(call, seller)
    path = f"/report/expression/{answer.ref}/"
    for person in (adam, charlie):
        client.force_login(person)
        assert client.get(path).status_code == 404
    assert page_of_admin(signed_in(mona), answer) != 200
    client.force_login(bob)

    client.post(path, {"ground": "misleading", "text": "It is not theirs."})

    report = Report.objects.get()
    assert report.subject == answer
    desk = signed_in(mona)
    assert page(answer) in desk.get(reverse("admin:accounts_report_change", args=[report.pk])).text
    assert answer.why_us in desk.get(page(answer)).text
    report.decide(by=mona, upheld=False, reason="It is theirs.")
    assert report.status == "dismissed"


def page_of_admin(desk, answer):
    return desk.get(page(answer)).status_code


@pytest.mark.usefixtures("company")
def test_the_demo_world_has_one_of_each(mona):
    add_moderated(mona)

    calls = Call.objects.order_by("status")
    assert [call.status for call in calls] == ["removed", "suspended"]
    assert all(call.activities.filter(actor=mona).latest("pk").is_restriction for call in calls)
