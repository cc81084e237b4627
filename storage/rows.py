"""Conferences as rows, and rows as conferences. Everything here runs inside a transaction of `Storage`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from conference.calls import CallState, Charge, Participant
from conference.invitation import Invitation, read_written
from conference.model import Conference, ConferenceKey, ConferenceState, LeftOut, LeftOutReason, Reason
from conference.overview import named
from conference.ports import UnknownConferenceError

_Row = Mapping[str, Any]

# Of a conference under way it is read and written with every change, and hardly ever another.
_read_invitation = lru_cache(maxsize=256)(read_written)
_written_invitation = lru_cache(maxsize=256)(str)

UNFINISHED = ("new", "queued", "dialing", "live", "unconfirmed")
"""The states of a conference that is not over."""

IS_UNFINISHED = f"state IN {UNFINISHED}"
"""The same in SQL, word for word as in their index: SQLite takes that for nothing else."""

HAS_OPEN_CALL = (
    "EXISTS (SELECT 1 FROM participants AS open WHERE open.team_id = conferences.team_id AND "
    "open.conference_id = conferences.conference_id AND open.state IN ('waiting', 'ringing', 'in_call'))"
)
"""Conference.open_participants, in SQL."""


def read_conference(db: Database, key: ConferenceKey) -> Conference:
    """Raises UnknownConferenceError."""
    where = "WHERE team_id = ? AND conference_id = ?"
    row: _Row | None = next(iter(db.query(f"SELECT * FROM conferences {where}", list(key))), None)  # noqa: S608
    if row is None:
        raise UnknownConferenceError(f"no conference {key.conference_id}")
    board = db.execute(f"SELECT ts FROM posts {where} AND name = 'board'", list(key)).fetchone()  # noqa: S608
    return Conference(
        team_id=row["team_id"],
        conference_id=row["conference_id"],
        channel_id=row["channel_id"],
        caller_id=row["caller_id"],
        invitation=_read_invitation(row["invitation"]),
        room=row["room"],
        notify_secret=row["notify_secret"],
        created_at=datetime.fromisoformat(row["created_at"]),
        response_url=row["response_url"],
        state=ConferenceState(row["state"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        detail=row["detail"],
        dialed_at=_moment(row["dialed_at"]),
        ended_at=_moment(row["ended_at"]),
        told=ConferenceState(row["told"]) if row["told"] else None,
        hung_up_by=row["hung_up_by"],
        limit_reached=row["limit_reached"],
        phones_ahead=row["phones_ahead"],
        standup=row["standup"],
        occurrence_id=row["occurrence_id"],
        due_at=_moment(row["due_at"]),
        board_ts=(board[0] or None) if board else None,
        participants=tuple(
            map(
                _read_participant,
                db.query(f"SELECT * FROM participants {where} ORDER BY position", list(key)),  # noqa: S608
            )
        ),
        left_out=tuple(
            LeftOut(
                LeftOutReason(left["reason"]),
                left["user_id"],
                left["number"],
                _moment(left["until"]),
                left["most"],
                left["asked_by"],
            )
            for left in db.query(f"SELECT * FROM left_out {where} ORDER BY position", list(key))  # noqa: S608
        ),
        version=row["version"],
    )


def _read_participant(row: _Row) -> Participant:
    return Participant(
        number=row["number"],
        people=tuple(json.loads(row["people"])),
        state=CallState(row["state"]),
        txn_ref=row["txn_ref"],
        minutes=row["minutes"],
        charge=Charge(row["currency"], Decimal(row["debit"])) if row["currency"] else None,
        ended_at=_moment(row["ended_at"]),
        told=CallState(row["told"]) if row["told"] else None,
        asked_by=row["asked_by"],
        asked_at=_moment(row["asked_at"]),
        dialed_at=_moment(row["dialed_at"]),
        answered_at=_moment(row["answered_at"]),
        why=row["why"],
        is_muted=bool(row["is_muted"]),
        hang_up=bool(row["hang_up"]),
    )


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


_ELSEWHERE = frozenset({"participants", "left_out", "board_ts"})
_CONFERENCE_COLUMNS = tuple(field.name for field in fields(Conference) if field.name not in _ELSEWHERE)
_PARTICIPANT_COLUMNS = (
    "team_id",
    "conference_id",
    "position",
    "number",
    "people",
    "state",
    "txn_ref",
    "minutes",
    "currency",
    "debit",
    "ended_at",
    "told",
    "asked_by",
    "asked_at",
    "dialed_at",
    "answered_at",
    "why",
    "is_muted",
    "hang_up",
)
_LEFT_OUT_COLUMNS = (
    "team_id",
    "conference_id",
    "position",
    "user_id",
    "number",
    "reason",
    "until",
    "most",
    "asked_by",
)


def _upsert(table: str, columns: Sequence[str], *, also: str = "") -> str:
    """SQL that writes a row, in the place of the one with the same first three columns if there is one."""
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(columns[:3])}) DO UPDATE SET "
        + ", ".join([*(f"{name} = excluded.{name}" for name in columns[3:]), *filter(None, [also])])
    )


_INSERT_CONFERENCE = (
    f"INSERT INTO conferences ({', '.join(_CONFERENCE_COLUMNS)}, shown_version) "  # noqa: S608
    f"VALUES ({', '.join('?' * len(_CONFERENCE_COLUMNS))}, 0)"
)
_UPDATE_CONFERENCE = (
    f"UPDATE conferences SET {', '.join(f'{name} = ?' for name in _CONFERENCE_COLUMNS)} "  # noqa: S608
    "WHERE team_id = ? AND conference_id = ?"
)
_WRITE_PARTICIPANT = _upsert(
    "participants",
    _PARTICIPANT_COLUMNS,
    # A number that is to be forgotten is no longer the one in this place.
    also="forget = CASE WHEN number = excluded.number THEN forget END",
)
_WRITE_LEFT_OUT = _upsert("left_out", _LEFT_OUT_COLUMNS)
_WRITE_USAGE = _upsert("usage", ("team_id", "hour", "currency", "minutes", "debit"))


def write_conference(db: Database, before: Conference | None, after: Conference) -> None:
    """Store a conference; of its calls only those that differ from what is stored."""
    row = [_column(getattr(after, name)) for name in _CONFERENCE_COLUMNS]
    if before is None:
        db.execute(_INSERT_CONFERENCE, row)
    else:
        db.execute(_UPDATE_CONFERENCE, [*row, *after.key])
    stored = before.participants if before else ()
    changed = []
    for position, participant in enumerate(after.participants):
        earlier = stored[position] if position < len(stored) else None
        if earlier != participant:
            changed.append((position, earlier, participant))
    db.conn.executemany(
        _WRITE_PARTICIPANT,
        [(*after.key, position, *_participant_columns(participant)) for position, _, participant in changed],
    )
    _count_usage(db, after, [(earlier, participant) for _, earlier, participant in changed])
    if len(after.participants) < len(stored):
        db.execute(
            "DELETE FROM participants WHERE team_id = ? AND conference_id = ? AND position >= ?",
            [*after.key, len(after.participants)],
        )
    _write_appearances(db, before, after)
    if before is None or before.left_out != after.left_out:
        db.execute(
            "DELETE FROM left_out WHERE team_id = ? AND conference_id = ? AND position >= ?",
            [*after.key, len(after.left_out)],
        )
        db.conn.executemany(
            _WRITE_LEFT_OUT,
            [(*after.key, position, *_left_out_columns(left)) for position, left in enumerate(after.left_out)],
        )


def _participant_columns(participant: Participant) -> tuple[str | int | None, ...]:
    """What _PARTICIPANT_COLUMNS hold after the place."""
    charge = participant.charge
    return (
        participant.number,
        json.dumps(participant.people),
        participant.state.value,
        participant.txn_ref,
        participant.minutes,
        charge.currency if charge else None,
        str(charge.debit) if charge else None,
        _column(participant.ended_at),
        participant.told.value if participant.told else None,
        participant.asked_by,
        _column(participant.asked_at),
        _column(participant.dialed_at),
        _column(participant.answered_at),
        participant.why,
        int(participant.is_muted),
        int(participant.hang_up),
    )


def _left_out_columns(left: LeftOut) -> tuple[str | int | None, ...]:
    """What _LEFT_OUT_COLUMNS hold after the place."""
    return (left.user_id, left.number, left.reason.value, _column(left.until), left.most, left.asked_by)


def _write_appearances(db: Database, before: Conference | None, after: Conference) -> None:
    """Note in which conferences somebody is named, so that theirs are found among all."""
    created_at = after.created_at.isoformat()
    db.conn.executemany(
        "INSERT OR IGNORE INTO appearances (team_id, user_id, created_at, conference_id) VALUES (?, ?, ?, ?)",
        [
            (after.team_id, user_id, created_at, after.conference_id)
            for user_id in named(after) - (named(before) if before else set())
        ],
    )


def _count_usage(
    db: Database, conference: Conference, changed: Iterable[tuple[Participant | None, Participant]]
) -> None:
    """Add what calls have cost, or have cost besides, to the hours in which they were rung."""
    besides: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for before, after in changed:
        if before is not None and (before.minutes, before.charge) == (after.minutes, after.charge):
            continue
        rung_at = after.dialed_at or conference.created_at
        hour = rung_at.replace(minute=0, second=0, microsecond=0).isoformat()
        for sign, call in ((-1, before), (1, after)):
            if call is None or (call.minutes is None and call.charge is None):
                continue
            key = (hour, call.charge.currency if call.charge else "")
            minutes, debit = besides.get(key, (0, Decimal(0)))
            cost = call.charge.debit if call.charge else Decimal(0)
            besides[key] = (minutes + sign * (call.minutes or 0), debit + sign * cost)
    for (hour, currency), (minutes, debit) in besides.items():
        where = [conference.team_id, hour, currency]
        sums = db.execute(
            "SELECT minutes, debit FROM usage WHERE team_id = ? AND hour = ? AND currency = ?", where
        ).fetchone()
        if sums:
            minutes, debit = sums[0] + minutes, Decimal(sums[1]) + debit
        db.execute(_WRITE_USAGE, [*where, minutes, str(debit)])


def _column(value: object) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Invitation):
        return _written_invitation(value)
    if value is None or isinstance(value, int):
        return value
    return str(value)
