"""Fixtures for tests in which several connections see each other's rows, so that nothing can be rolled back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections

from tests import factories

OWN = """
accounts_user, accounts_organisation, accounts_activity, accounts_recordhead, accounts_timer, accounts_outgoingmail
"""


@pytest.fixture
def committed(db):
    """A connection that commits, beside the one whose transaction pytest-django rolls back. Afterwards everything
    that belongs to people is removed; the reference tables stay."""
    rolled_back = connections["default"]
    connections["default"] = connections.create_connection("default")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {OWN} CASCADE")
    connection.close()
    connections["default"] = rolled_back


@pytest.fixture
def at_once():
    """at_once(n, call) runs `call` in n threads that start together, each with a connection of its own."""

    def run(count, call):
        barrier = threading.Barrier(count)

        def one(_number):
            barrier.wait()
            try:
                return call()
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run


class Server:
    """A mail server as tests need it: keeps what it gets, and fails as told."""

    def __init__(self):
        self.mails, self.open_error, self.send_error = [], None, None


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_BACKEND = "tests.accounts.conftest.Backend"
    Backend.server = Server()
    return Backend.server


class Backend(BaseEmailBackend):
    server = Server()

    def open(self):
        if self.server.open_error:
            raise self.server.open_error

    def send_messages(self, messages):
        error = self.server.send_error
        if callable(error):
            error = error(messages[0])
        if error:
            raise error
        self.server.mails += messages
        return len(messages)


@pytest.fixture
def told(alice, bob, school):
    """told(n, user=...) tells somebody of n things, as a verb would."""

    def tell(count=1, user=None, verb="verify"):
        user = user or alice
        return [school.record(verb, by=None, notify=[(user, school)]).notifications.get() for _ in range(count)]

    return tell


def make_told(count, name="Linden School"):
    """Like `told`, for tests that commit."""
    user = factories.make_user("Ann Alder", "ann@alder.example")
    school = factories.make_organisation(user, kind="school", name=name)
    for _ in range(count):
        school.record("verify", by=None, notify=[(user, school)])
    return user
