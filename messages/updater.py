"""Keeps Slack showing what is stored, across rate limits, outages and restarts."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from conference.clock import Clock, pause
from conference.journal import about
from conference.right_of_way import RightOfWay
from conference.tasks import begun_behind
from messages.drawing import TOGETHER_SECONDS
from messages.slack import SlackError

log = logging.getLogger(__name__)

FIRST_BACKOFF_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 60.0

STEPS_AT_ONCE = 16
"""More would only have whoever waits for an answer wait for them: with Slack answering in 0.2 seconds, 80 a second."""

WORTH_WAITING_SECONDS = 2 * TOGETHER_SECONDS
"""When the bot is stopped, outcomes that only wait for others to come are still shown."""


_Key = TypeVar("_Key", bound=tuple[str, str])
"""What names something that is shown: its workspace, and its id there."""


class Steps(Protocol):
    """Something that is being shown."""

    async def step(self) -> float | None:
        """Show one thing that is owed.

        Returns the seconds until the next can be shown, 0 for at once, or None when nothing is owed any more.
        Raises SlackError, after which another step tries again.
        """


@dataclass
class _Work:
    """Something that is owed. `changed` is set when there may be more."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    owed_since: float | None = None
    """When the oldest change came that is not surely shown."""
    shows_since: float | None = None
    """The same of what is being shown."""

    @property
    def oldest(self) -> float | None:
        return self.owed_since if self.shows_since is None else self.shows_since


class Updater(Generic[_Key]):
    """Draws whatever `changed` says may have changed: one task for each thing that owes something.

    `drawing` makes what shows one thing; `unshown` says of which Slack does not show everything yet. `shown` is called
    when all of something is shown, with the seconds since it changed.
    """

    def __init__(
        self,
        clock: Clock,
        drawing: Callable[[_Key], Steps],
        unshown: Callable[[], Awaitable[Sequence[_Key]]],
        right_of_way: RightOfWay,
        shown: Callable[[float], None],
    ) -> None:
        self._clock = clock
        self._right_of_way = right_of_way
        self._at_once = asyncio.Semaphore(STEPS_AT_ONCE)
        self._shown = shown
        self._drawing = drawing
        self._unshown = unshown
        self._work: dict[_Key, _Work] = {}
        self._closing = asyncio.Event()

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest change has not been shown; 0 if all is shown."""
        now = self._clock.monotonic()
        return max((now - work.oldest for work in self._work.values() if work.oldest is not None), default=0.0)

    def changed(self, key: _Key) -> None:
        """There may be something new to show."""
        work = self._work.setdefault(key, _Work())
        if work.owed_since is None:
            work.owed_since = self._clock.monotonic()
        work.changed.set()
        if work.task is None:
            work.task = begun_behind(self._draw(key, work))

    def wake(self, key: _Key) -> None:
        """What the next step waited for has come, if it is still waited for. Nothing has changed by that."""
        if work := self._work.get(key):
            work.changed.set()

    async def recover(self) -> None:
        """Show whatever an earlier process stored and did not show."""
        for key in await self._unshown():
            self.changed(key)

    @property
    def in_hand(self) -> set[asyncio.Task[None]]:
        """What is being shown at the moment."""
        return {work.task for work in self._work.values() if work.task}

    def finish(self) -> None:
        """Wait for nothing any more: what can't be shown at once is stored, and shown after the next start."""
        self._closing.set()

    async def _draw(self, key: _Key, work: _Work) -> None:
        drawing = self._drawing(key)
        backoff = FIRST_BACKOFF_SECONDS
        try:
            while work.changed.is_set():
                try:
                    async with self._at_once:
                        await self._right_of_way.given()
                        work.changed.clear()
                        work.shows_since, work.owed_since = work.oldest, None
                        wait = await drawing.step()
                except Exception as error:
                    # Whatever it was, the picture is still owed.
                    unforeseen = not isinstance(error, SlackError)
                    _, name = key
                    about(log, name).warning("not shown yet: %s", error, exc_info=unforeseen)
                    await pause(self._clock, backoff, self._closing)
                    backoff = min(backoff * 2, LONGEST_BACKOFF_SECONDS)
                    wait = 0.0
                else:
                    backoff = FIRST_BACKOFF_SECONDS
                if wait is None:
                    if work.shows_since is not None:
                        self._shown(self._clock.monotonic() - work.shows_since)
                        work.shows_since = None
                    continue
                if wait:
                    await pause(self._clock, wait, self._closing, work.changed)
                if self._closing.is_set() and (wait > WORTH_WAITING_SECONDS or backoff > FIRST_BACKOFF_SECONDS):
                    return
                work.changed.set()
        finally:
            del self._work[key]
