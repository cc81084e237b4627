"""What the unit tests of standups stand on: the core and its storage, with a carrier at which everybody declines."""

import asyncio

from conference.barring import Barring
from conference.calls import CallState, Report
from conference.model import Conference, ConferenceState
from conference.right_of_way import RightOfWay
from conference.seating import Seating
from conference.service import Conferences
from conference.standups.model import Occurrence
from conference.standups.timetable import Timetable
from conference.tasks import Tasks
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.exchange import ADDRESS, NO_LIMITS, StubCarrier, StubDirectory


class House:
    """The core and its storage, with a carrier at which everybody declines."""

    def __init__(self, storage: Storage, clock: MovedClock) -> None:
        self.clock = clock
        self.storage = storage
        self.carrier = StubCarrier(clock)
        self.heard: list[Occurrence] = []
        """The days that have changed."""
        self.begun: list[Conference] = []
        """The conferences that have changed."""
        self._answers = Tasks()
        self.conferences = Conferences(
            storage=storage,
            carrier=self.carrier,
            seating=Seating(storage, StubDirectory(), clock, Barring(), NO_LIMITS),
            clock=clock,
            notify_address=ADDRESS,
            read_notification=lambda fields: Report(CallState.BUSY, fields["txn_ref"]),
            watched=(),
            heard=[self._hear],
            right_of_way=RightOfWay(),
        )
        self.timetable = Timetable(storage=storage, conferences=self.conferences, clock=clock, heard=self.heard.append)

    def _hear(self, conference: Conference) -> None:
        self.begun.append(conference)
        if conference.state is ConferenceState.NEW and conference.is_prepared:
            self._answers.start(self.conferences.board_posted(conference.key))
        for call in conference.open_participants:
            if conference.state is ConferenceState.LIVE:
                declined = {"txn_ref": str(call.txn_ref)}
                name, secret, now = conference.conference_id, conference.notify_secret, self.clock.now()
                self._answers.start(self.conferences.notified(name, secret, declined, now=now))

    async def look(self) -> None:
        """Ring what is due now, and let it be over before time goes on."""
        await self.timetable.look()
        while in_hand := self.conferences.in_hand | self._answers.running:
            await asyncio.wait(in_hand)
