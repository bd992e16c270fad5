"""The table that the bench prints."""

from __future__ import annotations

from dataclasses import dataclass

WIDTHS = (66, 9, 9, 9)


@dataclass(frozen=True)
class Row:
    operation: str
    unit: str
    ours: float
    goal: float | None = None
    is_least: bool = False

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"{'>=' if self.is_least else '<='} {self.goal:g}"
        met = "" if self.goal is None else "met" if self.is_met else "NOT MET"
        ours = f"{self.ours:.0f}" if self.unit == "queries" else f"{self.ours:.2f}"
        cells = (self.operation, self.unit, ours, goal)
        return "".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)) + met

    @property
    def is_met(self) -> bool:
        return self.goal is None or (self.ours >= self.goal if self.is_least else self.ours <= self.goal)


def heading() -> str:
    cells = ("operation", "unit", "ours", "goal")
    return "".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)) + "met?"
