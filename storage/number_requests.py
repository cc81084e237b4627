"""People whom an admin had asked for their number."""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from conference.people import AdminAct, LoggedAct, NumberRequest
from storage.admin_log import log_all
from storage.connection import Connection


class NumberRequests(Connection):
    """The part of `Storage` that keeps these requests."""

    async def request_numbers(
        self, team_id: str, user_ids: Iterable[str], *, admin_id: str, channel_id: str, now: datetime, unless: datetime
    ) -> list[str]:
        """Note whom to ask, but for those who were asked since `unless`; returns who will be, and logs it."""

        def work() -> list[str]:
            with self._transaction():
                asked = [user_id for user_id in user_ids if not was_asked(self._db, team_id, user_id, unless)]
                for user_id in asked:
                    self._db.table("number_requests").insert(
                        {
                            "team_id": team_id,
                            "user_id": user_id,
                            "admin_id": admin_id,
                            "channel_id": channel_id,
                            "asked_at": now.isoformat(),
                        }
                    )
                log_all(self._db, [LoggedAct(now, team_id, admin_id, AdminAct.ASKED, user_id) for user_id in asked])
            return asked

        return await self._run(work)

    async def unsent_number_requests(self) -> list[NumberRequest]:
        """Those whose message has not been sent yet, oldest first."""

        def work() -> list[NumberRequest]:
            rows = self._db.query("SELECT * FROM number_requests WHERE sent_at IS NULL ORDER BY asked_at, rowid")
            return [
                NumberRequest(
                    row["team_id"],
                    row["user_id"],
                    row["admin_id"],
                    row["channel_id"],
                    datetime.fromisoformat(row["asked_at"]),
                )
                for row in rows
            ]

        return await self._run(work)

    async def number_request_sent(self, request: NumberRequest, now: datetime) -> None:
        """Note that its message has been sent."""

        def work() -> None:
            with self._transaction():
                self._db.execute(
                    "UPDATE number_requests SET sent_at = ? WHERE team_id = ? AND user_id = ? AND asked_at = ?",
                    [now.isoformat(), request.team_id, request.user_id, request.asked_at.isoformat()],
                )

        await self._run(work)


def was_asked(db: Database, team_id: str, user_id: str, since: datetime) -> bool:
    """Whether somebody was asked for their number: by an admin, or because somebody wanted them in a conference."""
    row = db.execute(
        "SELECT 1 FROM number_requests WHERE team_id = :team AND user_id = :user AND asked_at >= :since UNION ALL "
        "SELECT 1 FROM posts WHERE team_id = :team AND name = 'ask ' || :user AND begun_at >= :since",
        {"team": team_id, "user": user_id, "since": since.isoformat()},
    ).fetchone()
    return row is not None
