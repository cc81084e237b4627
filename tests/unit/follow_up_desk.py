"""Conferences whose calls are asked after. Tests of conference.follow_up share this."""

from dataclasses import dataclass, field, replace

from conference.calls import CallState, Participant, Report
from conference.carrier import AnswerLost, CarrierError, NotSent, Refused
from conference.follow_up import FollowUp
from conference.ledger import Ledger
from conference.model import Conference, ConferenceState
from sandbox.clock import MovedClock
from tests.unit.exchange import MemoryStorage, StubCarrier, phone, settle, talk

ENDED, UNCONFIRMED = ConferenceState.ENDED, ConferenceState.UNCONFIRMED
FAILURES: list[CarrierError] = [NotSent("x"), AnswerLost("ReadTimeout"), Refused("error_rate_limit_exceeded")]
ON_THE_BOARD_WITHIN_SECONDS = 10
"""From when somebody picks up, for one running conference of eight."""


@dataclass
class Desk:
    """A carrier's calls, and somebody who asks after them."""

    clock: MovedClock = field(default_factory=MovedClock)
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    stored: list[Conference] = field(default_factory=list)
    """Each conference whenever it has changed."""

    def __post_init__(self) -> None:
        self.carrier = StubCarrier(self.clock)
        self.ledger = Ledger(self.storage, self.clock)
        self.follow_up = FollowUp(ledger=self.ledger, carrier=self.carrier, clock=self.clock)
        self.ledger.listeners += [self.follow_up.hear, self.stored.append]

    async def rings(self, name: str, count: int, state: CallState = CallState.RINGING) -> Conference:
        """That many phones are being rung, or talk, from now on."""
        now = self.clock.now()
        calls = list[Participant]()
        for place in range(count):
            ref = f"{name}-{place}"
            number = f"+65{len(self.storage.kept):04}{place:04}"
            calls.append(phone(place, state, txn_ref=ref, number=number, dialed_at=now))
            self.carrier.known[ref] = Report(state, ref, number, tag=name)
        conference = talk(*calls, name=name, dialed_at=now)
        self.storage.kept[conference.key] = conference
        self.follow_up.hear(conference)
        await settle()
        return conference

    def comes_to(self, ref: str, state: CallState, minutes: int | None = None) -> None:
        """So it stands with a call now, and the carrier sends no word of it."""
        self.carrier.known[ref] = replace(self.carrier.known[ref], state=state, minutes=minutes)

    def call(self, ref: str) -> Participant:
        (found,) = [one for kept in self.storage.kept.values() for one in kept.participants if one.txn_ref == ref]
        return found

    async def go_on(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await settle()

    @property
    def times(self) -> list[float]:
        """When the carrier was asked anything."""
        return [at for at, *_ in self.carrier.asked]

    @property
    def most_in_a_minute(self) -> int:
        times = self.times
        return max((sum(begin <= at < begin + 60 for at in times) for begin in times), default=0)
