"""A number of requests a minute: never more within any minute, and none later than it must be."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from conference.pace import MINUTE_SECONDS, Pace
from sandbox.clock import MovedClock
from tests.unit.exchange import settle


async def let_through(most: int, waits: list[float]) -> list[tuple[int, float]]:
    """Who was let through and when, of people who come so many seconds after each other."""
    clock, through = MovedClock(), list[tuple[int, float]]()
    pace = Pace(clock, most)

    async def come(who: int) -> None:
        await pace.wait()
        through.append((who, clock.monotonic()))

    tasks = list[asyncio.Task[None]]()
    for who, wait in enumerate(waits):
        await clock.advance(wait)
        tasks.append(asyncio.create_task(come(who)))
        await settle()
    while len(through) < len(waits):
        await clock.advance(MINUTE_SECONDS / 4)
        await settle()
    await asyncio.gather(*tasks)
    return through


@given(st.integers(1, 5), st.lists(st.floats(0, 50), max_size=25))
async def test_no_minute_has_more_than_its_number_and_nobody_waits_without_need(most: int, waits: list[float]) -> None:
    through = await let_through(most, waits)
    assert [who for who, _ in through] == list(range(len(waits)))
    times = [at for _, at in through]
    came = [sum(waits[: who + 1]) for who in range(len(waits))]
    for who, at in enumerate(times):
        before = times[who - most] + MINUTE_SECONDS if who >= most else 0.0
        assert abs(at - max(came[who], before, *times[who - 1 : who])) < 1e-3


async def test_who_gives_up_waiting_keeps_nobody_else_from_going_through() -> None:
    clock = MovedClock()
    pace = Pace(clock, 1)
    await pace.wait()
    gives_up, stays = asyncio.create_task(pace.wait()), asyncio.create_task(pace.wait())
    await settle()
    gives_up.cancel()
    await settle()
    await clock.advance(MINUTE_SECONDS)
    await settle()
    assert stays.done()
