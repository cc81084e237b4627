"""Standups and their days, and the transactions in which they change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlite_utils import Database

from conference.invitation import Invitee
from conference.standups.holidays import EVERYBODY, CalendarRead
from conference.standups.model import (
    CLOCK_RAN_AHEAD,
    Occurrence,
    OccurrenceKey,
    Standup,
    StandupChange,
    StandupKey,
    StandupReading,
    Step,
    UnknownStandupError,
)
from storage import calendar_rows
from storage.connection import Connection
from storage.rows import write_conference
from storage.standup_rows import (
    Reading,
    find_occurrence,
    find_standup,
    read_occurrence,
    readable_standups,
    stored_wake,
    wake_of,
    write_occurrence,
    write_standup,
)

_Found = TypeVar("_Found")


class Standups(Connection):
    """The part of `Storage` that keeps standups."""

    async def add_standup(self, standup: Standup, calendar: CalendarRead | None = None) -> None:
        """Keep a new standup, and what was read of its calendar. Raises NameTakenError."""

        def work() -> None:
            with self._transaction():
                is_other = calendar is not None and _keep(self._db, standup.team_id, calendar)
                write_standup(self._db, None, standup, Reading(self._db, standup))
                if is_other:
                    plan_anew(self._db, standup.team_id)

        await self._run(work)

    async def update_standup(
        self, key: StandupKey, change: StandupChange, calendar: CalendarRead | None = None
    ) -> Step:
        """Store what `change` makes of a standup; returns that, without occurrences that are as they were.

        `calendar`: what was read of the calendar that it has afterwards. Raises UnknownStandupError and NameTakenError.
        """

        def work() -> Step:
            with self._transaction():
                before = find_standup(self._db, key)
                if before.is_deleted:
                    raise UnknownStandupError(f"the standup {key.standup_id} was deleted")
                is_other = calendar is not None and _keep(self._db, key.team_id, calendar)
                reading = Reading(self._db, before)
                step = change(before, reading)
                besides = step.besides and write_occurrence(self._db, step.besides)
                occurrence = step.occurrence and write_occurrence(self._db, step.occurrence)
                if step.conference:
                    write_conference(self._db, None, step.conference)
                write_standup(self._db, before, step.standup, reading)
                if is_other:
                    plan_anew(self._db, key.team_id)
            return replace(step, occurrence=occurrence, besides=besides)

        return await self._run(work)

    async def standups(self, team_id: str, look: Callable[[Standup, StandupReading], _Found]) -> list[_Found]:
        """What is seen of each standup of a workspace, by name."""

        def work() -> list[_Found]:
            rows = self._db.query(
                "SELECT * FROM standups WHERE team_id = ? AND is_deleted = 0 ORDER BY name", [team_id]
            )
            return [look(standup, Reading(self._db, standup)) for standup in readable_standups(list(rows))]

        return await self._run(work)

    async def occurrence(self, key: OccurrenceKey) -> Occurrence:
        """Raises UnknownStandupError."""
        return await self._run(lambda: find_occurrence(self._db, key))

    async def standup_of(self, key: OccurrenceKey) -> tuple[Standup, Occurrence, tuple[Invitee, ...]]:
        """A day, the standup that it is a day of, and whom that rings now. Raises UnknownStandupError."""

        def work() -> tuple[Standup, Occurrence, tuple[Invitee, ...]]:
            occurrence = find_occurrence(self._db, key)
            standup = find_standup(self._db, StandupKey(key.team_id, occurrence.standup_id))
            members = Reading(self._db, standup).members(standup.team_names)
            return standup, occurrence, tuple(dict.fromkeys((*members, *standup.invitees)))

        return await self._run(work)

    async def standups_to_look_at(self, now: datetime) -> list[StandupKey]:
        """Those about which there is something to decide."""

        def work() -> list[StandupKey]:
            rows = self._db.execute(
                "SELECT team_id, standup_id FROM standups WHERE wakes_at <= :now UNION "
                "SELECT team_id, standup_id FROM standups WHERE dealt_with > :ahead AND is_deleted = 0",
                {"now": now.isoformat(), "ahead": (now + CLOCK_RAN_AHEAD).isoformat()},
            )
            return [StandupKey(*row) for row in rows.fetchall()]

        return await self._run(work)

    async def plan_anew(self) -> None:
        """Work out anew when there is something to decide about each."""

        def work() -> None:
            # A start that plans nothing anew writes nothing: the database may be locked just then.
            if _planned_otherwise(self._db, EVERYBODY):
                with self._transaction():
                    plan_anew(self._db, EVERYBODY)

        await self._run(work)

    async def next_look(self) -> datetime | None:
        """When there will be something to decide about one; None for never."""

        def work() -> datetime | None:
            (first,) = self._db.execute("SELECT min(wakes_at) FROM standups").fetchone()
            return datetime.fromisoformat(first) if first else None

        return await self._run(work)

    async def unshown_occurrences(self) -> list[OccurrenceKey]:
        """Days of which their channel does not show everything yet, the earliest first."""

        def work() -> list[OccurrenceKey]:
            rows = self._db.execute(
                "SELECT team_id, occurrence_id FROM occurrences WHERE shown_version < version ORDER BY due_at"
            )
            return [OccurrenceKey(*row) for row in rows.fetchall()]

        return await self._run(work)

    async def touch_announced(self, team_id: str, now: datetime) -> list[Occurrence]:
        """Have all days shown anew of which channels have been told, and which are still ahead; returns them."""

        def work() -> list[Occurrence]:
            ahead = "team_id = ? AND is_announced AND state = 'planned' AND due_at > ?"
            values = [team_id, now.isoformat()]
            if not self._db.execute(f"SELECT 1 FROM occurrences WHERE {ahead}", values).fetchone():  # noqa: S608
                return []
            with self._transaction():
                self._db.execute(f"UPDATE occurrences SET version = version + 1 WHERE {ahead}", values)  # noqa: S608
                rows = self._db.query(f"SELECT * FROM occurrences WHERE {ahead}", values)  # noqa: S608
                return list(map(read_occurrence, rows))

        return await self._run(work)

    async def mark_occurrence_shown(self, key: OccurrenceKey, version: int) -> None:
        """Note that its channel shows everything of a day up to a version."""

        def work() -> None:
            with self._transaction():
                self._db.execute(
                    "UPDATE occurrences SET shown_version = ? WHERE team_id = ? AND occurrence_id = ?",
                    [version, *key],
                )

        await self._run(work)


def plan_anew(db: Database, team_id: str) -> None:
    """Have a workspace's standups wake when they are to by the holidays that there are now, or everybody's."""
    for standup, wake in _planned_otherwise(db, team_id):
        db.table("standups").update(tuple(standup.key), {"wakes_at": wake})


def _planned_otherwise(db: Database, team_id: str) -> list[tuple[Standup, str | None]]:
    """The standups that wake at another moment than they are to, and when they are to."""
    where, values = ("", []) if team_id == EVERYBODY else ("AND team_id = ?", [team_id])
    rows = list(db.query(f"SELECT * FROM standups WHERE is_deleted = 0 {where}", values))  # noqa: S608
    wakes = [(standup, wake_of(standup, Reading(db, standup))) for standup in readable_standups(rows)]
    return [(standup, wake) for standup, wake in wakes if wake != stored_wake(db, standup)]


def _keep(db: Database, team_id: str, calendar: CalendarRead) -> bool:
    """Keep what was read of a calendar that a standup is about to have; says whether it has other days than before."""
    calendar_rows.use(db, team_id, calendar.address)
    return calendar_rows.keep(db, team_id, calendar)
