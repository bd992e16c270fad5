"""Gives the tests a database server.

Loaded early (`-p`), as pytest-django reads the settings before any conftest.py. Without DATABASE_URL a
throwaway server is started once; the workers of pytest-xdist inherit its address. The first worker that needs
a database makes a template by running the migrations, each worker then gets a copy of it.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vet2b.dev.postgres import throwaway
from vet2b.dev.valkey import Valkey

FOLDER = "VET2B_THROWAWAY_SERVER"
TEMPLATE = "vet2b_template"

_at_exit = contextlib.ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    # registered here, they come after pytest-django's own fixtures and so replace them
    config.pluginmanager.register(Fixtures(), "vet2b-database")


def pytest_unconfigure() -> None:
    _at_exit.close()


class Fixtures:
    @pytest.fixture(scope="session")
    @classmethod
    def django_db_keepdb(cls, django_db_keepdb: bool) -> bool:
        """The throwaway server takes its databases with it, whoever is still connected."""
        return django_db_keepdb or FOLDER in os.environ

    @pytest.fixture(scope="session")
    @classmethod
    def django_db_modify_db_settings(cls, django_db_modify_db_settings_parallel_suffix, django_db_blocker):
        if FOLDER not in os.environ:
            return  # somebody's own server: let pytest-django do what it always does
        from django.db import connection  # noqa: PLC0415 - needs the settings

        with Path(os.environ[FOLDER], "template.lock").open("a+") as lock, django_db_blocker.unblock():
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not lock.seek(0, os.SEEK_END):  # opened before another worker may have written
                make_template()
                lock.write("made")
        connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE

    @pytest.fixture(scope="session")
    @classmethod
    def broker_url(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
        """The address of a Redis without anything in it, for tests that need a real one."""
        server = Valkey(tmp_path_factory.mktemp("valkey"))
        process = server.start(durable=False)
        yield server.url
        process.stop()


def make_template() -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {TEMPLATE}")
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = TEMPLATE
    try:
        call_command("migrate", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            # of tables that it knows nothing about it thinks as if they were large, and plans long
            cursor.execute("VACUUM ANALYZE")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name


if "DATABASE_URL" not in os.environ:
    _server = _at_exit.enter_context(throwaway())
    os.environ["DATABASE_URL"] = _server.url("vet2b")
    os.environ[FOLDER] = str(_server.data.parent)
