from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Notification
from accounts.tasks import BEAT_KEY, run_timers
from tests.factories import make_order


@pytest.fixture
def beating(db):
    cache.delete(BEAT_KEY)
    run_timers()


def test_the_process_answers_without_a_database(client):
    assert client.get("/healthz").content == b"ok"


def test_all_is_well_while_the_sweeps_run(client, beating):
    assert client.get("/readyz").json() == {"problems": []}


def test_a_silent_beat_is_a_problem(client, beating):
    cache.set(BEAT_KEY, timezone.now() - timedelta(minutes=4))

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"problems": ["beat"]})


def test_mail_that_waits_too_long_is_a_problem(client, beating, offer, buyer):
    make_order(offer, buyer, "requested")
    Notification.objects.update(created_at=timezone.now() - timedelta(minutes=11))

    assert client.get("/readyz").json() == {"problems": ["outbox"]}
