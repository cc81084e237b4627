"""Taking numbers out of the database file: a person's own at their word, everybody's when they are old.

A call that may still be going on keeps its number until it is over, since it is by the number that the carrier's
news is understood, and that nobody is rung twice. So does one of which there is news that has not been taken in.
"""

import json
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlite_utils import Database

from conference.invitation import Guest, Invitation, read_written
from conference.model import ConferenceKey
from conference.people import LoggedAct
from storage.admin_log import log_all
from storage.connection import Connection
from storage.notifications import HAS_UNTAKEN, bare_digits, digest_of, is_number, read_fields
from storage.rows import HAS_OPEN_CALL
from storage.standup_numbers import forget_in_standups
from storage.teams import forget_in_teams

_IS_OVER = (
    "(conferences.state IN ('ended', 'refused', 'abandoned') "
    f"OR conferences.state = 'unconfirmed' AND NOT {HAS_OPEN_CALL}) AND NOT {HAS_UNTAKEN}"
)
"""Conference.is_over, in SQL, and there is no news of it that might prove it wrong."""

_OF_CONFERENCE = "WHERE team_id = ? AND conference_id = ?"


class Forgetting(Connection):
    """The part of `Storage` that gives numbers up."""

    async def forget(self, team_id: str, user_id: str, act: LoggedAct | None = None) -> bool:
        """Take a person's number off file and out of teams and standups; elsewhere mark it for `forget_marked`.

        Says whether there was one. `act` is logged if there was.
        """

        def work() -> bool:
            with self._transaction():
                row = self._db.execute(
                    "SELECT number FROM numbers WHERE team_id = ? AND user_id = ?", [team_id, user_id]
                ).fetchone()
                self._db.execute("DELETE FROM numbers WHERE team_id = ? AND user_id = ?", [team_id, user_id])
                proofs = self._db.execute("DELETE FROM proofs WHERE team_id = ? AND user_id = ?", [team_id, user_id])
                had_given_one = forget_in_standups(self._db, team_id, user_id, row[0] if row else None)
                was_there = row is not None or proofs.rowcount > 0 or had_given_one
                if was_there:
                    _flag(self._db, team_id, user_id, row[0] if row else None)
                if row:
                    forget_in_teams(self._db, team_id, row[0])
                    for key in _naming(self._db, team_id, row[0]):
                        _forget(self._db, key, numbers={row[0]})
                if was_there and act:
                    log_all(self._db, [act])
            return was_there

        return await self._run(work)

    async def forget_marked(self, *, at_most: int) -> int:
        """Forget what was marked in conferences that are over; says in how many. Then the file's log is emptied."""

        def work() -> int:
            keys = _flagged(self._db, at_most)
            if keys:
                with self._transaction():
                    for key in keys:
                        forget_flagged(self._db, key)
            else:
                self._empty_wal_next()
            return len(keys)

        return await self._run(work)

    async def forget_old(self, before: datetime, *, at_most: int) -> int:
        """Forget the numbers of conferences begun before a moment, the oldest first; says of how many."""

        def work() -> int:
            # What is over and old stays so: there is no need to lock the database for the looking.
            rows = self._db.execute(
                "SELECT team_id, conference_id FROM conferences WHERE forgotten IS NULL AND created_at < ? "  # noqa: S608
                f"AND {_IS_OVER} ORDER BY created_at LIMIT ?",
                [before.isoformat(), at_most],
            ).fetchall()
            if not rows:
                return 0
            with self._transaction():
                for row in rows:
                    key = ConferenceKey(*row)
                    _forget(self._db, key, numbers=None)
                    self._db.execute(
                        "UPDATE conferences SET forgotten = 1 WHERE team_id = ? AND conference_id = ?", list(key)
                    )
            self._empty_wal_next()
            return len(rows)

        return await self._run(work)

    async def forget_codes(self, now: datetime, *, good_for: timedelta, count_for: timedelta) -> None:
        """Forget codes that can't be entered any more, and those sent longer ago than they count."""
        moments = {"expired": (now - good_for).isoformat(), "past": (now - count_for).isoformat()}

        def work() -> None:
            due = self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM proofs WHERE sent_at < :expired) "
                "OR EXISTS (SELECT 1 FROM codes_sent WHERE sent_at < :past)",
                moments,
            ).fetchone()
            if not due[0]:
                return
            with self._transaction():
                self._db.execute("DELETE FROM proofs WHERE sent_at < :expired", moments)
                self._db.execute("DELETE FROM codes_sent WHERE sent_at < :past", moments)
            self._empty_wal_next()

        await self._run(work)


def _flag(db: Database, team_id: str, user_id: str, number: str | None) -> None:
    """Mark each call of a person's, and each to their number, as one whose number is to be forgotten."""
    db.execute(
        "UPDATE participants SET forget = 1 WHERE team_id = ? AND number != '' AND (number = ? OR instr(people, ?))",
        [team_id, number, json.dumps(user_id)],
    )


