"""What is asked of the database at once is done together, with one commit."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncBoltContext

from conference.model import ConferenceKey
from conference.ports import StorageUnavailableError, UnknownConferenceError
from conference.tasks import Tasks, begun_behind
from handlers import forms
from handlers.parts import Parts
from storage import Storage
from tests.unit.conftest import rows, statements
from tests.unit.generated import conference_of

TOGETHER = [replace(conference_of(), conference_id=f"{place:016x}") for place in range(100)]


def of_transactions(heard: list[str]) -> list[str]:
    """The statements that begin and end transactions."""
    return [statement for statement in heard if statement.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


async def test_a_burst_shares_a_commit(storage: Storage, database: Path) -> None:
    async with statements(storage) as heard:
        await asyncio.gather(*map(storage.add, TOGETHER))
    assert of_transactions(heard) == ["BEGIN IMMEDIATE", "COMMIT"]
    assert len(rows(database, "SELECT 1 FROM conferences")) == len(TOGETHER)


async def test_what_somebody_outside_waits_for_goes_before_what_goes_on_behind(storage: Storage) -> None:
    done: list[str] = []
    is_free = threading.Event()
    first = asyncio.create_task(storage._run(is_free.wait))
    await asyncio.sleep(0)
    behind = [begun_behind(storage._run(partial(done.append, "behind"))) for _ in range(100)]
    await asyncio.sleep(0)
    answer = asyncio.create_task(storage._run(partial(done.append, "answer")))
    await asyncio.sleep(0)
    is_free.set()
    await asyncio.gather(first, answer, *behind)
    assert done == ["answer", *(["behind"] * 100)]


async def test_a_form_that_somebody_opens_waits_for_nothing_that_goes_on_behind(storage: Storage) -> None:
    """The trigger with which it may be opened is good for three seconds."""
    done: list[str] = []

    async def open_form(body: dict[str, Any], context: AsyncBoltContext) -> None:
        await storage._run(partial(done.append, "form"))

    is_free = threading.Event()
    first = asyncio.create_task(storage._run(is_free.wait))
    await asyncio.sleep(0)
    boards = [begun_behind(storage._run(partial(done.append, "board"))) for _ in range(100)]
    await asyncio.sleep(0)
    opening = Tasks()
    await forms.behind(cast("Parts", SimpleNamespace(behind=opening)), open_form)({}, AsyncBoltContext())
    await asyncio.sleep(0)
    is_free.set()
    await asyncio.gather(first, *opening.running, *boards)
    assert done[0] == "form"


async def test_what_only_reads_commits_nothing(storage: Storage) -> None:
    await storage.add(TOGETHER[0])
    async with statements(storage) as heard:
        await asyncio.gather(storage.conference(TOGETHER[0].key), storage.unfinished(), storage.queued())
    assert of_transactions(heard) == []


async def test_one_that_fails_takes_back_its_own_alone(storage: Storage, database: Path) -> None:
    await storage.add(TOGETHER[0])
    unknown = ConferenceKey("T1", "unknown")
    outcomes = await asyncio.gather(
        storage.add(TOGETHER[1]),
        storage.update(unknown, lambda conference, _: conference),
        # The change is written before its successor, which is there already, fails.
        storage.update(TOGETHER[0].key, lambda conference, _: replace(conference, detail="x"), successor=TOGETHER[0]),
        storage.add(TOGETHER[2]),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        UnknownConferenceError,
        sqlite3.IntegrityError,
        type(None),
    ]
    assert len(rows(database, "SELECT 1 FROM conferences")) == 3
    assert await storage.conference(TOGETHER[0].key) == TOGETHER[0]


async def test_all_who_ask_learn_at_once_that_another_process_holds_the_database(
    storage: Storage, database: Path
) -> None:
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with statements(storage) as heard:
            outcomes = await asyncio.gather(*map(storage.add, TOGETHER), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StorageUnavailableError] * len(TOGETHER)
    # The second one waited as long for the lock as the first one would have been too long.
    assert of_transactions(heard) == ["BEGIN IMMEDIATE"]
    await storage.add(TOGETHER[0])


async def test_also_all_who_go_on_behind_learn_soon_that_another_process_holds_the_database(
    storage: Storage, database: Path
) -> None:
    await storage._run(lambda: storage._db.execute("PRAGMA busy_timeout = 0"))
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with statements(storage) as heard:
            behind = [begun_behind(storage.add(conference)) for conference in TOGETHER]
            outcomes = await asyncio.gather(*behind, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StorageUnavailableError] * len(TOGETHER)
    # What is found by the first of them holds for all the others, and who waits for an answer waits for two.
    assert of_transactions(heard) == ["BEGIN IMMEDIATE"] * 2


async def fill_disk(storage: Storage) -> None:
    """Leave room for two pages more, which hold some of `TOGETHER`."""

    def work() -> None:
        (pages,) = storage._db.execute("PRAGMA page_count").fetchone()
        storage._db.execute(f"PRAGMA max_page_count = {pages + 2}")

    await storage._run(work)


async def test_whoever_is_told_that_it_is_stored_finds_it_after_the_disk_was_full(
    storage: Storage, database: Path
) -> None:
    await fill_disk(storage)
    outcomes = await asyncio.gather(*map(storage.add, TOGETHER), return_exceptions=True)
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert refused
    assert {type(outcome) for outcome in refused} == {StorageUnavailableError}
    kept = {conference_id for (conference_id,) in rows(database, "SELECT conference_id FROM conferences")}
    told = zip(TOGETHER, outcomes, strict=True)
    assert kept == {conference.conference_id for conference, outcome in told if outcome is None}


async def test_whoever_only_reads_is_answered_though_others_find_the_disk_full(
    storage: Storage, database: Path
) -> None:
    await storage.add(TOGETHER[0])
    await fill_disk(storage)
    # What it reads has been written by then, and is taken back after that.
    first, read, *_ = await asyncio.gather(
        storage.add(TOGETHER[1]), storage.unfinished(), *map(storage.add, TOGETHER[2:]), return_exceptions=True
    )
    assert isinstance(first, StorageUnavailableError)
    assert isinstance(read, list)
    kept = {conference_id for (conference_id,) in rows(database, "SELECT conference_id FROM conferences")}
    assert TOGETHER[0].conference_id in {key.conference_id for key in read} <= kept


async def test_who_gives_up_waiting_keeps_nobody_from_an_answer(storage: Storage) -> None:
    waiting = asyncio.create_task(storage.add(TOGETHER[0]))
    await asyncio.sleep(0)
    waiting.cancel()
    await storage.add(TOGETHER[1])
    assert {conference.conference_id for conference in TOGETHER[:2]} == {
        key.conference_id for key in await storage.unfinished()
    }


async def test_it_is_closed_after_what_was_asked(database: Path) -> None:
    storage = await Storage.open(database)
    asked = asyncio.gather(*map(storage.add, TOGETHER))
    await asyncio.sleep(0)
    await storage.close()
    await asked
    assert len(rows(database, "SELECT 1 FROM conferences")) == len(TOGETHER)


async def test_who_asks_after_it_was_closed_is_not_left_waiting(database: Path) -> None:
    storage = await Storage.open(database)
    await storage.close()
    with pytest.raises(RuntimeError):
        async with asyncio.timeout(20):
            await storage.check()
