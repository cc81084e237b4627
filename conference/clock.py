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


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
