"""A call that runs, into which people are rung. Tests of conference.additions share this."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from conference.additions import Added, Additions
from conference.barring import Barring
from conference.calls import CallState, NotRung, Participant
from conference.dialing import Dialer
from conference.invitation import CallerWish, Group, Guest, Invitation, Person
from conference.ledger import Ledger
from conference.limits import Limits
from conference.model import Conference, ConferenceState
from conference.people import NumberOnFile, Source
from conference.seating import Seating
from sandbox.clock import MovedClock
from storage import Storage
from telephony.hoiio import read_notification
from tests.unit.exchange import ADDRESS, LIVE, StubCarrier, StubDirectory, phone, talk
from tests.unit.generated import BEGUN_AT

ENDED = ConferenceState.ENDED
NONE = Limits(None, None, None, None, None)
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

    def open(self, lines: int = 8, limits: Limits = NONE, barring: Barring | None = None) -> None:
        """As the bot starts, with these settings."""
        ledger = Ledger(self.storage, self.clock)
        self.dialer = Dialer(
            ledger=ledger,
            carrier=self.carrier,
            clock=self.clock,
            notify_address=ADDRESS,
            read_notification=read_notification,
        )
        seating = Seating(self.storage, self.directory, self.clock, barring or Barring(), limits, lines)
        self.additions = Additions(ledger=ledger, dialer=self.dialer, seating=seating)

    async def has(self, *calls: Participant, state: ConferenceState = LIVE, **changes: Any) -> Conference:
        """A conference of these calls; U1 to U9 have their numbers on file."""
        for place in range(1, 10):
            await self.number(f"U{place}", phone(place).number)
        conference = talk(*calls, state=state, board_ts=None, **changes)
        await self.storage.add(conference)
        return conference

    async def number(self, user_id: str, number: str) -> None:
        on_file = NumberOnFile(number, Source.SELF, BEGUN_AT)
        await self.storage.proving("T1", user_id, lambda book: book.set_number(on_file))

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
