"""The number directory: whose number is what, how it was proved, and when its owner may be rung."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from typing import TypeVar

from sqlite_utils import Database

from conference.people import LoggedAct, NumberOnFile, PersonOnFile, Source
from conference.preferences import Preferences, QuietHours
from conference.registration import Proof, ProofBook
from storage.admin_log import log_all
from storage.connection import Connection

_Result = TypeVar("_Result")


class Numbers(Connection):
    """The part of `Storage` that keeps numbers. Numbers are given up in `storage.forgetting`."""

    async def person(self, team_id: str, user_id: str) -> PersonOnFile:
        """All that is on file of a person."""

        def work() -> PersonOnFile:
            book = _ProofBook(self._db, team_id, user_id)
            pending = book.pending()
            kept = read_preferences(self._db, team_id, [user_id])
            return PersonOnFile(book.number(), pending.number if pending else None, kept.get(user_id, Preferences()))

        return await self._run(work)

    async def proving(self, team_id: str, user_id: str, work: Callable[[ProofBook], _Result]) -> _Result:
        """Run `work` on a person's number and proofs, all of it or, on an error, none."""

        def transaction() -> _Result:
            with self._transaction():
                return work(_ProofBook(self._db, team_id, user_id))

        return await self._run(transaction)

    async def vouch(self, team_id: str, user_id: str, number: NumberOnFile, act: LoggedAct) -> None:
        """Put a number on file and drop what is pending, and log who did it."""
        await self.vouch_for_all([(team_id, user_id, number, act)])

    async def vouch_for_all(self, numbers: Iterable[tuple[str, str, NumberOnFile, LoggedAct]]) -> None:
        """The same for many, given with the team_id and user_id of each: all of them or, on an error, none."""
        numbers = list(numbers)

        def work() -> None:
            # In as few statements as can be: a running bot waits while ten thousand are imported.
            with self._transaction():
                self._db.conn.executemany(
                    "INSERT OR REPLACE INTO numbers (team_id, user_id, number, source, set_at) VALUES (?, ?, ?, ?, ?)",
                    (
                        (team_id, user_id, number.number, number.source.value, number.set_at.isoformat())
                        for team_id, user_id, number, _ in numbers
                    ),
                )
                self._db.conn.executemany(
                    "DELETE FROM proofs WHERE team_id = ? AND user_id = ?",
                    ((team_id, user_id) for team_id, user_id, _, _ in numbers),
                )
                log_all(self._db, [act for *_, act in numbers])

        await self._run(work)

    async def all_numbers(self) -> list[tuple[str, str, str]]:
        """Every number on file, as (team_id, user_id, E.164)."""
        query = "SELECT team_id, user_id, number FROM numbers ORDER BY team_id, user_id"
        return await self._run(lambda: self._db.execute(query).fetchall())

    async def without_number(self, team_id: str, user_ids: Iterable[str], *, believed: bool) -> list[str]:
        """Those of them who have no number on file, in their order; `believed`: one that nobody proved is one."""
        user_ids = list(user_ids)
        on_file = await self._run(lambda: read_numbers(self._db, team_id, user_ids, believed=believed))
        return [user_id for user_id in user_ids if user_id not in on_file]

    async def set_preferences(self, team_id: str, user_id: str, preferences: Preferences) -> None:
        def work() -> None:
            quiet = preferences.quiet_hours
            with self._transaction():
                self._db.table("preferences").upsert(
                    {
                        "team_id": team_id,
                        "user_id": user_id,
                        "wants_rings": int(preferences.wants_rings),
                        "quiet_start": f"{quiet.start:%H:%M}" if quiet else None,
                        "quiet_end": f"{quiet.end:%H:%M}" if quiet else None,
                        "quiet_zone": quiet.zone if quiet else None,
                        "in_reports": int(preferences.in_reports),
                    },
                    pk=("team_id", "user_id"),
                )

        await self._run(work)

    async def show_in_reports(self, team_id: str, user_id: str, *, wanted: bool) -> None:
        """Whether reports of standups show somebody, from now on; what else they said stays."""

        def work() -> None:
            with self._transaction():
                self._db.execute(
                    "INSERT INTO preferences (team_id, user_id, wants_rings, in_reports) VALUES (?, ?, 1, ?) "
                    "ON CONFLICT DO UPDATE SET in_reports = excluded.in_reports",
                    [team_id, user_id, int(wanted)],
                )

        await self._run(work)

    async def note_zone(self, team_id: str, user_id: str, zone: str) -> None:
        """Keep in which time zone somebody's quiet hours are, if they have any."""

        def work() -> None:
            with self._transaction():
                self._db.execute(
                    "UPDATE preferences SET quiet_zone = ? WHERE team_id = ? AND user_id = ? "
                    "AND quiet_start IS NOT NULL",
                    [zone, team_id, user_id],
                )

        await self._run(work)


