import re

import pytest
from django.core import mail

from accounts.models import OutgoingMail, User
from accounts.notifications import send_due

WORDS = {"name": "Nora New", "email": "nora@new.example", "password1": "a long enough phrase"}
SIGNUP = "/account/signup/"


def code_in(message):
    return re.search(r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b", message.body.replace("VET2B", ""))[0]


def test_from_sign_up_to_the_organisation_form(client, db):
    response = client.post(SIGNUP, WORDS)
    assert send_due() == 1
    (message,) = mail.outbox
    assert message.to == ["nora@new.example"]
    assert OutgoingMail.objects.get().text == ""

    response = client.post(response.url, {"code": code_in(message)})

    assert response.url == "/organisations/new/"
    assert User.objects.get().name == "Nora New"


def test_the_language_of_the_page_becomes_the_persons(client, db):
    client.post("/lv/account/signup/", WORDS)

    assert User.objects.get().language == "lv"


def test_a_known_address_gets_the_same_answer(client, alice):
    new = client.post(SIGNUP, WORDS)
    client.cookies.clear()

    known = client.post(SIGNUP, WORDS | {"email": alice.email})

    assert (new.status_code, new.url) == (known.status_code, known.url)
    assert User.objects.filter(email=alice.email).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"email": "no mail"}, {"email": "a" * 250 + "@new.example"},
        {"name": ""}, {"name": "x" * 121}, {"name": "a\0b"},
        {"password1": "short"}, {"password1": "password1234"},
        {"password1": "vet2b is my phrase"}, {"password1": "nora@new.example"},
    ],
)  # fmt: skip
def test_bad_input_makes_no_account(client, db, change):
    response = client.post(SIGNUP, WORDS | change)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert User.objects.count() == 0


def test_sign_up_gives_no_rights(client, db):
    client.post(SIGNUP, WORDS | {"is_staff": "on", "is_superuser": "on", "role": "learner", "organisation": "1"})

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.memberships.count()) == (False, False, 0)


def test_a_mail_server_that_is_down_does_not_stop_sign_up(client, db, mail_server):
    mail_server.open_error = ConnectionRefusedError("no server")

    assert client.post(SIGNUP, WORDS).status_code == 302
    assert send_due() == 0
    mail_server.open_error = None
    assert send_due() == 1


def test_account_mails_are_text_and_html_in_the_readers_language(client, alice):
    alice.language = "pl"
    alice.save()

    client.post("/account/password/reset/", {"email": alice.email})
    send_due()

    (message,) = mail.outbox
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert "<h1>" in html
