"""Backups: files that hold a whole database as it was at a moment, made beside the process that works on it."""

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from conference.model import ConferenceKey
from conference.ports import StorageUnavailableError
from conference.standups.model import StandupKey
from storage.connection import BUSY_TIMEOUT_SECONDS, Connection
from storage.owner import give_to_owner

BACKUP = 1
"""Stands in the `user_version` of a database that is a backup, and on which nobody has worked. SQLite keeps that."""

PAGES_AT_ONCE = 256

_IN_USE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})

_COUNTED = {
    "conferences": "SELECT count(*) FROM conferences",
    "numbers": "SELECT count(*) FROM numbers",
    "teams": "SELECT count(*) FROM teams",
    "standups": "SELECT count(*) FROM standups WHERE is_deleted = 0",
}

Holdings = Mapping[str, int]
"""How many there are of each that people ask about."""


class NoDatabaseError(Exception):
    """A file is none of ours, or is damaged. The text says which."""


class InUseError(Exception):
    """Another process has the database open."""


class Backups(Connection):
    """The part of `Storage` that knows whether it was restored."""

    async def is_backup(self) -> bool:
        return await self._run(lambda: self._db.execute("PRAGMA user_version").fetchone()[0] == BACKUP)

    async def no_backup_any_more(self) -> None:
        def work() -> None:
            with self._transaction():
                self._db.execute("PRAGMA user_version = 0")

        await self._run(work)

    async def expect_board(self, key: ConferenceKey) -> None:
        """Have a conference's board looked for in its channel before it is posted, if it is not known to stand."""

        def work() -> None:
            with self._transaction():
                self._db.execute(
                    "INSERT OR IGNORE INTO posts (team_id, conference_id, name, content, begun_at) "
                    "SELECT team_id, conference_id, 'board', '', created_at FROM conferences "
                    "WHERE team_id = ? AND conference_id = ?",
                    list(key),
                )

        await self._run(work)

    async def standup_keys(self) -> list[StandupKey]:
        """All that are not deleted."""

        def work() -> list[StandupKey]:
            rows = self._db.execute("SELECT team_id, standup_id FROM standups WHERE is_deleted = 0")
            return [StandupKey(*row) for row in rows.fetchall()]

        return await self._run(work)


def back_up(database: Path, file: Path) -> Holdings:
    """Write all that is in a database into a new file, readable by its owner alone; whoever works on it goes on.

    The file is complete or not there. Raises FileExistsError, other OSErrors for the file, StorageUnavailableError for
    the database, and NoDatabaseError.
    """
    if file.exists() or file.is_symlink():
        raise FileExistsError(file)
    with _written_beside(file) as part:
        holdings = _copy(database, part)
        part.replace(file)
        _sync(file.parent)
    return holdings


def put_in_place(file: Path, database: Path, now: datetime) -> tuple[Holdings, Path | None]:
    """Put a backup in the place of a database; returns what it holds, and where what was there is kept.

    Also what a database that is gone has left beside it is kept: SQLite would take its log for the backup's, and play
    it into that. Nobody may work on the database. It is the one or the other all the time, also if the power fails.
    Whoever owns what was there, or else the directory, owns what is put there, also where root does it.
    Raises OSError, StorageUnavailableError for the file, NoDatabaseError and InUseError.
    """
    database = Path(os.path.realpath(database))
    database.parent.mkdir(parents=True, exist_ok=True)
    with _written_beside(database) as part:
        holdings = _copy(file, part)
        is_there = database.exists()
        give_to_owner(part, database)
        has_left = is_there or any(map(Path.exists, _logs(database)))
        kept = database.with_name(f"{database.name}.replaced-{now:%Y%m%dT%H%M%SZ}") if has_left else None
        if kept and is_there:
            _keep(database, kept)
        elif kept:
            _keep_logs(database, kept)
        part.replace(database)
        _sync(database.parent)
    return holdings, kept


def _copy(database: Path, part: Path) -> Holdings:
    """Copy a database into an empty file, and mark that as a backup."""
    with closing(_opened(database)) as source, closing(sqlite3.connect(part)) as copy:
        try:
            # One state of it is read from here on: otherwise each change would begin the copy anew.
            source.execute("BEGIN")
            tables = {name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"conferences", "participants", "numbers"} <= tables:
                raise NoDatabaseError("it is no database of Rollcall's")
            source.backup(copy, pages=PAGES_AT_ONCE)
            # All of it in one file.
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.execute(f"PRAGMA user_version = {BACKUP}")
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            holdings = {name: copy.execute(count).fetchone()[0] for name, count in _COUNTED.items() if name in tables}
        except sqlite3.DatabaseError as error:
            if _kind(error) in _DAMAGED:
                raise NoDatabaseError(str(error)) from error
            if _kind(error) == sqlite3.SQLITE_FULL:
                raise OSError(errno.ENOSPC, str(error)) from error
            raise StorageUnavailableError(str(error)) from error
        if found != "ok":
            raise NoDatabaseError(f"it is damaged: {found}")
    _sync(part)
    return holdings


def _opened(database: Path) -> sqlite3.Connection:
    """Open a database that is there. Raises StorageUnavailableError."""
    try:
        return sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_SECONDS)
    except sqlite3.Error as error:
        raise StorageUnavailableError(str(error)) from error


def _keep(database: Path, kept: Path) -> None:
    """Have a database by another name, too. What stands in its write-ahead log must not be taken for the next one's."""
    is_damaged = False
    try:
        with closing(_opened(database)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            old.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        if _kind(error) in _IN_USE:
            raise InUseError(str(error)) from error
        if _kind(error) not in _DAMAGED:
            raise OSError(errno.EIO, str(error)) from error
        # Maybe somebody can make something of it, together with its logs.
        is_damaged = True
    if not is_damaged and Path(f"{database}-wal").exists():
        raise InUseError("its write-ahead log is still there")
    os.link(database, kept)
    _keep_logs(database, kept)


def _logs(database: Path) -> list[Path]:
    """What SQLite writes beside a database, and may need to make sense of it."""
    return [Path(f"{database}{suffix}") for suffix in ("-wal", "-shm", "-journal")]


def _keep_logs(database: Path, kept: Path) -> None:
    for log in filter(Path.exists, _logs(database)):
        log.replace(f"{kept}{log.name.removeprefix(database.name)}")
    _sync(database.parent)


def _kind(error: sqlite3.Error) -> int:
    """SQLite's primary result code."""
    return error.sqlite_errorcode & 0xFF


@contextmanager
def _written_beside(file: Path) -> Iterator[Path]:
    """An empty file in the same directory, readable by its owner alone; gone afterwards unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for leftover in (name, f"{name}-journal"):
            with suppress(FileNotFoundError):
                os.unlink(leftover)  # noqa: PTH108 - a name that is no file's any more is all the same


def _sync(path: Path) -> None:
    """Have a file, or the names in a directory, outlive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
