"""Numbers leave the database file with age, also those in invitations and in what the carrier said."""

import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from conference.calls import CallState
from conference.invitation import Guest, Invitation
from conference.model import Conference, ConferenceKey, ConferenceState, LeftOut, LeftOutReason
from conference.people import PersonOnFile
from conference.ports import Reading
from storage import Storage
from storage.notifications import digest_of
from tests.unit.conftest import bytes_on_disk, keep_number, rows
from tests.unit.generated import BEGUN_AT
from tests.unit.test_forgetting import (
    ALICE,
    BOB,
    GUESTS,
    HERS,
    HIS,
    TEAM,
    call,
    forget,
    held,
    keep_news,
    keep_proof,
    notify,
    numbers_in,
    on_disk,
)

# What an invitation and the carrier's news hold


async def forget_by_age(storage: Storage) -> None:
    await storage.forget_old(BEGUN_AT + timedelta(seconds=1), at_most=10)


@pytest.mark.parametrize("forget_it", [forget, forget_by_age])
async def test_an_invitation_of_nothing_but_forgotten_numbers_can_still_be_read(
    storage: Storage, database: Path, forget_it: Callable[[Storage], Awaitable[object]]
) -> None:
    await keep_number(storage, ALICE, HERS)
    typed = replace(held("typed", call(HERS)), invitation=Invitation((Guest(HERS),)))
    await storage.add(typed)
    await take_news(storage, typed.key, dest=HERS)
    await forget_it(storage)
    assert rows(database, "SELECT invitation FROM conferences") == [("",)]
    emptied = await storage.conference(typed.key)
    assert emptied == replace(typed, invitation=Invitation(()), participants=(replace(call(HERS), number=""),))
    await notify(storage, typed.key, HERS)
    (late,) = (await storage.conference(typed.key)).participants
    assert late == replace(call(HERS), number="", minutes=1)
    assert await storage.find("typed") is not None
    await forget(storage)
    await forget_by_age(storage)
    assert (await storage.conference(typed.key)).invitation == Invitation(())
    assert not on_disk(database, HERS)


async def take_news(storage: Storage, key: ConferenceKey, **fields: str) -> None:
    """News of something that nobody understands, kept as it came, and taken in."""
    await keep_news(storage, key, fields)
    await storage.update(key, lambda conference, _: conference, takes_in=True)


async def news_of(storage: Storage, key: ConferenceKey) -> list[Mapping[str, str]]:
    seen: list[Mapping[str, str]] = []

    def look(conference: Conference, reading: Reading) -> Conference:
        seen.extend(one.fields for one in reading.notifications())
        return conference

    await storage.update(key, look)
    return seen


WRITTEN = ["+6591230001", "6591230001", " 6591230001", "+65 9123 0001", "+65-9123-0001", "(65) 9123.0001"]


@pytest.mark.parametrize("written", WRITTEN)
async def test_a_number_is_forgotten_in_whatever_field_and_however_it_is_written(
    storage: Storage, database: Path, written: str
) -> None:
    await keep_number(storage, ALICE, HERS)
    conference = held("called", call(HERS, ALICE), call(HIS, BOB))
    await storage.add(conference)
    await take_news(storage, conference.key, dest=HIS, caller=written, tag="called", date="2026-11-20 01:30:00")
    await forget(storage)
    assert await news_of(storage, conference.key) == [{"dest": HIS, "tag": "called", "date": "2026-11-20 01:30:00"}]
    assert not any(text.encode() in bytes_on_disk(database) for text in (written.strip(), HERS.lstrip("+")))


@pytest.mark.parametrize("damaged", ['{"dest": "6591230001"', '["6591230001"]', '{"dest": 6591230001}'])
@pytest.mark.parametrize("forget_it", [forget, forget_by_age])
async def test_news_that_can_not_be_read_any_more_keep_no_number_from_being_forgotten(
    storage: Storage, database: Path, forget_it: Callable[[Storage], Awaitable[object]], damaged: str
) -> None:
    await keep_number(storage, ALICE, HERS)
    for name in ("damaged", "sound"):
        await storage.add(held(name, call(HERS, ALICE)))
        await take_news(storage, held(name).key, dest=HERS, tag=name)
    with closing(sqlite3.connect(database)) as other, other:
        other.execute("UPDATE notifications SET fields = ? WHERE conference_id = 'damaged'", [damaged])
    await forget_it(storage)
    await forget(storage)
    assert rows(database, "SELECT DISTINCT number FROM participants") == [("",)]
    assert [await news_of(storage, held(name).key) for name in ("damaged", "sound")] == [[{}], [{"tag": "sound"}]]
    assert not on_disk(database, HERS)


