"""A call that runs, into which people are rung. Tests of conference.additions share this."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from conference.additions import Added, Additions
from conference.barring import Barring
from conference.calls import CallState, NotRung, Participant
from conference.invitation import CallerWish, Group, Guest, Invitation, Person
from conference.ledger import Ledger
from conference.limits import Limits
from conference.model import Conference, ConferenceState
from conference.seating import Seating
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.conftest import keep_number
from tests.unit.exchange import LIVE, NO_LIMITS, StubCarrier, StubDirectory, dialer_of, phone, talk
from tests.unit.generated import BEGUN_AT

ENDED = ConferenceState.ENDED
GUEST = "+6581234567"
RINGS = phone(1, CallState.RINGING, txn_ref="AA-x")
BUSY, MISSED, GONE = phone(2, CallState.BUSY), phone(3, CallState.UNANSWERED), phone(4, CallState.ANSWERED)
LACKING = phone(5, CallState.NOT_RUNG, why=NotRung.NO_LINES)


@dataclass
class Desk:
    storage: Storage
    clock: MovedClock = field(default_factory=lambda: MovedClock(BEGUN_AT))
    directory: StubDirectory = field(default_factory=StubDirectory)

    def __post_init__(self) -> None:
        self.carrier = StubCarrier(self.clock)
        self.open()

    def open(self, lines: int = 8, limits: Limits = NO_LIMITS, barring: Barring | None = None) -> None:
        """As the bot starts, with these settings."""
        ledger = Ledger(self.storage, self.clock)
        self.dialer = dialer_of(ledger, self.carrier)
        seating = Seating(self.storage, self.directory, self.clock, barring or Barring(), limits, lines)
        self.additions = Additions(ledger=ledger, dialer=self.dialer, seating=seating)

    async def has(self, *calls: Participant, state: ConferenceState = LIVE, **changes: Any) -> Conference:
        """A conference of these calls; U1 to U9 have their numbers on file."""
        for place in range(1, 10):
            await keep_number(self.storage, f"U{place}", phone(place).number)
        conference = talk(*calls, state=state, board_ts=None, **changes)
        await self.storage.add(conference)
        return conference

    async def now(self, name: str = "c0ffee") -> Conference:
        """As it is stored when all that was begun has been done."""
        await asyncio.gather(*self.dialer.in_hand)
        found = await self.storage.find(name)
        assert found is not None
        return found

    @property
    def rung(self) -> list[str]:
        return [number for dests in self.carrier.met("call") for number in dests.split(",")]

    async def invite(self, conference: Conference, *invitees: Person | Group | Guest, by: str = "U1") -> Added:
        """As the form does: whoever fills it in is not asked for."""
        invitation = Invitation(invitees, CallerWish.LEFT_OUT)
        return await self.additions.invite(conference.key, invitation, by, within=10)


def numbers(*places: int) -> list[str]:
    return [phone(place).number for place in places]
