"""A year of standups, every ringing held against a calendar by python-dateutil, which has time zones of its own."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from dateutil import tz
from dateutil.rrule import DAILY, rrule

from conference.invitation import Guest
from conference.standups.model import Standup
from conference.standups.recurrence import Recurrence, Weekday
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.standup_house import House

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

WEEKENDS = frozenset({Weekday.SATURDAY, Weekday.SUNDAY})

RECURRENCES = (
    Recurrence(frozenset({Weekday.TUESDAY, Weekday.FRIDAY}), time(9, 30), "Europe/Berlin"),
    Recurrence(WEEKENDS, time(2, 30), "America/New_York"),
    Recurrence(frozenset({Weekday.SUNDAY}), time(2, 30), "Australia/Adelaide"),
    Recurrence(frozenset({Weekday.SUNDAY}), time(2, 15), "Australia/Lord_Howe"),
    Recurrence(frozenset({Weekday.MONDAY}), time(0), "Asia/Kolkata"),
    Recurrence(frozenset({Weekday.MONDAY, Weekday.THURSDAY}), time(16), "Asia/Singapore"),
)
"""As few days of the week as still ring where the clocks change: every ringing takes a conference.

Adelaide has its summer in the south and half an hour to itself, Kolkata half an hour and no summer.
"""

DAYS_OFF = frozenset({date(2026, 3, 30), date(2026, 12, 25)})

CHANGEOVERS = {
    # 02:00 is followed by 03:00: the time does not exist, and the first moment after it is taken.
    ("America/New_York", date(2026, 3, 8)): datetime(2026, 3, 8, 7, tzinfo=UTC),
    ("Australia/Adelaide", date(2026, 10, 4)): datetime(2026, 10, 3, 16, 30, tzinfo=UTC),
    # 02:00 is followed by 02:30.
    ("Australia/Lord_Howe", date(2026, 10, 4)): datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    # The time comes twice, and the first is taken.
    ("Australia/Adelaide", date(2026, 4, 5)): datetime(2026, 4, 4, 16, tzinfo=UTC),
    # The time comes once, a day after the offset has changed.
    ("Europe/Berlin", date(2026, 3, 27)): datetime(2026, 3, 27, 8, 30, tzinfo=UTC),
    ("Europe/Berlin", date(2026, 3, 31)): datetime(2026, 3, 31, 7, 30, tzinfo=UTC),
    ("America/New_York", date(2026, 11, 1)): datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
}
"""Written out by hand: a zone, a local day, and when it is to ring."""


def by_dateutil(recurrence: Recurrence) -> Iterator[datetime]:
    here = tz.gettz(recurrence.zone)
    assert here is not None
    first, last = (
        datetime.combine(edge.date(), recurrence.at) for edge in (BEGIN - timedelta(days=1), END + timedelta(days=1))
    )
    for wall in rrule(DAILY, byweekday=[day - 1 for day in recurrence.days], dtstart=first, until=last):
        if wall.date() in DAYS_OFF:
            continue
        local = tz.enfold(wall.replace(tzinfo=here), fold=0)
        while not tz.datetime_exists(local):
            local += timedelta(minutes=1)
        if BEGIN < local.astimezone(UTC) < END:
            yield local.astimezone(UTC)


def number(place: int, guest: int) -> str:
    return f"+65912300{place}{guest}"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    storage = await Storage.open(tmp_path / "rollcall.db")
    for place, recurrence in enumerate(RECURRENCES):
        guests = Guest(number(place, 0)), Guest(number(place, 1))
        await storage.add_standup(
            Standup(
                "T0",
                f"standup{place}",
                f"team-{place}",
                "C0",
                "U0",
                recurrence,
                dealt_with=BEGIN,
                invitees=guests,
                remind_minutes=0,
                days_off=DAYS_OFF,
            )
        )
    house = House(storage, MovedClock(BEGIN))
    yield house
    await house.conferences.close()
    await storage.close()


async def test_for_a_year_every_standup_rings_when_a_second_calendar_says_and_never_else(house: House) -> None:
    while (moment := await house.storage.next_look()) and moment < END:
        await house.clock.advance_to(moment)
        await house.look()
    rung = defaultdict(list)
    for seconds, _, dests in house.carrier.asked:
        rung[dests].append(BEGIN + timedelta(seconds=seconds))
    for place, recurrence in enumerate(RECURRENCES):
        assert rung.pop(f"{number(place, 0)},{number(place, 1)}") == list(by_dateutil(recurrence))
    assert not rung


@pytest.mark.parametrize(("zone", "day"), CHANGEOVERS)
def test_the_second_calendar_agrees_with_the_one_written_by_hand(zone: str, day: date) -> None:
    (recurrence,) = (one for one in RECURRENCES if one.zone == zone)
    due = [one for one in by_dateutil(recurrence) if recurrence.local_day(one) == day]
    assert due == [CHANGEOVERS[zone, day]]
