"""Starts the whole site on this machine and stops it again: `make run`."""

import argparse
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from vet2b.dev.postgres import Postgres, PostgresError
from vet2b.dev.processes import ROOT, Process
from vet2b.dev.valkey import Valkey, ValkeyError

HOST = "127.0.0.1"


class Stopped(Exception):
    pass


def local_environment(folder: Path, **more: str) -> dict[str, str]:
    """What the person has set counts more."""
    defaults = {
        "DEBUG": "true",
        "DJANGO_RUNSERVER_HIDE_WARNING": "true",
        "DJANGO_SETTINGS_MODULE": "vet2b.settings",
        "MEDIA_ROOT": str(folder / "media"),
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **more, **os.environ}


@contextlib.contextmanager
def database(folder: Path, name: str = "vet2b") -> Iterator[str]:
    if named := os.environ.get("DATABASE_URL"):
        yield named
        return
    server = Postgres(folder).start()
    try:
        server.create_database(name)
        yield server.url(name)
    finally:
        server.stop()


@contextlib.contextmanager
def broker(folder: Path) -> Iterator[tuple[str, Process | None]]:
    if named := os.environ.get("REDIS_URL"):
        yield named, None
        return
    server = Valkey(folder)
    process = server.start()
    try:
        yield server.url, process
    finally:
        process.stop()


def prepare(env: dict[str, str], *, with_demo: bool) -> str:
    """Returns what there is to tell: the demo accounts."""
    command = [sys.executable, "-m", "vet2b.dev.prepare", *(["--demo"] if with_demo else [])]
    # in a session of its own, as Ctrl-C is for this process, which then ends it
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=False, start_new_session=True
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nThe database could not be prepared; the reason is above.")
    return done.stdout


def services(env: dict[str, str], folder: Path, port: int) -> Iterator[Process]:
    # in a container root is often the only user, and a warning on each start helps nobody there
    celery = [sys.executable, "-W", "ignore:You're running the worker with superuser"]
    celery += ["-m", "celery", "--quiet", "-A", "vet2b"]
    worker = ["worker", "-c", "1", "-l", "WARNING", "--without-gossip", "--without-mingle"]
    yield Process("worker", [*celery, *worker], env)
    beat = ["beat", "-l", "WARNING", "--pidfile=", "-s", str(folder / "beat-schedule")]
    yield Process("beat", [*celery, *beat], env)
    web = [sys.executable, "-m", "vet2b.dev.web", f"{HOST}:{port}"]
    yield Process("web", web, env, ends_by=signal.SIGKILL)  # it keeps nothing that an end could harm


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except OSError:
        return False
    else:
        return True
    finally:
        connection.close()


def watch(processes: list[Process]) -> None:
    for process in processes:
        if process.exit_code is not None:
            sys.exit(f"{process.name} ended by itself (exit code {process.exit_code}); stopping the rest.")


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            sys.exit(f"Something else listens on port {port}. Choose another: PORT={port + 1} make run")


def run(folder: Path, port: int, *, with_demo: bool) -> None:
    started = time.monotonic()
    refuse_taken_port(port)
    address = f"http://{HOST}:{port}"
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(database(folder))
        broker_url, valkey = stack.enter_context(broker(folder))
        env = local_environment(folder, SITE_URL=address, DATABASE_URL=url, REDIS_URL=broker_url)
        print("Preparing the database ...", flush=True)
        accounts = prepare(env, with_demo=with_demo)
        processes = [valkey] if valkey else []
        for process in services(env, folder, port):
            stack.callback(process.stop)
            processes.append(process)
        while not answers(port):
            watch(processes)
            time.sleep(0.1)
        seconds = time.monotonic() - started
        print(f"\n{accounts}\nVET2B is at {address}/ (ready in {seconds:.1f} s). Ctrl-C stops it.\n", flush=True)
        while True:
            watch(processes)
            time.sleep(0.5)


def stop(number: int, frame: object) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # a second Ctrl-C must not cut the stopping short
    raise Stopped


def main() -> None:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / ".data", help="where everything is kept")
    parser.add_argument("--without-demo", action="store_true", help="start with an empty site")
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)
    try:
        run(options.data.absolute(), int(os.environ.get("PORT") or 8000), with_demo=not options.without_demo)
    except (PostgresError, ValkeyError) as error:
        sys.exit(str(error))
    except Stopped:
        print("VET2B has stopped.", flush=True)


if __name__ == "__main__":
    main()