def read_numbers(db: Database, team_id: str, user_ids: Iterable[str], *, believed: bool) -> dict[str, str]:
    """E.164 numbers on file, by Slack id; `believed`: also those that nobody proved."""
    rows = db.execute(
        "SELECT user_id, number FROM numbers WHERE team_id = ? AND user_id IN (SELECT value FROM json_each(?)) "
        "AND (? OR source != 'believed')",
        [team_id, json.dumps(list(user_ids)), believed],
    )
    return dict(rows.fetchall())


def read_preferences(db: Database, team_id: str, user_ids: Iterable[str]) -> dict[str, Preferences]:
    """What people said of being rung, by Slack id."""
    rows = db.query(
        "SELECT * FROM preferences WHERE team_id = ? AND user_id IN (SELECT value FROM json_each(?))",
        [team_id, json.dumps(list(user_ids))],
    )
    return {
        row["user_id"]: Preferences(
            bool(row["wants_rings"]),
            QuietHours(time.fromisoformat(row["quiet_start"]), time.fromisoformat(row["quiet_end"]), row["quiet_zone"])
            if row["quiet_start"]
            else None,
            bool(row["in_reports"]),
        )
        for row in rows
    }


class _ProofBook:
    """`conference.registration.ProofBook` inside a transaction."""

    def __init__(self, db: Database, team_id: str, user_id: str) -> None:
        self._db = db
        self._key = {"team_id": team_id, "user_id": user_id}

    def number(self) -> NumberOnFile | None:
        rows = self._db.query(
            "SELECT number, source, set_at FROM numbers WHERE team_id = :team_id AND user_id = :user_id", self._key
        )
        row = next(iter(rows), None)
        return (
            NumberOnFile(row["number"], Source(row["source"]), datetime.fromisoformat(row["set_at"])) if row else None
        )

    def set_number(self, number: NumberOnFile) -> None:
        self._db.table("numbers").upsert(
            {**self._key, "number": number.number, "source": number.source.value, "set_at": number.set_at.isoformat()},
            pk=("team_id", "user_id"),
        )

    def pending(self) -> Proof | None:
        rows = self._db.query("SELECT * FROM proofs WHERE team_id = :team_id AND user_id = :user_id", self._key)
        row = next(iter(rows), None)
        if row is None:
            return None
        sent_at = datetime.fromisoformat(row["sent_at"])
        return Proof(row["number"], row["salt"], row["digest"], sent_at, row["tries"])

    def keep(self, proof: Proof | None) -> None:
        if proof is None:
            self._db.execute("DELETE FROM proofs WHERE team_id = :team_id AND user_id = :user_id", self._key)
            return
        row = {**vars(proof), "sent_at": proof.sent_at.isoformat()}
        self._db.table("proofs").upsert({**self._key, **row}, pk=("team_id", "user_id"))

    def codes_to_person(self, since: datetime) -> list[datetime]:
        return self._codes_sent("team_id = :team_id AND user_id = :user_id", self._key, since)

    def codes_to_number(self, digest: str, since: datetime) -> list[datetime]:
        return self._codes_sent("number_digest = :digest", {"digest": digest}, since)

    def codes_to_workspace(self, since: datetime) -> list[datetime]:
        return self._codes_sent("team_id = :team_id", self._key, since)

    def _codes_sent(self, where: str, parameters: Mapping[str, str], since: datetime) -> list[datetime]:
        rows = self._db.execute(
            f"SELECT sent_at FROM codes_sent WHERE {where} AND sent_at > :since ORDER BY sent_at",  # noqa: S608
            {**parameters, "since": since.isoformat()},
        )
        return [datetime.fromisoformat(sent_at) for (sent_at,) in rows.fetchall()]

    def count_code(self, digest: str, at: datetime) -> None:
        self._db.table("codes_sent").insert({**self._key, "number_digest": digest, "sent_at": at.isoformat()})

    def uncount_code(self, digest: str, at: datetime) -> None:
        self._db.execute(
            "DELETE FROM codes_sent WHERE team_id = :team_id AND user_id = :user_id AND number_digest = :digest "
            "AND sent_at = :at",
            {**self._key, "digest": digest, "at": at.isoformat()},
        )
