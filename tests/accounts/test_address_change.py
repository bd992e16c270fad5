"""ACC-7: a changed address is told to the old one at once, which can take it back for 72 hours."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import AddressChange, User
from accounts.notifications import send_due
from tests import factories
from tests.accounts.test_signup import code_in

OLD, NEW = "bob@company.example", "thief@elsewhere.example"


def sign_in(user):
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    client.post("/account/reauthenticate/", {"password": factories.PASSWORD})
    return client


def change_to(client, new):
    """Goes all the way that a person goes; returns the link that the old address got."""
    mail.outbox.clear()
    response = client.post("/account/email/", {"email": new, "action_add": ""}, follow=True)
    send_due()
    code = next(message for message in mail.outbox if message.to == [new])
    client.post(response.redirect_chain[-1][0], {"code": code_in(code)})
    send_due()
    told = next(message for message in mail.outbox if "/address/" in message.body)
    return told, re.search(r"http://127\.0\.0\.1:8000(/(?:\w\w/)?address/\S+)", told.body)[1]


@pytest.fixture
def changed(bob, company):
    client = sign_in(bob)
    told, link = change_to(client, NEW)
    bob.refresh_from_db()
    assert bob.email == NEW
    return client, told, link


def test_the_old_address_is_told_at_once_with_a_link(changed):
    _client, told, link = changed

    assert told.to == [OLD]
    assert f"changed from {OLD} to {NEW}" in told.body
    change = AddressChange.objects.get()
    assert (change.old, change.new) == (OLD, NEW)
    assert link.split("/")[2] not in {change.token_hash, str(change.pk)}
    assert timedelta(hours=71) < change.expires_at - timezone.now() <= timedelta(hours=72)


def test_the_mail_is_in_the_persons_language(bob, company):
    bob.language = "pl"
    bob.save()

    _told, link = change_to(sign_in(bob), NEW)

    assert link.startswith("/pl/address/")


def test_looking_at_the_link_changes_nothing(changed, client):
    _thief, _told, link = changed

    for method in (client.get, client.head):
        response = method(link)
        assert response.status_code == 200
        assert "no-store" in response.headers["Cache-Control"]

    assert User.objects.get().email == NEW
    assert AddressChange.objects.live().count() == 1


def test_taking_it_back_restores_the_address_and_ends_every_session(changed, client, bob):
    thief, _told, link = changed

    response = client.post(link)

    assert response.url == "/account/password/reset/"
    bob.refresh_from_db()
    assert bob.email == OLD
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(OLD, True, True)]
    assert thief.get("/inbox/").status_code == 302
    assert sign_in(bob).get("/inbox/").status_code == 302  # the password may be known to the thief
    mail.outbox.clear()
    client.post("/account/password/reset/", {"email": OLD})
    send_due()
    assert mail.outbox[0].to == [OLD]


def test_the_link_works_once(changed, client, bob):
    _thief, _told, link = changed
    client.post(link)
    bob.refresh_from_db()
    bob.set_password(factories.PASSWORD)
    bob.save()

    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410

    bob.refresh_from_db()
    assert bob.has_usable_password()


def test_after_72_hours_it_is_over(changed, client):
    _thief, _told, link = changed

    with time_machine.travel(timezone.now() + timedelta(hours=72, minutes=1)):
        assert client.get(link).status_code == 410
        assert client.post(link).status_code == 410

    assert User.objects.get().email == NEW


def test_links_of_later_addresses_end_with_it(changed, client, bob):
    thief, _told, first = changed
    _second_told, second = change_to(thief, "thief2@elsewhere.example")

    client.post(first)

    assert client.post(second).status_code == 410
    bob.refresh_from_db()
    assert bob.email == OLD


def test_an_address_that_somebody_else_has_by_now_is_not_given_back(changed, client, bob):
    _thief, _told, link = changed
    factories.make_user("Ann", OLD)

    assert client.post(link).status_code == 410
    bob.refresh_from_db()
    assert bob.email == NEW


def test_a_forged_link_is_over(db, client):
    for token in ("forged", "x" * 500, "%00"):
        assert client.get(f"/address/{token}/").status_code in {400, 410}
