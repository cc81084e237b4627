"""A database on a disk, for the tests that need a real one."""

import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from conference.people import NumberOnFile, Source
from storage import Storage
from tests.harness.database import lay_empty_database
from tests.unit.generated import BEGUN_AT


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


async def keep_number(
    storage: Storage, user_id: str, number: str, *, team_id: str = "T1", source: Source = Source.SELF
) -> None:
    """Put a number on file, as if it had been proved."""
    on_file = NumberOnFile(number, source, BEGUN_AT)
    await storage.proving(team_id, user_id, lambda book: book.set_number(on_file))


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


@asynccontextmanager
async def statements(storage: Storage) -> AsyncIterator[list[str]]:
    """What SQLite is told meanwhile."""
    heard: list[str] = []
    await storage._run(lambda: storage._db.conn.set_trace_callback(heard.append))
    yield heard
    await storage._run(lambda: storage._db.conn.set_trace_callback(None))


async def query_plans(storage: Storage, queries: Iterable[str]) -> list[str]:
    """The steps in which SQLite answers these."""

    def work() -> list[str]:
        plans = (storage._db.execute(f"EXPLAIN QUERY PLAN {query}").fetchall() for query in queries)
        return [step for plan in plans for *_, step in plan]

    return await storage._run(work)


def bytes_on_disk(database: Path) -> bytes:
    """Whatever a thief of the database's files would have."""
    return b"".join(path.read_bytes() for path in sorted(database.parent.iterdir()))
