"""The database file: SQLite through sqlite-utils, on a thread of its own."""

import asyncio
import logging
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlite_utils import Database

from conference.ports import StorageUnavailableError
from conference.right_of_way import IS_BEHIND
from storage.migrations import MIGRATIONS, NAMES, applied

BUSY_TIMEOUT_SECONDS = 1.5
"""How long a transaction waits for another process to finish its own: short of the 3 seconds that Slack waits."""

BEHIND_AT_ONCE = 8
"""As much of what nobody outside waits for shares a commit, so that whoever comes next does not wait long for it."""

BEHIND_AN_ANSWER = 4
"""The same where somebody waits for an answer already. It is not nothing: a flood must not hold up the phones."""

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class _Asked:
    """Work that somebody waits for."""

    work: Callable[[], Any]
    answer: asyncio.Future[Any]


@dataclass(frozen=True)
class _Outcome:
    """What came of a piece of work: a result, or an error in its place."""

    result: Any = None
    error: BaseException | None = None

    def give(self, answer: asyncio.Future[Any]) -> None:
        # Whoever asked may have given up by now.
        if answer.done():
            return
        if self.error is None:
            answer.set_result(self.result)
        else:
            answer.set_exception(self.error)


@dataclass(frozen=True)
class _Done:
    """A piece of work, what came of it so far, and whether it wrote or wanted to."""

    work: Callable[[], Any]
    outcome: _Outcome
    wrote: bool


class Connection:
    """An open database file, on its thread. Open it with `open`, and `close` it.

    A transaction takes the write lock when it begins, so that what it read still holds when it writes, also
    beside another process. What is asked while the disk is busy is done next, one after another with one commit for
    all: a commit waits for the disk, and a burst waits once. Nobody is answered before it. What somebody outside waits
    for goes before what goes on behind.
    """

    def __init__(self, db: Database, thread: ThreadPoolExecutor) -> None:
        self._db = db
        self._thread = thread
        self._asked: list[_Asked] = []
        self._asked_behind: deque[_Asked] = deque()
        self._working_off: asyncio.Task[None] | None = None
        self._refused: sqlite3.DatabaseError | None = None
        """Why no transaction can begin just now."""
        self._writes = False
        """Whether the work that is being done wanted to write."""
        self._must_empty_wal = False
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
        while self._working_off:
            await asyncio.wait([self._working_off])
        await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
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
        asked = _Asked(work, asyncio.get_running_loop().create_future())
        (self._asked_behind if IS_BEHIND.get() else self._asked).append(asked)
        if self._working_off is None:
            self._working_off = asyncio.create_task(self._work_off())
        try:
            result: _Result = await asked.answer
        except sqlite3.DatabaseError as error:
            if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
                raise
            self.failures += 1
            # Locked, full, read-only, damaged: its own words say which.
            raise StorageUnavailableError(str(error)) from error
        return result

    async def _work_off(self) -> None:
        try:
            while together := self._next():
                works = [asked.work for asked in together]
                try:
                    outcomes = await asyncio.get_running_loop().run_in_executor(self._thread, self._do, works)
                except Exception as error:
                    # Nobody is left waiting, also of a database that has been closed.
                    outcomes = [_Outcome(error=error)] * len(works)
                for asked, outcome in zip(together, outcomes, strict=True):
                    outcome.give(asked.answer)
        finally:
            self._working_off = None

    def _next(self) -> list[_Asked]:
        """What is done next: all that an answer waits for, and some of the rest."""
        together, self._asked = self._asked, []
        most = BEHIND_AN_ANSWER if together else BEHIND_AT_ONCE
        if self._refused:
            # While another process holds the database, each time waits for it: so all learn of it at once.
            most = len(self._asked_behind)
        together += [self._asked_behind.popleft() for _ in range(min(most, len(self._asked_behind)))]
        return together

    def _do(self, works: Sequence[Callable[[], Any]]) -> list[_Outcome]:
        """On the storage's thread: do all of it, and commit."""
        self._refused = None
        done: list[_Done] = []
        for work in works:
            others_wrote = self._db.conn.in_transaction
            done.append(self._done(work))
            if others_wrote and not self._db.conn.in_transaction:
                # Some errors, such as a full disk, make SQLite take the whole transaction back.
                done = self._taken_back(done, done[-1].outcome)
        if self._db.conn.in_transaction:
            committed = _outcome(self._commit)
            if committed.error:
                self._db.rollback()
                done = self._taken_back(done, committed)
        outcomes = [one.outcome for one in done]
        if self._must_empty_wal:
            self._must_empty_wal = False
            self._empty_wal()
        return outcomes

    def _done(self, work: Callable[[], Any]) -> _Done:
        self._writes = False
        outcome = _outcome(work)
        return _Done(work, outcome, self._writes)

    def _taken_back(self, done: Sequence[_Done], why: _Outcome) -> list[_Done]:
        """Nothing of it has been written: whoever wrote learns why. Whoever read may have read that, and reads anew."""
        return [replace(one, outcome=why if one.wrote else _outcome(one.work)) for one in done]

    def _commit(self) -> None:
        self._db.commit()

    def _empty_wal_next(self) -> None:
        """What was overwritten still stands in the write-ahead log until that is emptied: do so after the commit."""
        self._must_empty_wal = True

    def _empty_wal(self) -> None:
        why = "another process reads it"
        self._db.execute("PRAGMA busy_timeout = 0")
        try:
            is_busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.DatabaseError as error:
            is_busy, why = True, str(error)
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000:.0f}")
        if is_busy:
            log.warning("what was forgotten leaves the database's log at the next clearing: %s", why)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """On the storage's thread: all that is done within, or, on an error, none of it."""
        self._writes = True
        if self._refused:
            # Each would wait as long for the lock as the first one did.
            raise self._refused
        if not self._db.conn.in_transaction:
            try:
                self._db.execute("BEGIN IMMEDIATE")
            except sqlite3.DatabaseError as error:
                self._refused = error
                raise
        self._db.execute("SAVEPOINT work")
        try:
            yield
        except BaseException:
            if self._db.conn.in_transaction:
                self._db.execute("ROLLBACK TO work")
                self._db.execute("RELEASE work")
            raise
        else:
            self._db.execute("RELEASE work")


def _outcome(work: Callable[[], Any]) -> _Outcome:
    try:
        return _Outcome(work())
    except BaseException as error:
        return _Outcome(error=error)


def _open(path: Path) -> Database:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives its -wal and -shm files the permissions of this one.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = Database(sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS), execute_plugins=False)
    if applied(db) - NAMES:
        db.close()
        raise StorageUnavailableError("it is of a newer Rollcall than this one; use that one, or restore a backup")
    db.enable_wal()
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    MIGRATIONS.apply(db)
    # What an earlier process forgot in its last moments may still stand in the write-ahead log.
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return db
