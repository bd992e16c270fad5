import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from django.db import connection
from playwright.sync_api import Page

from vet2b.dev.pytest_postgres import TEMPLATE


def test_broker_is_a_real_one(broker_url):
    client = redis.Redis(unix_socket_path=broker_url.removeprefix("redis+socket://").partition("?")[0])

    assert client.ping() is True
    client.close()


@pytest.mark.django_db
def test_database_is_a_copy_with_the_migrations_in_it():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        (migrations,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [TEMPLATE])
        (templates,) = cursor.fetchone()

    assert migrations > 20
    assert templates == 1 or "VET2B_THROWAWAY_SERVER" not in os.environ


def test_browser_is_the_one_of_the_machine(page: Page):
    page.set_content("<h1>Here</h1>")

    assert page.get_by_role("heading").inner_text() == "Here"


def test_run_of_tests_leaves_no_server_behind(tmp_path):
    (tmp_path / "test_it.py").write_text("import os\ndef test_it():\n    print(os.environ['VET2B_THROWAWAY_SERVER'])\n")
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "VET2B_THROWAWAY_SERVER")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "-c",
        "pyproject.toml",
        "-p",
        "no:cacheprovider",
        tmp_path / "test_it.py",
    ]

    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    folder = done.stdout.split()[0]
    assert folder.startswith("/")
    assert not Path(folder).exists()
