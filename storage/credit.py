"""Which admins were told that the carrier's account runs low."""

from datetime import datetime

from storage.connection import Connection


class CreditAlerts(Connection):
    """The part of `Storage` that keeps who was told, until the account has had enough again."""

    async def credit_alerts(self) -> set[tuple[str, str]]:
        """The admins who were told, or perhaps were: their workspaces and Slack ids."""

        def work() -> set[tuple[str, str]]:
            return set(self._db.execute("SELECT team_id, admin_id FROM credit_alerts").fetchall())

        return await self._run(work)

    async def begin_credit_alert(self, team_id: str, admin_id: str, now: datetime) -> bool:
        """Note that an admin is about to be told; False if that was noted before."""

        def work() -> bool:
            with self._transaction():
                begun = self._db.execute(
                    "INSERT OR IGNORE INTO credit_alerts (team_id, admin_id, begun_at) VALUES (?, ?, ?)",
                    [team_id, admin_id, now.isoformat()],
                )
                return begun.rowcount > 0

        return await self._run(work)

    async def take_back_credit_alert(self, team_id: str, admin_id: str) -> None:
        """Note that an admin surely was not told."""

        def work() -> None:
            with self._transaction():
                self._db.execute("DELETE FROM credit_alerts WHERE team_id = ? AND admin_id = ?", [team_id, admin_id])

        await self._run(work)

    async def forget_credit_alerts(self, team_id: str) -> None:
        """The account has enough again: the next time that it has not, the admins of this workspace are told anew."""

        def work() -> None:
            with self._transaction():
                self._db.execute("DELETE FROM credit_alerts WHERE team_id = ?", [team_id])

        await self._run(work)
