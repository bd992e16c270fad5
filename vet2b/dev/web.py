"""The development server, whose processes all end with the runner: also the one that is started anew on a change."""

import os
import signal
import sys

from django.core.management import execute_from_command_line

from vet2b.dev.processes import end_with

if __name__ == "__main__":
    if watcher := os.environ.get("WATCHER_PID"):
        end_with(int(watcher), signal.SIGKILL)
    os.environ["WATCHER_PID"] = str(os.getpid())
    execute_from_command_line(["manage.py", "runserver", *sys.argv[1:]])
