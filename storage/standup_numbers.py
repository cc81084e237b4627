"""Numbers that stand in standups and in their days, and taking them out."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from conference.invitation import Guest, Invitation
from conference.standups.model import OccurrenceKey
from storage.connection import Connection
from storage.standup_rows import read_occurrence, read_standup, write_occurrence


class StandupNumbers(Connection):
    """The part of `Storage` that forgets numbers which people gave for a day."""

    async def forget_other_numbers(self, before: datetime) -> None:
        """Forget the numbers that people gave for days before a moment; where they were rung, mark them for that."""

        def work() -> None:
            rows = self._db.query(
                "SELECT * FROM occurrences WHERE other_numbers != '{}' AND due_at < ?", [before.isoformat()]
            )
            old = list(map(read_occurrence, rows))
            if not old:
                return
            with self._transaction():
                for occurrence in old:
                    _mark_calls_to(self._db, occurrence.key, occurrence.other_numbers)
                    self._db.table("occurrences").update(tuple(occurrence.key), {"other_numbers": "{}"})
            self._empty_wal_next()

        await self._run(work)


def forget_in_standups(db: Database, team_id: str, user_id: str, number: str | None) -> bool:
    """Take a person's number out of standups and their days, in a transaction of the caller's, with what they gave.

    Says whether they had given another number for a day. A standup of nobody else stays, and says so when it is due.
    """
    had_given_one = False
    named = "SELECT * FROM occurrences WHERE team_id = ? AND other_numbers != '{}'"
    for occurrence in list(map(read_occurrence, db.query(named, [team_id]))):
        numbers = occurrence.other_numbers
        left = {who: theirs for who, theirs in numbers.items() if who != user_id and theirs != number}
        had_given_one |= user_id in numbers
        if left != numbers:
            _mark_calls_to(db, occurrence.key, {who: numbers[who] for who in numbers.keys() - left.keys()})
            write_occurrence(db, replace(occurrence, other_numbers=left))
    if number:
        rows = db.query("SELECT * FROM standups WHERE team_id = ? AND instr(invitees, ?)", [team_id, number])
        for standup in list(map(read_standup, rows)):
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
