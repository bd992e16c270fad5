"""Lets pytest-playwright drive the Chromium that the machine has."""

import os
import shutil
from typing import Any

import pytest

# the first has no windows of its own to draw, which halves the time of these tests
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]

# Playwright's synchronous interface runs an event loop in the test's thread
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs a real browser")
    # registered here, they come after pytest-playwright's own fixtures and so replace them
    config.pluginmanager.register(Fixtures(), "vet2b-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium, or set CHROMIUM"))


class Fixtures:
    @pytest.fixture(scope="session")
    @classmethod
    def browser_type_launch_args(cls, browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
        # Chromium's sandbox does not work for root
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS + sandbox}
