"""Makes .venv from the lock file when that changed, then hands over to it.

    python3 vet2b/dev/bootstrap.py run|test|check|bench|manage|lock|setup [ARGUMENTS]

Run by path, before anything is installed: standard library only, and syntax that an old Python can read,
so that it gets a sentence instead of a traceback.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.txt"
INSTALLER_LOCK = ROOT / "requirements-uv.txt"
OLDEST = (3, 11)

COMMANDS = {
    "run": ["-m", "vet2b.dev.runner"],
    "test": ["-m", "pytest", "-rs"],
    "check": ["-m", "vet2b.dev.check"],
    "bench": ["-m", "vet2b.dev.manage", "--database", "bench", "bench"],
    "manage": ["-m", "vet2b.dev.manage"],
    "lock": ["-m", "vet2b.dev.lock"],
    "setup": ["-c", ""],
}


def problem_with_python(version, executable):
    if tuple(version[:2]) >= OLDEST:
        return ""
    return (
        "VET2B needs Python {}.{} or newer, and {} is {}.{}. Install a newer one and name it:"
        " make PYTHON=python3.12 ...".format(*OLDEST, executable, *version[:2])
    )


def fingerprints():
    """Of the place, for which the environment is made anew, and of what is installed into it."""
    place = "{} {}".format(sys.version, ROOT)
    content = LOCK.read_text() + INSTALLER_LOCK.read_text()
    return [hashlib.sha256(part.encode()).hexdigest() for part in (place, content)]


def install():
    stamp = VENV / ".stamp"
    wanted = fingerprints()
    found = stamp.read_text().split() if PYTHON.exists() and stamp.exists() else ["", ""]
    if found == wanted:
        return
    started = time.monotonic()
    print("Installing what VET2B needs into .venv (about a minute, once) ...", flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=found[0] != wanted[0])
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(
            f"Could not make a virtual environment in {VENV}: {error}\n"
            "On Debian and Ubuntu: apt-get install python3-venv"
        )
    pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--only-binary",
        ":all:",
    ]
    # without --compile-bytecode every process starts more than a second later
    uv = ["-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--no-build", "--compile-bytecode"]
    for command in ([*pip, "-r", INSTALLER_LOCK], [*uv, "--python", PYTHON, LOCK]):
        if subprocess.call([PYTHON, *command], cwd=ROOT):
            sys.exit("Installing failed; the reason is above. Run the same command again once it is mended.")
    stamp.write_text("\n".join(wanted))
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def compile_catalogues():
    stale = [
        po
        for po in (ROOT / "locale").glob("*/LC_MESSAGES/*.po")
        if not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]
    for po in stale:
        command = ["-m", "babel.messages.frontend", "--quiet", "compile", "--input-file", po]
        subprocess.run([PYTHON, *command, "--output-file", po.with_suffix(".mo")], cwd=ROOT, check=True)


def main(arguments):
    problem = problem_with_python(sys.version_info, sys.executable)
    if problem:
        sys.exit(problem)
    if not arguments or arguments[0] not in COMMANDS:
        sys.exit("usage: python3 vet2b/dev/bootstrap.py {} [ARGUMENTS]".format("|".join(COMMANDS)))
    command = [*COMMANDS[arguments[0]], *arguments[1:]]
    if arguments[0] == "test" and not any(argument.startswith("-n") for argument in arguments):
        command += ["-n", "2"]
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install()
        compile_catalogues()
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *command])  # noqa: S606 - no shell is what is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
