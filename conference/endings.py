"""Noticing the end of a conference, whatever stored it."""

from collections.abc import Callable, Iterable, Sequence

from conference.model import Conference, ConferenceKey, ConferenceState
from conference.ports import Change, ConferenceStorage, Notification

_ENDINGS = frozenset({ConferenceState.ENDED, ConferenceState.REFUSED})
"""The carrier was asked, and has nothing more to do. An abandoned conference never came to it."""


class ToldOfEndings:
    """A `ConferenceStorage` that calls `ended` each time that it has stored the end of a conference.

    A notification ends one, an answer, a refusal, a question about a call: all of them are stored through here.
    """

    def __init__(self, storage: ConferenceStorage, ended: Callable[[], None]) -> None:
        self._storage = storage
        self._ended = ended

    async def update(
        self,
        key: ConferenceKey,
        change: Change,
        *,
        notification: Notification | None = None,
        successor: Conference | None = None,
    ) -> tuple[Conference, Conference]:
        before, after = await self._storage.update(key, change, notification=notification, successor=successor)
        if after.state in _ENDINGS and before.state is not after.state:
            self._ended()
        return before, after

    # The rest as it is

    async def add(self, conference: Conference) -> None:
        await self._storage.add(conference)

    async def conference(self, key: ConferenceKey) -> Conference:
        return await self._storage.conference(key)

    async def find(self, conference_id: str) -> Conference | None:
        return await self._storage.find(conference_id)

    async def owners(self, team_id: str, numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
        return await self._storage.owners(team_id, numbers)

    async def unfinished(self) -> Sequence[ConferenceKey]:
        return await self._storage.unfinished()
