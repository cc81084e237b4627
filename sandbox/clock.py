"""A clock that is moved by hand, or runs faster than the wall's."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

_TICK_SECONDS = 0.02
"""How often a running clock moves on, in real seconds."""

_SETTLE_ROUNDS = 10
"""Rounds of the event loop given to whatever a sleeper's waking sets off, before time moves on."""


class MovedClock:
    """A `conference.clock.Clock` that stands still until `advance` or `run` moves it.

    Those asleep on it wake in the order of their moments, and what a waking sets off sees that moment as now,
    so a chain of sleeps lands where it would on a real clock.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        # Counted from the call: by the time that a task begins to wait, the clock may have been moved far on.
        if seconds <= 0:
            return asyncio.sleep(0)
        wakened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), wakened))

        async def asleep() -> None:
            await wakened

        return asleep()

    async def advance(self, seconds: float) -> None:
        """Move on by that many seconds, waking each sleeper at its own moment."""
        await self.advance_to(self.now() + timedelta(seconds=seconds))

    async def advance_to(self, moment: datetime) -> None:
        """Move on to that moment; one that has gone by already changes nothing."""
        target = (moment - self._start).total_seconds()
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, wakened = heapq.heappop(self._sleepers)
            self._elapsed = max(self._elapsed, due)
            if not wakened.done():
                wakened.set_result(None)
                for _ in range(_SETTLE_ROUNDS):
                    await asyncio.sleep(0)
        self._elapsed = max(self._elapsed, target)

    def step(self, seconds: float) -> None:
        """Somebody sets the clock, forward or back: the hour is another one, and those asleep on it sleep on."""
        self._start += timedelta(seconds=seconds)

    async def run(self, rate: float | Callable[[], float]) -> None:
        """Run at `rate` seconds to the real second, asked anew at each tick if it is a function, until cancelled."""
        loop = asyncio.get_running_loop()
        real = loop.time()
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            real, before = loop.time(), real
            await self.advance((real - before) * (rate() if callable(rate) else rate))
