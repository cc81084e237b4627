"""Conferences, and the transactions in which they change."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlite_utils import Database

from conference.limits import HOUR, Begun, Billed, Limit, Usage
from conference.model import Conference, ConferenceKey
from conference.ports import Change, Notification
from conference.preferences import Preferences
from storage.connection import Connection
from storage.forgetting import forget_flagged
from storage.numbers import read_numbers, read_preferences
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
            forgot = False
            with self._transaction():
                before = read_conference(self._db, key)
                if notification is not None:
                    write_notification(self._db, before, notification)
                after = change(before, _Reading(self._db, key))
                if after == before:
                    return before, before
                after = replace(after, version=before.version + 1)
                write_conference(self._db, before, after)
                if after.is_over:
                    forgot = forget_flagged(self._db, key)
                if successor is not None:
                    write_conference(self._db, None, successor)
            if forgot:
                self._empty_wal()
            return before, after

        return await self._run(work)

    async def owners(self, team_id: str, numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Slack ids of the people who have these numbers on file, by number; a number that is nobody's is missing."""
        numbers = list(numbers)
        return await self._run(lambda: _owners(self._db, team_id, numbers))

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


_COUNTS = "(conferences.state NOT IN ('abandoned', 'refused') OR conferences.reason = 'rung_anew')"
"""What may have rung phones. Where people were rung anew, nobody knows whether they had been rung before."""


class _Reading:
    """`conference.ports.Reading` inside a transaction."""

    def __init__(self, db: Database, key: ConferenceKey) -> None:
        self._db = db
        self._key = key

    def numbers(self, user_ids: Iterable[str], *, believed: bool) -> dict[str, str]:
        return read_numbers(self._db, self._key.team_id, user_ids, believed=believed)

    def owners(self, numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
        return _owners(self._db, self._key.team_id, numbers)

    def preferences(self, user_ids: Iterable[str]) -> dict[str, Preferences]:
        return read_preferences(self._db, self._key.team_id, user_ids)

    def open_numbers(self) -> frozenset[str]:
        rows = self._db.execute(
            "SELECT participants.number FROM participants JOIN conferences USING (team_id, conference_id) "
            "WHERE team_id = ? AND conference_id != ? AND participants.state IN ('waiting', 'ringing', 'in_call') "
            "AND conferences.state IN ('new', 'dialing', 'live', 'unconfirmed')",
            list(self._key),
        )
        return frozenset(number for (number,) in rows.fetchall())

    def rings(self, numbers: Iterable[str], *, since: datetime) -> dict[str, tuple[datetime, ...]]:
        # A phone is one phone, whatever the workspace.
        rows = self._db.execute(
            "SELECT participants.number, coalesce(dialed_at, created_at) AS rung_at "  # noqa: S608
            "FROM participants JOIN conferences USING (team_id, conference_id) "
            "WHERE participants.number IN (SELECT value FROM json_each(?)) AND conference_id != ? "
            f"AND {_COUNTS} AND rung_at > ? ORDER BY rung_at",
            [json.dumps(list(numbers)), self._key.conference_id, since.isoformat()],
        )
        times = _grouped(rows.fetchall())
        return {number: tuple(map(datetime.fromisoformat, rung_at)) for number, rung_at in times.items()}

    def usage(self, caller_id: str, now: datetime) -> Usage:
        begun = self._db.execute(
            "SELECT created_at, (SELECT count(*) FROM participants WHERE participants.team_id = conferences.team_id "  # noqa: S608
            "AND participants.conference_id = conferences.conference_id) AS phones FROM conferences "
            "WHERE team_id = ? AND caller_id = ? AND created_at > ? AND conference_id != ? "
            f"AND {_COUNTS} AND phones > 0 ORDER BY created_at",
            [self._key.team_id, caller_id, (now - HOUR).isoformat(), self._key.conference_id],
        )
        billed = self._db.execute(
            "SELECT hour, currency, minutes, debit FROM usage WHERE team_id = ? AND hour > ? ORDER BY hour, currency",
            [self._key.team_id, (now - Limit.MINUTES_PER_DAY.window).isoformat()],
        )
        return Usage(
            tuple(Begun(datetime.fromisoformat(created_at), phones) for created_at, phones in begun.fetchall()),
            tuple(
                Billed(datetime.fromisoformat(hour), minutes, {currency: Decimal(debit)} if currency else {})
                for hour, currency, minutes, debit in billed.fetchall()
            ),
        )

    def notifications(self) -> list[Mapping[str, str]]:
        rows = self._db.execute(
            "SELECT fields FROM notifications WHERE team_id = ? AND conference_id = ? ORDER BY received_at",
            list(self._key),
        )
        return [json.loads(stored) for (stored,) in rows.fetchall()]


def _owners(db: Database, team_id: str, numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    rows = db.execute(
        "SELECT number, user_id FROM numbers WHERE team_id = ? AND number IN (SELECT value FROM json_each(?))",
        [team_id, json.dumps(list(numbers))],
    )
    return _grouped(sorted(rows.fetchall()))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        grouped[name] = (*grouped.get(name, ()), value)
    return grouped
