"""Addresses that hold a secret are written into no log."""

import logging
import re
from typing import Any

SECRET = re.compile(
    r"(/(?:calendar|invitations|address|unsubscribe|consent|verify|searches/stop|surveys)/)[^/\s\"'?#]{16,}"
)


def without_tokens(text: str) -> str:
    return SECRET.sub(r"\1…", text)


class WithoutTokens(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


def event_without_tokens(event: Any, _hint: Any = None) -> Any:
    """The same for what is reported to Sentry, however deep it stands there."""
    if isinstance(event, str):
        return without_tokens(event)
    if isinstance(event, dict):
        return {name: event_without_tokens(value) for name, value in event.items()}
    return [event_without_tokens(value) for value in event] if isinstance(event, list) else event
