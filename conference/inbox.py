"""What the carrier tells of its own accord: kept before it is acknowledged, and taken in behind the answer.

A carrier tells each thing once, and many at once when people leave a call. So an acknowledgement owes it no more than
that it is on disk; all that have come for a conference by then are taken in together.

Until then the conference is as it would be if they came a moment later, and nothing may depend on when they come: a
phone that declined holds its line that much longer, its owner can't be rung by others or again yet, a hanging-up or a
question about a call that is over comes too late. What was decided meanwhile is put right by the notification, as it
is by one that is late (`Conference.with_reports`). A process that dies in that moment leaves them to the next, which
takes them in before it goes on with their conference.
"""

import asyncio
import logging
from itertools import islice

from conference.calls import Report
from conference.clock import Clock, pause
from conference.journal import about
from conference.ledger import Ledger, store_again_after
from conference.model import Conference, ConferenceKey
from conference.ports import Notification, Reading, ReadNotification, StorageUnavailableError
from conference.right_of_way import RightOfWay
from conference.tasks import Tasks

log = logging.getLogger(__name__)

TAKEN_IN_TOGETHER = 4
"""Conferences: whoever asks the storage next waits for no more than these."""


class Inbox:
    """Keeps notifications, and takes them in."""

    def __init__(
        self, *, ledger: Ledger, clock: Clock, read_notification: ReadNotification, right_of_way: RightOfWay
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._read_notification = read_notification
        self._right_of_way = right_of_way
        self._owed: dict[ConferenceKey, None] = {}
        """Of which there may be some that nobody has begun to take in, those first that have waited longest."""
        self._is_serving = False
        self._more = asyncio.Event()
        """Set when one has been kept: the storage takes something, so it may take in what it did not before."""
        self._tasks = Tasks()

    async def keep(self, conference_id: str, secret: str, notification: Notification) -> bool:
        """Keep a notification; it is durable when this returns. False if that address was never handed out.

        Raises StorageUnavailableError, or TooManyNotificationsError.
        """
        key = await self._ledger.storage.keep(conference_id, secret, notification)
        if key is None:
            return False
        self._owed[key] = None
        self._more.set()
        if not self._is_serving:
            self._is_serving = True
            self._tasks.start(self._serve())
        return True

    async def recover(self, key: ConferenceKey) -> Conference:
        """Take in what an earlier process kept and did not take in; returns the conference, of which nobody is told."""
        _, after = await self._ledger.persist(lambda: self._take_in(key), key)
        return after

    @property
    def in_hand(self) -> set[asyncio.Task[None]]:
        """What is being taken in: not to be broken off, so that it is shown before the bot stops."""
        return self._tasks.running

    async def _serve(self) -> None:
        """Take in what there is, until nothing more has come."""
        waits = store_again_after()
        try:
            while self._owed:
                await self._right_of_way.quiet()
                self._more.clear()
                together = list(islice(self._owed, TAKEN_IN_TOGETHER))
                for key in together:
                    # What is kept from here on may come too late for this time.
                    del self._owed[key]
                if any(await asyncio.gather(*map(self._take_in_and_tell, together))):
                    waits = store_again_after()
                else:
                    await pause(self._clock, next(waits), self._more)
        finally:
            self._is_serving = False

    async def _take_in_and_tell(self, key: ConferenceKey) -> bool:
        """False if the storage did not do it: it is still owed."""
        told = about(log, key.conference_id)
        try:
            before, after = await self._take_in(key)
            if after is not before:
                self._ledger.tell(after)
        except StorageUnavailableError as error:
            told.warning("the storage does not answer, and is asked again: %s", error)
            self._owed[key] = None
            return False
        except Exception:
            # Whatever it was, it is kept, and those of others are still to be taken in.
            told.exception("notifications could not be taken in")
        return True

    async def _take_in(self, key: ConferenceKey) -> tuple[Conference, Conference]:
        taking_in = _TakingIn(self._read_notification)
        before, after = await self._ledger.store(key, taking_in, takes_in=True)
        taking_in.log(after)
        return before, after


class _TakingIn:
    """The change that takes in what has not been taken in, and what it was told by that."""

    def __init__(self, read_notification: ReadNotification) -> None:
        self._read_notification = read_notification
        self._told: list[Report | None] = []

    def __call__(self, conference: Conference, reading: Reading) -> Conference:
        self._told = []
        for one in reading.notifications(untaken=True):
            try:
                report = self._read_notification(one.fields)
                told = conference.with_reports([report] if report else [], one.received_at)
            except Exception:
                # Whatever is wrong with it, it must not stand in the way of the others, now and at each start.
                about(log, conference.conference_id).exception("a notification makes no sense; it is kept")
            else:
                conference = told
                self._told.append(report)
        return conference

    def log(self, conference: Conference) -> None:
        """A line for each, now that it is stored."""
        for report in self._told:
            known = report is not None and conference.find(report) is not None
            about(log, conference.conference_id).info(
                "notification %s", f"of {report.state}" if report and known else "about no call that is known; kept"
            )
