"""What is owed to Slack: begun before it is sent, finished when Slack has named it."""

from dataclasses import dataclass
from datetime import datetime

from conference.model import Conference, ConferenceKey
from storage.connection import Connection
from storage.number_requests import was_asked


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
                if told is not None:
                    self._mark_told(told)
                return self._insert(key, name, content, now)

        return await self._run(work)

    async def begin_post_once(
        self, key: ConferenceKey, name: str, now: datetime, *, since: datetime, asks: str | None = None
    ) -> StoredPost | None:
        """The same, unless one of that name was begun in the workspace since a moment, for whatever conference.

        `asks` is whom it asks for their number: an admin may have had them asked since. Returns None then.
        """

        def work() -> StoredPost | None:
            with self._transaction():
                row = self._db.execute(
                    "SELECT 1 FROM posts WHERE team_id = ? AND name = ? AND begun_at >= ?",
                    [key.team_id, name, since.isoformat()],
                ).fetchone()
                if row or (asks and was_asked(self._db, key.team_id, asks, since)):
                    return None
                return self._insert(key, name, "", now)

        return await self._run(work)

    def _insert(self, key: ConferenceKey, name: str, content: str, now: datetime) -> StoredPost:
        self._db.execute(
            "INSERT INTO posts (team_id, conference_id, name, content, begun_at) VALUES (?, ?, ?, ?, ?)",
            [*key, name, content, now.isoformat()],
        )
        return StoredPost(name, content, now, None, None)

    def _mark_told(self, told: Conference) -> None:
        # No new version: what the thread was told is not on the board.
        self._db.execute(
            "UPDATE conferences SET told = ? WHERE team_id = ? AND conference_id = ?", [told.told, *told.key]
        )
        self._db.conn.executemany(
            "UPDATE participants SET told = ? WHERE team_id = ? AND conference_id = ? AND position = ?",
            [(participant.told, *told.key, position) for position, participant in enumerate(told.participants)],
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
