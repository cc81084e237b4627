"""When something that recurs is due: the same time of day on days of the week, by the clock of one place.

Where the clocks are changed, a day still has one due moment:

- a time that does not exist (02:30, when 02:00 is followed by 03:00) is due at the first minute after the gap, for the
  day that it was due on, even if midnight lies within the gap;
- a time that comes twice is due at the first of the two;
- a day that does not exist at all (Apia had no 30 December 2011) has no due moment.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim


class Weekday(IntEnum):
    """ISO 8601's days of the week."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

    def __str__(self) -> str:
        """As a recurrence is stored, and as it may be typed: `mon`."""
        return self.name[:3].lower()


@dataclass(frozen=True)
class Recurrence:
    """A local time, to the minute, on some days of the week; `zone` is an IANA name. Raises ValueError."""

    days: frozenset[Weekday]
    at: time
    zone: str

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("a recurrence needs a day")
        if self.at != self.at.replace(second=0, microsecond=0, tzinfo=None):
            raise ValueError("a recurrence is due at a local time, to the minute")
        try:
            ZoneInfo(self.zone)
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise ValueError("a recurrence needs a time zone that is known") from error

    def __str__(self) -> str:
        """As it is stored: `mon,thu 09:30 Asia/Singapore`. `read_recurrence` gives it back."""
        return f"{','.join(map(str, sorted(self.days)))} {self.at:%H:%M} {self.zone}"

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The due moments later than `moment`, aware UTC, one for each local day, without end."""
        days = ",".join(f"{day:d}" for day in self.days)
        # CronSim steps by the clock on the wall: out of a gap it moves to the first minute after it, and of a time that
        # comes twice it takes the first one, which may lie before `moment`.
        for local in CronSim(f"{self.at.minute} {self.at.hour} * * {days}", moment.astimezone(ZoneInfo(self.zone))):
            due = local.astimezone(UTC)
            day = self.local_day(due)
            if due > moment and day.isoweekday() in self.days and self._exists(day, due):
                yield due

    def local_day(self, due: datetime) -> date:
        """Which day a due moment is for: its local date, or the one before if the gap went over midnight."""
        local = due.astimezone(ZoneInfo(self.zone))
        return local.date() - timedelta(days=local.time() < self.at)

    def _exists(self, day: date, due: datetime) -> bool:
        """Whether the clocks did not skip the whole day before `due`."""
        here = ZoneInfo(self.zone)
        return day in {moment.astimezone(here).date() for moment in (due, due - timedelta.resolution)}


_STORED = re.compile(r"(?P<days>[a-z,]+) (?P<hour>\d\d):(?P<minute>\d\d) (?P<zone>\S+)", re.ASCII)


def read_recurrence(text: str) -> Recurrence:
    """The Recurrence whose `str()` this is. Raises ValueError."""
    stored = _STORED.fullmatch(text)
    if not stored:
        raise ValueError("that is no recurrence that was written here")
    names = {str(day): day for day in Weekday}
    days = stored["days"].split(",")
    if not names.keys() >= set(days):
        raise ValueError("a recurrence has days that are not known")
    at = time(int(stored["hour"]), int(stored["minute"]))
    return Recurrence(frozenset(names[day] for day in days), at, stored["zone"])
