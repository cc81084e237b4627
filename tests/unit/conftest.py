"""A database on a disk, for the tests that need a real one."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conference.people import NumberOnFile, Source
from storage import Storage
from tests.unit.generated import BEGUN_AT


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "made" / "rollcall.db"


@pytest.fixture
async def storage(database: Path) -> AsyncIterator[Storage]:
    opened = await Storage.open(database)
    yield opened
    await opened.close()


async def keep_number(
    storage: Storage, user_id: str, number: str, *, team_id: str = "T1", source: Source = Source.SELF
) -> None:
    """Put a number on file, as if it had been proved."""
    on_file = NumberOnFile(number, source, BEGUN_AT)
    await storage.proving(team_id, user_id, lambda book: book.set_number(on_file))


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    """As another process would read them."""
    other = sqlite3.connect(database)
    try:
        return other.execute(sql).fetchall()
    finally:
        other.close()


def bytes_on_disk(database: Path) -> bytes:
    """Whatever a thief of the database's files would have."""
    return b"".join(path.read_bytes() for path in sorted(database.parent.iterdir()))
