"""Whoever waits for an answer goes first, and what goes on behind does not stand still."""

import asyncio

from conference.right_of_way import RightOfWay
from tests.unit.exchange import settle, until

STEPS = 5
AN_HOUR = 3600.0


def begun(right_of_way: RightOfWay, done: list[int]) -> list[asyncio.Task[None]]:
    """Several steps of work behind, each of which notes when its turn has come."""

    async def step(number: int) -> None:
        await right_of_way.given()
        done.append(number)

    return [asyncio.create_task(step(number)) for number in range(STEPS)]


async def test_nothing_waits_where_nobody_waits_for_an_answer() -> None:
    done: list[int] = []
    begun(RightOfWay(one_step_every_seconds=AN_HOUR), done)
    await settle()
    assert done == list(range(STEPS))


async def test_work_behind_waits_for_every_answer_and_goes_on_in_order() -> None:
    right_of_way, done = RightOfWay(one_step_every_seconds=AN_HOUR), list[int]()
    with right_of_way.taken():
        with right_of_way.taken():
            begun(right_of_way, done)
            await settle()
        await settle()
        assert done == []
    await settle()
    assert done == list(range(STEPS))


async def test_whoever_comes_meanwhile_goes_before_those_that_still_wait() -> None:
    right_of_way, done = RightOfWay(one_step_every_seconds=AN_HOUR), list[int]()
    with right_of_way.taken():
        begun(right_of_way, done)
        await settle()
    await until(lambda: done)
    with right_of_way.taken():
        await settle(3)
        let_go = list(done)
        await settle()
        assert done == let_go != list(range(STEPS))
    await settle()
    assert done == list(range(STEPS))


async def test_work_behind_goes_on_a_step_at_a_time_however_much_comes_in() -> None:
    right_of_way, done = RightOfWay(), list[int]()
    with right_of_way.taken():
        await asyncio.gather(*begun(right_of_way, done))
    assert done == list(range(STEPS))


async def test_who_gives_up_keeps_nobody_waiting() -> None:
    right_of_way, done = RightOfWay(one_step_every_seconds=AN_HOUR), list[int]()
    with right_of_way.taken():
        first, *_ = begun(right_of_way, done)
        await settle()
        first.cancel()
        await settle()
    await settle()
    assert done == list(range(1, STEPS))


async def test_who_waits_for_quiet_waits_for_every_answer() -> None:
    right_of_way = RightOfWay(one_step_every_seconds=AN_HOUR, quiet_after_seconds=AN_HOUR)
    await right_of_way.quiet()
    with right_of_way.taken():
        waiting = asyncio.create_task(right_of_way.quiet())
        await settle()
        assert not waiting.done()
    await until(waiting.done)


async def test_a_moment_in_which_nobody_waits_for_an_answer_is_no_end_of_a_burst() -> None:
    right_of_way = RightOfWay(one_step_every_seconds=AN_HOUR, quiet_after_seconds=AN_HOUR)
    with right_of_way.taken(), right_of_way.taken():
        waiting = asyncio.create_task(right_of_way.quiet())
        await settle()
    await settle()
    assert not waiting.done()
    waiting.cancel()


async def test_a_burst_does_not_keep_who_waits_for_quiet_for_ever() -> None:
    right_of_way = RightOfWay(quiet_after_seconds=AN_HOUR)
    with right_of_way.taken(), right_of_way.taken():
        await right_of_way.quiet()
