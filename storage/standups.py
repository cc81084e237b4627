"""Standups and their days, and the transactions in which they change."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlite_utils import Database

from conference.holidays import EVERYBODY, CalendarRead, Holidays
from conference.invitation import Guest, Invitation, Invitee, read_written
from conference.model import Conference, ConferenceKey
from conference.recurrence import read_recurrence
from conference.reports import MOST_CALLS_A_DAY, HeldDay, ReportGround, everybody, first_day
from conference.standups import (
    CLOCK_RAN_AHEAD,
    NameTakenError,
    Occurrence,
    OccurrenceKey,
    OccurrenceState,
    Standup,
    StandupChange,
    StandupKey,
    StandupReading,
    Step,
    UnknownStandupError,
    wakes_at,
)
from storage import calendar_rows
from storage.connection import Connection
from storage.numbers import read_preferences
from storage.rows import read_conference, write_conference

log = logging.getLogger(__name__)

_Row = Mapping[str, Any]
_Found = TypeVar("_Found")


class Standups(Connection):
    """The part of `Storage` that keeps standups."""

    async def add_standup(self, standup: Standup, calendar: CalendarRead | None = None) -> None:
        """Keep a new standup, and what was read of its calendar. Raises NameTakenError."""

        def work() -> None:
            with self._transaction():
                is_other = calendar is not None and _keep(self._db, standup.team_id, calendar)
                _write(self._db, None, standup, _Reading(self._db, standup))
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
                before = _standup(self._db, key)
                if before.is_deleted:
                    raise UnknownStandupError(f"the standup {key.standup_id} was deleted")
                is_other = calendar is not None and _keep(self._db, key.team_id, calendar)
                reading = _Reading(self._db, before)
                step = change(before, reading)
                besides = step.besides and _write_occurrence(self._db, step.besides)
                occurrence = step.occurrence and _write_occurrence(self._db, step.occurrence)
                if step.conference:
                    write_conference(self._db, None, step.conference)
                _write(self._db, before, step.standup, reading)
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
            return [look(standup, _Reading(self._db, standup)) for standup in _readable(list(rows))]

        return await self._run(work)

    async def occurrence(self, key: OccurrenceKey) -> Occurrence:
        """Raises UnknownStandupError."""
        return await self._run(lambda: _occurrence(self._db, key))

    async def standup_of(self, key: OccurrenceKey) -> tuple[Standup, Occurrence, tuple[Invitee, ...]]:
        """A day, the standup that it is a day of, and whom that rings now. Raises UnknownStandupError."""

        def work() -> tuple[Standup, Occurrence, tuple[Invitee, ...]]:
            occurrence = _occurrence(self._db, key)
            standup = _standup(self._db, StandupKey(key.team_id, occurrence.standup_id))
            members = _Reading(self._db, standup).members(standup.team_names)
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
                return list(map(_read_occurrence, rows))

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

    async def report_ground(self, key: StandupKey, until: datetime) -> ReportGround:
        """What a report made at that moment rests on, the days that were due by then. Raises UnknownStandupError."""

        def work() -> ReportGround:
            standup = _standup(self._db, key)
            rows = self._db.query(
                "SELECT * FROM occurrences WHERE team_id = ? AND standup_id = ? AND day >= ? AND due_at <= ? "
                "AND channel_id = ? ORDER BY day",
                [*key, first_day(until, standup.recurrence.zone).isoformat(), until.isoformat(), standup.channel_id],
            )
            days = tuple(HeldDay(day, _calls_of(self._db, day)) for day in map(_read_occurrence, list(rows)))
            return ReportGround(standup, days, *_kept_out(self._db, key.team_id, days))

        return await self._run(work)

    async def forget_other_numbers(self, before: datetime) -> None:
        """Forget the numbers that people gave for days before a moment; where they were rung, mark them for that."""

        def work() -> None:
            rows = self._db.query(
                "SELECT * FROM occurrences WHERE other_numbers != '{}' AND due_at < ?", [before.isoformat()]
            )
            old = list(map(_read_occurrence, rows))
            if not old:
                return
            with self._transaction():
                for occurrence in old:
                    _mark_calls_to(self._db, occurrence.key, occurrence.other_numbers)
                    self._db.table("occurrences").update(tuple(occurrence.key), {"other_numbers": "{}"})
            self._empty_wal_next()

        await self._run(work)


class _Reading:
    """`conference.standups.StandupReading` inside a transaction."""

    def __init__(self, db: Database, standup: Standup) -> None:
        self._db = db
        self._standup = standup
        self._holidays: dict[str | None, Holidays] = {}

    def occurrence(self, day: date) -> Occurrence | None:
        return self._first("AND day = ?", [day.isoformat()])

    def last_rung(self, since: datetime, before: datetime) -> Occurrence | None:
        due = "AND day >= ? AND due_at >= ? AND due_at < ? AND state = 'rung' AND channel_id = ? ORDER BY day DESC"
        a_day_before = (since - timedelta(days=2)).date()
        values = [a_day_before.isoformat(), since.isoformat(), before.isoformat(), self._standup.channel_id]
        return self._first(due, values)

    def announced(self, since: date) -> Occurrence | None:
        return self._first("AND day >= ? AND is_announced AND state = 'planned' ORDER BY day DESC", [since.isoformat()])

    def _first(self, condition: str, values: Iterable[str]) -> Occurrence | None:
        rows = self._db.query(
            f"SELECT * FROM occurrences WHERE team_id = ? AND standup_id = ? {condition} LIMIT 1",  # noqa: S608
            [*self._standup.key, *values],
        )
        return next(map(_read_occurrence, rows), None)

    def holidays(self, calendar: str | None) -> Holidays:
        if calendar not in self._holidays:
            self._holidays[calendar] = calendar_rows.holidays_of(self._db, self._standup.team_id, calendar)
        return self._holidays[calendar]

    def members(self, team_names: Iterable[str]) -> tuple[Invitee, ...]:
        rows = self._db.execute(
            "SELECT name, invitees FROM teams WHERE team_id = ? AND name IN (SELECT value FROM json_each(?))",
            [self._standup.team_id, json.dumps(list(team_names))],
        )
        stored = dict(rows.fetchall())
        return tuple(
            invitee for name in team_names if name in stored for invitee in read_written(stored[name]).invitees
        )


def forget_in_standups(db: Database, team_id: str, user_id: str, number: str | None) -> bool:
    """Take a person's number out of standups and their days, in a transaction of the caller's, with what they gave.

    Says whether they had given another number for a day. A standup of nobody else stays, and says so when it is due.
    """
    had_given_one = False
    named = "SELECT * FROM occurrences WHERE team_id = ? AND other_numbers != '{}'"
    for occurrence in list(map(_read_occurrence, db.query(named, [team_id]))):
        numbers = occurrence.other_numbers
        left = {who: theirs for who, theirs in numbers.items() if who != user_id and theirs != number}
        had_given_one |= user_id in numbers
        if left != numbers:
            _mark_calls_to(db, occurrence.key, {who: numbers[who] for who in numbers.keys() - left.keys()})
            _write_occurrence(db, replace(occurrence, other_numbers=left))
    if number:
        rows = db.query("SELECT * FROM standups WHERE team_id = ? AND instr(invitees, ?)", [team_id, number])
        for standup in list(map(_read, rows)):
            invitees = tuple(invitee for invitee in standup.invitees if invitee != Guest(number))
            db.table("standups").update(tuple(standup.key), {"invitees": str(Invitation(invitees))})
    return had_given_one


def _mark_calls_to(db: Database, key: OccurrenceKey, other_numbers: Mapping[str, str]) -> None:
    """Mark each call of a day to these numbers, by whose they were that day, as one whose number is to be forgotten."""
    for user_id, number in other_numbers.items():
        db.execute(
            "UPDATE participants SET forget = 1 WHERE team_id = ? AND number = ? AND instr(people, ?) "
            "AND conference_id IN (SELECT conference_id FROM conferences WHERE team_id = ? AND occurrence_id = ?)",
            [key.team_id, number, json.dumps(user_id), key.team_id, key.occurrence_id],
        )


def _standup(db: Database, key: StandupKey) -> Standup:
    """Raises UnknownStandupError."""
    rows = db.query("SELECT * FROM standups WHERE team_id = ? AND standup_id = ?", list(key))
    row: _Row | None = next(iter(rows), None)
    if row is None:
        raise UnknownStandupError(f"no standup {key.standup_id}")
    return _read(row)


def _readable(rows: Iterable[_Row]) -> Iterator[Standup]:
    """These standups but for those whose time zone is none any more, which must not hide the others."""
    for row in rows:
        try:
            yield _read(row)
        except ValueError as error:
            log.warning("the standup %s can't be read: %s", row["standup_id"], error)


def _read(row: _Row) -> Standup:
    return Standup(
        team_id=row["team_id"],
        standup_id=row["standup_id"],
        name=row["name"],
        channel_id=row["channel_id"],
        maker_id=row["maker_id"],
        recurrence=read_recurrence(row["recurrence"]),
        dealt_with=datetime.fromisoformat(row["dealt_with"]),
        team_names=tuple(json.loads(row["team_names"])),
        invitees=read_written(row["invitees"]).invitees,
        remind_minutes=row["remind_minutes"],
        days_off=frozenset(map(date.fromisoformat, json.loads(row["days_off"]))),
        calendar=row["calendar"],
        is_paused=bool(row["is_paused"]),
        is_deleted=bool(row["is_deleted"]),
        reports_weekly=bool(row["reports_weekly"]),
        reported=datetime.fromisoformat(row["reported"]) if row["reported"] else None,
    )


def plan_anew(db: Database, team_id: str) -> None:
    """Have a workspace's standups wake when they are to by the holidays that there are now, or everybody's."""
    for standup, wake in _planned_otherwise(db, team_id):
        db.table("standups").update(tuple(standup.key), {"wakes_at": wake})


def _planned_otherwise(db: Database, team_id: str) -> list[tuple[Standup, str | None]]:
    """The standups that wake at another moment than they are to, and when they are to."""
    where, values = ("", []) if team_id == EVERYBODY else ("AND team_id = ?", [team_id])
    rows = list(db.query(f"SELECT * FROM standups WHERE is_deleted = 0 {where}", values))  # noqa: S608
    wakes = [(standup, _wakes_at(standup, _Reading(db, standup))) for standup in _readable(rows)]
    return [(standup, wake) for standup, wake in wakes if wake != _stored_wake(db, standup)]


def _keep(db: Database, team_id: str, calendar: CalendarRead) -> bool:
    """Keep what was read of a calendar that a standup is about to have; says whether it has other days than before."""
    calendar_rows.use(db, team_id, calendar.address)
    return calendar_rows.keep(db, team_id, calendar)


def _wakes_at(standup: Standup, reading: StandupReading) -> str | None:
    wake = wakes_at(standup, reading)
    return wake.isoformat() if wake else None


def _stored_wake(db: Database, standup: Standup) -> str | None:
    where = "WHERE team_id = ? AND standup_id = ?"
    row = db.execute(f"SELECT wakes_at FROM standups {where}", list(standup.key)).fetchone()  # noqa: S608
    return str(row[0]) if row and row[0] else None


def _write(db: Database, before: Standup | None, standup: Standup, reading: StandupReading) -> None:
    """Store what has changed. Raises NameTakenError."""
    wake = _wakes_at(standup, reading)
    if standup == before and _stored_wake(db, standup) == wake:
        return
    row = {
        "name": standup.name,
        "channel_id": standup.channel_id,
        "maker_id": standup.maker_id,
        "recurrence": str(standup.recurrence),
        "dealt_with": standup.dealt_with.isoformat(),
        "team_names": json.dumps(standup.team_names),
        "invitees": str(Invitation(standup.invitees)),
        "remind_minutes": standup.remind_minutes,
        "days_off": json.dumps(sorted(day.isoformat() for day in standup.days_off)),
        "calendar": standup.calendar,
        "is_paused": int(standup.is_paused),
        "is_deleted": int(standup.is_deleted),
        "reports_weekly": int(standup.reports_weekly),
        "reported": standup.reported.isoformat() if standup.reported else None,
        "wakes_at": wake,
    }
    try:
        if before is None:
            db.table("standups").insert({"team_id": standup.team_id, "standup_id": standup.standup_id, **row})
        else:
            db.table("standups").update(tuple(standup.key), row)
    except sqlite3.IntegrityError as error:
        if "standups.name" not in str(error):
            raise
        raise NameTakenError(standup.name) from None
    if _calendar_in_use(before) != _calendar_in_use(standup):
        calendar_rows.use_what_standups_use(db, standup.team_id)


def _calendar_in_use(standup: Standup | None) -> str | None:
    return None if standup is None or standup.is_deleted else standup.calendar


def _occurrence(db: Database, key: OccurrenceKey) -> Occurrence:
    """Raises UnknownStandupError."""
    rows = db.query("SELECT * FROM occurrences WHERE team_id = ? AND occurrence_id = ?", list(key))
    row: _Row | None = next(iter(rows), None)
    if row is None:
        raise UnknownStandupError(f"no occurrence {key.occurrence_id}")
    return _read_occurrence(row)


def _read_occurrence(row: _Row) -> Occurrence:
    return Occurrence(
        team_id=row["team_id"],
        occurrence_id=row["occurrence_id"],
        standup_id=row["standup_id"],
        channel_id=row["channel_id"],
        day=date.fromisoformat(row["day"]),
        due_at=datetime.fromisoformat(row["due_at"]),
        state=OccurrenceState(row["state"]),
        is_announced=bool(row["is_announced"]),
        out=tuple(json.loads(row["out"])),
        other_numbers=json.loads(row["other_numbers"]),
        skipped_by=row["skipped_by"],
        missed=row["missed"],
        is_reported=bool(row["is_reported"]),
        version=row["version"],
    )


def _calls_of(db: Database, day: Occurrence) -> tuple[Conference, ...]:
    """The conferences that a day became, oldest first."""
    rows = db.execute(
        "SELECT conference_id FROM conferences INDEXED BY conferences_of_standups "
        "WHERE team_id = ? AND occurrence_id = ? ORDER BY created_at, conference_id LIMIT ?",
        [*day.key, MOST_CALLS_A_DAY],
    )
    return tuple(read_conference(db, ConferenceKey(day.team_id, name)) for (name,) in rows.fetchall())


def _kept_out(db: Database, team_id: str, days: Iterable[HeldDay]) -> tuple[frozenset[str], frozenset[str]]:
    """Those of the people of these days who keep themselves out of reports, and the typed numbers that are theirs."""
    who = [one for day in days for conference in day.conferences for one in everybody(conference)]
    kept_out = (user_id for user_id, said in read_preferences(db, team_id, who).items() if not said.in_reports)
    numbers = db.execute(
        "SELECT number FROM numbers JOIN preferences USING (team_id, user_id) "
        "WHERE team_id = ? AND number IN (SELECT value FROM json_each(?)) AND in_reports = 0",
        [team_id, json.dumps(who)],
    )
    return frozenset(kept_out), frozenset(number for (number,) in numbers.fetchall())


def _write_occurrence(db: Database, occurrence: Occurrence) -> Occurrence | None:
    """Store a day; returns it as it is stored, None if it was stored so already."""
    rows = db.query("SELECT * FROM occurrences WHERE team_id = ? AND occurrence_id = ?", list(occurrence.key))
    stored = next(map(_read_occurrence, rows), None)
    if stored == occurrence:
        return None
    after = replace(occurrence, version=stored.version + 1) if stored else occurrence
    row = {
        "standup_id": after.standup_id,
        "channel_id": after.channel_id,
        "day": after.day.isoformat(),
        "due_at": after.due_at.isoformat(),
        "state": after.state.value,
        "is_announced": int(after.is_announced),
        "out": json.dumps(after.out),
        "other_numbers": json.dumps(after.other_numbers),
        "skipped_by": after.skipped_by,
        "missed": after.missed,
        "is_reported": int(after.is_reported),
        "version": after.version,
    }
    if stored:
        db.table("occurrences").update(tuple(after.key), row)
    else:
        key = {"team_id": after.team_id, "occurrence_id": after.occurrence_id}
        db.table("occurrences").insert({**key, **row, "shown_version": 0})
    return after