@pytest.mark.parametrize("digits", ["1234567", "123456789012345", "+44 20 7946 0000", "0014155552671"])
async def test_of_an_old_conference_whatever_may_be_a_number_is_forgotten(
    storage: Storage, database: Path, digits: str
) -> None:
    conference = held("old", call(HERS, ALICE))
    await storage.add(conference)
    kept = {
        "tag": "old",
        "txn_ref": "AA-1234567",
        "n": "123456",
        "long": "1234567890123456",
        "d": "2026-11-20 01:30:00",
    }
    await take_news(storage, conference.key, from_number=digits, **kept)
    await storage.forget_old(BEGUN_AT + timedelta(seconds=1), at_most=10)
    assert await news_of(storage, conference.key) == [kept]
    assert json.dumps(digits).encode() not in bytes_on_disk(database)


async def test_news_that_differs_in_nothing_but_the_number_becomes_one(storage: Storage, database: Path) -> None:
    conference = held("old", call(HERS, ALICE), call(HIS, BOB))
    await storage.add(conference)
    for number in (HERS, HIS):
        await take_news(storage, conference.key, dest=number, status="ringing")
    await storage.forget_old(BEGUN_AT + timedelta(seconds=1), at_most=10)
    assert await news_of(storage, conference.key) == [{"status": "ringing"}]
    ((digest, fields),) = rows(database, "SELECT digest, fields FROM notifications")
    assert digest == digest_of(str(fields))


# What is old


async def test_old_conferences_hold_no_numbers_any_more(storage: Storage, database: Path) -> None:
    left_out = (LeftOut(LeftOutReason.IN_ANOTHER_CALL, number="+6591230007"), LeftOut(LeftOutReason.BOT, "U0BOT"))
    conference = replace(held("old", call(HERS, ALICE), call(GUESTS), guests=(GUESTS,)), left_out=left_out)
    await storage.add(conference)
    for number in (HERS, GUESTS, "+6591230006"):
        await notify(storage, conference.key, number)
    assert await storage.forget_old(BEGUN_AT + timedelta(microseconds=1), at_most=10) == 1
    assert not [n for n in (HERS, GUESTS, "+6591230006", "+6591230007") if on_disk(database, n)]
    assert await storage.forget_old(BEGUN_AT + timedelta(microseconds=1), at_most=10) == 0
    await notify(storage, conference.key, HERS)
    assert not on_disk(database, HERS)


async def test_a_number_on_file_is_not_old(storage: Storage) -> None:
    await keep_number(storage, ALICE, HERS)
    await storage.add(held("old", call(HERS, ALICE)))
    await storage.forget_old(BEGUN_AT + timedelta(days=1), at_most=10)
    on_file = (await storage.person(TEAM, ALICE)).number
    assert on_file is not None
    assert on_file.number == HERS


async def test_the_oldest_are_forgotten_first_and_so_many_at_once(storage: Storage) -> None:
    for age in range(5):
        await storage.add(replace(held(f"c{age}", call(HERS)), created_at=BEGUN_AT - timedelta(days=age)))

    async def forgotten() -> list[int]:
        return [age for age in range(5) if await numbers_in(storage, f"c{age}") == [""]]

    assert await storage.forget_old(BEGUN_AT, at_most=3) == 3
    assert await forgotten() == [2, 3, 4]
    assert await storage.forget_old(BEGUN_AT, at_most=3) == 1
    assert await storage.forget_old(BEGUN_AT, at_most=3) == 0
    assert await forgotten() == [1, 2, 3, 4]


@pytest.mark.parametrize("state", ConferenceState)
async def test_what_is_not_over_is_not_old(storage: Storage, state: ConferenceState) -> None:
    for call_state in CallState:
        await storage.add(held(call_state, call(HERS, ALICE, state=call_state), state=state))
    await storage.forget_old(BEGUN_AT + timedelta(days=400), at_most=100)
    for call_state in CallState:
        conference = await storage.conference(ConferenceKey(TEAM, call_state))
        assert (conference.participants[0].number == "") is conference.is_over


async def test_codes_are_forgotten_when_nobody_can_enter_them_or_they_do_not_count(
    storage: Storage, database: Path
) -> None:
    good_for, day = timedelta(minutes=10), timedelta(days=1)
    await keep_proof(storage, HERS)
    await storage.proving(TEAM, ALICE, lambda book: book.count_code("digest of it", BEGUN_AT))
    await storage.forget_codes(BEGUN_AT + good_for, good_for=good_for, count_for=day)
    assert (await storage.person(TEAM, ALICE)).unproved == HERS
    await storage.forget_codes(BEGUN_AT + good_for + timedelta(seconds=1), good_for=good_for, count_for=day)
    assert await storage.person(TEAM, ALICE) == PersonOnFile()
    assert not on_disk(database, HERS)
    await storage.forget_codes(BEGUN_AT + day, good_for=good_for, count_for=day)
    assert len(rows(database, "SELECT * FROM codes_sent")) == 1
    await storage.forget_codes(BEGUN_AT + day + timedelta(seconds=1), good_for=good_for, count_for=day)
    assert rows(database, "SELECT * FROM codes_sent") == []
