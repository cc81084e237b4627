"""Holidays: when calendars are read, what is kept of them, and what a calendar that can't be read leaves as it is."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from conference.invitation import Guest
from conference.standups.holidays import (
    EVERYBODY,
    CalendarError,
    CalendarInUse,
    CalendarRead,
    CalendarTooSlowError,
    Holidays,
    HolidayWatch,
    kept_days,
    shown_source,
)
from conference.standups.model import DayOff, NameTakenError, Standup, Step, planned
from conference.standups.recurrence import Recurrence, Weekday
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.conftest import rows

BEGUN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CHRISTMAS, NEW_YEAR = date(2026, 12, 25), date(2027, 1, 1)
HOUR, DAY = 3600.0, 24 * 3600.0
TEAM, ADDRESS = "T1", "https://calendars.example/private-secret/basic.ics"
OWN = "https://intranet.example/holidays.ics?key=secret"


def standup(address: str | None, name: str = "platform", team_id: str = TEAM, **more: Any) -> Standup:
    """One that rings every day at ten."""
    daily = Recurrence(frozenset(Weekday), time(10), "UTC")
    guests = (Guest("+6591230001"), Guest("+6591230002"))
    return Standup(team_id, name, name, "C1", "U1", daily, BEGUN, invitees=guests, calendar=address, **more)


async def add(storage: Storage, address: str, dates: Holidays, read_at: datetime = BEGUN, **more: Any) -> None:
    """Set up a standup with a calendar."""
    await storage.add_standup(standup(address, **more), CalendarRead(address, dates, read_at))


async def off(storage: Storage, team_id: str = TEAM) -> dict[str, Holidays]:
    """The days off of each standup."""
    found = await storage.standups(team_id, lambda one, reading: (one.name, reading.holidays(one.calendar)))
    return dict(found)


class Calendars:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self, answer: Holidays | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[str, date, date]] = []
        self.is_slow = False

    async def read(self, source: str, first: date, last: date) -> Holidays:
        self.asked.append((source, first, last))
        if self.is_slow:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Watched:
    """A storage, a clock, and a watch between them."""

    def __init__(self, storage: Storage, own_source: str = OWN) -> None:
        self.storage = storage
        self.clock = MovedClock(BEGUN)
        self.calendars = Calendars({CHRISTMAS: "Christmas Day"})
        self.own = Calendars({NEW_YEAR: "New Year"})
        self.changes = 0
        self.watch = HolidayWatch(
            storage, self.calendars, self.clock, own=self.own, own_source=own_source, changed=self._count
        )

    def _count(self) -> None:
        self.changes += 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self.watch.begin()
        running = asyncio.create_task(self.watch.run())
        await self.go_on(0)
        yield
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def go_on(self, seconds: float) -> None:
        """Let time go by, hour by hour, and whatever that sets off settle."""
        while True:
            for _ in range(20):
                # The storage has a thread of its own.
                await self.storage.check()
            if seconds <= 0:
                return
            await self.clock.advance(min(seconds, HOUR))
            seconds -= HOUR


@pytest.fixture
def watched(storage: Storage) -> Watched:
    return Watched(storage)


async def test_all_calendars_are_read_at_once_and_then_once_a_day(watched: Watched) -> None:
    await watched.storage.add_standup(standup(ADDRESS))
    async with watched.running():
        assert watched.own.asked == [(OWN, date(2026, 11, 21), date(2028, 11, 22))]
        assert [source for source, *_ in watched.calendars.asked] == [ADDRESS]
        assert await off(watched.storage) == {"platform": {CHRISTMAS: "Christmas Day", NEW_YEAR: "New Year"}}
        assert watched.changes == 2
        await watched.go_on(DAY - HOUR)
        assert len(watched.calendars.asked) == 1
        watched.calendars.answer = {NEW_YEAR: "New Year's Day"}
        await watched.go_on(HOUR)
        assert (len(watched.own.asked), len(watched.calendars.asked)) == (2, 2)
        assert watched.own.asked[1] == (OWN, date(2026, 11, 22), date(2028, 11, 23))
        assert await off(watched.storage) == {"platform": {NEW_YEAR: "New Year"}}
        assert watched.changes == 3


async def test_one_that_somebody_waits_for_is_read_in_time_and_not_again_for_a_day(watched: Watched) -> None:
    async with watched.running():
        read = await watched.watch.read_new(TEAM, ADDRESS, within_seconds=2)
        await watched.storage.add_standup(standup(ADDRESS), read)
        await watched.go_on(DAY - HOUR)
        assert len(watched.calendars.asked) == 1
        watched.calendars.is_slow = True
        with pytest.raises(CalendarTooSlowError):
            await watched.watch.read_new(TEAM, "https://b.example/", within_seconds=0.01)


async def test_a_calendar_that_cannot_be_read_keeps_its_dates_and_is_logged_once_by_its_host(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    dates = {CHRISTMAS: "Christmas Day"}
    await add(watched.storage, ADDRESS, dates, BEGUN - timedelta(days=3))
    watched.calendars.answer = CalendarError("it answers with 404")
    watched.own.answer = CalendarError("it can't be connected to")
    async with watched.running():
        await watched.go_on(3 * HOUR)
        assert (len(watched.own.asked), len(watched.calendars.asked)) == (4, 4)
        assert await off(watched.storage) == {"platform": dates}
        watched.calendars.answer = dates
        await watched.go_on(2 * HOUR)
        assert len(watched.calendars.asked) == 5
    assert caplog.messages == [
        "the holidays at intranet.example could not be read, there are none yet: it can't be connected to",
        "the holidays at calendars.example could not be read, those of 2026-11-19 stay: it answers with 404",
        "the holidays at calendars.example can be read again",
    ]
    assert "secret" not in caplog.text


async def test_whatever_fails_is_tried_again(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    watched.own.answer = RuntimeError("unforeseen")
    async with watched.running():
        assert "it is tried again in an hour: unforeseen" in caplog.text
        watched.own.answer = {CHRISTMAS: "Xmas"}
        await watched.go_on(HOUR)
        assert await watched.storage.kept_holidays(EVERYBODY, OWN) == {CHRISTMAS: "Xmas"}


async def test_the_operators_calendar_is_the_one_that_is_set(storage: Storage) -> None:
    before = Watched(storage)
    await before.watch.begin()
    await before.watch.read_own()
    await add(storage, ADDRESS, {})
    assert await off(storage) == {"platform": {NEW_YEAR: "New Year"}}
    await Watched(storage, "holidays.ics").watch.begin()
    assert await storage.calendars_in_use() == [
        CalendarInUse(EVERYBODY, "holidays.ics", None),
        CalendarInUse(TEAM, ADDRESS, BEGUN),
    ]
    assert await off(storage) == {"platform": {}}
    await Watched(storage, "").watch.begin()
    assert await storage.calendars_in_use() == [CalendarInUse(TEAM, ADDRESS, BEGUN)]


async def test_reading_the_operators_calendar_outright_raises_what_is_wrong(watched: Watched) -> None:
    await watched.watch.begin()
    watched.own.answer = CalendarError("it is no calendar (ICS)")
    with pytest.raises(CalendarError):
        await watched.watch.read_own()


def test_days_are_kept_from_yesterday_to_two_years_ahead() -> None:
    assert kept_days(BEGUN) == (date(2026, 11, 21), date(2028, 11, 22))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (ADDRESS, "calendars.example"),
        ("webcal://calendars.example:8443/x?y", "calendars.example"),
        ("HTTPS://Calendars.example/x", "calendars.example"),
        ("data/holidays.ics", "data/holidays.ics"),
    ],
)
def test_of_an_address_its_host_alone_is_shown(source: str, shown: str) -> None:
    assert shown_source(source) == shown


async def test_days_off_are_those_of_a_standups_calendar_in_its_workspace_and_of_the_operators(
    storage: Storage,
) -> None:
    await storage.use_only(EVERYBODY, ["own.ics"])
    await storage.keep_holidays(EVERYBODY, CalendarRead("own.ics", {NEW_YEAR: "of the operator"}, BEGUN))
    await add(storage, ADDRESS, {CHRISTMAS: "ours", NEW_YEAR: "ours"})
    await add(storage, "https://b.example/", {date(2027, 5, 1): "of May"}, name="sync")
    await storage.add_standup(standup(None, "none"))
    await add(storage, ADDRESS, {CHRISTMAS: "theirs"}, team_id="T2")
    assert await off(storage) == {
        "platform": {CHRISTMAS: "ours", NEW_YEAR: "of the operator"},
        "sync": {date(2027, 5, 1): "of May", NEW_YEAR: "of the operator"},
        "none": {NEW_YEAR: "of the operator"},
    }
    assert await off(storage, "T2") == {"platform": {CHRISTMAS: "theirs", NEW_YEAR: "of the operator"}}


async def test_what_is_read_takes_the_place_of_what_was_and_says_whether_that_differs(storage: Storage) -> None:
    await add(storage, ADDRESS, {CHRISTMAS: "Christmas"})
    later = BEGUN + timedelta(days=1)
    assert not await storage.keep_holidays(TEAM, CalendarRead(ADDRESS, {CHRISTMAS: "Christmas"}, later))
    assert await storage.calendars_in_use() == [CalendarInUse(TEAM, ADDRESS, later)]
    assert await storage.keep_holidays(TEAM, CalendarRead(ADDRESS, {NEW_YEAR: "New Year"}, later))
    assert await storage.kept_holidays(TEAM, ADDRESS) == {NEW_YEAR: "New Year"}
    much_later = datetime(2027, 1, 3, tzinfo=UTC)
    assert not await storage.keep_holidays(TEAM, CalendarRead(ADDRESS, {}, much_later)), "what is over is no difference"


async def test_when_days_change_every_standup_concerned_is_planned_anew(storage: Storage) -> None:
    tomorrow, day_after = (BEGUN.date() + timedelta(days=days) for days in (1, 2))
    at_ten = [datetime.combine(day, time(10), UTC) for day in (BEGUN.date(), tomorrow, day_after)]
    await add(storage, ADDRESS, {BEGUN.date(): "today"}, remind_minutes=0)
    assert await storage.next_look() == at_ten[1]
    await storage.keep_holidays(TEAM, CalendarRead(ADDRESS, {}, BEGUN))
    assert await storage.next_look() == at_ten[0]
    days = {BEGUN.date(): "today", tomorrow: "tomorrow"}
    await add(storage, ADDRESS, days, name="sync", remind_minutes=0)
    assert await storage.next_look() == at_ten[2], "the other standup of the same calendar, too"
    await storage.use_only(EVERYBODY, ["own.ics"])
    await storage.keep_holidays(EVERYBODY, CalendarRead("own.ics", {day_after: "all"}, BEGUN))
    assert await storage.next_look() == at_ten[2] + timedelta(days=1)
    await storage.use_only(EVERYBODY, [])
    assert await storage.next_look() == at_ten[2]


async def test_a_calendar_that_no_standup_has_is_forgotten_and_does_not_come_back(
    storage: Storage, database: Path
) -> None:
    for team_id in (TEAM, "T2"):
        await add(storage, ADDRESS, {CHRISTMAS: "Christmas"}, team_id=team_id)
    await add(storage, ADDRESS, {CHRISTMAS: "Christmas"}, name="sync")
    other = "https://b.example/"
    await storage.update_standup(
        standup(None).key,
        lambda one, _: Step(replace(one, calendar=other)),
        CalendarRead(other, {NEW_YEAR: "New Year"}, BEGUN),
    )
    assert [(one.team_id, one.address) for one in await storage.calendars_in_use()] == [
        (TEAM, other),
        (TEAM, ADDRESS),
        ("T2", ADDRESS),
    ]
    await storage.update_standup(standup(None, "sync").key, lambda one, _: Step(replace(one, is_deleted=True)))
    assert not await storage.keep_holidays(TEAM, CalendarRead(ADDRESS, {NEW_YEAR: "New Year"}, BEGUN))
    assert rows(database, "SELECT team_id, address, day FROM holidays ORDER BY team_id") == [
        (TEAM, other, "2027-01-01"),
        ("T2", ADDRESS, "2026-12-25"),
    ]


async def test_a_standup_that_can_not_be_kept_leaves_nothing_of_its_calendar(storage: Storage, database: Path) -> None:
    await add(storage, ADDRESS, {CHRISTMAS: "Christmas"})
    again = replace(standup("https://b.example/"), standup_id="another")
    with pytest.raises(NameTakenError):
        await storage.add_standup(again, CalendarRead("https://b.example/", {NEW_YEAR: "New Year"}, BEGUN))
    assert rows(database, "SELECT address FROM calendars UNION SELECT address FROM holidays") == [(ADDRESS,)]


@pytest.mark.parametrize(
    ("holiday", "typed", "expected"),
    [
        (BEGUN.date(), None, DayOff(BEGUN.date(), "Feast")),
        (BEGUN.date() + timedelta(days=13), None, DayOff(BEGUN.date() + timedelta(days=13), "Feast")),
        (BEGUN.date() + timedelta(days=15), None, None),
        (BEGUN.date() - timedelta(days=1), None, None),
        (BEGUN.date() + timedelta(days=2), BEGUN.date() + timedelta(days=1), DayOff(date(2026, 11, 23), "")),
    ],
)
async def test_the_next_day_off_is_one_of_the_next_two_weeks(
    storage: Storage, holiday: date, typed: date | None, expected: DayOff | None
) -> None:
    days_off = frozenset([typed] if typed else [])
    await add(storage, ADDRESS, {holiday: "Feast"}, days_off=days_off)
    await storage.add_standup(standup(ADDRESS, "paused", is_paused=True, days_off=days_off))
    found = await storage.standups(TEAM, lambda one, reading: planned(one, reading, BEGUN).day_off)
    assert found == [None, expected]
