"""The small interface that the core asks of a telephone company, and the ways in which one can fail.

CarrierError
├── Refused        the carrier said no, with a code; nothing was done
│   ├── NoSuchCall it knows no call of that name
│   ├── LinesTaken all lines of the account are in use
│   └── NotEnoughCredit there is too little money in the account
├── NotSent        the request surely never left; it may be sent again
└── AnswerLost     the request left, and what became of it is not known; it must not be repeated
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from conference.calls import Report

RESTARTED = "restart"
"""Stands for the code of an AnswerLost where the bot was restarted in the middle of asking."""


class CarrierError(Exception):
    """A carrier did not do what was asked. The text of no such error holds a number or a secret."""


class Refused(CarrierError):  # noqa: N818 - it is no fault of the program
    """The carrier answered and said no; nothing was done. `code` is its own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoSuchCall(Refused):
    """The carrier knows no call of that name, and never will."""


class LinesTaken(Refused):
    """All lines of the account are in use; when a call ends, one is free again."""


class NotEnoughCredit(Refused):
    """There is too little money in the carrier's account for what was asked."""


class NotSent(CarrierError):  # noqa: N818
    """The request surely never left this machine."""


class AnswerLost(CarrierError):  # noqa: N818
    """The request left, and nobody knows whether it was taken. `code` is the carrier's own word, if it had one."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Placed:
    """A request that the carrier took: the room, and one reference for each dest, in the dests' order."""

    room: str
    txn_refs: tuple[str, ...]


class Moderation(StrEnum):
    """What can be done to somebody in a room."""

    KICK = "kick"
    MUTE = "mute"
    UNMUTE = "unmute"


_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Balance:
    """What is left in the carrier's account: decimal money in its currency code. It may be less than nothing."""

    currency: str
    amount: Decimal

    def __str__(self) -> str:
        """As people write it, `SGD 4.20`; fractions of a cent are kept, `SGD 0.105`."""
        in_cents = self.amount.quantize(_CENT)
        return f"{self.currency} {in_cents if in_cents == self.amount else self.amount:f}"


class Carrier(Protocol):
    """A telephone company with conference rooms."""

    async def call(self, dests: Sequence[str], *, room: str, tag: str, notify_url: str) -> Placed:
        """Ring these E.164 numbers and put those who answer into the room. Raises any CarrierError."""

    async def hang_up(self, txn_ref: str) -> None:
        """End one call, whether it rings or has been answered. Raises any CarrierError."""

    async def moderate(self, txn_ref: str, action: Moderation) -> None:
        """Mute somebody who is in a room, let them be heard, or put them out of it. Raises any CarrierError."""

    async def text(self, number: str, message: str) -> None:
        """Send an SMS to an E.164 number; more than 160 ASCII characters are billed as several. Any CarrierError."""

    async def status(self, txn_ref: str) -> Report:
        """What is known of one call. Raises any CarrierError."""

    async def balance(self) -> Balance:
        """What is left in the account. Raises any CarrierError."""

    def history(self, since: datetime, until: datetime) -> AsyncGenerator[list[Report]]:
        """What is known of the calls placed between two moments, a page a request. Raises any CarrierError."""
