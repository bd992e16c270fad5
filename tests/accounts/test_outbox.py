import smtplib
from datetime import timedelta
from email.utils import getaddresses

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts.models import Delivery, Notification, NotificationPreference, OutgoingMail
from accounts.notifications import LEASE, MAX_ATTEMPTS, OPTIONAL_PER_HOUR, claim, send_due
from tests.accounts.conftest import make_told


def test_a_notice_is_mailed_once_in_text_and_html(told, alice):
    (notification,) = told()

    assert send_due() == 1
    assert send_due() == 0

    (message,) = mail.outbox
    assert message.to == [alice.email]
    assert message.subject == "Linden Vocational School is verified"
    assert message.extra_headers["Message-ID"] == f"<notification-{notification.pk}@127.0.0.1>"
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert "Linden Vocational School is verified" in html
    assert "http://127.0.0.1:8000/organisations/" in message.body
    notification.refresh_from_db()
    assert notification.emailed_at is not None
    assert (notification.attempts, notification.claimed_until) == (1, None)


def test_the_links_of_a_mail_are_in_the_readers_language(told, alice):
    alice.language = "pl"
    alice.save()
    told()

    send_due()

    assert "http://127.0.0.1:8000/pl/organisations/" in mail.outbox[0].body


def test_what_is_always_mailed_has_no_unsubscribe_and_the_rest_has_one_click(told, alice, offer, adam):
    told()
    offer.record("pause", by=None, notify=[(adam, offer.school)])

    send_due()

    by_reader = {message.to[0]: message.extra_headers for message in mail.outbox}
    assert "List-Unsubscribe" not in by_reader[alice.email]
    assert by_reader[adam.email]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert by_reader[adam.email]["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/unsubscribe/")


def test_line_breaks_in_a_name_add_no_header(school, alice):
    school.name = "Linden\r\nBcc: victim@example.com"
    school.save()
    school.record("verify", by=None, notify=[(alice, school)])

    assert send_due() == 1

    message = mail.outbox[0].message()
    assert message["Subject"] == "Linden Bcc: victim@example.com is verified"
    assert message["Bcc"] is None
    assert [address for _name, address in getaddresses([message["To"]])] == [alice.email]


def test_a_rolled_back_change_mails_nothing(school, alice):
    class Stop(Exception):
        pass

    def change():
        with transaction.atomic():
            school.record("verify", by=None, notify=[(alice, school)])
            raise Stop

    with pytest.raises(Stop):
        change()

    assert send_due() == 0
    assert Notification.objects.count() == 0


def test_people_who_were_deactivated_get_no_mail(told, alice):
    told()
    alice.is_active = False
    alice.save()

    assert send_due() == 0


def test_a_mail_server_that_is_down_costs_no_attempt(told, mail_server):
    mail_server.open_error = ConnectionRefusedError("no server")
    (first, second) = told(2)

    assert send_due() == 0

    for notification in (first, second):
        notification.refresh_from_db()
        assert (notification.attempts, notification.claimed_until, notification.error) == (0, None, "")
    mail_server.open_error = None
    assert send_due() == 2


def test_a_refused_mail_waits_longer_each_time_and_is_given_up(told, mail_server):
    mail_server.send_error = smtplib.SMTPDataError(451, b"try later")
    (notification,) = told()
    now = timezone.now()
    waits = []

    for _try in range(MAX_ATTEMPTS):
        with time_machine.travel(now, tick=False):
            assert send_due() == 0
            notification.refresh_from_db()
            if notification.failed_at:
                break
            waits.append(round((notification.claimed_until - now).total_seconds() / 60))
            assert send_due() == 0
            now = notification.claimed_until + timedelta(seconds=1)

    assert notification.attempts == MAX_ATTEMPTS
    assert waits == [1, 5, 15, 60, 180, 360, 720, 1440]
    assert notification.failed_at is not None
    assert "451" in notification.error
    mail_server.send_error = None
    with time_machine.travel(now):
        assert send_due() == 0


def test_a_final_refusal_is_given_up_after_three_tries(told, mail_server):
    mail_server.send_error = smtplib.SMTPRecipientsRefused({"alice@school.example": (550, b"no such user")})
    (notification,) = told()

    for hours in range(3):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            send_due()

    notification.refresh_from_db()
    assert notification.attempts == 3
    assert notification.failed_at is not None


def test_one_bad_mail_does_not_hold_up_the_others(told, mail_server, bob, alice):
    told(1, user=bob)
    told(1, user=alice)
    refusal = smtplib.SMTPRecipientsRefused({bob.email: (450, b"busy")})
    mail_server.send_error = lambda message: refusal if message.to == [bob.email] else None
    Notification.objects.filter(recipient=bob).update(organisation=None)

    assert send_due() == 1

    assert [message.to for message in mail_server.mails] == [[alice.email]]


def test_a_lost_connection_ends_the_run_and_gives_the_rest_back(told, mail_server):
    mail_server.send_error = TimeoutError("hangs")
    first, second, third = told(3)

    assert send_due() == 0

    for notification in (first, second, third):
        notification.refresh_from_db()
    assert [n.attempts for n in (first, second, third)] == [1, 0, 0]
    mail_server.send_error = None
    assert send_due() == 2


def test_a_killed_workers_mails_come_free_when_the_lease_ends(told):
    told(2)
    claim(Notification.objects.to_mail(), 10)

    assert send_due() == 0
    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
        assert send_due() == 2


def test_optional_mails_beyond_twenty_an_hour_go_into_the_digest(offer, adam, school):
    for _number in range(OPTIONAL_PER_HOUR + 3):
        offer.record("pause", by=None, notify=[(adam, school)])

    assert send_due() == OPTIONAL_PER_HOUR

    assert Notification.objects.filter(recipient=adam, delivery=Delivery.DIGEST).count() == 3
    school.record("verify", by=None, notify=[(adam, school)])
    assert send_due() == 1


def test_mail_follows_the_readers_choice(offer, adam, school):
    NotificationPreference.objects.choose(adam, {"offer": Delivery.OFF})
    offer.record("pause", by=None, notify=[(adam, school)])
    NotificationPreference.objects.choose(adam, {"offer": Delivery.DIGEST})
    offer.record("pause", by=None, notify=[(adam, school)])

    assert send_due() == 0
    assert list(adam.notifications.order_by("pk").values_list("delivery", flat=True)) == ["off", "digest"]


def test_a_secret_leaves_the_database_with_its_mail(db):
    row = OutgoingMail.objects.create(key="k", to="ann@a.example", subject="Code", text="123456", html="<b>123456</b>")

    assert send_due() == 1

    row.refresh_from_db()
    assert (row.text, row.html) == ("", "")
    assert mail.outbox[0].body == "123456"


def test_a_code_that_is_too_old_is_not_mailed(db):
    past = timezone.now() - timedelta(minutes=1)
    OutgoingMail.objects.create(key="k", to="ann@a.example", subject="Code", text="123456", useful_until=past)

    assert send_due() == 0


def test_workers_at_the_same_time_send_each_mail_once(committed, at_once, mail_server):
    make_told(60)

    counts = at_once(4, send_due)

    assert sum(counts) == 60
    ids = [message.extra_headers["Message-ID"] for message in mail_server.mails]
    assert len(ids) == len(set(ids)) == 60
