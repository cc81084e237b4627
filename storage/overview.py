"""What is shown of conferences beside their boards: what runs, what ran, and what it came to.

The past grows for ever: everything here is found by an index, and only what is shown is read whole.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from conference.limits import Billed
from conference.model import Conference, ConferenceKey
from conference.overview import PAGE, Bill, LinesInUse, Page, added_up, named
from storage.conferences import count_lines_in_use
from storage.connection import Connection
from storage.figures import count_queued_phones
from storage.rows import HAS_OPEN_CALL, IS_UNFINISHED, read_conference

_RUNS = f"conferences.{IS_UNFINISHED} AND (conferences.state != 'unconfirmed' OR {HAS_OPEN_CALL})"
"""It has not been found out yet how all its calls go."""

_RAN = (
    "conferences.state IN ('ended', 'refused', 'unconfirmed') "
    f"AND (conferences.state != 'unconfirmed' OR NOT {HAS_OPEN_CALL})"
)
"""The carrier was asked, and nothing more comes of it. What never came to that was shown to its caller alone."""

_IN_CHANNEL = f"FROM conferences WHERE team_id = :team AND channel_id = :channel AND {_RAN}"
_NEWEST_FIRST = "ORDER BY created_at DESC, conference_id DESC"


class Overview(Connection):
    """The part of `Storage` that is asked what runs and what ran."""

    async def running(self, team_id: str, user_id: str, channel_id: str | None = None) -> Sequence[Conference]:
        """Conferences that run in a channel or in which somebody is named, newest first."""

        def work() -> list[Conference]:
            rows = self._db.execute(
                # Left to itself, SQLite would go through all conferences of the workspace.
                "SELECT conference_id FROM conferences INDEXED BY conferences_unfinished "  # noqa: S608
                f"WHERE {_RUNS} AND team_id = :team "
                "AND (channel_id = :channel OR EXISTS (SELECT 1 FROM appearances AS named WHERE named.team_id = :team "
                "AND named.user_id = :user AND named.created_at = conferences.created_at "
                f"AND named.conference_id = conferences.conference_id)) {_NEWEST_FIRST}",
                {"team": team_id, "user": user_id, "channel": channel_id},
            )
            found = self._read(team_id, rows.fetchall())
            return [one for one in found if one.channel_id == channel_id or user_id in named(one)]

        return await self._run(work)

    async def past_of(self, team_id: str, user_id: str, *, at_most: int) -> Sequence[Conference]:
        """The last conferences in which somebody is named, newest first."""

        def work() -> list[Conference]:
            rows = self._db.execute(
                "SELECT conference_id FROM appearances JOIN conferences USING (team_id, conference_id) "  # noqa: S608
                f"WHERE team_id = :team AND user_id = :user AND {_RAN} "
                "ORDER BY appearances.created_at DESC, conference_id DESC LIMIT :most",
                {"team": team_id, "user": user_id, "most": at_most},
            )
            return [one for one in self._read(team_id, rows.fetchall()) if user_id in named(one)]

        return await self._run(work)

    async def past(self, team_id: str, channel_id: str, page: int) -> Page:
        """A page of what ran in a channel, counted from 1; beyond the last one it is empty."""
        return await self._run(lambda: self._page(team_id, channel_id, (page - 1) * PAGE))

    async def past_before(self, team_id: str, channel_id: str, conference_id: str) -> Page:
        """What ran in a channel before that conference of it; the newest page, if that is none of it or the first."""
        return await self._run(lambda: self._beside(team_id, channel_id, conference_id, "<", "DESC"))

    async def past_after(self, team_id: str, channel_id: str, conference_id: str) -> Page:
        """What ran there next after it; the newest page, if that would not be a full one."""
        return await self._run(lambda: self._beside(team_id, channel_id, conference_id, ">", "ASC"))

    async def pages(self, team_id: str, channel_id: str) -> int:
        """How many pages fill what ran in a channel. It counts them all: leafing through them does without."""

        def work() -> int:
            place = {"team": team_id, "channel": channel_id}
            (total,) = self._db.execute(f"SELECT count(*) {_IN_CHANNEL}", place).fetchone()
            return -(-int(total) // PAGE)

        return await self._run(work)

    def _page(self, team_id: str, channel_id: str, newer: int) -> Page:
        rows = self._db.execute(
            f"SELECT conference_id {_IN_CHANNEL} {_NEWEST_FIRST} LIMIT :most OFFSET :newer",
            {"team": team_id, "channel": channel_id, "newer": newer, "most": PAGE + 1},
        ).fetchall()
        return Page(tuple(self._read(team_id, rows[:PAGE])), has_newer=newer > 0, has_older=len(rows) > PAGE)

    def _beside(self, team_id: str, channel_id: str, conference_id: str, side: str, order: str) -> Page:
        place: dict[str, Any] = {"team": team_id, "channel": channel_id, "id": conference_id}
        boundary = self._db.execute(
            "SELECT created_at FROM conferences "
            "WHERE team_id = :team AND conference_id = :id AND channel_id = :channel",
            place,
        ).fetchone()
        rows = list[tuple[str]]()
        if boundary:
            rows = self._db.execute(
                f"SELECT conference_id {_IN_CHANNEL} AND (created_at, conference_id) {side} (:created_at, :id) "
                f"ORDER BY created_at {order}, conference_id {order} LIMIT :most",
                {**place, "created_at": boundary[0], "most": PAGE + 1},
            ).fetchall()
        is_newer, has_more = side == ">", len(rows) > PAGE
        if not rows or (is_newer and len(rows) < PAGE):
            return self._page(team_id, channel_id, newer=0)
        shown = self._read(team_id, rows[:PAGE])
        if is_newer:
            return Page(tuple(reversed(shown)), has_newer=has_more, has_older=True)
        return Page(tuple(shown), has_newer=True, has_older=has_more)

    def _read(self, team_id: str, rows: Sequence[tuple[str]]) -> list[Conference]:
        return [read_conference(self._db, ConferenceKey(team_id, conference_id)) for (conference_id,) in rows]

    async def bill_of(self, team_id: str, user_id: str, *, since: datetime) -> Bill:
        """What the conferences that somebody began since then came to."""

        def work() -> Bill:
            rows = self._db.execute(
                "SELECT participants.minutes, currency, debit FROM conferences JOIN participants "
                "USING (team_id, conference_id) WHERE team_id = ? AND caller_id = ? AND created_at >= ? "
                "AND (participants.minutes IS NOT NULL OR currency IS NOT NULL)",
                [team_id, user_id, since.isoformat()],
            )
            return added_up(
                Bill(minutes or 0, {currency: Decimal(debit)} if currency else {})
                for minutes, currency, debit in rows.fetchall()
            )

        return await self._run(work)

    async def billed(self, team_id: str, *, since: datetime) -> Sequence[Billed]:
        """What a workspace was billed since then, by the hour, oldest first."""

        def work() -> list[Billed]:
            rows = self._db.execute(
                "SELECT hour, currency, minutes, debit FROM usage WHERE team_id = ? AND hour >= ? "
                "ORDER BY hour, currency",
                [team_id, since.isoformat()],
            )
            return [
                Billed(datetime.fromisoformat(hour), minutes, {currency: Decimal(debit)} if currency else {})
                for hour, currency, minutes, debit in rows.fetchall()
            ]

        return await self._run(work)

    async def lines_in_use(self) -> LinesInUse:
        """Those of the carrier's account are shared by all workspaces."""
        return await self._run(lambda: LinesInUse(count_lines_in_use(self._db), count_queued_phones(self._db)))
