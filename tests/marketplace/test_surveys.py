"""One question seven days after a deal, or after a need without one."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Membership, Notification, NotificationPreference, Refusal
from accounts.models.timers import ring_due_timers
from accounts.notifications import send_due
from marketplace.models import Survey
from tests.factories import LINE, make_need, make_order, member

pytestmark = pytest.mark.django_db
S = Survey.Status


def pass_days(number):
    with time_machine.travel(timezone.now() + timedelta(days=number, minutes=1), tick=False):
        ring_due_timers()
        send_due()


def asked():
    return sorted(each.to[0] for each in mail.outbox if each.subject.startswith("One question"))


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "completed")


@pytest.fixture
def survey(order):
    survey = order.surveys.get(kind="client")
    survey.ask(by=None)
    return survey


# --- When ---
def test_both_sides_are_asked_once_after_seven_days(order):
    pass_days(6)
    assert asked() == []
    for _pass in range(2):
        pass_days(7)

    assert asked() == ["adam@school.example", "bob@company.example"]
    assert {survey.status for survey in order.surveys.all()} == {S.ASKED}


def test_a_need_without_a_choice_asks_its_organisation_and_the_schools(offer, buyer):
    need = make_need(buyer)
    need.answer(offer, [LINE], by=member(offer.trainer, offer.school))
    need.close(by=None)
    need.expire(by=None)
    pass_days(7)

    assert asked() == ["adam@school.example", "bob@company.example"]
    assert {survey.kind for survey in need.surveys.all()} == {"need", "quote"}


def test_who_left_is_not_asked(order, bob, company):
    Membership.objects.filter(user=bob, organisation=company).delete()
    pass_days(7)

    assert asked() == ["adam@school.example"]
    assert order.surveys.get(kind="client").status == S.LAPSED


def test_who_turned_them_off_gets_none(order, bob):
    NotificationPreference.objects.choose(bob, {"survey": "off"})
    pass_days(7)

    assert asked() == ["adam@school.example"]


def test_it_lapses_after_sixty_days_and_the_comment_goes_after_a_year(order, survey):
    other = order.surveys.get(kind="school")
    other.ask(by=None)
    survey.answer("yes", "Ann was very kind.")
    pass_days(61)
    assert Survey.objects.get(pk=other.pk).status == S.LAPSED
    assert Survey.objects.get(pk=survey.pk).comment == "Ann was very kind."
    pass_days(366)
    survey.refresh_from_db()
    assert (survey.status, survey.choice, survey.comment) == (S.ANSWERED, "yes", "")


# --- The table ---
VERBS = {"ask": {S.PLANNED}, "answer": {S.ASKED}, "lapse": {S.PLANNED, S.ASKED}, "forget": {S.ANSWERED}}


def do(survey, verb, by):
    return survey.answer("yes", by=by) if verb == "answer" else getattr(survey, verb)(by=by)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", S)
def test_each_verb_holds_in_its_states_alone(verb, status, order, buyer):
    survey = order.surveys.get(kind="client")
    answered = {"choice": "yes", "answered_at": timezone.now()} if status == S.ANSWERED else {}
    Survey.objects.filter(pk=survey.pk).update(status=status, **answered)
    before = (list(Survey.objects.values()), Activity.objects.count(), Notification.objects.count())

    with pytest.raises(PermissionDenied):
        do(survey, verb, buyer)
    if status in VERBS[verb]:
        do(survey, verb, None)
        assert survey.activities.last().verb == f"survey.{verb}"
    else:
        with pytest.raises(InvalidTransition):
            do(survey, verb, None)
        assert (list(Survey.objects.values()), Activity.objects.count(), Notification.objects.count()) == before


def test_only_its_own_answers_are_taken(survey):
    with pytest.raises(Refusal):
        survey.answer("price")
    assert Survey.objects.get(pk=survey.pk).status == S.ASKED


# --- Page ---
def test_the_link_of_the_mail_answers_without_signing_in(client, survey):
    url = survey.get_absolute_url()
    shown = client.get(url)
    assert "Would you order from this school again?" in shown.text
    assert Survey.objects.get(pk=survey.pk).status == S.ASKED

    refused = client.post(url, {"comment": "Good bread."})
    assert refused.status_code == 422
    assert "Choose an answer." in refused.text
    assert "Good bread.</textarea>" in refused.text

    assert "Thank you" in client.post(url, {"choice": "partly", "comment": "Good bread."}, follow=True).text
    survey.refresh_from_db()
    assert (survey.status, survey.choice, survey.comment) == (S.ANSWERED, "partly", "Good bread.")

    client.post(url, {"choice": "no"})
    assert Survey.objects.get(pk=survey.pk).choice == "partly"


def test_what_is_not_asked_yet_is_not_there(client, order):
    for survey in order.surveys.all():
        assert client.get(survey.get_absolute_url()).status_code == 404


def test_moderators_read_answers_alone(client, mona, order, survey):
    client.force_login(mona)
    url = f"/admin/marketplace/survey/{survey.pk}/change/"
    assert client.get(url).status_code == 302
    survey.answer("no", "Too late.")

    assert "Too late." in client.get(url).text
