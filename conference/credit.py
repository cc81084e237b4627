"""What is left in the carrier's account: when it is asked for, and what is kept of it with a refusal."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from conference.carrier import Balance, CarrierError, NotEnoughCredit, Refused
from conference.clock import Clock, pause
from conference.journal import about
from conference.model import Conference, ConferenceState

log = logging.getLogger(__name__)

EVERY_SECONDS = 600.0
"""How long the account goes unasked while no conference ends."""

TOGETHER_SECONDS = 5.0
"""Conferences that end within this time of each other are one question; the last cost has been booked by then, too."""

WITHIN_SECONDS = 3.0
"""How long people wait for it to be learnt what is left, before they read why nobody was rung."""

_COST_MONEY = frozenset({ConferenceState.ENDED, ConferenceState.REFUSED})

AskBalance = Callable[[], Awaitable[Balance]]
"""A carrier's `balance`. Raises any CarrierError."""


class CreditWatch:
    """Asks the carrier for the balance: at once, after conferences, and from time to time.

    Those of `seen` are called with each balance, and must not fail.
    """

    def __init__(self, ask: AskBalance, clock: Clock, seen: Iterable[Callable[[Balance], None]]) -> None:
        self._ask_balance = ask
        self._clock = clock
        self._seen = tuple(seen)
        self._ended = asyncio.Event()

    def hear(self, conference: Conference) -> None:
        """Have the carrier asked soon after a conference that may have cost something, once for all together."""
        if conference.state in _COST_MONEY:
            self._ended.set()

    async def run(self) -> None:
        """Ask whenever it is due. Returns never; cancel it."""
        while True:
            await self._ask()
            await self._until_due()

    async def _ask(self) -> None:
        try:
            balance = await self._ask_balance()
        except Exception as error:
            # Whatever it was, the next question may be answered.
            foreseen = isinstance(error, CarrierError)
            log.warning("it is not known what is left in the account: %s", error, exc_info=not foreseen)
        else:
            for see in self._seen:
                see(balance)

    async def _until_due(self) -> None:
        await pause(self._clock, EVERY_SECONDS, self._ended)
        if self._ended.is_set():
            await self._clock.sleep(TOGETHER_SECONDS)
            self._ended.clear()


@dataclass(frozen=True)
class Shortage:
    """A refusal for lack of credit: the carrier's code, and what was left."""

    code: str
    balance: Balance

    def __str__(self) -> str:
        """As it is stored: `read_shortage` gives it back."""
        return f"{self.code}|{self.balance.currency}|{self.balance.amount:f}"


_SHORTAGE = re.compile(r"([^|]+)\|([A-Z]{3})\|(-?[0-9]+(?:\.[0-9]+)?)")


def read_shortage(text: str) -> Shortage | None:
    """The Shortage whose `str()` this is, or None: most refusals are stored as their code alone."""
    found = _SHORTAGE.fullmatch(text)
    return Shortage(found[1], Balance(found[2], Decimal(found[3]))) if found else None


async def why_refused(error: Refused, ask: AskBalance, conference_id: str) -> str:
    """Why the carrier said no, as it is stored: its code, and where credit was lacking what was left, if it says so."""
    if not isinstance(error, NotEnoughCredit):
        return error.code
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            return str(Shortage(error.code, await ask()))
    except Exception as failure:
        # Whatever it was, the refusal itself is still to be told.
        foreseen = isinstance(failure, (CarrierError, TimeoutError))
        told = about(log, conference_id)
        told.warning("a refusal does not say what is left: %s", str(failure) or "not in time", exc_info=not foreseen)
        return error.code
