"""The ledger of consents, and the questions by mail."""

import hashlib
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, OutgoingMail, Refusal, ring_due_timers
from marketplace.models import Consent, ConsentRequest, Learner
from marketplace.models.consent_rules import AGE_FOR_DATA, reaches, texts
from marketplace.models.consents import Kind, needs_guardian, without_consent
from tests.factories import add_resource, make_learner, member

TODAY = timezone.localdate()
S = ConsentRequest.Status
QUESTION = {
    "email": "greta@home.example", "language": "lv", "giver": "guardian", "giver_name": "Greta Guardian",
    "relation": "mother",
}  # fmt: skip


def in_years(years):
    day = TODAY.replace(year=TODAY.year + years, day=min(TODAY.day, 28))
    return day + timedelta(days=3)


@pytest.fixture
def group(school):
    return add_resource(school, "class", "3B")


@pytest.fixture
def maja(group, seller):
    return Learner.add(group, by=seller, given_name="Maja", family_name="Mallow", minor_until=in_years(2))


@pytest.fixture
def asked(maja, seller):
    return ConsentRequest.ask(maja, "work", by=seller, **QUESTION)


def told(learner):
    return [activity.verb for activity in learner.activities if activity.verb != "learner.add"]


def recipients(learner, verb):
    return {n.recipient for n in learner.activities.get(verb=f"learner.{verb}").notifications.all()}


def test_every_kind_is_worded_in_every_language(settings):
    assert {code for code, _name in settings.LANGUAGES} == set(texts())
    for language, words in texts().items():
        assert set(words) == set(Kind.values), language
        for text in words.values():
            assert "%(learner)s" in text
            assert "%(school)s" in text


def test_staff_asks_by_mail(asked, maja, seller):
    request, token = asked

    assert (request.status, request.email) == (S.ASKED, "greta@home.example")
    assert request.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) >= 43
    assert request.expires_at - timezone.now() > timedelta(days=13, hours=23)
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == ("greta@home.example", "Linden Vocational School asks for your consent")
    assert token in mail.text
    assert token in mail.html
    assert told(maja) == ["learner.ask_consent"]


def test_no_mail_names_the_learner_in_full(asked):
    request, _token = asked
    request.give(by=None)

    for mail in OutgoingMail.objects.all():
        everything = mail.subject + mail.text + mail.html
        assert "Mallow" not in everything
        assert request.learner.minor_until.isoformat() not in everything
    assert OutgoingMail.objects.count() == 2


def test_a_guardian_gives_it(asked, maja, seller):
    request, _token = asked
    consent, _withdrawing = request.give(by=None)

    row = Consent.objects.get()
    assert row == consent
    assert (row.kind, row.language, row.text) == ("work", "lv", request.text)
    assert row.text_hash == hashlib.sha256(row.text.encode()).hexdigest()
    assert row.is_intact
    assert (row.giver, row.giver_name, row.relation, row.how) == ("guardian", "Greta Guardian", "mother", "link")
    assert row.expires_on == TODAY + timedelta(days=365)
    assert row.is_live
    request.refresh_from_db()
    assert (request.status, request.email, request.consent) == (S.GIVEN, "", row)
    assert told(maja) == ["learner.ask_consent", "learner.give_consent"]
    assert recipients(maja, "give_consent") == {seller.user}


def test_a_guardian_refuses_it(asked, maja, seller):
    request, _token = asked
    request.refuse(by=None)

    assert (ConsentRequest.objects.get().status, ConsentRequest.objects.get().email) == (S.REFUSED, "")
    assert not Consent.objects.exists()
    assert recipients(maja, "refuse_consent") == {seller.user}


def bring(request, status, seller):
    verbs = {S.GIVEN: "give", S.REFUSED: "refuse", S.TAKEN_BACK: "take_back"}
    if status == S.LAPSED:
        with time_machine.travel(timezone.now() + timedelta(days=15)):
            request.forget(by=None)
    elif status != S.ASKED:
        getattr(request, verbs[status])(by=seller if status == S.TAKEN_BACK else None)


