"""Conferences, and the transactions in which they change."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlite_utils import Database

from conference.model import Conference, ConferenceKey
from conference.ports import Change, Notification
from storage.connection import Connection
from storage.rows import read_conference, write_conference, write_notification


class Conferences(Connection):
    """The part of `Storage` that keeps conferences."""

    async def add(self, conference: Conference) -> None:
        def work() -> None:
            with self._transaction():
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
            with self._transaction():
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
