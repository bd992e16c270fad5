"""Sessions end by themselves: after idle time, and after a time however busy somebody was."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def later(wait):
    return time_machine.travel(timezone.now() + wait, tick=False)


def is_in(client, page="/inbox/"):
    return client.get(page).status_code == 200


@pytest.mark.parametrize(("who", "page", "idle"), [("mona", "/admin/", 30 * MINUTE), ("bob", "/inbox/", 8 * HOUR)])
def test_who_is_idle_for_too_long_is_signed_out(who, page, idle, request, signed_in, company):
    client = signed_in(request.getfixturevalue(who))

    with later(idle - MINUTE):
        assert is_in(client, page)
    with later(2 * idle):
        assert not is_in(client, page)
    with later(MINUTE):
        assert not is_in(client, page)  # a clock that goes back revives nothing


@pytest.mark.parametrize(
    ("who", "page", "step", "absolute"),
    [("mona", "/admin/", 20 * MINUTE, 12 * HOUR), ("bob", "/inbox/", 6 * HOUR, 14 * DAY)],
)
def test_who_is_busy_is_signed_out_in_the_end(who, page, step, absolute, request, signed_in, company):
    client, now = signed_in(request.getfixturevalue(who)), timezone.now()

    moment = step
    while moment < absolute:
        with time_machine.travel(now + moment, tick=False):
            assert is_in(client, page), moment
        moment += step
    with time_machine.travel(now + absolute + MINUTE, tick=False):
        assert not is_in(client, page)


def test_they_are_led_to_sign_in_told_why_and_brought_back(bob, company, client):
    words = {"login": bob.email, "password": factories.PASSWORD}
    client.post("/account/login/", words)
    with later(9 * HOUR):
        response = client.get("/inbox/?show=all", follow=True)
        assert response.redirect_chain[-1][0] == "/account/login/?next=/inbox/%3Fshow%3Dall"
        assert "You were signed out for your safety" in response.text

        response = client.post(response.redirect_chain[-1][0], words | {"next": "/inbox/?show=all"})

        assert response.url == "/inbox/?show=all"
        assert is_in(client)


def test_public_pages_see_nobody_after_that_either(bob, company, signed_in):
    client = signed_in(bob)

    with later(9 * HOUR):
        assert "Sign in" in client.get("/").text
    assert Session.objects.filter(session_key=client.cookies["session"].value).count() == 0


def test_the_session_is_written_only_every_few_minutes(bob, company, signed_in):
    client, now = signed_in(bob), timezone.now()

    def writes(wait):
        with time_machine.travel(now + wait, tick=False), CaptureQueriesContext(connection) as queries:
            client.get("/settings/")
        return sum("django_session" in q["sql"] and not q["sql"].startswith("SELECT") for q in queries)

    assert writes(MINUTE) == 0
    assert writes(4 * MINUTE) == 1
    assert writes(5 * MINUTE) == 0


@pytest.mark.parametrize("path", ["/robots.txt", "/art/WEB/1-5.svg"])
def test_public_answers_without_a_page_are_the_same_for_all(path, client, bob, signed_in, settings, db):
    settings.MFA_REQUIRED = True

    for reader in (client, signed_in(bob)):
        response = reader.get(path)
        assert response.status_code == 200
        assert "Cookie" not in response.headers.get("Vary", "")


def test_anonymous_readers_cost_no_query_for_their_session(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/robots.txt")
        client.get("/account/login/")


def test_asking_for_the_password_again_is_limited(bob, company, signed_in):
    client = signed_in(bob)
    for _number in range(5):
        client.post("/account/reauthenticate/", {"password": "wrong wrong wrong"})

    response = client.post("/account/reauthenticate/", {"password": factories.PASSWORD})

    assert response.status_code == 429
