"""Standups and their days as rows, and rows as these. Everything here runs inside a transaction of `Storage`."""

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from conference.invitation import Invitation, Invitee, read_written
from conference.standups.holidays import Holidays
from conference.standups.model import (
    NameTakenError,
    Occurrence,
    OccurrenceKey,
    OccurrenceState,
    Standup,
    StandupKey,
    StandupReading,
    UnknownStandupError,
    wakes_at,
)
from conference.standups.recurrence import read_recurrence
from storage import calendar_rows

log = logging.getLogger(__name__)

_Row = Mapping[str, Any]


class Reading:
    """`conference.standups.model.StandupReading` inside a transaction."""

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
        return next(map(read_occurrence, rows), None)

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


def find_standup(db: Database, key: StandupKey) -> Standup:
    """Raises UnknownStandupError."""
    rows = db.query("SELECT * FROM standups WHERE team_id = ? AND standup_id = ?", list(key))
    row: _Row | None = next(iter(rows), None)
    if row is None:
        raise UnknownStandupError(f"no standup {key.standup_id}")
    return read_standup(row)


def readable_standups(rows: Iterable[_Row]) -> Iterator[Standup]:
    """These standups but for those whose time zone is none any more, which must not hide the others."""
    for row in rows:
        try:
            yield read_standup(row)
        except ValueError as error:
            log.warning("the standup %s can't be read: %s", row["standup_id"], error)


def read_standup(row: _Row) -> Standup:
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


def wake_of(standup: Standup, reading: StandupReading) -> str | None:
    """When there is something to decide about it, as it is stored."""
    wake = wakes_at(standup, reading)
    return wake.isoformat() if wake else None


def stored_wake(db: Database, standup: Standup) -> str | None:
    """When it wakes, as it was stored last."""
    where = "WHERE team_id = ? AND standup_id = ?"
    row = db.execute(f"SELECT wakes_at FROM standups {where}", list(standup.key)).fetchone()  # noqa: S608
    return str(row[0]) if row and row[0] else None


def write_standup(db: Database, before: Standup | None, standup: Standup, reading: StandupReading) -> None:
    """Store what has changed. Raises NameTakenError."""
    wake = wake_of(standup, reading)
    if standup == before and stored_wake(db, standup) == wake:
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


def find_occurrence(db: Database, key: OccurrenceKey) -> Occurrence:
    """Raises UnknownStandupError."""
    rows = db.query("SELECT * FROM occurrences WHERE team_id = ? AND occurrence_id = ?", list(key))
    row: _Row | None = next(iter(rows), None)
    if row is None:
        raise UnknownStandupError(f"no occurrence {key.occurrence_id}")
    return read_occurrence(row)


def read_occurrence(row: _Row) -> Occurrence:
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


def write_occurrence(db: Database, occurrence: Occurrence) -> Occurrence | None:
    """Store a day; returns it as it is stored, None if it was stored so already."""
    rows = db.query("SELECT * FROM occurrences WHERE team_id = ? AND occurrence_id = ?", list(occurrence.key))
    stored = next(map(read_occurrence, rows), None)
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
