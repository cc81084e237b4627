"""Conferences as rows, and rows as conferences. Everything here runs inside a transaction of `Storage`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from conference.invitation import Invitation, read_invitation
from conference.model import (
    CallState,
    Charge,
    Conference,
    ConferenceKey,
    ConferenceState,
    LeftOut,
    LeftOutReason,
    Participant,
    Reason,
)
from conference.ports import Notification

_Row = Mapping[str, Any]


def read_conference(db: Database, key: ConferenceKey) -> Conference:
    """Raises LookupError if there is none."""
    where = "WHERE team_id = ? AND conference_id = ?"
    row: _Row | None = next(iter(db.query(f"SELECT * FROM conferences {where}", list(key))), None)  # noqa: S608
    if row is None:
        raise LookupError(f"no conference {key.conference_id}")
    board = db.execute(f"SELECT ts FROM posts {where} AND name = 'board'", list(key)).fetchone()  # noqa: S608
    invitation = read_invitation(row["invitation"], None)
    if not isinstance(invitation, Invitation):
        raise ValueError(f"the stored invitation of {key.conference_id} cannot be read")  # noqa: TRY004
    return Conference(
        team_id=row["team_id"],
        conference_id=row["conference_id"],
        channel_id=row["channel_id"],
        caller_id=row["caller_id"],
        invitation=invitation,
        room=row["room"],
        notify_secret=row["notify_secret"],
        created_at=datetime.fromisoformat(row["created_at"]),
        response_url=row["response_url"],
        state=ConferenceState(row["state"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        detail=row["detail"],
        dialed_at=datetime.fromisoformat(row["dialed_at"]) if row["dialed_at"] else None,
        ended_at=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
        told=ConferenceState(row["told"]) if row["told"] else None,
        board_ts=(board[0] or None) if board else None,
        participants=tuple(
            map(
                _read_participant,
                db.query(f"SELECT * FROM participants {where} ORDER BY position", list(key)),  # noqa: S608
            )
        ),
        left_out=tuple(
            LeftOut(LeftOutReason(left["reason"]), left["user_id"], left["number"])
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
        ended_at=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
        told=CallState(row["told"]) if row["told"] else None,
    )


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
        if position < len(stored) and stored[position] == participant:
            continue
        charge = participant.charge
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
            },
            pk=("team_id", "conference_id", "position"),
        )
    if before is None or before.left_out != after.left_out:
        for position, left in enumerate(after.left_out):
            db.table("left_out").upsert(
                {
                    **key,
                    "position": position,
                    "user_id": left.user_id,
                    "number": left.number,
                    "reason": left.reason.value,
                },
                pk=("team_id", "conference_id", "position"),
            )


def _column(value: object) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, int):
        return value
    return str(value)


def write_notification(db: Database, key: ConferenceKey, notification: Notification) -> None:
    """Keep a notification as it came; the same one again is kept once."""
    stored = json.dumps(notification.fields, sort_keys=True)
    db.table("notifications").insert(
        {
            "team_id": key.team_id,
            "conference_id": key.conference_id,
            "digest": hashlib.sha256(stored.encode()).hexdigest(),
            "fields": stored,
            "received_at": notification.received_at.isoformat(),
        },
        ignore=True,
    )
