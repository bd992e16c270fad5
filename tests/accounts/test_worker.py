"""The outbox with a real broker and a real Celery worker, and without either."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Notification
from accounts.notifications import LEASE, send_due
from accounts.tasks import Broker, nudge
from tests.accounts.conftest import make_told
from vet2b.celery import app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def use_broker(monkeypatch):
    """use_broker(url) makes this process nudge over that broker."""
    monkeypatch.setattr(Broker, "away_until", 0.0)
    others = []

    def use(url):
        other = Celery("vet2b")
        other.config_from_object("django.conf:settings", namespace="CELERY")
        other.conf.broker_url = url
        other.set_current()
        others.append(other)

    yield use
    app.set_current()
    for other in others:
        other.close()


class Smtp(threading.Thread):
    """A mail server that takes one mail after the other, each after `wait` seconds."""

    def __init__(self, wait=0.0):
        super().__init__(daemon=True)
        self.wait, self.ids, self.socket = wait, [], socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                client, _address = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=[client], daemon=True).start()

    def talk(self, client):
        with suppress(ConnectionError), client, client.makefile("rwb") as stream:  # a killed worker just hangs up
            self.say(stream, b"220 test")
            for line in stream:
                word = line[:4].upper()
                if word == b"DATA":
                    self.say(stream, b"354 go on")
                    self.take(stream)
                    time.sleep(self.wait)
                self.say(stream, b"221 bye" if word == b"QUIT" else b"250 ok")

    def take(self, stream):
        for line in iter(stream.readline, b".\r\n"):
            if line.lower().startswith(b"message-id:"):
                self.ids.append(line.split(b":", 1)[1].strip().decode())

    @staticmethod
    def say(stream, text):
        stream.write(text + b"\r\n")
        stream.flush()

    def stop(self):
        self.socket.close()


@pytest.fixture
def smtp():
    server = Smtp(wait=0.1)
    yield server
    server.stop()


@pytest.fixture
def start_worker(broker_url, smtp):
    """start_worker() runs Celery as in production, against this test's database, broker and mail server."""
    workers = []

    def start():
        database = connection.settings_dict
        host = database["HOST"].replace("/", "%2F")
        port = f":{database['PORT']}" if database["PORT"] else ""
        password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "vet2b.settings",
            "DEBUG": "true",
            "DATABASE_URL": f"postgresql://{database['USER']}{password}@{host}{port}/{database['NAME']}",
            "REDIS_URL": broker_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}",
        }
        command = [sys.executable, "-m", "celery", "-A", "vet2b", "worker", "--concurrency=1", "--loglevel=ERROR"]
        worker = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        kill(worker)


def kill(worker):
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_a_worker_killed_in_the_middle_loses_nothing(committed, broker_url, use_broker, start_worker, smtp):
    use_broker(broker_url)
    make_told(20)
    worker = start_worker()
    wait_until(lambda: len(smtp.ids) >= 5)

    kill(worker)

    sent = Notification.objects.exclude(emailed_at=None).count()
    assert 4 <= sent < 20
    late = timezone.now() - LEASE
    Notification.objects.exclude(claimed_until=None).update(claimed_until=late)
    start_worker()
    nudge()
    wait_until(lambda: not Notification.objects.filter(emailed_at=None).exists())
    assert len(set(smtp.ids)) == 20
    assert len(smtp.ids) <= 21


def test_a_page_answers_and_its_mail_goes_later_when_the_broker_is_down(committed, use_broker, mail_server, caplog):
    use_broker("redis://127.0.0.1:1/0")
    started = time.monotonic()

    make_told(3)

    assert time.monotonic() - started < 2
    assert caplog.text.count("broker not reachable") == 1
    assert send_due() == 3


def test_a_broker_that_hangs_slows_one_request_only(committed, use_broker, mail_server):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_broker(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        nudge()
        started = time.monotonic()

        make_told(3)

        assert time.monotonic() - started < 1
    assert send_due() == 3


def test_celery_is_set_so_that_a_lost_worker_or_broker_does_no_harm():
    assert settings.CELERY_TASK_ACKS_LATE is True
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST is True
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_TASK_TIME_LIMIT == 300 < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] <= 5
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT >= 30
    assert settings.CELERY_TIMEZONE == "UTC"
