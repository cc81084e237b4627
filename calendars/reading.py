"""Those who read calendars for the core: whoever's address it is, and the operator's own file or address."""

import asyncio
import ssl
from datetime import date
from pathlib import Path

from calendars.fetching import MAX_BYTES, Fetcher, is_anything
from conference.standups.holidays import CalendarError, HolidayCalendars, Holidays

WITHIN_SECONDS = 10.0


class FileUnreadableError(CalendarError):
    """The operator's file is not there, can't be read, or is too large."""


class WebCalendars:
    """`HolidayCalendars` at addresses."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def read(self, source: str, first: date, last: date) -> Holidays:
        """Raises CalendarError."""
        text = await self._fetcher.fetch(source, within_seconds=WITHIN_SECONDS)
        return await asyncio.to_thread(_read_holidays, text, first, last)


class CalendarFiles:
    """`HolidayCalendars` in files of this machine."""

    async def read(self, source: str, first: date, last: date) -> Holidays:
        """Raises CalendarError."""
        return await asyncio.to_thread(lambda: _read_holidays(_read_file(Path(source)), first, last))


def _read_holidays(text: bytes, first: date, last: date) -> Holidays:
    # Only now: icalendar takes four megabytes, and most never name a calendar.
    from calendars.ics import read_holidays

    return read_holidays(text, first, last)


def own_calendars(file: Path | None, tls: ssl.SSLContext) -> HolidayCalendars:
    """Who reads the operator's calendar: from that file, or else from an address, which may be inside.

    `tls`: the certificates that are believed there.
    """
    return CalendarFiles() if file else WebCalendars(Fetcher(may_reach=is_anything, tls=tls))


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileUnreadableError(f"the file can't be opened: {error.strerror}") from None
    if len(text) > MAX_BYTES:
        raise FileUnreadableError("it is larger than 1 MiB")
    return text
