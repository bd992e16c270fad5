"""Questions about a need: who asks, who answers, and who reads what."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Activity, InvalidTransition, Notification, Refusal, Report
from marketplace.models import Question
from tests.factories import LINE, make_need, member
from vet2b.lib.contacts import has_contact

pytestmark = pytest.mark.django_db
S = Question.Status
TEXT = "Is there a kitchen on the spot?"


@pytest.fixture
def need(buyer):
    return make_need(buyer)


@pytest.fixture
def otto(other_offer):
    return member(other_offer.trainer, other_offer.school)


@pytest.fixture
def question(need, seller):
    return Question.ask(need, TEXT, by=seller)


def told(activity):
    return sorted(notice.recipient.email.split("@")[0] for notice in activity.notifications.all())


def snapshot():
    return list(Question.objects.values()), Activity.objects.count(), Notification.objects.count()


def do(question, verb, by):
    words = {"answer": {"reply": "Yes, a small one."}, "hide": {"reason": "It sells something."}}.get(verb, {})
    return getattr(question, verb)(by=by, **words)


VERBS = {
    "answer": ("buyer", {S.ASKED}, ["adam"]), "take_back": ("school", {S.ASKED}, []),
    "hide": ("moderator", {S.ASKED, S.ANSWERED}, ["adam", "bob"]),
}  # fmt: skip


# --- Verbs ---
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", S)
def test_each_verb_holds_in_its_states_alone(verb, status, question, buyer, seller, mona):
    Question.objects.update(status=status, reply="Yes.", replied_at=question.created_at)
    party, sources, hear = VERBS[verb]
    by = {"buyer": buyer, "school": seller, "moderator": mona}[party]
    before = snapshot()

    if status in sources:
        do(question, verb, by)
        activity = question.activities.last()
        assert (activity.verb, told(activity)) == (f"question.{verb}", hear)
    else:
        with pytest.raises(InvalidTransition):
            do(question, verb, by)
        assert snapshot() == before


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_may(verb, question, buyer, seller, mona, otto, outsider, lea, school):
    people = {"buyer": buyer, "school": seller, "moderator": mona}
    people.pop(VERBS[verb][0])
    before = snapshot()

    for by in [*people.values(), otto, outsider, member(lea, school), None]:
        with pytest.raises(PermissionDenied):
            do(question, verb, by)
    assert snapshot() == before


def test_asking_tells_the_organisation(question):
    activity = question.activities.get()

    assert (activity.verb, told(activity)) == ("question.ask", ["bob"])
    assert TEXT in activity.notice.text(activity)


def test_only_schools_that_read_it_ask(need, buyer, outsider, lea, school):
    for by in (buyer, outsider, member(lea, school)):
        with pytest.raises(PermissionDenied):
            Question.ask(need, TEXT, by=by)
    assert not Question.objects.exists()


def test_nobody_asks_when_it_is_closed_but_an_answer_may_still_come(question, need, seller, buyer):
    need.close(by=None)

    with pytest.raises(InvalidTransition):
        Question.ask(need, TEXT, by=seller)
    question.answer("Yes.", by=buyer)
    assert Question.objects.get().status == S.ANSWERED


def test_five_wait_at_most(need, seller):
    for _number in range(5):
        Question.ask(need, TEXT, by=seller)
    with pytest.raises(Refusal):
        Question.ask(need, TEXT, by=seller)


def test_schools_that_quoted_hear_the_answer(question, need, buyer, offer, other_offer, otto):
    need.answer(other_offer, [LINE], by=otto)
    question.answer("Yes.", by=buyer)

    assert told(question.activities.last()) == ["adam", "otto"]


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("Write to me@school.example", True), ("See https://school.example", True), ("www.school.example/a", True),
        ("+371 20 000 000", True), ("Ring 0049-30-1234567", True), ("40 guests, 12 tables", False),
        ("From 12.05.2027 to 14.05.2027?", False), ("EUR 1 200,50 for 3 kg", False), ("Is 14:00–16:30 fine?", False),
        ("2027-05-12 at 10:00", False),
    ],
)  # fmt: skip
def test_what_leads_past_the_site_is_found(text, leads):
    assert has_contact(text) is leads


# --- Pages ---
def post(client, need, text, ref=""):
    url = reverse("marketplace:question_answer", args=[need.ref, ref]) if ref else reverse(
        "marketplace:question_ask", args=[need.ref]
    )  # fmt: skip
    return client.post(url, {"text": text}, follow=True)


def test_a_question_waits_unseen_and_stands_without_a_name(client, need, adam, bob, otto, school, question):
    client.force_login(otto.user)
    assert TEXT not in client.get(need.get_absolute_url()).text

    client.force_login(bob)
    shown = client.get(need.get_absolute_url()).text
    assert TEXT in shown
    assert school.name in shown
    assert "Answered. The school was told." in post(client, need, "Yes, a small one.", question.ref).text

    client.force_login(otto.user)
    shown = client.get(need.get_absolute_url()).text
    assert "Yes, a small one." in shown
    assert school.name not in shown
    assert "A school" in shown


def test_strangers_and_companies_read_none(client, need, charlie, lea, buyer, question):
    question.answer("Yes, a small one.", by=buyer)
    for user in (None, charlie, lea):
        if user:
            client.force_login(user)
        shown = client.get(need.get_absolute_url()).text
        assert TEXT not in shown
        assert "Yes, a small one." not in shown


def test_a_refused_question_keeps_what_was_typed(client, need, adam):
    client.force_login(adam)

    response = post(client, need, "Write to adam@school.example")

    assert response.status_code == 422
    assert "No addresses, links or telephone numbers here" in response.text
    assert "Write to adam@school.example</textarea>" in response.text
    assert not Question.objects.exists()
    assert post(client, need, " ").status_code == 422
    assert "Your question was sent." in post(client, need, TEXT).text


def test_taking_back_is_the_askers(client, need, adam, otto, question):
    url = reverse("marketplace:question_take_back", args=[need.ref, question.ref])
    client.force_login(otto.user)
    assert client.post(url).status_code == 404
    client.force_login(adam)
    client.post(url)

    assert Question.objects.get().status == S.WITHDRAWN
    assert TEXT not in client.get(need.get_absolute_url()).text


def test_a_report_leads_to_the_desk_and_hides(client, need, otto, buyer, mona, question, bob):
    question.answer("Yes.", by=buyer)
    client.force_login(otto.user)
    assert client.get(reverse("accounts:report_new", args=["question", question.ref])).status_code == 200
    Report.send(question, by=otto.user, ground="other", text="It names a firm.")
    client.force_login(mona)
    assert need.title in client.get(reverse("admin:marketplace_question_queue")).text

    Question.objects.get().hide(by=mona, reason="It names a firm.")
    client.force_login(bob)
    assert TEXT not in client.get(need.get_absolute_url()).text


def test_the_page_costs_the_same_with_1_and_4(
    client, need, seller, buyer, bob, question, django_assert_max_num_queries
):
    client.force_login(bob)
    client.get(need.get_absolute_url())
    with django_assert_max_num_queries(60) as one:
        client.get(need.get_absolute_url())
    for _number in range(3):
        Question.ask(need, TEXT, by=seller)
    with django_assert_max_num_queries(60) as four:
        client.get(need.get_absolute_url())

    assert len(one) == len(four)
