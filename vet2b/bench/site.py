"""The site as in production, two workers on the loopback, and what it costs to ask it something."""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

HOST = "127.0.0.1"
TICK = os.sysconf("SC_CLK_TCK")
STATIC = "/healthz"  # does nothing, behind the whole middleware


class Site:
    def __init__(self, port: int, process: subprocess.Popen[bytes], secret_key: str):
        self.port, self.process, self.secret_key = port, process, secret_key
        self.memory_at_start = 0.0

    def get(self, path: str, cookie: str = "", connection: http.client.HTTPConnection | None = None) -> bytes:
        client = connection or http.client.HTTPConnection(HOST, self.port, timeout=60)
        client.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = client.getresponse()
        content = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise CommandError(f"{path} answered {answer.status}")
        return content

    def post(self, path: str, body: str, cookie: str) -> int:
        """The status of the answer, which may not be the server's own failure."""
        client = http.client.HTTPConnection(HOST, self.port, timeout=60)
        client.request("POST", path, body, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"})
        status = client.getresponse().status
        if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise CommandError(f"{path} answered {status}")
        return status

    def cpu(self) -> float:
        """Seconds of the workers and of the database's processes that serve them."""
        return sum(seconds_of(pid) for pid in [*children(self.process.pid), *backends()])

    def cost(self, path: str, cookie: str, requests: int) -> float:
        before = self.cpu()
        for _ in range(requests):
            self.get(path, cookie)
        return (self.cpu() - before) / requests

    def units(self, path: str, cookie: str = "", rounds: int = 5) -> float:
        """CPU of a page over CPU of the static view, asked in turns; the median of the rounds."""
        for _ in range(6):
            self.get(path, cookie)
        ratios = []
        for _ in range(rounds):
            wait_for_quiet()
            base = self.cost(STATIC, cookie="", requests=150)
            ratios.append(self.cost(path, cookie, requests=30) / base)
        return statistics.median(ratios)

    def latencies(self, path: str, clients: int, requests: int) -> list[float]:
        """Milliseconds of each request, `clients` asking at once."""
        taken: list[float] = []

        def ask() -> None:
            for _ in range(requests // clients):
                begun = time.perf_counter()
                self.get(path)
                taken.append((time.perf_counter() - begun) * 1000)

        threads = [threading.Thread(target=ask) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(taken)

    def memory(self) -> float:
        """MiB that one worker has to itself, its share of shared pages included."""
        return statistics.mean(pss(pid) for pid in children(self.process.pid)) / 1024


@contextlib.contextmanager
def running_site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder, socket.socket() as place:
        place.bind((HOST, 0))
        port = place.getsockname()[1]
        place.close()
        secret_key = secrets.token_urlsafe(48)
        env = os.environ | {
            "DEBUG": "false",
            "SECRET_KEY": secret_key,
            "ALLOWED_HOSTS": HOST,
            "SSL_REDIRECT": "false",
            "STATIC_ROOT": str(Path(folder, "static")),
            "LOG_LEVEL": "ERROR",
        }
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env=env,
        )
        arguments = ["vet2b.wsgi", f"--bind={HOST}:{port}", "--workers=2", "--log-level=error", "--no-control-socket"]
        command = [sys.executable, "-m", "gunicorn", *arguments]
        # each refused booking is a warning; an answer of 500 ends the bench anyway
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stderr=subprocess.DEVNULL)
        site = Site(port, process, secret_key)
        try:
            wait_for(site)
            site.memory_at_start = site.memory()
            yield site
        finally:
            process.terminate()
            process.wait(20)


def wait_for(site: Site) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            site.get(STATIC)
            return
        time.sleep(0.2)
    raise TimeoutError("the site did not start")


def wait_for_quiet(longest: float = 2) -> None:
    """Until others leave the machine alone, but not for ever."""
    until = time.monotonic() + longest
    while os.getloadavg()[0] > (os.cpu_count() or 1) and time.monotonic() < until:
        time.sleep(0.2)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def backends() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def seconds_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return (int(fields[11]) + int(fields[12])) / TICK


def pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
