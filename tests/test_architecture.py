"""Imports go one way (docs/architecture.md): vet2b's URLs and views use the apps, the apps use vet2b.lib."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "marketplace", "events")
# who may import whom; vet2b.lib is below everything, the rest of vet2b above everything
BELOW = {
    "vet2b.lib": (),
    "accounts": ("vet2b.lib",),
    "events": ("vet2b.lib", "accounts"),
    "marketplace": ("vet2b.lib", "accounts"),
}
OURS = ("vet2b", *APPS)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INCLUDED = re.compile(r"""{%\s*include\s+"([^"]+)"(.*?)\s*%}""")


def sources(*folders):
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
    )


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def layer_of(module):
    return "vet2b.lib" if module.startswith("vet2b.lib") else module.split(".")[0]


@pytest.mark.parametrize("layer", BELOW)
def test_imports_go_one_way(layer):
    folder = layer.replace(".", "/")
    wrong = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in sources(folder)
        for module in imports_of(path)
        if module.split(".")[0] in OURS and layer_of(module) not in (*BELOW[layer], layer)
    ]

    assert wrong == []


def test_nobody_imports_settings():
    """`django.conf.settings` is the way to them."""
    wrong = [
        str(path.relative_to(ROOT))
        for path in sources(*APPS, "vet2b")
        if path.name != "settings_test.py" and "vet2b.settings" in set(imports_of(path))
    ]

    assert wrong == []


def test_models_do_not_import_what_shows_them():
    wrong = [
        f"{path.relative_to(ROOT)}: {module}"
        for app in APPS
        for path in sources(f"{app}/models")
        for module in imports_of(path)
        if module.split(".")[0] in APPS and module.split(".")[1] in {"views", "forms", "urls", "admin", "filters"}
    ]

    assert wrong == []


def test_no_form_takes_all_fields():
    wrong = [
        str(path.relative_to(ROOT))
        for path in sources(*APPS, "vet2b")
        if "__all__" in path.read_text() and "fields = " + '"__all__"' in path.read_text()
    ]

    assert wrong == []


def test_parts_with_a_form_are_given_its_token():
    """A part that is included with `only` has no other way to it, and the form would be refused."""
    templates = {path.relative_to(ROOT / "templates").as_posix(): path.read_text() for path in TEMPLATES}
    with_form = {name for name, text in templates.items() if "{% csrf_token %}" in text}
    parts = {name: INCLUDED.findall(text) for name, text in templates.items()}
    for _depth in range(4):
        with_form |= {name for name, found in parts.items() if with_form & {part for part, _given in found}}
    wrong = [
        f"{name} includes {part}"
        for name, found in parts.items()
        for part, given in found
        if part in with_form and given.endswith(" only") and "csrf_token=csrf_token" not in given
    ]

    assert wrong == []


def test_tasks_are_not_queued_inside_a_transaction():
    """`.delay(` before commit could run before its rows exist; nudges go through on_commit."""
    wrong = [str(path.relative_to(ROOT)) for path in sources(*APPS, "vet2b") if ".delay(" in path.read_text()]

    assert wrong == []
