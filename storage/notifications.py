"""What the carrier sent of its own accord, as rows: kept before it is acknowledged, and taken in later.

But for `Notifications`, everything here runs inside a transaction of `Storage`.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
from datetime import datetime

from sqlite_utils import Database

from conference.journal import about
from conference.model import ConferenceKey
from conference.ports import Notification, TooManyNotificationsError
from storage.connection import Connection

log = logging.getLogger(__name__)

KEPT_OF_A_CONFERENCE = 1000
"""Different ones, and as many more that name a call of it. A call has two or three: more are not Hoiio's, and each may
be as large as a request may be.
"""

HAS_UNTAKEN = (
    "EXISTS (SELECT 1 FROM notifications WHERE notifications.team_id = conferences.team_id AND "
    "notifications.conference_id = conferences.conference_id AND untaken = 1)"
)
"""Whether there is one of a conference that has not been taken in, in SQL."""


class Notifications(Connection):
    """The part of `Storage` that keeps notifications."""

    async def keep(self, conference_id: str, secret: str, notification: Notification) -> ConferenceKey | None:
        def work() -> ConferenceKey | None:
            with self._transaction():
                row = self._db.execute(
                    "SELECT team_id, notify_secret, EXISTS (SELECT 1 FROM participants WHERE number = '' "
                    "AND participants.team_id = conferences.team_id "
                    "AND participants.conference_id = conferences.conference_id) "
                    "FROM conferences WHERE conference_id = ?",
                    [conference_id],
                ).fetchone()
                # Compared even when there is no such conference, so that both take the same time.
                team_id, expected, has_forgotten = row or ("", secrets.token_urlsafe(32), 0)
                if not hmac.compare_digest(expected.encode(), secret.encode()) or row is None:
                    return None
                key = ConferenceKey(team_id, conference_id)
                write_notification(self._db, key, notification, has_forgotten=bool(has_forgotten))
                return key

        return await self._run(work)

    async def untaken(self) -> list[ConferenceKey]:
        """Conferences of which there are notifications that have not been taken in."""

        def work() -> list[ConferenceKey]:
            rows = self._db.execute(
                "SELECT DISTINCT team_id, conference_id FROM notifications INDEXED BY notifications_untaken "
                "WHERE untaken = 1"
            )
            return [ConferenceKey(*row) for row in rows.fetchall()]

        return await self._run(work)


def write_notification(db: Database, key: ConferenceKey, notification: Notification, *, has_forgotten: bool) -> None:
    """Keep a notification as it came; the same one again is kept once, and is to be taken in again.

    Where a number of the conference has been forgotten, one that is none of those left is not kept either. Raises
    TooManyNotificationsError.
    """
    kept = notification.fields
    if has_forgotten:
        rows = db.execute("SELECT number FROM participants WHERE team_id = ? AND conference_id = ?", list(key))
        numbers = {number.lstrip("+") for (number,) in rows.fetchall()}
        kept = {name: value for name, value in kept.items() if not is_number(value) or bare_digits(value) in numbers}
    stored = json.dumps(kept, sort_keys=True)
    written = db.execute(
        "INSERT INTO notifications (team_id, conference_id, digest, fields, received_at, untaken) "
        "SELECT :team, :conference, :digest, :fields, :received, 1 FROM (SELECT count(*) AS others FROM notifications "
        "WHERE team_id = :team AND conference_id = :conference AND digest != :digest) "
        "WHERE others < :most OR others < 2 * :most AND EXISTS (SELECT 1 FROM participants WHERE team_id = :team "
        "AND conference_id = :conference AND txn_ref IN (SELECT value FROM json_each(:fields))) "
        "ON CONFLICT DO UPDATE SET untaken = 1",
        {
            "team": key.team_id,
            "conference": key.conference_id,
            "digest": digest_of(stored),
            "fields": stored,
            "received": notification.received_at.isoformat(),
            "most": KEPT_OF_A_CONFERENCE,
        },
    )
    if not written.rowcount:
        raise TooManyNotificationsError


def read_notifications(db: Database, key: ConferenceKey, *, untaken: bool = False) -> list[Notification]:
    """Those of a conference, oldest first: all, or those that have not been taken in."""
    rows = db.execute(
        "SELECT fields, received_at FROM notifications WHERE team_id = ? AND conference_id = ? "  # noqa: S608
        f"{'AND untaken = 1 ' if untaken else ''}ORDER BY received_at, rowid",
        list(key),
    )
    read = list[Notification]()
    for stored, received in rows.fetchall():
        try:
            read.append(Notification(read_fields(stored), datetime.fromisoformat(received)))
        except ValueError as error:
            # A file that was damaged, say. The others are to be known nevertheless.
            about(log, key.conference_id).error("a notification on file can't be read: %s", error)
    return read


def read_fields(stored: str) -> dict[str, str]:
    """The fields of a notification as they are stored. Raises ValueError, as for a file that was damaged."""
    fields = json.loads(stored)
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise ValueError("it has no fields")
    return fields


def mark_taken(db: Database, key: ConferenceKey) -> None:
    """From now on, all of a conference's that are there have been taken in."""
    db.execute(
        "UPDATE notifications SET untaken = NULL WHERE team_id = ? AND conference_id = ? AND untaken = 1", list(key)
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
