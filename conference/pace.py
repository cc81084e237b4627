"""Keeping to a number of requests a minute."""

import asyncio
from collections import deque

from conference.clock import Clock

MINUTE_SECONDS = 60.0


class Pace:
    """Lets so many through within any minute, the others later, in the order in which they came."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._let_through: deque[float] = deque(maxlen=most)
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when it is one's turn."""
        async with self._turn:
            if len(self._let_through) == self._let_through.maxlen:
                left = self._let_through[0] + MINUTE_SECONDS - self._clock.monotonic()
                if left > 0:
                    await self._clock.sleep(left)
            self._let_through.append(self._clock.monotonic())
