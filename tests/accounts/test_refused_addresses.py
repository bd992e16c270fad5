"""An address that mail servers refuse for good is marked, and left alone until its owner does something."""

import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Delivery, Invitation, Notification, OutgoingMail, RefusedAddress
from accounts.notifications import send_digests, send_due
from tests import factories
from tests.accounts.test_signup import SIGNUP, WORDS, code_in

NO_MAILBOX = smtplib.SMTPRecipientsRefused({"alice@school.example": (550, b"5.1.1 no such user")})


def run_for(hours=2):
    """Lets the sender run until every early retry was tried."""
    now = timezone.now()
    for minutes in range(0, hours * 60, 20):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            send_due()


@pytest.fixture
def marked(alice):
    now = timezone.now()
    return RefusedAddress.objects.create(
        email=alice.email, refusals=3, reason="550 5.1.1 no such user", refused_at=now, marked_at=now
    )


def test_three_final_refusals_mark_the_address_whatever_mails_they_were(told, mail_server, alice):
    mail_server.send_error = NO_MAILBOX
    told(2)

    send_due()
    refused = RefusedAddress.objects.get()
    assert (refused.email, refused.refusals, refused.marked_at) == (alice.email, 2, None)
    run_for()

    refused.refresh_from_db()
    assert refused.refusals == 3
    assert refused.marked_at
    assert refused.reason == "550 5.1.1 no such user"
    assert Notification.objects.filter(failed_at=None).count() == 0


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"alice@school.example": (450, b"4.2.1 busy")}),
        smtplib.SMTPRecipientsRefused({"alice@school.example": (554, b"5.7.1 relay access denied")}),
        smtplib.SMTPSenderRefused(550, b"5.1.8 bad sender", "no-reply@vet2b.example"),
        smtplib.SMTPDataError(554, b"5.6.0 looks like spam"),
    ],
)
def test_what_is_not_about_the_address_does_not_mark_it(told, mail_server, error):
    mail_server.send_error = error
    told()

    run_for(48)

    assert RefusedAddress.objects.count() == 0


def test_a_mailbox_refused_after_the_text_counts_too(told, mail_server):
    mail_server.send_error = smtplib.SMTPDataError(550, b"5.1.1 no such user")
    told()

    run_for()

    assert RefusedAddress.objects.marked().count() == 1


def test_a_mail_that_is_taken_sets_the_count_back(told, mail_server, alice):
    mail_server.send_error = NO_MAILBOX
    told()
    send_due()
    mail_server.send_error = None

    run_for()

    assert RefusedAddress.objects.count() == 0
    assert len(mail_server.mails) == 1


def test_nothing_is_sent_to_a_marked_address(told, marked, alice, bob, company):
    told()
    owner = factories.member(bob, company)
    Invitation.send(company, alice.email.upper(), "staff", by=owner)
    OutgoingMail.objects.create(key="k", to="Alice@school.example", subject="Receipt", text="Thank you")
    company.record("verify", by=None, notify=[(bob, company)])

    assert send_due() == 1
    assert [message.to for message in mail.outbox] == [[bob.email]]
    for row in (*alice.notifications.all(), Invitation.objects.get(), OutgoingMail.objects.get()):
        assert row.failed_at
        assert row.error == "the address refuses mail"
        assert row.attempts == 1
    assert OutgoingMail.objects.get().text == ""


def test_nor_is_a_digest(told, marked, alice):
    old = timezone.now() - timedelta(days=2)
    told()
    alice.notifications.update(delivery=Delivery.DIGEST, created_at=old)

    assert send_digests() == 0
    assert mail.outbox == []
    assert alice.notifications.get().failed_at


def test_a_refused_digest_counts_once(told, mail_server, alice):
    mail_server.send_error = NO_MAILBOX
    told(5)
    alice.notifications.update(delivery=Delivery.DIGEST, created_at=timezone.now() - timedelta(days=2))

    send_digests()

    assert RefusedAddress.objects.get().refusals == 1


def test_a_code_that_somebody_asks_for_still_goes(marked, alice, client):
    client.post("/account/password/reset/", {"email": alice.email})

    assert send_due() == 1
    assert mail.outbox[0].to == [alice.email]


def test_the_person_is_told_at_sign_in_and_in_the_inbox(marked, alice, school, client):
    response = client.post(
        "/account/login/", {"login": alice.email, "password": factories.PASSWORD, "next": "/inbox/"}, follow=True
    )

    assert "We cannot reach you at alice@school.example" in response.text
    assert "550 5.1.1 no such user" in response.text
    assert reverse("account_email") in response.text


def test_others_are_told_nothing(marked, bob, company, client):
    response = client.post(
        "/account/login/", {"login": bob.email, "password": factories.PASSWORD, "next": "/inbox/"}, follow=True
    )

    assert "cannot reach you" not in response.text


def test_it_works_again_until_the_next_refusal(marked, told, alice, signed_in, mail_server):
    client = signed_in(alice)
    client.get("/settings/address/")
    assert RefusedAddress.objects.marked().count() == 1

    client.post("/settings/address/")
    assert RefusedAddress.objects.marked().count() == 0
    assert "cannot reach you" not in client.get("/inbox/").text

    mail_server.send_error = NO_MAILBOX
    told()
    send_due()
    assert RefusedAddress.objects.marked().count() == 1


def test_nobody_confirms_the_address_of_another(marked, bob, company, signed_in):
    signed_in(bob).post("/settings/address/", {"email": "alice@school.example"})

    assert RefusedAddress.objects.marked().count() == 1


def test_a_confirmed_address_is_marked_no_more(marked, client):
    RefusedAddress.objects.update(email=WORDS["email"])
    response = client.post(SIGNUP, WORDS)
    send_due()

    client.post(response.url, {"code": code_in(mail.outbox[0])})

    assert RefusedAddress.objects.count() == 0


def test_staff_see_it_in_the_list_and_on_the_persons_page(marked, alice, bob, mona, signed_in):
    client = signed_in(mona)

    text = client.get("/admin/accounts/user/", {"mail": "refused"}).text
    assert alice.email in text
    assert bob.email not in text
    page = client.get(reverse("admin:accounts_user_change", args=[alice.pk])).text
    assert "550 5.1.1 no such user" in page
    assert "comes back" not in client.get(reverse("admin:accounts_user_change", args=[bob.pk])).text
