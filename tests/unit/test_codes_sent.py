"""How many codes are sent, and what becomes of a code that was not."""

import asyncio
from datetime import timedelta

import pytest

from conference.carrier import AnswerLost, CarrierError, NotSent, Refused
from conference.people import PersonOnFile
from conference.registration import (
    CODES_PER_NUMBER,
    CODES_PER_PERSON,
    TRIES,
    CodeSent,
    CodesTo,
    Kept,
    NoCode,
    TooManyCodes,
    WrongCode,
)
from storage import Storage
from tests.unit.registration_desk import ALICE, BOB, HERS, HERS_TOO, HIS, HOUR, MINUTE, TEAM, Desk, TextCarrier


@pytest.fixture
def desk(storage: Storage) -> Desk:
    return Desk(storage)


async def test_a_person_is_sent_three_codes_an_hour_to_whatever_numbers(desk: Desk) -> None:
    began = desk.clock.now()
    for place in range(CODES_PER_PERSON):
        assert isinstance(await desk.propose(f"+659123001{place}"), CodeSent)
        await desk.clock.advance(MINUTE)
    opens_at = began + timedelta(hours=1)
    assert await desk.propose("+6591230020") == TooManyCodes(CodesTo.PERSON, CODES_PER_PERSON, opens_at)
    assert len(desk.carrier.texts) == CODES_PER_PERSON
    assert (await desk.person()).unproved == "+6591230012"
    await desk.clock.advance_to(opens_at - timedelta(seconds=1))
    assert isinstance(await desk.propose("+6591230020"), TooManyCodes)
    await desk.clock.advance_to(opens_at)
    assert await desk.propose("+6591230020") == CodeSent("+6591230020")


async def test_a_number_is_sent_three_codes_a_day_for_whomever(desk: Desk) -> None:
    began = desk.clock.now()
    for place, team_id in enumerate([TEAM, TEAM, "T2"]):
        assert isinstance(await desk.propose(HERS, f"U{place}", team_id), CodeSent)
        await desk.clock.advance(HOUR)
    opens_at = began + timedelta(days=1)
    assert await desk.propose(HERS, "U9") == TooManyCodes(CodesTo.NUMBER, CODES_PER_NUMBER, opens_at)
    assert await desk.propose(HIS, "U9") == CodeSent(HIS)
    assert len(desk.carrier.texts) == CODES_PER_NUMBER + 1
    await desk.clock.advance_to(opens_at)
    assert await desk.propose(HERS, "U8") == CodeSent(HERS)


async def test_a_flood_at_once_is_three_codes(desk: Desk) -> None:
    proposals = await asyncio.gather(*(desk.propose(HERS, f"U{place}") for place in range(50)))
    assert sum(isinstance(proposal, CodeSent) for proposal in proposals) == CODES_PER_NUMBER
    assert [number for number, _ in desk.carrier.texts] == [HERS] * CODES_PER_NUMBER


async def test_removing_the_number_brings_no_codes_back(desk: Desk) -> None:
    for _ in range(CODES_PER_NUMBER):
        await desk.propose()
        await desk.enter(desk.code)
        await desk.registration().remove(TEAM, ALICE)
    assert isinstance(await desk.propose(), TooManyCodes)
    assert isinstance(await desk.propose(HERS, BOB), TooManyCodes)


@pytest.mark.parametrize("error", [Refused("error_dest_not_supported"), NotSent("refused")])
async def test_a_code_that_surely_was_not_sent_is_told_and_does_not_count(desk: Desk, error: CarrierError) -> None:
    desk.carrier.error = error
    for _ in range(CODES_PER_PERSON + 2):
        assert await desk.propose() == CodeSent(HERS)
        assert await desk.person() == PersonOnFile()
        await desk.clock.advance(1)
    assert desk.undelivered == [error] * (CODES_PER_PERSON + 2)
    assert len(desk.carrier.texts) == CODES_PER_PERSON + 2
    assert await desk.enter(desk.code) is NoCode.NEVER_SENT


async def test_a_code_whose_answer_was_lost_counts_is_good_and_is_not_sent_again(desk: Desk) -> None:
    desk.carrier.error = AnswerLost("timeout")
    for _ in range(CODES_PER_PERSON):
        assert await desk.propose() == CodeSent(HERS)
    assert isinstance(await desk.propose(), TooManyCodes)
    assert len(desk.carrier.texts) == CODES_PER_PERSON
    assert desk.undelivered == []
    assert await desk.enter(desk.code) == Kept(HERS)


async def test_a_refusal_takes_back_nothing_that_came_after_it(desk: Desk) -> None:
    slow = Desk(desk.storage, desk.clock, TextCarrier(Refused("error_dest_not_supported"), asyncio.Event()))
    refused = asyncio.create_task(slow.propose(HERS_TOO))
    await slow.carrier.asked.wait()
    await desk.clock.advance(1)
    assert await desk.propose(HERS) == CodeSent(HERS)
    slow.carrier.answers.set()
    await refused
    assert await desk.person() == PersonOnFile(None, HERS)
    assert await desk.enter(desk.code) == Kept(HERS)


@pytest.mark.parametrize("error", [Refused("error_dest_not_supported"), NotSent("refused")])
@pytest.mark.parametrize("number", [HERS, HERS_TOO])
async def test_a_code_is_good_again_when_the_one_after_it_was_not_sent(
    desk: Desk, error: CarrierError, number: str
) -> None:
    await desk.propose(HERS)
    first = desk.code
    await desk.enter(desk.wrong_code)
    await desk.clock.advance(1)
    desk.carrier.error = error
    assert await desk.propose(number) == CodeSent(number)
    assert desk.undelivered == [error]
    assert await desk.person() == PersonOnFile(None, HERS)
    assert await desk.enter(f"{(int(first) + 1) % 1_000_000:06}") == WrongCode(TRIES - 2)
    assert await desk.enter(first) == Kept(HERS)


async def test_an_earlier_code_is_no_younger_for_being_put_back(desk: Desk) -> None:
    await desk.propose(HERS)
    first = desk.code
    await desk.clock.advance(9 * MINUTE)
    desk.carrier.error = NotSent("refused")
    await desk.propose(HERS_TOO)
    await desk.clock.advance(MINUTE + 1)
    assert await desk.enter(first) is NoCode.EXPIRED


async def test_a_code_whose_answer_was_lost_puts_nothing_back(desk: Desk) -> None:
    await desk.propose(HERS)
    first = desk.code
    desk.carrier.error = AnswerLost("timeout")
    await desk.propose(HERS_TOO)
    assert await desk.person() == PersonOnFile(None, HERS_TOO)
    if first != desk.code:
        assert await desk.enter(first) == WrongCode(TRIES - 1)
    assert await desk.enter(desk.code) == Kept(HERS_TOO)
