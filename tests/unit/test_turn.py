"""A turn is a lock on a file, and files can be deleted."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from conference.ports import StorageUnavailableError
from storage import Turn


@pytest.fixture
def turns(database: Path) -> Iterator[list[Turn]]:
    """As three processes would have them."""
    turns = [Turn(database) for _ in range(3)]
    yield turns
    for turn in turns:
        turn.end()


def lock_of(database: Path) -> Path:
    return database.with_name("rollcall.db.lock")


async def look(_: int) -> None:
    """Nothing is done while somebody waits."""


async def refused(turn: Turn) -> bool:
    """Whoever is told to stop looks once, and does not wait."""
    told = asyncio.Event()
    told.set()
    return not await turn.has_come(told, look)


async def test_a_lock_that_is_deleted_while_somebody_waits_keeps_them_waiting(
    turns: list[Turn], database: Path
) -> None:
    first, second, third = turns
    assert await first.has_come(asyncio.Event(), look)
    waiting = asyncio.create_task(second.has_come(asyncio.Event(), look))
    await asyncio.sleep(0)
    lock_of(database).unlink()
    assert await refused(second)
    first.end()
    assert await waiting
    assert lock_of(database).exists()
    assert await refused(third), "what it found was not what the second holds"


async def test_who_waited_for_a_lock_that_is_gone_finds_the_next_one_taken(turns: list[Turn], database: Path) -> None:
    first, second, third = turns
    assert await first.has_come(asyncio.Event(), look)
    assert await refused(second)
    lock_of(database).unlink()
    first.end()
    assert await third.has_come(asyncio.Event(), look)
    assert await refused(second)
    assert await refused(second)


async def test_no_process_that_is_started_inherits_it(turns: list[Turn], database: Path) -> None:
    first, second, _ = turns
    assert await first.has_come(asyncio.Event(), look)
    # It lives on after the turn's end.
    process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, close_fds=False)
    first.end()
    assert not await refused(second)
    process.kill()
    await process.wait()


async def test_a_lock_that_cannot_be_made(turns: list[Turn], database: Path) -> None:
    lock_of(database).mkdir(parents=True)
    with pytest.raises(StorageUnavailableError, match=r"rollcall\.db\.lock"):
        await turns[0].has_come(asyncio.Event(), look)
