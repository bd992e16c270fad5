"""What belongs to an order and has a page of its own: each is one line on the page of the order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.models import Membership
from marketplace.models import Order


@dataclass(frozen=True)
class Part:
    label: str | Promise
    state: str | Promise  # how it stands, in a few words
    url: str
    icon: str
    is_my_turn: bool = False


# each gives the line of one part, or None where the order has no such part for this reader
PARTS: tuple[Callable[[Order, Membership], Part | None], ...] = ()


def parts_of(order: Order, by: Membership) -> list[Part]:
    return [part for shown in PARTS if (part := shown(order, by))]
