"""Conferences as rows, and rows as conferences. Everything here runs inside a transaction of `Storage`."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from conference.calls import CallState, Charge, Participant
from conference.invitation import read_written
from conference.model import Conference, ConferenceKey, ConferenceState, LeftOut, LeftOutReason, Reason
from conference.overview import named
from conference.ports import Notification, UnknownConferenceError

_Row = Mapping[str, Any]

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
        invitation=read_written(row["invitation"]),
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


def write_conference(db: Database, before: Conference | None, after: Conference) -> None:
    """Store a conference; of its calls only those that differ from what is stored."""
    row = {name: _column(getattr(after, name)) for name in _CONFERENCE_COLUMNS}
    key = {"team_id": after.team_id, "conference_id": after.conference_id}
    if before is None:
        db.table("conferences").insert({**row, "shown_version": 0})
    else:
        db.table("conferences").update(tuple(after.key), row)
    stored = before.participants if before else ()
    for position, participant in enumerate(after.participants):
        earlier = stored[position] if position < len(stored) else None
        if earlier == participant:
            continue
        _count_usage(db, after, earlier, participant)
        charge = participant.charge
        # A number that is to be forgotten is no longer the one in this place.
        moved = {} if earlier and earlier.number == participant.number else {"forget": None}
        db.table("participants").upsert(
            {
                **key,
                "position": position,
                "number": participant.number,
                "people": json.dumps(participant.people),
                "state": participant.state.value,
                "txn_ref": participant.txn_ref,
                "minutes": participant.minutes,
                "currency": charge.currency if charge else None,
                "debit": str(charge.debit) if charge else None,
                "ended_at": _column(participant.ended_at),
                "told": participant.told.value if participant.told else None,
                "asked_by": participant.asked_by,
                "asked_at": _column(participant.asked_at),
                "dialed_at": _column(participant.dialed_at),
                "answered_at": _column(participant.answered_at),
                "why": participant.why,
                "is_muted": int(participant.is_muted),
                "hang_up": int(participant.hang_up),
                **moved,
            },
            pk=("team_id", "conference_id", "position"),
        )
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
        for position, left in enumerate(after.left_out):
            db.table("left_out").upsert(
                {
                    **key,
                    "position": position,
                    "user_id": left.user_id,
                    "number": left.number,
                    "reason": left.reason.value,
                    "until": _column(left.until),
                    "most": left.most,
                    "asked_by": left.asked_by,
                },
                pk=("team_id", "conference_id", "position"),
            )


def _write_appearances(db: Database, before: Conference | None, after: Conference) -> None:
    """Note in which conferences somebody is named, so that theirs are found among all."""
    for user_id in named(after) - (named(before) if before else set()):
        db.execute(
            "INSERT OR IGNORE INTO appearances (team_id, user_id, created_at, conference_id) VALUES (?, ?, ?, ?)",
            [after.team_id, user_id, after.created_at.isoformat(), after.conference_id],
        )


def _count_usage(db: Database, conference: Conference, before: Participant | None, after: Participant) -> None:
    """Add what a call has cost, or has cost besides, to the hour in which it was rung."""
    if before is not None and (before.minutes, before.charge) == (after.minutes, after.charge):
        return
    rung_at = after.dialed_at or conference.created_at
    hour = rung_at.replace(minute=0, second=0, microsecond=0).isoformat()
    for sign, call in ((-1, before), (1, after)):
        if call is None or (call.minutes is None and call.charge is None):
            continue
        key = (conference.team_id, hour, call.charge.currency if call.charge else "")
        sums = db.execute(
            "SELECT minutes, debit FROM usage WHERE team_id = ? AND hour = ? AND currency = ?", list(key)
        ).fetchone()
        minutes, debit = (sums[0], Decimal(sums[1])) if sums else (0, Decimal(0))
        db.table("usage").upsert(
            {
                **dict(zip(("team_id", "hour", "currency"), key, strict=True)),
                "minutes": minutes + sign * (call.minutes or 0),
                "debit": str(debit + sign * (call.charge.debit if call.charge else 0)),
            },
            pk=("team_id", "hour", "currency"),
        )


def _column(value: object) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, int):
        return value
    return str(value)


def write_notification(db: Database, conference: Conference, notification: Notification) -> None:
    """Keep a notification as it came; the same one again is kept once.

    Where a number of the conference has been forgotten, one that is none of those left is not kept either.
    """
    kept = notification.fields
    numbers = {call.number.lstrip("+") for call in conference.participants}
    if "" in numbers:
        kept = {name: value for name, value in kept.items() if not is_number(value) or bare_digits(value) in numbers}
    stored = json.dumps(kept, sort_keys=True)
    db.table("notifications").insert(
        {
            "team_id": conference.team_id,
            "conference_id": conference.conference_id,
            "digest": digest_of(stored),
            "fields": stored,
            "received_at": notification.received_at.isoformat(),
        },
        ignore=True,
    )


def digest_of(stored: str) -> str:
    """By which the same notification is known again."""
    return hashlib.sha256(stored.encode()).hexdigest()


def is_number(value: str) -> bool:
    """Whether a field may hold a phone number, however it is written."""
    return bool(re.fullmatch(r"[0-9]{7,15}", bare_digits(value)))


def bare_digits(value: str) -> str:
    """A number without what may stand before and between its digits."""
    return re.sub(r"[\s+().-]", "", value)
