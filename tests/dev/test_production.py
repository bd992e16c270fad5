"""The commands of docker-compose.yml, run here: no engine is needed for what is in the containers."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from vet2b.dev import compose
from vet2b.dev.postgres import throwaway
from vet2b.dev.processes import ROOT


@pytest.fixture(scope="module")
def server():
    with throwaway() as server:
        server.create_database("vet2b")
        yield server


@pytest.fixture(scope="module")
def run_as(server, broker_url, tmp_path_factory):
    """Starts the command of a service, with the environment that the file gives it, but local addresses."""
    services = compose.load(compose.EXAMPLE)["services"]
    folder = tmp_path_factory.mktemp("production")
    path = os.pathsep.join([str(Path(sys.executable).parent), str(server.bin), os.environ["PATH"]])

    def environment(service):
        env = {"PATH": path, **services[service]["environment"]}
        if "DATABASE_URL" in env:
            role = env["DATABASE_URL"].partition("//")[2].partition(":")[0]
            env["DATABASE_URL"] = server.url("vet2b").replace("postgres@", f"{role}@")
            env |= {"REDIS_URL": broker_url, "MEDIA_ROOT": str(folder), "STATIC_ROOT": str(folder / "static")}
        return env

    def run_as(service, command=None, **more):
        command = [str(part).replace("/app", str(ROOT)) for part in command or services[service]["command"]]
        log = (folder / f"{service}.log").open("ab")
        with log:
            env = {**environment(service), **more}
            return subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)

    run_as.log = lambda service: (folder / f"{service}.log").read_text()
    run_as.health = {name: service.get("healthcheck", {}).get("test") for name, service in services.items()}
    return run_as


@pytest.fixture(scope="module")
def migrated(server, run_as):
    """Roles and tables, made as the services db and migrate make them."""
    roles = run_as("db", ["sh", "deploy/roles.sh"], PGHOST=str(server.socket))
    assert roles.wait() == 0, run_as.log("db")
    migrate = run_as("migrate")
    assert migrate.wait() == 0, run_as.log("migrate")


@pytest.fixture(scope="module")
def site(migrated, run_as):
    """The web server on a port of its own."""
    collect = run_as("web", ["python", "manage.py", "collectstatic", "--noinput", "-v0"])
    assert collect.wait() == 0, run_as.log("web")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = compose.load(compose.EXAMPLE)["services"]["web"]["command"]
    command = [f"--bind=127.0.0.1:{port}" if part.startswith("--bind") else part for part in command]
    web = run_as("web", command)
    wait_until(lambda: listens(port), run_as, "web")
    yield port
    web.terminate()
    assert web.wait(20) == 0


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_until(condition, run_as, service):
    give_up = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up, run_as.log(service)
        time.sleep(0.1)


def get(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    host = {"Host": "vet2b.example", "X-Forwarded-For": "192.0.2.7"}
    connection.request("GET", path, headers={**host, **headers})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_role_of_the_site_owns_nothing_and_is_no_superuser(server, migrated):
    connection = psycopg2.connect(server.url("vet2b"))
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'vet2b_web'")
        rights = cursor.fetchone()
        cursor.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        owners = cursor.fetchall()
    connection.close()

    assert rights == (False, False, False)
    assert owners == [("vet2b_owner",)]


def test_role_of_the_site_cannot_change_tables(server, migrated):
    connection = psycopg2.connect(server.url("vet2b").replace("postgres@", "vet2b_web@"))

    with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("DROP TABLE django_session")

    connection.close()


def test_backup_comes_back_on_a_new_machine(server, migrated, run_as, tmp_path):
    if not (server.bin / "pg_dump").exists():
        pytest.skip("these PostgreSQL programs come without pg_dump")
    options = ["--username", "postgres", "--host"]
    dump = run_as("db", ["pg_dump", *options, server.socket, "-Fc", "-f", tmp_path / "vet2b.dump", "vet2b"])
    assert dump.wait() == 0, run_as.log("db")

    with throwaway() as other:
        other.create_database("vet2b")
        roles = run_as("db", ["sh", "deploy/roles.sh"], PGHOST=str(other.socket))
        assert roles.wait() == 0, run_as.log("db")
        restore = ["pg_restore", "--exit-on-error", *options, other.socket, "-d", "vet2b", tmp_path / "vet2b.dump"]

        assert run_as("db", restore).wait() == 0, run_as.log("db")


def test_web_server_says_that_it_is_well(site, run_as):
    def is_well():
        return run_as("web", run_as.health["web"][1:], PORT=str(site)).wait() == 0

    wait_until(is_well, run_as, "web")


def test_home_page_answers_over_https(site, run_as):
    response = get(site, "/", **{"X-Forwarded-Proto": "https"})

    assert response.status == 200, run_as.log("web")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_plain_http_is_sent_to_https(site):
    response = get(site, "/", **{"X-Forwarded-Proto": "http"})

    assert response.status == 301
    assert response.headers["Location"] == "https://vet2b.example/"


def test_other_names_get_no_answer(site):
    response = get(site, "/", Host="elsewhere.example", **{"X-Forwarded-Proto": "https"})

    assert response.status == 400


def test_worker_starts_and_says_that_it_is_well(migrated, run_as):
    worker = run_as("worker")
    name = socket.gethostname()

    def is_well():
        return run_as("worker", ["sh", "-c", run_as.health["worker"][1]], HOSTNAME=name).wait() == 0

    wait_until(is_well, run_as, "worker")
    worker.terminate()
    assert worker.wait(60) == 0


def test_clock_starts_and_writes_down_what_it_did(migrated, run_as, tmp_path):
    command = compose.load(compose.EXAMPLE)["services"]["beat"]["command"]
    beat = run_as("beat", [part.replace("/tmp", str(tmp_path)) for part in command])  # noqa: S108
    check = run_as.health["beat"][1].replace("/tmp", str(tmp_path))  # noqa: S108

    wait_until(lambda: subprocess.call(["sh", "-c", check]) == 0, run_as, "beat")

    beat.terminate()
    assert beat.wait(20) == 0
