"""What the report of a standup rests on."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from conference.model import Conference, ConferenceKey
from conference.standups.model import Occurrence, StandupKey
from conference.standups.reports import MOST_CALLS_A_DAY, HeldDay, ReportGround, everybody, first_day
from storage.connection import Connection
from storage.numbers import read_preferences
from storage.rows import read_conference
from storage.standup_rows import find_standup, read_occurrence


class StandupReports(Connection):
    """The part of `Storage` that standups' reports are made from."""

    async def report_ground(self, key: StandupKey, until: datetime) -> ReportGround:
        """What a report made at that moment rests on, the days that were due by then. Raises UnknownStandupError."""

        def work() -> ReportGround:
            standup = find_standup(self._db, key)
            rows = self._db.query(
                "SELECT * FROM occurrences WHERE team_id = ? AND standup_id = ? AND day >= ? AND due_at <= ? "
                "AND channel_id = ? ORDER BY day",
                [*key, first_day(until, standup.recurrence.zone).isoformat(), until.isoformat(), standup.channel_id],
            )
            days = tuple(HeldDay(day, _calls_of(self._db, day)) for day in map(read_occurrence, list(rows)))
            return ReportGround(standup, days, *_kept_out(self._db, key.team_id, days))

        return await self._run(work)


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
