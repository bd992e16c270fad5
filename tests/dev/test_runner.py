import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from vet2b.dev.postgres import Postgres
from vet2b.dev.processes import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for left processes in /proc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Kept between the tests, as between two runs."""
    folder = tmp_path_factory.mktemp("site")
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(0o755)
    server = Postgres(folder).start()
    server.create_database("vet2b")
    ask(server, "CREATE TABLE kept AS SELECT 1 AS one")
    server.stop()
    return folder


def ask(server, statement):
    connection = psycopg2.connect(server.url("vet2b"))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(folder, port):
    runners = []

    def start(**more):
        ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DEBUG", "MEDIA_ROOT")
        env = {key: value for key, value in os.environ.items() if key not in ours}
        env |= {"PORT": str(port), **more}
        command = [sys.executable, "-m", "vet2b.dev.runner", "--without-demo", "--data", folder]
        runner = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        runners.append(runner)
        return runner

    yield start
    for runner in runners:
        runner.kill()
        runner.wait()
        runner.stdout.close()


def wait_for(runner, words):
    said = []
    for line in runner.stdout:
        said.append(line)
        if words in line:
            return line
    pytest.fail(f"ended without saying {words!r}:\n{''.join(said)}")


def left_processes(folder):
    """The processes that name this folder, as each that the runner starts does somewhere."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes()
            if process.name != str(os.getpid()):
                told += (process / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in told and not told.startswith(b"runner"):
            found[int(process.name)] = told[:200]
    return found


def wait_until_nothing_is_left(folder):
    give_up = time.monotonic() + 15
    while left := left_processes(folder):
        assert time.monotonic() < give_up, left
        time.sleep(0.1)


def address_of(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
    connection.close()
    return status


def test_hang_up_while_preparing_leaves_nothing(start, folder):
    runner = start()
    wait_for(runner, "Preparing the database")

    runner.send_signal(signal.SIGHUP)

    assert runner.wait(20) == 0
    wait_until_nothing_is_left(folder)


def test_ctrl_c_stops_everything(start, folder, port):
    runner = start()
    line = wait_for(runner, "VET2B is at")
    assert f"http://127.0.0.1:{port}/" in line
    assert address_of(port) == 200
    assert len(left_processes(folder)) >= 6

    runner.send_signal(signal.SIGINT)

    assert runner.wait(30) == 0
    wait_until_nothing_is_left(folder)


def test_next_run_has_kept_the_data(start, folder):
    runner = start()
    wait_for(runner, "VET2B is at")
    server = Postgres(folder).start()

    assert ask(server, "SELECT one FROM kept") == [(1,)]

    server.stop()
    runner.terminate()
    assert runner.wait(30) == 0
    wait_until_nothing_is_left(folder)


def test_kill_of_the_runner_takes_everything_with_it(start, folder):
    runner = start()
    wait_for(runner, "VET2B is at")

    runner.kill()

    wait_until_nothing_is_left(folder)


def test_death_of_the_watcher_ends_the_web_server_it_started(start, folder):
    runner = start()
    wait_for(runner, "VET2B is at")
    web = {number for number, told in left_processes(folder).items() if b"\0vet2b.dev.web\0" in told}
    (watcher,) = (number for number in web if f"PPid:\t{runner.pid}\n" in Path(f"/proc/{number}/status").read_text())
    (started,) = web - {watcher}

    os.kill(watcher, signal.SIGKILL)

    give_up = time.monotonic() + 15
    while started in left_processes(folder):
        assert time.monotonic() < give_up
        time.sleep(0.1)


def test_death_of_one_process_stops_the_rest(start, folder):
    runner = start()
    wait_for(runner, "VET2B is at")
    beat = next(number for number, told in left_processes(folder).items() if b"\0beat\0" in told)

    os.kill(beat, signal.SIGKILL)

    assert "beat ended by itself (exit code -9)" in runner.communicate(timeout=30)[0]
    assert runner.returncode == 1
    wait_until_nothing_is_left(folder)


def test_taken_port_is_told(start, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()

        said, _ = start().communicate(timeout=20)

    assert said == f"Something else listens on port {port}. Choose another: PORT={port + 1} make run\n"
