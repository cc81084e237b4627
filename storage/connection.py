"""The database file: SQLite through sqlite-utils, on a thread of its own."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from sqlite_utils import Database

from conference.ports import StorageUnavailableError
from storage.migrations import MIGRATIONS

BUSY_TIMEOUT_SECONDS = 1.5
"""How long a transaction waits for another process to finish its own: short of the 3 seconds that Slack waits."""

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


class Connection:
    """An open database file, on its thread. Open it with `open`, and `close` it.

    A transaction takes the write lock when it begins, so that what it read still holds when it writes, also
    beside another process.
    """

    def __init__(self, db: Database, thread: ThreadPoolExecutor) -> None:
        self._db = db
        self._thread = thread
        self.failures = 0
        """How often it did not do what was asked."""

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open or make the database file, readable by its owner alone, and bring it to the present shape.

        Raises StorageUnavailableError.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage")
        try:
            db = await asyncio.get_running_loop().run_in_executor(thread, _open, path)
        except BaseException as error:
            thread.shutdown()
            if isinstance(error, (OSError, sqlite3.Error)):
                raise StorageUnavailableError(str(error)) from error
            raise
        return cls(db, thread)

    async def close(self) -> None:
        await self._run(self._db.close)
        self._thread.shutdown()

    async def check(self) -> None:
        """Raise StorageUnavailableError if the database does not answer."""
        await self._run(lambda: self._db.execute("SELECT count(*) FROM conferences WHERE 0").fetchone())

    async def check_writable(self) -> None:
        """Raise StorageUnavailableError if the database can't be written."""

        def work() -> None:
            with self._transaction():
                pass

        await self._run(work)

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.DatabaseError as error:
            if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
                raise
            self.failures += 1
            # Locked, full, read-only, damaged: its own words say which.
            raise StorageUnavailableError(str(error)) from error

    def _empty_wal(self) -> None:
        """What was overwritten still stands in the write-ahead log until that is emptied."""
        self._db.execute("PRAGMA busy_timeout = 0")
        try:
            is_busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000:.0f}")
        if is_busy:
            log.warning("another process reads the database: what was forgotten leaves its log at the next clearing")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """On the storage's thread: all that is done within, or, on an error, none of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        else:
            try:
                self._db.commit()
            except BaseException:
                self._db.rollback()
                raise


def _open(path: Path) -> Database:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives its -wal and -shm files the permissions of this one.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = Database(sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS), execute_plugins=False)
    db.enable_wal()
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    MIGRATIONS.apply(db)
    # What an earlier process forgot in its last moments may still stand in the write-ahead log.
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return db
