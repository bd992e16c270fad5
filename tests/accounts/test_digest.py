from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import Notification, NotificationPreference
from accounts.notifications import send_digests, send_due
from tests.accounts.conftest import make_told

DAY_LATER = timedelta(days=1, minutes=1)


@pytest.fixture
def gathered(told, alice):
    NotificationPreference.objects.choose(alice, {"organisation": "digest"})
    return told(3)


def test_a_day_becomes_one_mail(gathered, alice):
    assert send_due() == 0
    assert send_digests() == 0

    with time_machine.travel(timezone.now() + DAY_LATER):
        assert send_digests() == 1
        assert send_digests() == 0

    (message,) = mail.outbox
    assert message.to == [alice.email]
    assert message.body.count("is verified") == 3
    assert message.alternatives[0][0].count("is verified") == 3
    assert "List-Unsubscribe" in message.extra_headers
    assert Notification.objects.filter(emailed_at=None).count() == 0


def test_what_was_read_in_the_inbox_is_left_out(gathered):
    Notification.objects.update(read_at=timezone.now())

    with time_machine.travel(timezone.now() + DAY_LATER):
        assert send_digests() == 0


def test_a_failing_digest_is_tried_again_later(gathered, mail_server):
    mail_server.send_error = OSError("gone")
    later = timezone.now() + DAY_LATER

    with time_machine.travel(later):
        assert send_digests() == 0
    mail_server.send_error = None

    with time_machine.travel(later + timedelta(minutes=2)):
        assert send_digests() == 1
    assert len(mail_server.mails) == 1


def test_workers_at_the_same_time_send_one_digest(committed, at_once, mail_server):
    user = make_told(20)
    Notification.objects.update(delivery="digest", created_at=timezone.now() - DAY_LATER)

    assert sum(at_once(4, send_digests)) == 1
    assert [message.to for message in mail_server.mails] == [[user.email]]
