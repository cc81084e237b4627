"""A queue for lines, over a database. Tests of conference.line_queue share this."""

from dataclasses import dataclass, field, replace

from conference.barring import Barring
from conference.calls import CallState, NotRung
from conference.ledger import Ledger
from conference.line_queue import LineQueue
from conference.lines import LinesShort
from conference.model import Conference, ConferenceState
from conference.seating import Seating
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.conftest import keep_number
from tests.unit.exchange import (
    MINUTE,
    NO_LIMITS,
    QUEUED,
    StubCarrier,
    StubDirectory,
    dialer_of,
    phone,
    states,
    talk,
)
from tests.unit.generated import BEGUN_AT

ABANDONED = ConferenceState.ABANDONED
LACKING = phone(1, CallState.NOT_RUNG, why=NotRung.NO_LINES)
IN = phone(9, CallState.IN_CALL, txn_ref="AA-9")
SHORT = str(LinesShort(2, 1))


@dataclass
class Desk:
    """A queue over a database, and an account with so many lines."""

    storage: Storage
    clock: MovedClock = field(default_factory=MovedClock)
    lines: int = 8

    def __post_init__(self) -> None:
        self.carrier = StubCarrier(self.clock)
        self.open()

    def open(self) -> None:
        """As the bot starts."""
        self.ledger = Ledger(self.storage, self.clock)
        dialer = dialer_of(self.ledger, self.carrier)
        seating = Seating(self.storage, StubDirectory(), self.clock, Barring(), NO_LIMITS, self.lines)
        self.queue = LineQueue(ledger=self.ledger, dialer=dialer, seating=seating, clock=self.clock)
        self.ledger.listeners.append(self.queue.hear)

    async def has(self, *conferences: Conference) -> None:
        """Keep these; those who wait came one after another. Each has a number on file."""
        for conference in conferences:
            await self.storage.add(conference)
            for call in conference.participants:
                for user_id in call.people:
                    await keep_number(self.storage, user_id, call.number)

    async def now(self, name: str) -> Conference:
        found = await self.storage.find(name)
        assert found is not None
        return found

    async def serve(self) -> None:
        """Go through the queue once, as after any change."""
        await self.queue._go_through()

    async def shown(self, *names: str) -> list[list[str]]:
        return [states(await self.now(name)) for name in names]


def waiting(name: str, *places: int, minute: int = 0, **changes: object) -> Conference:
    """A conference all of whose phones have waited since that minute."""
    since = BEGUN_AT + minute * MINUTE
    calls = [phone(place, CallState.QUEUED, asked_at=since) for place in places]
    return replace(talk(*calls, state=QUEUED, name=name), **{"dialed_at": None, **changes})  # type: ignore[arg-type]
