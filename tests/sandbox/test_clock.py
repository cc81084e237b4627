"""The clock that is moved: who wakes when."""

import asyncio

from conference.clock import pause
from sandbox.clock import MovedClock


async def test_a_wait_counts_from_when_it_was_asked_for_though_the_clock_moves_before_its_task_has_begun() -> None:
    clock, moments = MovedClock(), list[float]()

    async def look() -> None:
        while True:
            await pause(clock, 20)
            moments.append(clock.monotonic())

    looking = asyncio.ensure_future(look())
    await asyncio.sleep(0)
    await clock.advance(65)
    assert moments == [20, 40, 60]
    looking.cancel()
