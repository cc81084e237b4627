"""Time as the bot sees it, so that a test or the demo can move it.

The hour of day comes from `now()`, lengths of time from `monotonic()`: a clock that an operator sets back
must not make a wait longer or a call's timer negative.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the bot asks of a clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment, never going back."""

    async def sleep(self, seconds: float) -> None:
        """Return once that many seconds of this clock have gone by."""


async def pause(clock: Clock, seconds: float, *events: asyncio.Event) -> None:
    """Return once that many seconds have gone by, or as soon as one of the events is set."""
    waits: list[asyncio.Future[object]] = [asyncio.ensure_future(clock.sleep(seconds))]
    waits += [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
