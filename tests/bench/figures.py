"""Figures and the tables that they stand in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


@dataclass(frozen=True)
class Goal:
    """What a ratio, or a figure, should be."""

    bound: float
    at_least: bool = False
    unit: str = ""

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}{self.unit}"


@dataclass(frozen=True)
class Row:
    """A line of a table. `value` is what the goal is about."""

    what: str
    ours: str
    against: str
    value: float | None = None
    goal: Goal | None = None

    def __str__(self) -> str:
        value = "" if self.value is None else _rounded(self.value) + (self.goal.unit if self.goal else "")
        goal = f"{self.goal}" if self.goal else "–"
        met = "" if self.goal is None or self.value is None else ("yes" if self.goal.is_met(self.value) else "**no**")
        return f"| {self.what} | {self.ours} | {self.against} | {value} | {goal} | {met} |"


def _rounded(value: float) -> str:
    """To three digits, or to a whole number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@dataclass
class Table:
    """What one section has measured. `notes` say how."""

    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        head = ["| measured | Rollcall | against | value | goal | met |", "| --- | --- | --- | --- | --- | --- |"]
        notes = [f"- {note}" for note in self.notes]
        return "\n".join([f"**{self.title}**", "", *head, *map(str, self.rows), "", *notes])


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios: each round was measured in the same mood of the machine."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))
