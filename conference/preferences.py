"""Being left alone: what a person said of when their phone may ring, and of what is told of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

UNKNOWN_ZONE = "Etc/UTC"
"""Where somebody is taken to be while nobody says where they are."""


@dataclass(frozen=True)
class QuietHours:
    """From one local time to another, over midnight if `start` is the later one; `zone` is an IANA name."""

    start: time
    end: time
    zone: str

    def until(self, now: datetime, zone: str | None = None) -> datetime | None:
        """When they end, if `now` lies within; `zone` is where the person is at present, if that is known."""
        here = ZoneInfo(zone or self.zone)
        local = now.astimezone(here)
        clock = local.time()
        if self.start < self.end:
            is_quiet, last_day = self.start <= clock < self.end, local.date()
        else:
            is_quiet = clock >= self.start or clock < self.end
            last_day = local.date() + timedelta(days=clock >= self.start)
        return datetime.combine(last_day, self.end.replace(fold=local.fold), here).astimezone(UTC) if is_quiet else None


@dataclass(frozen=True)
class Preferences:
    """Whether a person wants to be rung at all, and when not; and whether reports of standups may show them."""

    wants_rings: bool = True
    quiet_hours: QuietHours | None = None
    in_reports: bool = True
