"""What admins and the operator did to numbers. Rows are added, and the database refuses anything else."""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from conference.people import AdminAct, LoggedAct
from storage.connection import Connection


class AdminLog(Connection):
    """The part of `Storage` that keeps that log."""

    async def log_acts(self, acts: Iterable[LoggedAct]) -> None:
        def work() -> None:
            with self._transaction():
                log_all(self._db, acts)

        await self._run(work)

    async def logged_acts(self) -> list[LoggedAct]:
        """Everything, oldest first."""

        def work() -> list[LoggedAct]:
            return [
                LoggedAct(
                    datetime.fromisoformat(row["at"]), row["team_id"], row["who"], AdminAct(row["act"]), row["whom"]
                )
                for row in self._db.query("SELECT * FROM admin_log ORDER BY id")
            ]

        return await self._run(work)


def log_all(db: Database, acts: Iterable[LoggedAct]) -> None:
    """Inside the transaction of the acts themselves."""
    db.conn.executemany(
        "INSERT INTO admin_log (team_id, at, who, act, whom) VALUES (?, ?, ?, ?, ?)",
        ((act.team_id, act.at.isoformat(), act.who, act.act.value, act.whom) for act in acts),
    )
