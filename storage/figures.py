"""The part of the storage that counts, for those who watch over the bot."""

from sqlite_utils import Database

from conference.figures import Figures
from conference.model import ConferenceState
from storage.conferences import count_lines_in_use
from storage.connection import Connection
from storage.rows import IS_UNFINISHED, UNFINISHED


class Counted(Connection):
    """The part of `Storage` that counts."""

    async def figures(self) -> Figures:
        """What the indexes of unfinished conferences tell: it takes no longer where the history is long."""

        def work() -> Figures:
            by_state = self._db.execute(
                "SELECT state, count(*) FROM conferences INDEXED BY conferences_unfinished "  # noqa: S608
                f"WHERE {IS_UNFINISHED} GROUP BY state"
            )
            counted = dict(by_state.fetchall())
            return Figures(
                unfinished={ConferenceState(state): counted.get(state, 0) for state in UNFINISHED},
                undrawn=_count(self._db, "conferences INDEXED BY conferences_unshown WHERE shown_version < version"),
                queued_phones=count_queued_phones(self._db),
                lines_in_use=count_lines_in_use(self._db),
            )

        return await self._run(work)


def count_queued_phones(db: Database) -> int:
    """Phones that wait for a line, of all workspaces."""
    return _count(db, "participants INDEXED BY participants_queued WHERE state = 'queued'")


def _count(db: Database, rows: str) -> int:
    (count,) = db.execute(f"SELECT count(*) FROM {rows}").fetchone()  # noqa: S608
    return int(count)
