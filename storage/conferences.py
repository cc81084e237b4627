"""Conferences, and the transactions in which they change."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlite_utils import Database

from conference.limits import HOUR, Billed, Limit, Rung, Usage
from conference.lines import LinesHeld
from conference.model import MAX_PARTICIPANTS, Conference, ConferenceKey
from conference.ports import Change, Notification
from conference.preferences import Preferences
from storage.connection import Connection
from storage.forgetting import forget_flagged
from storage.notifications import mark_taken, read_notifications
from storage.numbers import read_numbers, read_preferences
from storage.rows import IS_UNFINISHED, read_conference, write_conference


class Conferences(Connection):
    """The part of `Storage` that keeps conferences."""

    async def add(self, conference: Conference) -> None:
        def work() -> None:
            with self._transaction():
                write_conference(self._db, None, conference)

        await self._run(work)

    async def conference(self, key: ConferenceKey) -> Conference:
        """Raises UnknownConferenceError."""
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
        successor: Conference | None = None,
        takes_in: bool = False,
    ) -> tuple[Conference, Conference]:
        def work() -> tuple[Conference, Conference]:
            forgot = False
            with self._transaction():
                before = read_conference(self._db, key)
                after = change(before, _Reading(self._db, key))
                if takes_in:
                    mark_taken(self._db, key)
                if after == before:
                    after = before
                else:
                    after = replace(after, version=before.version + 1)
                    write_conference(self._db, before, after)
                    if successor is not None:
                        write_conference(self._db, None, successor)
                if after.is_over and (takes_in or after is not before):
                    forgot = forget_flagged(self._db, key)
            if forgot:
                self._empty_wal_next()
            return before, after

        return await self._run(work)

    async def owners(self, team_id: str, numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Slack ids of the people who have these numbers on file, by number; a number that is nobody's is missing."""
        numbers = list(numbers)
        return await self._run(lambda: _owners(self._db, team_id, numbers))

    async def unfinished(self) -> list[ConferenceKey]:
        """Conferences that are new, queued, dialing, live or unconfirmed, oldest first."""
        return await self._run(lambda: self._keys(IS_UNFINISHED))

    async def queued(self) -> list[ConferenceKey]:
        """Conferences of which phones wait for a line, those first that have waited longest."""

        def work() -> list[ConferenceKey]:
            rows = self._db.execute(
                "SELECT team_id, conference_id FROM participants INDEXED BY participants_queued WHERE state = 'queued' "
                "GROUP BY team_id, conference_id ORDER BY min(asked_at), conference_id"
            )
            return [ConferenceKey(*row) for row in rows.fetchall()]

        return await self._run(work)

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


_IS_OPEN = (
    f"conferences.{IS_UNFINISHED} AND conferences.state != 'queued' "
    "AND participants.state IN ('waiting', 'ringing', 'in_call')"
)
"""A call that rings or is about to, or in which somebody may be. Said by the condition of an index, less the queue."""

_OPEN_CALLS = (
    # Left to itself, SQLite would go through all calls that ever were.
    "FROM conferences INDEXED BY conferences_unfinished CROSS JOIN participants USING (team_id, conference_id) "
    f"WHERE {_IS_OPEN}"
)


def count_lines_in_use(db: Database) -> int:
    """The lines in use: those of the carrier's account, whatever the workspace."""
    (lines,) = db.execute(f"SELECT count(*) {_OPEN_CALLS} AND participants.dialed_at IS NOT NULL").fetchone()
    return int(lines)


