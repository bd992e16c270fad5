"""Needs and calls that people save, and the mail before their deadline."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from accounts.models import Organisation
from accounts.notifications import send_due
from marketplace.kept_mails import tell_of_deadlines
from marketplace.models import KeptCall, KeptNeed
from tests import factories
from vet2b.demo.searches import add_wishes

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def clock(db):
    with time_machine.travel(SUNDAY, tick=False) as moved:
        yield moved


@pytest.fixture
def need(buyer):
    return factories.make_need(buyer)


@pytest.fixture
def call(buyer):
    return factories.make_call(buyer)


def mailed():
    written = tell_of_deadlines()
    send_due()
    return written


@pytest.mark.parametrize(("kind", "model"), [("need", KeptNeed), ("call", KeptCall)])
def test_the_heart_saves_and_lets_go(client, adam, request, kind, model):
    thing = request.getfixturevalue(kind)
    path = thing.get_absolute_url()
    client.force_login(adam)

    response = client.post(f"{path}save/", HTTP_REFERER=f"http://testserver/{kind}s/?q=c")

    assert response.url == f"http://testserver/{kind}s/?q=c"
    assert list(model.objects.values_list("user", kind)) == [(adam.pk, thing.pk)]
    for page in (path, f"/{kind}s/", "/saved/"):
        content = client.get(page).content.decode()
        assert thing.title in content
        assert 'aria-pressed="true"' in content
    assert client.post(f"{path}save/", HTTP_REFERER="https://elsewhere.example/").url == path
    assert not model.objects.exists()
    assert thing.title not in client.get("/saved/").content.decode()


def test_only_those_who_may_answer_a_need_save_it(client, bob, charlie, lea, adam, school, need):
    path = f"{need.get_absolute_url()}save/"
    assert client.post(path).url.startswith("/account/login/")
    for person in (bob, charlie, lea):
        client.force_login(person)
        assert client.post(path).status_code == 403
        assert path not in client.get("/needs/").content.decode()
    assert not KeptNeed.objects.exists()

    client.force_login(adam)
    client.post(path)
    Organisation.objects.filter(pk=school.pk).update(status="pending")
    client.post(path)

    assert not KeptNeed.objects.exists()


def test_a_draft_is_not_found(client, buyer, adam):
    draft, need = factories.make_call(buyer, "draft"), factories.make_need(buyer, "draft")
    client.force_login(adam)

    for thing in (draft, need):
        assert client.post(f"{thing.get_absolute_url()}save/").status_code == 404
    assert client.get(f"{need.get_absolute_url()}save/").status_code == 405


def test_the_other_side_learns_nothing_of_it(client, adam, bob, need, call):
    KeptNeed.toggle(adam, need=need)
    KeptCall.toggle(adam, call=call)
    before = (need.activities.count(), call.activities.count())
    client.force_login(bob)

    for page in (need.get_absolute_url(), call.get_absolute_url(), "/needs/", "/calls/"):
        assert 'aria-pressed="true"' not in client.get(page).content.decode()
    assert (need.activities.count(), call.activities.count()) == before


@pytest.mark.parametrize(("kind", "model"), [("need", KeptNeed), ("call", KeptCall)])
def test_one_mail_two_days_before_the_deadline(adam, clock, request, kind, model):
    thing = request.getfixturevalue(kind)
    model.toggle(adam, **{kind: thing})
    kept = model.objects.get()
    clock.move_to(kept.deadline - timedelta(days=2, seconds=1))
    assert mailed() == 0
    clock.move_to(kept.deadline - timedelta(days=2))

    assert [mailed(), mailed()] == [1, 0]
    clock.shift(86400)
    assert mailed() == 0

    [message] = mail.outbox
    assert message.to == [adam.email]
    assert message.subject == f"The deadline is near: {thing.title}"
    for part in (message.body, message.alternatives[0][0]):
        assert thing.get_absolute_url() in part
        assert "/saved/" in part
        assert f"{kept.deadline.astimezone(thing.zone):%H:%M}" in part


def test_no_mail_about_what_is_let_go_ended_or_saved_late(adam, charlie, alice, clock, buyer, need, call):
    gone, late = factories.make_need(buyer), factories.make_call(buyer)
    for person in (adam, alice):
        KeptNeed.toggle(person, need=gone)
    KeptNeed.toggle(adam, need=need)
    KeptNeed.toggle(adam, need=need)
    KeptCall.toggle(charlie, call=call)
    gone.withdraw(by=buyer)
    call.withdraw(by=buyer, reason="The project was not funded.")
    clock.move_to(late.deadline - timedelta(days=1))
    KeptCall.toggle(charlie, call=late)

    assert mailed() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_statements_do_not_grow_with_what_is_saved(client, adam, buyer, number, django_assert_num_queries):
    for _n in range(number):
        KeptNeed.toggle(adam, need=factories.make_need(buyer))
        KeptCall.toggle(adam, call=factories.make_call(buyer))
    client.force_login(adam)
    client.get("/saved/")

    with django_assert_num_queries(8):
        client.get("/saved/")


@pytest.mark.usefixtures("need", "call")
def test_the_demo_world_has_some_of_each(adam):
    add_wishes(adam)

    assert set(adam.saved_searches.values_list("kind", "name")) == {("needs", "All needs"), ("calls", "All calls")}
    assert (KeptNeed.objects.count(), KeptCall.objects.count()) == (1, 1)
