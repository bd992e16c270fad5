import subprocess
import sys
from pathlib import Path

import pytest

from vet2b.dev import bootstrap


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 2), (4, 0, 0)])
def test_new_enough_python_is_taken(version):
    assert bootstrap.problem_with_python(version, "/usr/bin/python3") == ""


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 9, 2), (3, 10, 12)])
def test_old_python_is_refused_with_what_to_do(version):
    problem = bootstrap.problem_with_python(version, "/usr/bin/python3")

    assert problem.startswith(f"VET2B needs Python 3.11 or newer, and /usr/bin/python3 is {version[0]}.{version[1]}.")
    assert "make PYTHON=" in problem


def test_unknown_command_is_refused_before_anything_is_installed():
    done = subprocess.run([sys.executable, bootstrap.__file__, "walk"], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == ("usage: python3 vet2b/dev/bootstrap.py run|test|check|bench|manage|lock|setup [ARGUMENTS]\n")


def test_bootstrap_needs_nothing_but_the_standard_library():
    done = subprocess.run(
        [sys.executable, "-SI", bootstrap.__file__, "walk"], capture_output=True, text=True, check=False
    )

    assert done.stderr.startswith("usage: ")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout whose environment is up to date."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    for name, path in {
        "VENV": ".venv",
        "PYTHON": ".venv/bin/python",
        "LOCK": "a",
        "INSTALLER_LOCK": "b",
    }.items():
        monkeypatch.setattr(bootstrap, name, tmp_path / path)
    for path in ("a", "b", ".venv/bin/python"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / ".venv/.stamp").write_text("\n".join(bootstrap.fingerprints()))
    return tmp_path


class Made(Exception):
    pass


@pytest.fixture
def made(monkeypatch):
    """How the environment was made, when it was."""
    calls = []

    def create(folder, **options):
        calls.append(options)
        raise Made

    monkeypatch.setattr(bootstrap.venv, "create", create)
    return calls


def test_environment_is_kept_while_the_lock_file_stays(checkout, made):
    bootstrap.install()

    assert made == []


def test_environment_is_brought_up_to_date_when_the_lock_file_changes(checkout, made):
    (checkout / "a").write_text("django==5.2.20")

    with pytest.raises(Made):
        bootstrap.install()

    assert made == [{"with_pip": True, "clear": False}]


def test_environment_is_made_anew_for_another_python(checkout, made, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version", "3.12.0 (main)")

    with pytest.raises(Made):
        bootstrap.install()

    assert made == [{"with_pip": True, "clear": True}]


def test_missing_venv_module_is_told_with_what_to_install(checkout, monkeypatch):
    def create(folder, **options):
        raise subprocess.CalledProcessError(1, "ensurepip")

    (checkout / ".venv/.stamp").unlink()
    monkeypatch.setattr(bootstrap.venv, "create", create)

    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        bootstrap.install()


def test_catalogues_are_compiled_without_gettext(checkout, monkeypatch):
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
    folder = checkout / "locale/pl/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Offer"\nmsgstr "Oferta"\n'
    )

    bootstrap.compile_catalogues()

    assert b"Oferta" in (folder / "django.mo").read_bytes()
