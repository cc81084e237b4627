"""People who prove their numbers, with a carrier that keeps what it is asked to text. Tests share this."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from conference.barring import Barring
from conference.calls import Report
from conference.carrier import Balance, CarrierError, Moderation, Placed
from conference.people import PersonOnFile
from conference.registration import Entry, Proposal, Registration
from sandbox.clock import MovedClock
from storage import Storage

TEAM, ALICE, BOB, ADMIN = "T1", "U0ALICE", "U0BOB", "U0ADMIN"
HERS, HERS_TOO, HIS = "+6591230001", "+6591230009", "+6591230002"
PREMIUM = "+6519001234567"
KEY = b"a key that stands in no database"
MINUTE, HOUR, DAY = 60, 3600, 86_400


class TextCarrier:
    """Keeps the texts that it is given; `error` is what it meets each with, once it `answers`."""

    def __init__(self, error: CarrierError | None = None, answers: asyncio.Event | None = None) -> None:
        self.texts: list[tuple[str, str]] = []
        self.error = error
        self.asked = asyncio.Event()
        self.answers = answers or asyncio.Event()
        if answers is None:
            self.answers.set()

    async def text(self, number: str, message: str) -> None:
        self.texts.append((number, message))
        self.asked.set()
        await self.answers.wait()
        if self.error:
            raise self.error

    async def call(self, dests: Sequence[str], *, room: str, tag: str, notify_url: str) -> Placed:
        raise AssertionError("nobody is rung to prove a number")

    async def balance(self) -> Balance:
        raise AssertionError("nobody asks for it to prove a number")

    async def status(self, txn_ref: str) -> Report:
        raise AssertionError("nobody was rung")

    async def hang_up(self, txn_ref: str) -> None:
        raise AssertionError("nobody was rung")

    async def moderate(self, txn_ref: str, action: Moderation) -> None:
        raise AssertionError("nobody was rung")

    def history(self, since: datetime, until: datetime) -> AsyncGenerator[list[Report]]:
        raise AssertionError("nobody was rung")


@dataclass
class Desk:
    """Where people bring their numbers."""

    storage: Storage
    clock: MovedClock = field(default_factory=MovedClock)
    carrier: TextCarrier = field(default_factory=TextCarrier)
    undelivered: list[CarrierError] = field(default_factory=list)

    def registration(self, *, by_sms: bool = True, barring: Barring | None = None, key: bytes = KEY) -> Registration:
        return Registration(
            storage=self.storage,
            carrier=self.carrier,
            clock=self.clock,
            barring=replace(barring or Barring(), believed=not by_sms),
            codes_per_day=None,
            key=key,
        )

    async def propose(self, number: str = HERS, user_id: str = ALICE, team_id: str = TEAM) -> Proposal:
        """Propose a number, and wait until its code has left."""

        async def undelivered(error: CarrierError) -> None:
            self.undelivered.append(error)

        registration = self.registration()
        proposal = await registration.propose(team_id, user_id, number, undelivered=undelivered)
        await asyncio.gather(*registration.in_hand)
        return proposal

    async def enter(self, code: str, user_id: str = ALICE, team_id: str = TEAM) -> Entry:
        return await self.registration().enter(team_id, user_id, code)

    @property
    def code(self) -> str:
        """The one that was sent last."""
        return self.carrier.texts[-1][1][:6]

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 1_000_000:06}"

    async def person(self, user_id: str = ALICE) -> PersonOnFile:
        return await self.storage.person(TEAM, user_id)

    async def number(self, user_id: str = ALICE) -> str | None:
        on_file = (await self.person(user_id)).number
        return on_file.number if on_file else None


async def nobody_is_told(error: CarrierError) -> None:
    raise AssertionError(error)
