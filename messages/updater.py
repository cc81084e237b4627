"""Keeps Slack showing what is stored, across rate limits, outages and restarts."""

import asyncio
import logging
from dataclasses import dataclass, field

from conference.clock import Clock, pause
from conference.model import ConferenceKey
from messages.drawing import TOGETHER_SECONDS, Admins, BoardPosted, BoardRefused, Drawing
from messages.owed import PostStorage
from messages.slack import SlackError, SlackGateway

log = logging.getLogger(__name__)

FIRST_BACKOFF_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 60.0

WORTH_WAITING_SECONDS = 2 * TOGETHER_SECONDS
"""When the bot is stopped, outcomes that only wait for others to come are still shown."""


@dataclass
class _Work:
    """A conference that has something to show. `changed` is set when there may be more."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Updater:
    """Draws whatever `changed` says may have changed: one task for each conference that owes something."""

    def __init__(
        self,
        *,
        storage: PostStorage,
        gateway: SlackGateway,
        clock: Clock,
        board_posted: BoardPosted,
        board_refused: BoardRefused,
        admins: Admins,
    ) -> None:
        self._storage = storage
        self._gateway = gateway
        self._clock = clock
        self._board_posted = board_posted
        self._board_refused = board_refused
        self._admins = admins
        self._work: dict[ConferenceKey, _Work] = {}
        self._closing = asyncio.Event()

    def changed(self, key: ConferenceKey) -> None:
        """There may be something new to show of a conference."""
        work = self._work.setdefault(key, _Work())
        work.changed.set()
        if work.task is None:
            work.task = asyncio.create_task(self._draw(key, work))

    async def recover(self) -> None:
        """Show whatever an earlier process stored and did not show."""
        for key in await self._storage.unshown():
            self.changed(key)

    @property
    def in_hand(self) -> set[asyncio.Task[None]]:
        """What is being shown at the moment."""
        return {work.task for work in self._work.values() if work.task}

    def finish(self) -> None:
        """Wait for nothing any more: what can't be shown at once is stored, and shown after the next start."""
        self._closing.set()

    async def _draw(self, key: ConferenceKey, work: _Work) -> None:
        drawing = Drawing(
            key, self._storage, self._gateway, self._clock, self._board_posted, self._board_refused, self._admins
        )
        backoff = FIRST_BACKOFF_SECONDS
        try:
            while work.changed.is_set():
                work.changed.clear()
                try:
                    wait = await drawing.step()
                except Exception as error:
                    # Whatever it was, the picture is still owed.
                    unforeseen = not isinstance(error, SlackError)
                    log.warning("conference %s: not shown yet: %s", key.conference_id, error, exc_info=unforeseen)
                    await pause(self._clock, backoff, self._closing)
                    backoff = min(backoff * 2, LONGEST_BACKOFF_SECONDS)
                    wait = 0.0
                else:
                    backoff = FIRST_BACKOFF_SECONDS
                if wait is None:
                    continue
                if wait:
                    await pause(self._clock, wait, self._closing, work.changed)
                if self._closing.is_set() and (wait > WORTH_WAITING_SECONDS or backoff > FIRST_BACKOFF_SECONDS):
                    return
                work.changed.set()
        finally:
            del self._work[key]
