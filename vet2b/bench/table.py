"""The table that the bench prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

WIDTHS = (58, 12, 9, 9)


@dataclass(frozen=True)
class Row:
    operation: str
    unit: str
    ours: float
    goal: float | None = None

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"<= {self.goal:g}"
        met = "" if self.goal is None else "met" if self.ours <= self.goal else "NOT MET"
        ours = f"{self.ours:.0f}" if self.unit == "queries" else f"{self.ours:.2f}"
        cells = (self.operation, self.unit, ours, goal)
        return "".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)) + met


def heading() -> str:
    cells = ("operation", "unit", "ours", "goal")
    return "".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)) + "met?"


def show(rows: list[Row], write: Callable[[str], object]) -> list[Row]:
    for row in rows:
        write(str(row))
    return rows