@pytest.mark.parametrize("verb", ["give", "refuse", "take_back", "forget"])
@pytest.mark.parametrize("status", S.values)
def test_each_verb_in_each_state(verb, status, asked, seller):
    request, _token = asked
    bring(request, status, seller)
    before = Activity.objects.count()
    by = seller if verb == "take_back" else None
    is_allowed = status in ConsentRequest.TRANSITIONS[verb].sources

    if is_allowed:
        getattr(request, verb)(by=by)
    else:
        with pytest.raises(InvalidTransition):
            getattr(request, verb)(by=by)
        assert Activity.objects.count() == before
        assert ConsentRequest.objects.get().status == status


def test_only_the_link_answers_and_only_staff_takes_back(asked, seller, outsider, buyer):
    request, _token = asked
    for verb, actors in (("give", [seller, outsider]), ("refuse", [seller]), ("take_back", [None, outsider, buyer])):
        for by in actors:
            with pytest.raises(PermissionDenied):
                getattr(request, verb)(by=by)
    for by in (outsider, buyer):
        with pytest.raises(PermissionDenied):
            ConsentRequest.ask(request.learner, "photo", by=by, **QUESTION)

    assert ConsentRequest.objects.get().status == S.ASKED


def test_learners_ask_nobody(maja, lea, school):
    with pytest.raises(PermissionDenied):
        ConsentRequest.ask(maja, "work", by=member(lea, school), **QUESTION)


def test_asking_again_ends_the_earlier_question(asked, maja, seller):
    first, token = asked
    second, _token = ConsentRequest.ask(maja, "work", by=seller, **QUESTION)
    ConsentRequest.ask(maja, "photo", by=seller, **QUESTION | {"giver": "learner"})

    first.refresh_from_db()
    assert (first.status, first.email) == (S.TAKEN_BACK, "")
    assert not ConsentRequest.objects.for_token(token).exists()
    assert ConsentRequest.objects.open().filter(kind="work").get() == second


def test_after_14_days_the_question_ends_and_the_address_is_forgotten(asked, maja, seller):
    request, token = asked
    OutgoingMail.objects.update(emailed_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1)):
        assert not ConsentRequest.objects.for_token(token).exists()
        with pytest.raises(Refusal):
            request.give(by=None)
        ring_due_timers()

    row = ConsentRequest.objects.get()
    assert (row.status, row.email) == (S.LAPSED, "")
    assert not OutgoingMail.objects.exists()
    assert recipients(maja, "lapse_consent") == {seller.user}


def test_a_mail_that_waits_is_sent_before_its_address_is_forgotten(asked):
    request, _token = asked
    request.give(by=None)
    OutgoingMail.objects.filter(key__endswith="-asked").update(emailed_at=timezone.now())
    request.forget(by=None)

    assert OutgoingMail.objects.get().key.endswith("-given")
    assert request.timers.get().due_at > timezone.now() + timedelta(hours=23)
    OutgoingMail.objects.update(emailed_at=timezone.now())
    request.forget(by=None)
    assert not OutgoingMail.objects.exists()


