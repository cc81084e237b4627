"""Where changes of conferences are stored, however long it takes, and told of to whoever has to act on them."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain, repeat
from typing import TypeVar

from conference.clock import Clock
from conference.journal import about, log_state
from conference.model import Conference, ConferenceKey
from conference.ports import Change, ConferenceStorage, StorageUnavailableError

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

Watched = Callable[[Conference, Conference], None]
"""Called with a conference that has changed, as it was and as it is now stored, once for each change."""

Heard = Callable[[Conference], None]
"""Called with a conference that has changed, as it is now stored."""

STORE_AGAIN_AFTER_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Waits before a change that the storage did not take is stored again; the last one is repeated."""


def store_again_after() -> Iterator[float]:
    """Seconds until a storage that does not answer is asked again, one time after another, without end."""
    return chain(STORE_AGAIN_AFTER_SECONDS, repeat(STORE_AGAIN_AFTER_SECONDS[-1]))


class Ledger:
    """Stores changes of conferences. The `listeners` hear of each that has changed, one after another."""

    def __init__(self, storage: ConferenceStorage, clock: Clock) -> None:
        self.storage = storage
        self._clock = clock
        self.listeners: list[Heard] = []
        self.watchers: list[Watched] = []

    async def update(
        self,
        key: ConferenceKey,
        change: Change,
        *,
        successor: Conference | None = None,
    ) -> tuple[Conference, Conference]:
        """Store a change once; returns the conference as it was and as it is. Raises StorageUnavailableError."""
        before, after = await self.store(key, change, successor=successor)
        if after is not before:
            self.tell(after)
        return before, after

    async def store(
        self,
        key: ConferenceKey,
        change: Change,
        *,
        successor: Conference | None = None,
        takes_in: bool = False,
    ) -> tuple[Conference, Conference]:
        """The same, with nobody told."""
        before, after = await self.storage.update(key, change, successor=successor, takes_in=takes_in)
        if after is not before:
            if (before.state, before.reason) != (after.state, after.reason):
                log_state(after)
            for watch in self.watchers:
                watch(before, after)
        return before, after

    def tell(self, conference: Conference) -> None:
        """Have all who listen look at a conference."""
        for hear in self.listeners:
            hear(conference)

    async def surely_update(self, key: ConferenceKey, change: Change) -> tuple[Conference, Conference]:
        """Store a change, however long it takes: what has happened outside must not be forgotten here."""
        return await self.persist(lambda: self.update(key, change), key)

    async def persist(self, work: Callable[[], Awaitable[_Result]], key: ConferenceKey | None = None) -> _Result:
        """Ask the storage until it answers; `key`: what conference is waited for, if it is one."""
        told = about(log, key.conference_id) if key else log
        for wait in store_again_after():
            try:
                return await work()
            except StorageUnavailableError as error:
                told.warning("the storage does not answer, and is asked again: %s", error)
                await self._clock.sleep(wait)
        raise AssertionError("it is tried for ever")
