"""What `check` prints: a line for each thing that was tried."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a thing was found."""

    OK = "ok"
    NOTE = "note"
    """It works, and something about it is worth knowing."""
    OPEN = "open"
    """Something that keeps the bot from being misused is off."""
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """One thing that was tried, and a sentence: with the setting's name, no secret, and what to do if it is wrong."""

    mark: Mark
    text: str

    @property
    def is_good(self) -> bool:
        return self.mark is not Mark.FAIL

    @property
    def is_open(self) -> bool:
        return self.mark is Mark.OPEN

    def __str__(self) -> str:
        return f"{self.mark:4}  {self.text}"


def good(text: str) -> Finding:
    return Finding(Mark.OK, text)


def noted(text: str) -> Finding:
    return Finding(Mark.NOTE, text)


def left_open(text: str) -> Finding:
    return Finding(Mark.OPEN, text)


def failed(text: str) -> Finding:
    return Finding(Mark.FAIL, text)
