"""The lines of the carrier's account: how many calls may be going on at any moment, and who holds them."""

import json
from dataclasses import dataclass
from datetime import datetime

from conference.model import MAX_PARTICIPANTS

LINES = 8
"""Hoiio conference/call, Result Status: "Each account is allowed only 8 active calls at any point of time"."""


@dataclass(frozen=True)
class LinesHeld:
    """A conference that holds lines: whose it is, how many, and since when."""

    team_id: str
    caller_id: str
    lines: int
    since: datetime


@dataclass(frozen=True)
class LinesShort:
    """Too few lines were free: how many were needed, how many were free, who held the others, oldest first.

    `ahead` is how many phones were waiting for lines already.
    """

    needed: int
    free: int
    held: tuple[LinesHeld, ...] = ()
    ahead: int = 0

    def __str__(self) -> str:
        """As it is stored: `read_lines_short` gives it back."""
        held = [[one.team_id, one.caller_id, one.lines, one.since.isoformat()] for one in self.held]
        return json.dumps([self.needed, self.free, held, self.ahead])


def read_lines_short(text: str) -> LinesShort:
    """The LinesShort whose `str()` this is. Raises ValueError."""
    try:
        needed, free, stored, ahead = json.loads(text)
    except TypeError:
        raise ValueError("that is nothing that was stored here") from None
    held = (
        LinesHeld(team_id, caller_id, lines, datetime.fromisoformat(at)) for team_id, caller_id, lines, at in stored
    )
    return LinesShort(needed, free, tuple(held), ahead)


def free_lines(lines: int, in_use: int, ahead: int) -> int:
    """How many of an account's `lines` somebody can have who comes after `ahead` phones that wait for one."""
    return max(0, lines - in_use - ahead)


def free_places(open_calls: int) -> int:
    """How many more a room takes in which so many are, or are being rung."""
    return max(0, MAX_PARTICIPANTS - open_calls)
