"""Everything that is checked without running the site: `make check`."""

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from vet2b.dev import compose
from vet2b.dev.postgres import throwaway
from vet2b.dev.processes import ROOT

PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]


def tracked(*patterns: str) -> list[str]:
    """Files of the repository and new ones, without what .gitignore names."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", *patterns]
    files = subprocess.check_output(command, cwd=ROOT, text=True).splitlines()
    return [file for file in files if (ROOT / file).exists()]


def commands() -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """A title, the command and what it needs in its environment."""
    local = {"DEBUG": "true"}
    production = compose.load(compose.EXAMPLE)["services"]["web"]["environment"]
    del production["DATABASE_URL"]
    yield "lint", [PYTHON, "-m", "ruff", "check", "--quiet", "--output-format", "concise", "."], {}
    yield "format", [PYTHON, "-m", "ruff", "format", "--check", "--output-format", "concise", "."], {}
    if templates := tracked("templates/*.html", "*/templates/*.html"):
        yield (
            "templates",
            [str(Path(PYTHON).with_name("djade")), "--check", "--target-version", "5.2", *templates],
            {},
        )
    yield "types", [PYTHON, "-m", "mypy"], local
    yield "migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], local
    yield "deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], production
    if (ROOT / "tests" / "test_architecture.py").exists():
        yield "architecture", [PYTHON, "-m", "pytest", "-q", "tests/test_architecture.py"], local


def stale_catalogues(env: dict[str, str]) -> str:
    """What makemessages would add to or take from the catalogues."""
    catalogues = tracked("locale/*.po")
    if not catalogues:
        return ""
    if not shutil.which("xgettext"):
        return "needs gettext: apt-get install gettext"
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for file in tracked():
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, copy / file)
        command = [PYTHON, "manage.py", "makemessages", "--all", "--no-obsolete"]
        subprocess.run(command, cwd=copy, env=env, check=True, stdout=subprocess.DEVNULL)
        for catalogue in catalogues:
            before, after = (messages(root / catalogue) for root in (ROOT, copy))
            problems += difflib.unified_diff(before, after, catalogue, "the code", lineterm="", n=0)
    return "\n".join(problems)


def messages(catalogue: Path) -> list[str]:
    with catalogue.open("rb") as file:
        return sorted(f"{message.context or ''} {message.id}" for message in read_po(file) if message.id)


def main() -> int:
    failed = []
    with throwaway() as server:
        server.create_database("vet2b")
        base = {**os.environ, "DATABASE_URL": server.url("vet2b"), "DJANGO_SETTINGS_MODULE": "vet2b.settings"}
        for title, command, env in commands():
            print(f"--- {title}", flush=True)
            started = time.monotonic()
            # after the person's own variables, which must not decide what is found
            if subprocess.call(command, cwd=ROOT, env={**base, **env}):
                failed.append(title)
            print(f"    {time.monotonic() - started:.1f} s", flush=True)
        print("--- catalogues", flush=True)
        if problem := stale_catalogues({**base, "DEBUG": "true"}):
            print(problem)
            failed.append("catalogues")
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
