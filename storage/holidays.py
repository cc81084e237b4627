"""Holidays as they were read from calendars, so that ringing needs no network."""

from collections.abc import Sequence
from datetime import datetime

from conference.standups.holidays import EVERYBODY, CalendarInUse, CalendarRead, Holidays
from storage import calendar_rows
from storage.connection import Connection
from storage.standups import plan_anew


class CalendarDays(Connection):
    """The part of `Storage` that keeps the holidays that were last read from each calendar in use."""

    async def calendars_in_use(self) -> list[CalendarInUse]:
        """All calendars whose holidays are kept, the operator's first."""

        def work() -> list[CalendarInUse]:
            found = self._db.execute(
                "SELECT team_id, address, read_at FROM calendars ORDER BY team_id <> ?, team_id, address", [EVERYBODY]
            )
            return [
                CalendarInUse(team_id, address, datetime.fromisoformat(read_at) if read_at else None)
                for team_id, address, read_at in found.fetchall()
            ]

        return await self._run(work)

    async def use_only(self, team_id: str, addresses: Sequence[str]) -> None:
        """Have the holidays at these addresses kept from now on, and those of a workspace's other ones forgotten.

        Standups are planned anew where days are forgotten.
        """

        def work() -> None:
            with self._transaction():
                calendar_rows.use_no_others(self._db, team_id, addresses)
                for address in addresses:
                    calendar_rows.use(self._db, team_id, address)
                plan_anew(self._db, team_id)

        await self._run(work)

    async def kept_holidays(self, team_id: str, address: str) -> Holidays:
        """What is kept of one calendar."""
        return await self._run(lambda: calendar_rows.kept(self._db, team_id, address))

    async def keep_holidays(self, team_id: str, calendar: CalendarRead) -> bool:
        """Put what was read in the place of earlier days; nothing if the calendar is not in use any more.

        Says whether it made a difference to days that are still ahead: then standups are planned anew.
        """

        def work() -> bool:
            with self._transaction():
                is_other = calendar_rows.keep(self._db, team_id, calendar)
                if is_other:
                    plan_anew(self._db, team_id)
            return is_other

        return await self._run(work)
