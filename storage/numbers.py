"""The number directory."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection


@dataclass(frozen=True)
class StoredNumber:
    """A number on file: E.164, who put it there (`self` or `import`), and when."""

    number: str
    source: str
    set_at: datetime


class Numbers(Connection):
    """The part of `Storage` that keeps numbers."""

    async def number(self, team_id: str, user_id: str) -> StoredNumber | None:
        def work() -> StoredNumber | None:
            rows = self._db.query(
                "SELECT number, source, set_at FROM numbers WHERE team_id = ? AND user_id = ?",
                [team_id, user_id],
            )
            row = next(iter(rows), None)
            return StoredNumber(row["number"], row["source"], datetime.fromisoformat(row["set_at"])) if row else None

        return await self._run(work)

    async def set_numbers(self, numbers: Iterable[tuple[str, str, str]], *, source: str, now: datetime) -> None:
        """Keep numbers given as (team_id, user_id, E.164), all of them or, on an error, none."""

        def work() -> None:
            with self._transaction():
                self._db.table("numbers").upsert_all(
                    (
                        {
                            "team_id": team_id,
                            "user_id": user_id,
                            "number": number,
                            "source": source,
                            "set_at": now.isoformat(),
                        }
                        for team_id, user_id, number in numbers
                    ),
                    pk=("team_id", "user_id"),
                )

        await self._run(work)

    async def remove_number(self, team_id: str, user_id: str) -> bool:
        """Forget a person's number; says whether there was one."""

        def work() -> bool:
            with self._transaction():
                cursor = self._db.execute("DELETE FROM numbers WHERE team_id = ? AND user_id = ?", [team_id, user_id])
                return cursor.rowcount > 0

        return await self._run(work)
