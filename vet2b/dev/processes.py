"""Child processes that end with their parent."""

import contextlib
import ctypes
import functools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1


def end_with(parent: int, how: signal.Signals) -> None:
    """Has this process end by a signal when its parent does, on Linux."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)
    if os.getppid() != parent:  # which ended before it could be asked for
        os.kill(os.getpid(), how)


class Process:
    """A program in a group of its own, so that Ctrl-C reaches it only through its parent, in order."""

    def __init__(
        self,
        name: str,
        command: Sequence[object],
        env: Mapping[str, str],
        ends_by: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._popen = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=functools.partial(end_with, os.getpid(), ends_by),
        )
        self._reader = threading.Thread(target=self._show, daemon=True)
        self._reader.start()

    @property
    def exit_code(self) -> int | None:
        return self._popen.poll()

    def stop(self, patience: float = 10) -> None:
        if self.exit_code is None:
            self._popen.terminate()
            try:
                self._popen.wait(patience)
            except subprocess.TimeoutExpired:
                sys.stdout.write(f"{self.name} did not stop within {patience} s and is killed\n")
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        self._reader.join()  # what it said last

    def _show(self) -> None:
        assert self._popen.stdout
        with self._popen.stdout as lines:
            for line in lines:
                sys.stdout.write(f"{self.name:<7}| {line.decode(errors='replace')}")
                sys.stdout.flush()
