from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Part:
    """One line of the page of an order, about something that belongs to it and has a page of its own."""

    label: str | Promise
    state: str | Promise  # how it stands, in a few words
    url: str
    icon: str
    todo: str | Promise = ""  # what the reader has to do there now

    @property
    def is_my_turn(self) -> bool:
        return bool(self.todo)
