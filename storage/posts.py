"""What is owed to Slack: begun before it is sent, finished when Slack has named it."""

from dataclasses import dataclass
from datetime import datetime

from conference.model import Conference, ConferenceKey
from storage.connection import Connection


@dataclass(frozen=True)
class StoredPost:
    """A message owed to Slack for a conference.

    `content` is what it says where that can't be derived later; `ts` is Slack's name for it, once it is known,
    or empty if Slack refused it for good; `drawn_version` is the conference's version that it shows.
    """

    name: str
    content: str
    begun_at: datetime
    ts: str | None
    drawn_version: int | None


class Posts(Connection):
    """The part of `Storage` that keeps posts."""

    async def posted_since(self, team_id: str, name: str, moment: datetime) -> bool:
        """Whether a message of that name was begun in a workspace since a moment, for whatever conference."""

        def work() -> bool:
            row = self._db.execute(
                "SELECT 1 FROM posts WHERE team_id = ? AND name = ? AND begun_at >= ?",
                [team_id, name, moment.isoformat()],
            ).fetchone()
            return row is not None

        return await self._run(work)

    async def posts(self, key: ConferenceKey) -> list[StoredPost]:
        """The messages begun for a conference, oldest first."""

        def work() -> list[StoredPost]:
            return [
                StoredPost(
                    row["name"],
                    row["content"],
                    datetime.fromisoformat(row["begun_at"]),
                    row["ts"],
                    row["drawn_version"],
                )
                for row in self._db.query(
                    "SELECT * FROM posts WHERE team_id = ? AND conference_id = ? ORDER BY rowid", list(key)
                )
            ]

        return await self._run(work)

    async def begin_post(
        self, key: ConferenceKey, name: str, content: str, now: datetime, *, told: Conference | None = None
    ) -> StoredPost:
        """Note that a message is about to be sent, with what the thread will have been `told` by it."""

        def work() -> StoredPost:
            with self._transaction():
                self._db.table("posts").insert(
                    {
                        "team_id": key.team_id,
                        "conference_id": key.conference_id,
                        "name": name,
                        "content": content,
                        "begun_at": now.isoformat(),
                    }
                )
                if told is not None:
                    self._mark_told(told)
            return StoredPost(name, content, now, None, None)

        return await self._run(work)

    def _mark_told(self, told: Conference) -> None:
        # No new version: what the thread was told is not on the board.
        self._db.execute(
            "UPDATE conferences SET told = ? WHERE team_id = ? AND conference_id = ?", [told.told, *told.key]
        )
        for position, participant in enumerate(told.participants):
            self._db.execute(
                "UPDATE participants SET told = ? WHERE team_id = ? AND conference_id = ? AND position = ?",
                [participant.told, *told.key, position],
            )

    async def finish_post(self, key: ConferenceKey, name: str, ts: str, *, drawn_version: int | None = None) -> None:
        """Note Slack's name for a message, and the version that it shows."""

        def work() -> None:
            with self._transaction():
                self._db.execute(
                    "UPDATE posts SET ts = ?, drawn_version = ? WHERE team_id = ? AND conference_id = ? AND name = ?",
                    [ts, drawn_version, *key, name],
                )

        await self._run(work)

    async def mark_shown(self, key: ConferenceKey, version: int) -> None:
        """Note that Slack shows everything of a conference up to a version."""

        def work() -> None:
            with self._transaction():
                self._db.execute(
                    "UPDATE conferences SET shown_version = ? WHERE team_id = ? AND conference_id = ?",
                    [version, *key],
                )

        await self._run(work)
