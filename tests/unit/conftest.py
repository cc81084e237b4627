"""A database on a disk, for the tests that need a real one."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage import Storage
from tests.harness.database import lay_empty_database


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "made" / "rollcall.db"


@pytest.fixture
async def storage(database: Path) -> AsyncIterator[Storage]:
    database.parent.mkdir()
    lay_empty_database(database)
    opened = await Storage.open(database)
    yield opened
    await opened.close()


@asynccontextmanager
async def empty_storage() -> AsyncIterator[Storage]:
    """A storage of its own for each of the examples that a test is given."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "rollcall.db"
        lay_empty_database(database)
        opened = await Storage.open(database)
        try:
            yield opened
        finally:
            await opened.close()


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
