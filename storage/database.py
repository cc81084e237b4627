"""The one door to the database: SQLite through sqlite-utils, on a thread of its own."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from conference.model import (
    Conference,
    ConferenceKey,
)
from conference.ports import Change, Notification, StorageUnavailableError
from storage.migrations import MIGRATIONS
from storage.rows import read_conference, write_conference, write_notification

BUSY_TIMEOUT_SECONDS = 1.5
"""How long a transaction waits for another process to finish its own: short of the 3 seconds that Slack waits."""

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class StoredNumber:
    """A number on file: E.164, who put it there (`self` or `import`), and when."""

    number: str
    source: str
    set_at: datetime


@dataclass(frozen=True)
class StoredPost:
    """A message owed to Slack for a conference.

    `content` is what it says where that can't be derived later; `ts` is Slack's name for it, once it is known,
    or empty if Slack refused it for good; `drawn_version` is the conference's version that it shows.
    """

    name: str
    content: str
    begun_at: datetime
    ts: str | None
    drawn_version: int | None


class Storage:
    """Keeps numbers, conferences and posts. Open it with `open`, and `close` it.

    A transaction takes the write lock when it begins, so that what it read still holds when it writes, also
    beside another process.
    """

    def __init__(self, db: Database, thread: ThreadPoolExecutor) -> None:
        self._db = db
        self._thread = thread

    @classmethod
    async def open(cls, path: Path) -> "Storage":
        """Open or make the database file, readable by its owner alone, and bring it to the present shape."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage")
        try:
            db = await asyncio.get_running_loop().run_in_executor(thread, _open, path)
        except BaseException:
            thread.shutdown()
            raise
        return cls(db, thread)

    async def close(self) -> None:
        await self._run(self._db.close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.DatabaseError as error:
            if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
                raise
            # Locked, full, read-only, damaged: its own words say which.
            raise StorageUnavailableError(str(error)) from error

    async def check(self) -> None:
        """Raise StorageUnavailableError if the database does not answer."""
        await self._run(lambda: self._db.execute("SELECT count(*) FROM conferences WHERE 0").fetchone())

    async def check_writable(self) -> None:
        """Raise StorageUnavailableError if the database can't be written."""

        def work() -> None:
            with _transaction(self._db):
                pass

        await self._run(work)

    # Numbers

    async def number(self, team_id: str, user_id: str) -> StoredNumber | None:
        def work() -> StoredNumber | None:
            rows = self._db.query(
                "SELECT number, source, set_at FROM numbers WHERE team_id = ? AND user_id = ?",
                [team_id, user_id],
            )
            row = next(iter(rows), None)
            return StoredNumber(row["number"], row["source"], datetime.fromisoformat(row["set_at"])) if row else None

        return await self._run(work)

    async def set_numbers(self, numbers: Iterable[tuple[str, str, str]], *, source: str, now: datetime) -> None:
        """Keep numbers given as (team_id, user_id, E.164), all of them or, on an error, none."""

        def work() -> None:
            with _transaction(self._db):
                self._db.table("numbers").upsert_all(
                    (
                        {
                            "team_id": team_id,
                            "user_id": user_id,
                            "number": number,
                            "source": source,
                            "set_at": now.isoformat(),
                        }
                        for team_id, user_id, number in numbers
                    ),
                    pk=("team_id", "user_id"),
                )

        await self._run(work)

    async def remove_number(self, team_id: str, user_id: str) -> bool:
        """Forget a person's number; says whether there was one."""

        def work() -> bool:
            with _transaction(self._db):
                cursor = self._db.execute("DELETE FROM numbers WHERE team_id = ? AND user_id = ?", [team_id, user_id])
                return cursor.rowcount > 0

        return await self._run(work)

    # Conferences

    async def add(self, conference: Conference) -> None:
        def work() -> None:
            with _transaction(self._db):
                write_conference(self._db, None, conference)

        await self._run(work)

    async def conference(self, key: ConferenceKey) -> Conference:
        """Raises LookupError if there is none."""
        return await self._run(lambda: read_conference(self._db, key))

    async def find(self, conference_id: str) -> Conference | None:
        def work() -> Conference | None:
            row = self._db.execute(
                "SELECT team_id FROM conferences WHERE conference_id = ?", [conference_id]
            ).fetchone()
            return read_conference(self._db, ConferenceKey(row[0], conference_id)) if row else None

        return await self._run(work)

    async def update(
        self,
        key: ConferenceKey,
        change: Change,
        *,
        notification: Notification | None = None,
        successor: Conference | None = None,
    ) -> tuple[Conference, Conference]:
        def work() -> tuple[Conference, Conference]:
            with _transaction(self._db):
                before = read_conference(self._db, key)
                if notification is not None:
                    write_notification(self._db, key, notification)
                after = change(before, _Reading(self._db, key))
                if after == before:
                    return before, before
                after = replace(after, version=before.version + 1)
                write_conference(self._db, before, after)
                if successor is not None:
                    write_conference(self._db, None, successor)
                return before, after

        return await self._run(work)

    async def unfinished(self) -> list[ConferenceKey]:
        """Conferences that are new, dialing, live or unconfirmed, oldest first."""
        return await self._run(lambda: self._keys("state IN ('new', 'dialing', 'live', 'unconfirmed')"))

    async def unshown(self) -> list[ConferenceKey]:
        """Conferences of which Slack does not show everything yet, oldest first."""
        return await self._run(lambda: self._keys("shown_version < version"))

    def _keys(self, where: str) -> list[ConferenceKey]:
        rows = self._db.execute(
            f"SELECT team_id, conference_id FROM conferences WHERE {where} ORDER BY created_at"  # noqa: S608
        )
        return [ConferenceKey(*row) for row in rows.fetchall()]

    # Posts

    async def posted_since(self, team_id: str, name: str, moment: datetime) -> bool:
        """Whether a message of that name was begun in a workspace since a moment, for whatever conference."""

        def work() -> bool:
            row = self._db.execute(
                "SELECT 1 FROM posts WHERE team_id = ? AND name = ? AND begun_at >= ?",
                [team_id, name, moment.isoformat()],
            ).fetchone()
            return row is not None

        return await self._run(work)

    async def posts(self, key: ConferenceKey) -> list[StoredPost]:
        """The messages begun for a conference, oldest first."""

        def work() -> list[StoredPost]:
            return [
                StoredPost(
                    row["name"],
                    row["content"],
                    datetime.fromisoformat(row["begun_at"]),
                    row["ts"],
                    row["drawn_version"],
                )
                for row in self._db.query(
                    "SELECT * FROM posts WHERE team_id = ? AND conference_id = ? ORDER BY rowid", list(key)
                )
            ]

        return await self._run(work)

    async def begin_post(
        self, key: ConferenceKey, name: str, content: str, now: datetime, *, told: Conference | None = None
    ) -> StoredPost:
        """Note that a message is about to be sent, with what the thread will have been `told` by it."""

        def work() -> StoredPost:
            with _transaction(self._db):
                self._db.table("posts").insert(
                    {
                        "team_id": key.team_id,
                        "conference_id": key.conference_id,
                        "name": name,
                        "content": content,
                        "begun_at": now.isoformat(),
                    }
                )
                if told is not None:
                    self._mark_told(told)
            return StoredPost(name, content, now, None, None)

        return await self._run(work)

    def _mark_told(self, told: Conference) -> None:
        # No new version: what the thread was told is not on the board.
        self._db.execute(
            "UPDATE conferences SET told = ? WHERE team_id = ? AND conference_id = ?", [told.told, *told.key]
        )
        for position, participant in enumerate(told.participants):
            self._db.execute(
                "UPDATE participants SET told = ? WHERE team_id = ? AND conference_id = ? AND position = ?",
                [participant.told, *told.key, position],
            )

    async def finish_post(self, key: ConferenceKey, name: str, ts: str, *, drawn_version: int | None = None) -> None:
        """Note Slack's name for a message, and the version that it shows."""

        def work() -> None:
            with _transaction(self._db):
                self._db.execute(
                    "UPDATE posts SET ts = ?, drawn_version = ? WHERE team_id = ? AND conference_id = ? AND name = ?",
                    [ts, drawn_version, *key, name],
                )

        await self._run(work)

    async def mark_shown(self, key: ConferenceKey, version: int) -> None:
        """Note that Slack shows everything of a conference up to a version."""

        def work() -> None:
            with _transaction(self._db):
                self._db.execute(
                    "UPDATE conferences SET shown_version = ? WHERE team_id = ? AND conference_id = ?",
                    [version, *key],
                )

        await self._run(work)


class _Reading:
    """`conference.ports.Reading` inside a transaction."""

    def __init__(self, db: Database, key: ConferenceKey) -> None:
        self._db = db
        self._key = key

    def numbers(self, user_ids: Iterable[str]) -> dict[str, str]:
        rows = self._db.execute(
            "SELECT user_id, number FROM numbers WHERE team_id = ? AND user_id IN (SELECT value FROM json_each(?))",
            [self._key.team_id, json.dumps(list(user_ids))],
        )
        return dict(rows.fetchall())

    def open_numbers(self) -> frozenset[str]:
        rows = self._db.execute(
            "SELECT participants.number FROM participants JOIN conferences USING (team_id, conference_id) "
            "WHERE team_id = ? AND conference_id != ? AND participants.state IN ('waiting', 'ringing', 'in_call') "
            "AND conferences.state IN ('new', 'dialing', 'live', 'unconfirmed')",
            list(self._key),
        )
        return frozenset(number for (number,) in rows.fetchall())

    def notifications(self) -> list[Mapping[str, str]]:
        rows = self._db.execute(
            "SELECT fields FROM notifications WHERE team_id = ? AND conference_id = ? ORDER BY received_at",
            list(self._key),
        )
        return [json.loads(stored) for (stored,) in rows.fetchall()]


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
    return db


@contextmanager
def _transaction(db: Database) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    else:
        try:
            db.commit()
        except BaseException:
            db.rollback()
            raise
