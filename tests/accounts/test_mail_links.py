"""ACC-10: programs that fetch every link of every mail before its reader does must change nothing."""

import re

import pytest
from django.apps import apps
from django.core import mail

from accounts.models import Invitation, Notification, NotificationPreference
from accounts.notifications import send_digests, send_due
from tests.factories import make_order, make_user, member

WRITTEN_BY_READING = {"sessions", "usersessions"}


def everything():
    """Every row of every table but sessions, which are no more than a visitor's cookie."""
    models = [m for m in apps.get_models() if m._meta.app_label not in WRITTEN_BY_READING]
    return {
        m._meta.label: sorted(map(str, m.objects.values_list())) for m in models if m._meta.label != "accounts.Region"
    }


def links(message):
    found = set(re.findall(r"http://127\.0\.0\.1:8000(/[^\s\"<>]*)", message.body + message.alternatives[0][0]))
    header = message.extra_headers.get("List-Unsubscribe", "")
    return found | set(re.findall(r"http://127\.0\.0\.1:8000(/[^>]*)", header))


@pytest.fixture
def mails(client, offer, buyer, school, alice, adam, mona, bob):
    """One of each mail that the site sends: notices, a digest, an invitation, codes and notes about an account."""
    make_order(offer, buyer, "completed")
    school.suspend(by=mona, reason="Reports.")
    school.reinstate(by=mona, reason="Cleared.")
    offer.record("pause", by=None, notify=[(adam, school)])
    Invitation.send(school, "nora@new.example", "staff", by=member(alice, school))
    client.post("/account/signup/", {"name": "Nora", "email": "nora@new.example", "password1": "a long enough phrase"})
    client.cookies.clear()
    client.post("/account/password/reset/", {"email": bob.email})
    client.cookies.clear()
    send_due()
    NotificationPreference.objects.choose(bob, {"organisation": "digest"})
    school.record("verify", by=None, notify=[(bob, None)])
    Notification.objects.filter(delivery="digest").update(created_at="2026-01-01T00:00Z")
    send_digests()
    return mail.outbox


def test_getting_every_link_of_every_mail_changes_nothing(mails, client, alice, adam, bob):
    assert len(mails) >= 12
    paths = sorted(set().union(*map(links, mails)))
    assert {path.split("/")[1] for path in paths} >= {
        "orders",
        "organisations",
        "invitations",
        "unsubscribe",
        "settings",
    }

    for reader in (None, alice, adam, bob, make_user("Nobody")):
        if reader:
            client.force_login(reader)
        before = everything()
        for path in paths:
            assert client.get(path).status_code in {200, 302, 404}, path
            client.head(path)
        assert everything() == before


def test_every_mail_has_both_parts_and_an_address_of_this_site_only(mails):
    for message in mails:
        html, kind = message.alternatives[0]
        assert (kind, bool(message.body.strip()), bool(html.strip())) == ("text/html", True, True)
        assert message.extra_headers["Message-ID"].endswith("@127.0.0.1>")
        assert message.extra_headers["Auto-Submitted"] == "auto-generated"
        hosts = set(re.findall(r"https?://([^/\s\"<]+)", message.body + html))
        assert hosts <= {"127.0.0.1:8000"}, message.subject
