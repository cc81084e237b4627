"""Forgetting what is kept no longer than it is needed: numbers in old conferences, codes that nobody can enter."""

import logging
from datetime import datetime, timedelta
from typing import Protocol

from conference.clock import Clock
from conference.ports import StorageUnavailableError
from conference.registration import CODE_GOOD_FOR, CODES_COUNT_FOR

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
OTHER_NUMBERS_KEPT_FOR = timedelta(days=1)
"""How long after a standup was due it is known on which other numbers people wanted to be rung that once."""

AT_ONCE = 100
"""Conferences in one transaction: few enough that no acknowledgement waits for it."""


class HousekeepingStorage(Protocol):
    """Each method is one transaction. Raises StorageUnavailableError."""

    async def forget_old(self, before: datetime, *, at_most: int) -> int:
        """Forget the numbers of conferences begun before a moment, the oldest first; says of how many."""

    async def forget_marked(self, *, at_most: int) -> int:
        """Forget what was marked in conferences that are over; says in how many. Then the file's log is emptied."""

    async def forget_other_numbers(self, before: datetime) -> None:
        """Forget the numbers that people gave for days before a moment; where they were rung, mark them for that."""

    async def forget_codes(self, now: datetime, *, good_for: timedelta, count_for: timedelta) -> None:
        """Forget codes that can't be entered any more, and those sent longer ago than they count."""


async def keep_house(storage: HousekeepingStorage, clock: Clock, keep_for: timedelta) -> None:
    """Forget at once whatever is due, and from then on every hour. Returns never; cancel it."""
    while True:
        try:
            await storage.forget_codes(clock.now(), good_for=CODE_GOOD_FOR, count_for=CODES_COUNT_FOR)
            await storage.forget_other_numbers(clock.now() - OTHER_NUMBERS_KEPT_FOR)
            forgotten = 0
            while some := await storage.forget_old(clock.now() - keep_for, at_most=AT_ONCE):
                forgotten += some
            while await storage.forget_marked(at_most=AT_ONCE):
                pass
            if forgotten:
                log.info("the numbers of %d old conferences were forgotten", forgotten)
        except Exception as error:
            # Whatever it was, what is old is still to be forgotten.
            foreseen = isinstance(error, StorageUnavailableError)
            log.warning(
                "something old is not forgotten yet, it is tried again in an hour: %s", error, exc_info=not foreseen
            )
        await clock.sleep(EVERY_SECONDS)