def test_the_address_stays_only_while_asked(asked, seller):
    request, _token = asked
    request.refuse(by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentRequest.objects.update(email="greta@home.example")


def test_a_paper_is_recorded(maja, seller):
    consent = Consent.record_paper(
        maja, "work", by=seller, giver="guardian", giver_name="Greta", relation="mother", language="en"
    )

    assert (consent.how, consent.recorded_by, consent.token_hash) == ("paper", seller.user, "")
    assert "Maja M." in consent.text
    assert told(maja) == ["learner.record_consent"]


def test_a_child_does_not_consent_alone(maja, group, seller):
    grown = Learner.add(group, by=seller, given_name="Ada", family_name="Adult")

    with pytest.raises(Refusal) as refused:
        Consent.record_paper(maja, "work", by=seller, giver="learner", language="en")
    assert refused.value.field == "giver"
    with pytest.raises(Refusal):
        ConsentRequest.ask(maja, "work", by=seller, **QUESTION | {"giver": "learner"})
    assert Consent.record_paper(grown, "work", by=seller, giver="learner", language="en").is_live
    assert not ConsentRequest.objects.exists()


def test_nobody_consents_for_those_who_decide_themselves(maja, seller):
    with pytest.raises(Refusal) as refused:
        Consent.record_paper(maja, "photo", by=seller, giver="guardian", giver_name="Greta", language="en")

    assert refused.value.field == "giver"
    assert Consent.record_paper(maja, "photo", by=seller, giver="learner", language="en").is_live


def test_a_guardians_yes_comes_too_late_for_one_who_came_of_age(asked, maja):
    request, _token = asked
    Learner.objects.filter(pk=maja.pk).update(minor_until=None)

    with pytest.raises(Refusal):
        request.give(by=None)
    assert not Consent.objects.exists()


def test_a_consent_is_withdrawn_once(asked, maja, seller, alice):
    consent, _token = asked[0].give(by=None)
    consent.withdraw(by=None)
    when = Consent.objects.get().withdrawn_at
    consent.withdraw(by=None)

    row = Consent.objects.get()
    assert (row.withdrawn_at, row.withdrawn_by, row.is_live) == (when, None, False)
    assert told(maja).count("learner.withdraw_consent") == 1
    assert recipients(maja, "withdraw_consent") == {seller.user, alice}


def test_staff_withdraws_for_whoever_asks_them_to(asked, seller, outsider):
    consent, _token = asked[0].give(by=None)
    with pytest.raises(PermissionDenied):
        consent.withdraw(by=outsider)
    assert Consent.objects.get().withdrawn_at is None

    consent.withdraw(by=seller)

    assert Consent.objects.get().withdrawn_by == seller.user


@pytest.mark.parametrize("change", [{"text": "else"}, {"giver_name": "X"}, {"expires_on": date(2050, 1, 1)}])
def test_the_database_keeps_what_was_agreed_to(asked, change):
    asked[0].give(by=None)

    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.update(**change)


def test_a_withdrawal_is_not_undone(asked):
    consent, _token = asked[0].give(by=None)
    consent.withdraw(by=None)

    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.update(withdrawn_at=None)


def test_a_guardians_word_ends_when_the_learner_decides(group, seller):
    soon = Learner.add(group, by=seller, given_name="Ida", family_name="Iris", minor_until=TODAY + timedelta(days=40))
    work = Consent.record_paper(soon, "work", by=seller, giver="guardian", giver_name="Greta", language="en")

    assert work.expires_on == TODAY + timedelta(days=39)


@pytest.mark.parametrize(("country", "age"), sorted(AGE_FOR_DATA.items()))
def test_a_guardian_is_needed_below_the_age_of_the_country(country, age, maja):
    maja.school.country = country
    birthday = reaches(age, maja.minor_until)

    assert needs_guardian(maja, "photo", birthday - timedelta(days=1))
    assert not needs_guardian(maja, "photo", birthday)
    assert needs_guardian(maja, "work", maja.minor_until - timedelta(days=1))
    assert not needs_guardian(maja, "work", maja.minor_until)


def test_those_born_on_a_leap_day_get_older_too():
    assert reaches(13, date(2028, 2, 29)) == date(2023, 3, 1)


def test_who_lacks_a_guardians_consent(maja, group, school, seller, django_assert_num_queries):
    adult = make_learner(school, "Ada", "Adult", group=group)
    nia = Learner.add(group, by=seller, given_name="Nia", family_name="Nettle", minor_until=in_years(1))
    Consent.record_paper(nia, "work", by=seller, giver="guardian", giver_name="Greta", language="en")
    Consent.record_paper(maja, "photo", by=seller, giver="learner", language="en")

    with django_assert_num_queries(1):
        assert without_consent([maja, nia, adult], "work", TODAY) == [maja]
    Consent.objects.get(learner=nia).withdraw(by=None)
    assert without_consent([maja, nia, adult], "work", TODAY) == [maja, nia]
