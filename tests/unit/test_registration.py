"""A number is proved by the code that was sent to it."""

import asyncio
from datetime import timedelta

import pytest

from conference.people import NumberOnFile, PersonOnFile, Source
from conference.registration import TRIES, CodeSent, Entry, Kept, NoCode, WrongCode
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.registration_desk import ALICE, BOB, DAY, HERS, HIS, MINUTE, TEAM, Desk


@pytest.fixture
def desk(storage: Storage) -> Desk:
    return Desk(storage)


async def test_a_code_goes_to_the_number_and_proves_it_when_it_comes_back(desk: Desk) -> None:
    assert await desk.propose() == CodeSent(HERS)
    ((number, text),) = desk.carrier.texts
    assert number == HERS
    assert text.isascii()
    assert len(text) <= 160
    assert await desk.person() == PersonOnFile(None, HERS)
    assert await desk.enter(desk.code) == Kept(HERS)
    assert await desk.person() == PersonOnFile(NumberOnFile(HERS, Source.SELF, desk.clock.now()))


@pytest.mark.parametrize("space", [" ", "  ", "\u00a0"])
async def test_a_code_may_be_typed_with_spaces(desk: Desk, space: str) -> None:
    await desk.propose()
    assert await desk.enter(f" {desk.code[:3]}{space}{desk.code[3:]} ") == Kept(HERS)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "0" * 5_000, "\x00", "\ud83d"])
async def test_what_is_no_code_costs_no_try(desk: Desk, typed: str) -> None:
    await desk.propose()
    for _ in range(TRIES):
        assert await desk.enter(typed) is NoCode.UNREADABLE
    assert await desk.person() == PersonOnFile(None, HERS)
    assert await desk.enter(desk.wrong_code) == WrongCode(TRIES - 1)
    assert await desk.enter(typed) is NoCode.UNREADABLE
    assert await desk.enter(desk.code) == Kept(HERS)


async def test_a_wrong_code_counts_and_after_five_the_right_one_proves_nothing(desk: Desk) -> None:
    await desk.propose()
    answers = [await desk.enter(desk.wrong_code) for _ in range(TRIES)]
    assert answers == [*(WrongCode(left) for left in range(TRIES - 1, 0, -1)), NoCode.TOO_MANY_TRIES]
    assert await desk.enter(desk.code) is NoCode.TOO_MANY_TRIES
    assert await desk.number() is None


async def test_the_last_try_may_be_right(desk: Desk) -> None:
    await desk.propose()
    for _ in range(TRIES - 1):
        await desk.enter(desk.wrong_code)
    assert await desk.enter(desk.code) == Kept(HERS)


async def test_a_code_is_used_once(desk: Desk) -> None:
    await desk.propose()
    await desk.enter(desk.code)
    await desk.registration().remove(TEAM, ALICE)
    assert await desk.enter(desk.code) is NoCode.NEVER_SENT
    assert await desk.number() is None


async def test_a_new_code_takes_the_place_of_the_old_one_and_has_tries_of_its_own(desk: Desk) -> None:
    await desk.propose()
    old = desk.code
    for _ in range(TRIES):
        await desk.enter(desk.wrong_code)
    await desk.propose()
    if old != desk.code:
        assert await desk.enter(old) == WrongCode(TRIES - 1)
    assert await desk.enter(desk.code) == Kept(HERS)


async def test_nobody_enters_the_code_of_somebody_else_or_of_another_workspace(desk: Desk) -> None:
    await desk.propose()
    assert await desk.enter(desk.code, BOB) is NoCode.NEVER_SENT
    assert await desk.enter(desk.code, ALICE, "T2") is NoCode.NEVER_SENT
    hers = desk.code
    await desk.propose(HIS, BOB)
    if hers != desk.code:
        assert await desk.enter(hers, BOB) == WrongCode(TRIES - 1)


@pytest.mark.parametrize(
    ("seconds", "entry"), [(10 * MINUTE, Kept(HERS)), (10 * MINUTE + 1, NoCode.EXPIRED), (DAY, NoCode.EXPIRED)]
)
async def test_a_code_is_good_for_ten_minutes(desk: Desk, seconds: float, entry: Entry) -> None:
    await desk.propose()
    await desk.clock.advance(seconds)
    assert await desk.enter(desk.code) == entry


async def test_a_clock_that_is_set_back_makes_no_code_younger(desk: Desk) -> None:
    await desk.propose()
    desk.clock = MovedClock(desk.clock.now() - timedelta(minutes=11))
    assert await desk.enter(desk.code) is NoCode.EXPIRED


async def test_two_right_codes_at_once_are_one(desk: Desk) -> None:
    await desk.propose()
    entries = await asyncio.gather(*(desk.enter(desk.code) for _ in range(8)))
    assert sorted(map(str, entries)) == sorted(map(str, [Kept(HERS), *[NoCode.NEVER_SENT] * 7]))


async def test_many_wrong_codes_at_once_are_counted_each(desk: Desk) -> None:
    await desk.propose()
    entries = await asyncio.gather(*(desk.enter(desk.wrong_code) for _ in range(50)))
    assert sum(isinstance(entry, WrongCode) for entry in entries) == TRIES - 1
    assert await desk.enter(desk.code) is NoCode.TOO_MANY_TRIES