def _read_lines_held(db: Database) -> tuple[LinesHeld, ...]:
    """Who holds the lines in use; the longest held first."""
    rows = db.execute(
        f"SELECT team_id, caller_id, count(*), min(participants.dialed_at) AS since {_OPEN_CALLS} "
        "AND participants.dialed_at IS NOT NULL GROUP BY team_id, conference_id ORDER BY since"
    )
    return tuple(
        LinesHeld(team_id, caller_id, lines, datetime.fromisoformat(since))
        for team_id, caller_id, lines, since in rows.fetchall()
    )


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

    def out(self, conference: Conference) -> frozenset[str]:
        return frozenset(json.loads(self._of_day("out", conference) or "[]"))

    def other_numbers(self, conference: Conference) -> Mapping[str, str]:
        return dict(json.loads(self._of_day("other_numbers", conference) or "{}"))

    def _of_day(self, column: str, conference: Conference) -> str | None:
        """What is stored of the standup's day that a conference is for."""
        row = self._db.execute(
            f"SELECT {column} FROM occurrences WHERE team_id = ? AND occurrence_id = ?",  # noqa: S608
            [conference.team_id, conference.occurrence_id],
        ).fetchone()
        return row[0] if row else None

    def open_numbers(self, numbers: Iterable[str]) -> frozenset[str]:
        rows = self._db.execute(
            "SELECT participants.number FROM participants INDEXED BY participants_open "  # noqa: S608
            "CROSS JOIN conferences USING (team_id, conference_id) "
            "WHERE participants.team_id = ? AND participants.number IN (SELECT value FROM json_each(?)) "
            f"AND participants.conference_id != ? AND {_IS_OPEN}",
            [self._key.team_id, json.dumps(list(numbers)), self._key.conference_id],
        )
        return frozenset(number for (number,) in rows.fetchall())

    def open_people(self, user_ids: Iterable[str]) -> frozenset[str]:
        rows = self._db.execute(
            f"SELECT value FROM (SELECT people {_OPEN_CALLS} AND team_id = ? AND conference_id != ?) AS calls, "  # noqa: S608
            "json_each(calls.people) WHERE value IN (SELECT value FROM json_each(?))",
            [*self._key, json.dumps(list(user_ids))],
        )
        return frozenset(user_id for (user_id,) in rows.fetchall())

    def rings(self, numbers: Iterable[str], *, since: datetime) -> dict[str, tuple[datetime, ...]]:
        # A phone is one phone, whatever the workspace.
        rows = self._db.execute(
            "SELECT participants.number, coalesce(participants.dialed_at, created_at) AS rung_at "  # noqa: S608
            "FROM participants JOIN conferences USING (team_id, conference_id) "
            "WHERE participants.number IN (SELECT value FROM json_each(?)) "
            "AND participants.state NOT IN ('not_rung', 'queued') "
            "AND (participants.dialed_at IS NOT NULL OR conference_id != ?) "
            f"AND {_COUNTS} AND rung_at > ? ORDER BY rung_at",
            [json.dumps(list(numbers)), self._key.conference_id, since.isoformat()],
        )
        times = _grouped(rows.fetchall())
        return {number: tuple(map(datetime.fromisoformat, rung_at)) for number, rung_at in times.items()}

    def lines_in_use(self) -> int:
        return count_lines_in_use(self._db)

    def lines_held(self) -> tuple[LinesHeld, ...]:
        return _read_lines_held(self._db)

    def phones_ahead(self) -> int:
        (phones,) = self._db.execute(
            # Whoever waits for a place in a full room takes no line from those behind.
            "SELECT coalesce(sum(min(waiting, max(0, ? - in_the_room))), 0) FROM (SELECT count(*) AS waiting, (SELECT "
            "count(*) FROM participants AS other WHERE other.team_id = waits.team_id AND other.conference_id = "
            "waits.conference_id AND other.state IN ('waiting', 'ringing', 'in_call')) AS in_the_room "
            "FROM participants AS waits INDEXED BY participants_queued WHERE waits.state = 'queued' "
            "AND (team_id, conference_id) != (?, ?) GROUP BY team_id, conference_id)",
            [MAX_PARTICIPANTS, *self._key],
        ).fetchone()
        return int(phones)

    def usage(self, user_id: str, now: datetime) -> Usage:
        of_an_hour = {
            "team": self._key.team_id,
            "user": user_id,
            "since": (now - HOUR).isoformat(),
            # Phones may have waited for a line before they were rung.
            "begun": (now - 2 * HOUR).isoformat(),
            "here": self._key.conference_id,
        }
        started = self._db.execute(
            "SELECT created_at FROM conferences WHERE team_id = :team AND caller_id = :user AND created_at > :since "  # noqa: S608
            f"AND conference_id != :here AND {_COUNTS} AND EXISTS (SELECT 1 FROM participants WHERE "
            "participants.team_id = conferences.team_id AND participants.conference_id = conferences.conference_id) "
            "ORDER BY created_at",
            of_an_hour,
        )
        # Those that wait for a line count: they are rung without another look at the limits.
        counts = f"participants.state != 'not_rung' AND {_COUNTS} AND at > :since GROUP BY at"
        rung = self._db.execute(
            "SELECT coalesce(participants.dialed_at, asked_at, created_at) AS at, count(*) FROM conferences "  # noqa: S608
            "JOIN participants USING (team_id, conference_id) "
            "WHERE team_id = :team AND caller_id = :user AND asked_by IS NULL AND created_at > :begun "
            f"AND (coalesce(participants.dialed_at, asked_at) IS NOT NULL OR conference_id != :here) AND {counts} "
            "UNION ALL SELECT coalesce(participants.dialed_at, asked_at) AS at, count(*) FROM participants "
            "JOIN conferences USING (team_id, conference_id) "
            f"WHERE team_id = :team AND asked_by = :user AND asked_at > :begun AND {counts} ORDER BY at",
            of_an_hour,
        )
        billed = self._db.execute(
            "SELECT hour, currency, minutes, debit FROM usage WHERE team_id = ? AND hour > ? ORDER BY hour, currency",
            [self._key.team_id, (now - Limit.MINUTES_PER_DAY.window).isoformat()],
        )
        return Usage(
            tuple(datetime.fromisoformat(created_at) for (created_at,) in started.fetchall()),
            tuple(Rung(datetime.fromisoformat(at), phones) for at, phones in rung.fetchall()),
            tuple(
                Billed(datetime.fromisoformat(hour), minutes, {currency: Decimal(debit)} if currency else {})
                for hour, currency, minutes, debit in billed.fetchall()
            ),
        )

    def notifications(self, *, untaken: bool = False) -> list[Notification]:
        return read_notifications(self._db, self._key, untaken=untaken)


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
