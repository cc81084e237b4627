"""Days on which nothing rings: what the core asks of those who read calendars, and the watch that keeps them fresh.

CalendarError
├── CalendarTooSlowError  it was not read while somebody could wait
└── …                     what calendars/reading.py, calendars/fetching.py and calendars/ics.py raise
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from conference.clock import Clock
from conference.ports import StorageUnavailableError

log = logging.getLogger(__name__)

EVERYBODY = ""
"""Stands for a workspace where a calendar is the operator's, and holds for all of them."""

LOOK_AGAIN_SECONDS = 3600.0
"""How soon a calendar that could not be read is tried again."""
FRESH_SECONDS = 24 * 3600.0
"""How long a calendar that was read is left alone."""
AHEAD = timedelta(days=731)
"""How far ahead holidays are kept: two years."""

Holidays = Mapping[date, str]
"""Local dates on which nothing rings, each with the name of its holiday, as the calendar's author wrote it."""


class CalendarError(Exception):
    """A calendar was not read. The text is the rest of a sentence, like `it answers with 404`, and holds no address."""


class CalendarTooSlowError(CalendarError):
    """It was not read in time."""


@dataclass(frozen=True)
class CalendarInUse:
    """A calendar whose holidays are kept: whose, where it is, and when it was last read, if ever."""

    team_id: str
    address: str
    read_at: datetime | None


@dataclass(frozen=True)
class CalendarRead:
    """What was read of a calendar, and when."""

    address: str
    holidays: Holidays
    read_at: datetime


class HolidayCalendars(Protocol):
    """Somebody who reads calendars."""

    async def read(self, source: str, first: date, last: date) -> Holidays:
        """The holidays of a calendar from one day to another, both included. Raises CalendarError."""


class HolidayStorage(Protocol):
    """Where holidays are kept. Each method is one transaction. Raises StorageUnavailableError."""

    async def calendars_in_use(self) -> Sequence[CalendarInUse]:
        """All calendars whose holidays are kept, the operator's first."""

    async def use_only(self, team_id: str, addresses: Sequence[str]) -> None:
        """Have the holidays at these addresses kept from now on, and those of a workspace's other ones forgotten.

        Standups are planned anew where days are forgotten.
        """

    async def kept_holidays(self, team_id: str, address: str) -> Holidays:
        """What is kept of one calendar."""

    async def keep_holidays(self, team_id: str, calendar: CalendarRead) -> bool:
        """Put what was read in the place of earlier days; nothing if the calendar is not in use any more.

        Says whether it made a difference to days that are still ahead: then standups are planned anew.
        """


def kept_days(now: datetime) -> tuple[date, date]:
    """The first and the last day of which holidays are kept: from yesterday, which it may still be somewhere."""
    return now.date() - timedelta(days=1), now.date() + AHEAD


def differ(kept: Holidays, found: Holidays, first: date) -> bool:
    """Whether what is kept from that day on is other than what was found from it on."""
    return {day: name for day, name in kept.items() if day >= first} != found


def shown_source(source: str) -> str:
    """What may be logged of where a calendar is: of an address the host alone, since the rest may hold a secret."""
    parts = urlsplit(source)
    return (parts.hostname or source) if parts.scheme in {"http", "https", "webcal"} else source


class HolidayWatch:
    """Reads all calendars in use once a day. One that can't be read keeps its earlier dates.

    `own`: reads the operator's calendar, which is at `own_source` if there is one. `changed` is called when days were
    kept that are other ones than before.
    """

    def __init__(
        self,
        storage: HolidayStorage,
        calendars: HolidayCalendars,
        clock: Clock,
        *,
        own: HolidayCalendars,
        own_source: str,
        changed: Callable[[], None],
    ) -> None:
        self._storage = storage
        self._calendars = calendars
        self._clock = clock
        self._own = own
        self._own_source = own_source
        self._changed = changed
        self._read_at: dict[tuple[str, str], float] = {}
        """When each calendar was read, in seconds of the clock's monotonic()."""
        self._failing: set[tuple[str, str]] = set()

    async def begin(self) -> None:
        """Note which calendar is the operator's, if it is another than before. Raises StorageUnavailableError."""
        sources = [self._own_source] if self._own_source else []
        noted = [one.address for one in await self._storage.calendars_in_use() if one.team_id == EVERYBODY]
        if noted == sources:
            # A start with nothing new writes nothing: the database may be locked just then.
            return
        await self._storage.use_only(EVERYBODY, sources)

    async def read_own(self) -> None:
        """Read the operator's calendar now; nothing is written where it has the days that are kept.

        Raises CalendarError and StorageUnavailableError.
        """
        calendar = await self._read(EVERYBODY, self._own_source)
        kept = await self._storage.kept_holidays(EVERYBODY, self._own_source)
        if differ(kept, calendar.holidays, kept_days(calendar.read_at)[0]):
            await self._storage.keep_holidays(EVERYBODY, calendar)
        self._note_read(EVERYBODY, self._own_source)

    async def read_new(self, team_id: str, address: str, *, within_seconds: float) -> CalendarRead:
        """Read a calendar that somebody wants used, while they wait. What was read is for the caller to keep.

        Raises CalendarError.
        """
        try:
            async with asyncio.timeout(within_seconds):
                calendar = await self._read(team_id, address)
        except TimeoutError:
            raise CalendarTooSlowError("it can't be read as fast as Slack waits for an answer") from None
        self._note_read(team_id, address)
        return calendar

    async def run(self) -> None:
        """Read whatever is due. Returns never; cancel it."""
        while True:
            try:
                for calendar in await self._storage.calendars_in_use():
                    await self._refresh(calendar)
            except Exception as error:
                # Whatever it was, the calendars are still to be read.
                foreseen = isinstance(error, StorageUnavailableError)
                log.warning(
                    "holidays are not up to date, it is tried again in an hour: %s", error, exc_info=not foreseen
                )
            await self._clock.sleep(LOOK_AGAIN_SECONDS)

    async def _refresh(self, calendar: CalendarInUse) -> None:
        key = (calendar.team_id, calendar.address)
        read_at = self._read_at.get(key)
        if read_at is not None and self._clock.monotonic() - read_at < FRESH_SECONDS:
            return
        shown = shown_source(calendar.address)
        try:
            read = await self._read(*key)
        except CalendarError as error:
            if key not in self._failing:
                self._failing.add(key)
                since = f"those of {calendar.read_at:%Y-%m-%d} stay" if calendar.read_at else "there are none yet"
                log.warning("the holidays at %s could not be read, %s: %s", shown, since, error)
        else:
            if await self._storage.keep_holidays(calendar.team_id, read):
                log.info("the holidays at %s are others than before", shown)
                self._changed()
            self._note_read(*key)
            if key in self._failing:
                self._failing.remove(key)
                log.info("the holidays at %s can be read again", shown)

    async def _read(self, team_id: str, address: str) -> CalendarRead:
        reader = self._own if team_id == EVERYBODY else self._calendars
        now = self._clock.now()
        return CalendarRead(address, await reader.read(address, *kept_days(now)), now)

    def _note_read(self, team_id: str, address: str) -> None:
        self._read_at[team_id, address] = self._clock.monotonic()