def _flagged(db: Database, at_most: int) -> list[ConferenceKey]:
    """Some of the conferences that are over and hold a number that is to be forgotten."""
    rows = db.execute(
        "SELECT DISTINCT team_id, conference_id FROM participants JOIN conferences USING (team_id, conference_id) "  # noqa: S608
        f"WHERE forget = 1 AND {_IS_OVER} LIMIT ?",
        [at_most],
    )
    return [ConferenceKey(*row) for row in rows.fetchall()]


def _naming(db: Database, team_id: str, number: str) -> list[ConferenceKey]:
    """Conferences in which a number was typed, and no phone of it can be ringing."""
    rows = db.execute(
        "SELECT team_id, conference_id FROM conferences WHERE team_id = :team "  # noqa: S608
        f"AND (instr(invitation, :number) AND ({_IS_OVER} OR conferences.state != 'new' AND NOT EXISTS "
        "(SELECT 1 FROM participants AS called WHERE called.team_id = conferences.team_id AND "
        "called.conference_id = conferences.conference_id AND called.number = :number)) OR conference_id IN "
        "(SELECT conference_id FROM left_out WHERE team_id = :team AND number = :number))",
        {"team": team_id, "number": number},
    )
    return [ConferenceKey(*row) for row in rows.fetchall()]


def forget_flagged(db: Database, key: ConferenceKey) -> bool:
    """Forget what was to be forgotten as soon as a conference is over; says whether there was anything.

    While news of it has not been taken in, nothing is forgotten: it is understood by the number.
    """
    rows = db.execute(
        "SELECT number FROM participants JOIN conferences USING (team_id, conference_id) "  # noqa: S608
        f"WHERE team_id = ? AND conference_id = ? AND forget = 1 AND NOT {HAS_UNTAKEN}",
        list(key),
    ).fetchall()
    if rows:
        _forget(db, key, numbers={number for (number,) in rows})
    return bool(rows)


def _forget(db: Database, key: ConferenceKey, *, numbers: Collection[str] | None) -> None:
    """Take these numbers out of a conference, or all."""
    wanted = None if numbers is None else json.dumps(list(numbers))
    these = "(? IS NULL OR number IN (SELECT value FROM json_each(?)))"
    db.execute(
        f"UPDATE participants SET number = '', forget = NULL {_OF_CONFERENCE} AND {these}",  # noqa: S608
        [*key, wanted, wanted],
    )
    db.execute(
        f"UPDATE left_out SET number = '' {_OF_CONFERENCE} AND number IS NOT NULL AND {these}",  # noqa: S608
        [*key, wanted, wanted],
    )
    _forget_in_invitation(db, key, numbers)
    _forget_in_notifications(db, key, numbers)


def _forget_in_invitation(db: Database, key: ConferenceKey, numbers: Collection[str] | None) -> None:
    (stored,) = db.execute(f"SELECT invitation FROM conferences {_OF_CONFERENCE}", list(key)).fetchone()  # noqa: S608
    invitation = read_written(stored)
    invitees = tuple(
        invitee
        for invitee in invitation.invitees
        if not (isinstance(invitee, Guest) and (numbers is None or invitee.number in numbers))
    )
    if invitees != invitation.invitees:
        text = str(Invitation(invitees, invitation.caller))
        db.execute(f"UPDATE conferences SET invitation = ? {_OF_CONFERENCE}", [text, *key])  # noqa: S608


def _forget_in_notifications(db: Database, key: ConferenceKey, numbers: Collection[str] | None) -> None:
    digits = None if numbers is None else {number.lstrip("+") for number in numbers}
    rows = db.execute(f"SELECT digest, fields FROM notifications {_OF_CONFERENCE}", list(key)).fetchall()  # noqa: S608
    for digest, stored in rows:
        forgotten = _without_numbers(stored, digits)
        if forgotten == stored:
            continue
        # The digest of a text with the number in it would tell the number to whoever tries them all.
        db.execute(
            f"UPDATE OR REPLACE notifications SET digest = ?, fields = ? {_OF_CONFERENCE} AND digest = ?",  # noqa: S608
            [digest_of(forgotten), forgotten, *key, digest],
        )


def _without_numbers(stored: str, digits: Collection[str] | None) -> str:
    """The fields of a notification, as they are stored, without those that hold one of these numbers, or any."""
    try:
        fields = read_fields(stored)
    except ValueError:
        # Whatever number stands in it must go, and it must not keep all others from being forgotten.
        return "{}"
    kept = {
        name: value
        for name, value in fields.items()
        if not (is_number(value) if digits is None else bare_digits(value) in digits)
    }
    return stored if kept == fields else json.dumps(kept, sort_keys=True)
