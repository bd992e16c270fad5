"""Writes each requirements*.txt from its .in file, with hashes and without the address of any registry."""

import subprocess
import sys

from vet2b.dev.processes import ROOT

# the ones that others are bound by come first
NAMES = ["requirements-uv", "requirements", "requirements-dev"]
OPTIONS = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]


def main() -> None:
    for name in NAMES:
        command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *sys.argv[1:]]
        subprocess.run([*command, f"{name}.in", "-o", f"{name}.txt"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
