"""The part of the storage that counts, for those who watch over the bot."""

from conference.figures import Figures
from conference.model import ConferenceState
from storage.conferences import count_lines_in_use
from storage.connection import Connection

_UNFINISHED = ("new", "queued", "dialing", "live", "unconfirmed")


class Counted(Connection):
    """The part of `Storage` that counts."""

    async def figures(self) -> Figures:
        """What the indexes of unfinished conferences tell: it takes no longer where the history is long."""

        def work() -> Figures:
            by_state = self._db.execute(
                "SELECT state, count(*) FROM conferences INDEXED BY conferences_unfinished "
                "WHERE state IN ('new', 'queued', 'dialing', 'live', 'unconfirmed') GROUP BY state"
            )
            counted = dict(by_state.fetchall())
            return Figures(
                unfinished={ConferenceState(state): counted.get(state, 0) for state in _UNFINISHED},
                undrawn=self._count("conferences INDEXED BY conferences_unshown WHERE shown_version < version"),
                queued_phones=self._count("participants INDEXED BY participants_queued WHERE state = 'queued'"),
                lines_in_use=count_lines_in_use(self._db),
            )

        return await self._run(work)

    def _count(self, rows: str) -> int:
        (count,) = self._db.execute(f"SELECT count(*) FROM {rows}").fetchone()  # noqa: S608
        return int(count)
