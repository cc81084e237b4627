"""When standups ring: each day once, whoever looks, however the clock goes, and whatever people wish meanwhile."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from conference.invitation import Guest
from conference.standups.model import (
    NameTakenError,
    Occurrence,
    OccurrenceKey,
    OccurrenceState,
    Standup,
    StandupKey,
    UnknownStandupError,
)
from conference.standups.recurrence import Recurrence, Weekday
from conference.standups.wishes import NotDone
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.conftest import rows
from tests.unit.standup_house import House

BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NINE = BEGIN + timedelta(hours=9)
KEY = StandupKey("T0", "standup")
DAILY = Standup(
    *("T0", "standup", "platform", "C0", "UMAKER"),
    Recurrence(frozenset(Weekday), time(9), "UTC"),
    dealt_with=BEGIN,
    invitees=(Guest("+6591230001"), Guest("+6591230002")),
)


@pytest.fixture
async def house(storage: Storage) -> AsyncIterator[House]:
    """A standup of every day at nine, told five minutes before. It is the midnight before its first day."""
    await storage.add_standup(DAILY)
    house = House(storage, MovedClock(BEGIN))
    yield house
    await house.conferences.close()


async def at(house: House, moment: datetime) -> None:
    await house.clock.advance_to(moment)
    await house.look()


def rung(house: House) -> list[datetime]:
    """When the two phones were rung."""
    return [BEGIN + timedelta(seconds=seconds) for seconds, asked, _ in house.carrier.asked if asked == "call"]


async def day_of(house: House, day: int = 0) -> Occurrence:
    """What is stored of the first day, or of a later one."""
    found = await house.storage.standups("T0", lambda _, reading: reading.occurrence((BEGIN + day * DAY).date()))
    assert found[0], "nothing is stored of that day"
    return found[0]


async def test_its_channel_is_told_before_it_rings_and_both_happen_once(house: House) -> None:
    await at(house, NINE - 5 * MINUTE - timedelta(seconds=1))
    assert house.heard == []
    for _ in range(2):
        await at(house, NINE - 5 * MINUTE)
    assert [(one.state, one.is_announced) for one in house.heard] == [(OccurrenceState.PLANNED, True)]
    for _ in range(2):
        await at(house, NINE)
    assert rung(house) == [NINE]
    assert (await day_of(house)).state is OccurrenceState.RUNG
    assert [one.state for one in house.heard] == [OccurrenceState.PLANNED, OccurrenceState.RUNG]


@pytest.mark.parametrize(("late", "is_rung"), [(5 * MINUTE, True), (5 * MINUTE + timedelta(seconds=1), False)])
async def test_what_was_due_five_minutes_ago_is_rung_and_what_is_older_is_missed(
    house: House, late: timedelta, is_rung: bool
) -> None:
    await at(house, NINE + late)
    assert rung(house) == ([NINE + late] if is_rung else [])
    assert (await day_of(house)).state is (OccurrenceState.RUNG if is_rung else OccurrenceState.MISSED)


async def test_days_that_went_by_unseen_are_told_of_once(house: House) -> None:
    await at(house, NINE + 6 * DAY + timedelta(hours=1))
    assert rung(house) == []
    assert [(one.day, one.state, one.missed) for one in house.heard] == [
        ((BEGIN + 6 * DAY).date(), OccurrenceState.MISSED, 7)
    ]
    await at(house, NINE + 7 * DAY)
    assert rung(house) == [NINE + 7 * DAY]


async def test_a_clock_that_is_set_back_rings_nobody_again(storage: Storage, house: House) -> None:
    await at(house, NINE)
    earlier = House(storage, MovedClock(NINE - timedelta(hours=2)))
    for minutes in range(0, 180, 5):
        await at(earlier, NINE - timedelta(hours=2) + minutes * MINUTE)
    assert earlier.carrier.asked == []
    await earlier.clock.advance_to(NINE + DAY)
    await earlier.look()
    assert len(earlier.carrier.asked) == 1


async def test_many_that_look_at_once_ring_once(database: Path) -> None:
    """As two processes would, if nothing else kept them apart."""
    storages = [await Storage.open(database) for _ in range(4)]
    await storages[0].add_standup(DAILY)
    houses = [House(storage, MovedClock(BEGIN)) for storage in storages]
    for day in range(50):
        await asyncio.gather(*(at(house, NINE + day * DAY) for house in houses))
    assert sorted(moment for house in houses for moment in rung(house)) == [NINE + day * DAY for day in range(50)]
    for house in houses:
        await house.conferences.close()
        await house.storage.close()


async def test_a_new_time_on_the_same_day_rings_at_that_time_alone(house: House) -> None:
    await at(house, NINE - 5 * MINUTE)
    later = replace(DAILY.recurrence, at=time(10))
    await house.timetable.change(KEY, lambda standup: replace(standup, recurrence=later), "UMAKER")
    assert (await day_of(house)).due_at == NINE + timedelta(hours=1)
    await at(house, NINE)
    await at(house, NINE + timedelta(hours=1))
    assert rung(house) == [NINE + timedelta(hours=1)]


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_new_time_after_it_rang_or_in_the_past_rings_no_more_that_day(house: House, hours: int) -> None:
    await at(house, NINE)
    other = replace(DAILY.recurrence, at=time(9 + hours))
    await house.timetable.change(KEY, lambda standup: replace(standup, recurrence=other), "UMAKER")
    await at(house, NINE + timedelta(hours=3))
    assert rung(house) == [NINE]
    await at(house, NINE + DAY + timedelta(hours=hours))
    assert rung(house) == [NINE, NINE + DAY + timedelta(hours=hours)]


async def test_a_time_that_has_gone_by_when_it_is_chosen_is_not_missed(house: House) -> None:
    await at(house, NINE - MINUTE)
    earlier = replace(DAILY.recurrence, at=time(7))
    await house.timetable.change(KEY, lambda standup: replace(standup, recurrence=earlier), "UMAKER")
    await at(house, NINE)
    assert rung(house) == []
    occurrence = await day_of(house)
    assert (occurrence.state, occurrence.skipped_by) == (OccurrenceState.SKIPPED, "UMAKER")


async def test_what_is_paused_rings_when_it_is_resumed_and_not_for_the_time_between(house: House) -> None:
    assert await house.timetable.pause(KEY) is None
    assert await house.timetable.pause(KEY) is NotDone.ALREADY
    await at(house, NINE + 2 * DAY)
    assert house.heard == []
    assert await house.timetable.resume(KEY) is None
    assert await house.timetable.resume(KEY) is NotDone.ALREADY
    await at(house, NINE + 2 * DAY + MINUTE)
    await at(house, NINE + 3 * DAY)
    assert rung(house) == [NINE + 3 * DAY]


async def test_a_day_that_was_paused_rings_if_it_is_resumed_in_time_and_a_skipped_one_does_not(house: House) -> None:
    await at(house, NINE - 5 * MINUTE)
    await house.timetable.pause(KEY)
    await house.timetable.resume(KEY)
    assert (await day_of(house)).state is OccurrenceState.PLANNED
    assert [one.version for one in house.heard] == [1, 2, 3]
    await at(house, NINE)
    assert rung(house) == [NINE]
    await at(house, NINE + DAY - 5 * MINUTE)
    await house.timetable.skip_next(KEY, "UMAKER")
    await house.timetable.pause(KEY)
    await house.timetable.resume(KEY)
    await at(house, NINE + DAY)
    assert rung(house) == [NINE]


async def test_resumed_after_it_was_due_it_rings_the_next_day(house: House) -> None:
    await at(house, NINE - 5 * MINUTE)
    await house.timetable.pause(KEY)
    await at(house, NINE + MINUTE)
    await house.timetable.resume(KEY)
    await at(house, NINE + 2 * MINUTE)
    await at(house, NINE + DAY)
    assert rung(house) == [NINE + DAY]


async def test_what_is_changed_while_it_is_paused_has_its_told_day_moved_or_skipped(house: House) -> None:
    await at(house, NINE - 5 * MINUTE)
    await house.timetable.pause(KEY)
    later = replace(DAILY.recurrence, at=time(10))
    await house.timetable.change(KEY, lambda standup: replace(standup, recurrence=later), "UMAKER")
    assert (await day_of(house)).due_at == NINE + timedelta(hours=1)
    other_days = replace(later, days=frozenset(Weekday) - {Weekday.SUNDAY})
    await house.timetable.change(KEY, lambda standup: replace(standup, recurrence=other_days), "UMAKER")
    assert (await day_of(house)).state is OccurrenceState.SKIPPED


async def test_the_next_one_is_skipped_and_taken_back(house: House) -> None:
    assert await house.timetable.skip_next(KEY, "UMAKER") is None
    assert await house.timetable.skip_next(KEY, "UOTHER") is NotDone.ALREADY
    (planned,) = await house.timetable.planned("T0")
    assert planned.next_at == NINE + DAY
    assert planned.skipped
    assert planned.skipped.skipped_by == "UMAKER"
    await at(house, NINE)
    assert rung(house) == []
    assert await house.timetable.skip_next(KEY, "UMAKER") is None
    assert await house.timetable.dont_skip(KEY) is None
    assert await house.timetable.dont_skip(KEY) is NotDone.ALREADY
    await at(house, NINE + DAY)
    assert rung(house) == [NINE + DAY]


async def test_one_that_was_deleted_rings_no_more_and_leaves_its_name(house: House) -> None:
    with pytest.raises(NameTakenError):
        await house.timetable.add(replace(DAILY, standup_id="other"))
    await house.timetable.delete(KEY, "UMAKER")
    await house.timetable.add(replace(DAILY, standup_id="other"))
    with pytest.raises(UnknownStandupError):
        await house.timetable.pause(KEY)
    await at(house, NINE)
    assert rung(house) == [NINE]


WISHES: list[Callable[[House, OccurrenceKey], object]] = [
    lambda house, key: house.timetable.skip_day(key, "U1"),
    lambda house, key: house.timetable.be_out(key, "U1", is_out=True),
    lambda house, key: house.timetable.ring_on(key, "U1", "+6591239999"),
]


@pytest.mark.parametrize("wish", WISHES, ids=["skip", "out", "other number"])
async def test_wishes_for_a_day_come_too_late_when_it_is_due(
    house: House, wish: Callable[[House, OccurrenceKey], asyncio.Future[object]]
) -> None:
    await at(house, NINE - 5 * MINUTE)
    key = (await day_of(house)).key
    await house.clock.advance_to(NINE)
    assert await wish(house, key) is NotDone.TOO_LATE
    await house.look()
    assert await wish(house, key) is NotDone.TOO_LATE
    assert rung(house) == [NINE]


async def test_the_report_is_owed_on_fridays_for_the_last_day_that_rang(house: House) -> None:
    await house.timetable.report_weekly(KEY, wanted=True)
    # BEGIN is a Sunday.
    for day in range(6):
        await at(house, NINE + day * DAY)
    await at(house, BEGIN + 5 * DAY + timedelta(hours=17))
    assert (await day_of(house, 5)).is_reported
    assert not (await day_of(house, 4)).is_reported
    await house.timetable.report_weekly(KEY, wanted=False)
    for day in range(6, 13):
        await at(house, NINE + day * DAY)
    await at(house, BEGIN + 12 * DAY + timedelta(hours=18))
    assert not (await day_of(house, 12)).is_reported


async def test_a_clock_that_ran_ahead_costs_one_day_at_most(storage: Storage, house: House) -> None:
    await house.timetable.report_weekly(KEY, wanted=True)
    await at(house, NINE + 30 * DAY + timedelta(hours=1))
    assert rung(house) == []
    right = House(storage, MovedClock(BEGIN))
    for day in range(32):
        await at(right, NINE + day * DAY)
    assert rung(right) == [NINE + day * DAY for day in range(32) if day != 30]
    await right.conferences.close()


async def test_a_standup_that_was_planned_by_other_rules_of_time_zones_is_planned_anew(
    house: House, database: Path
) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE standups SET wakes_at = ?", [(NINE + timedelta(hours=1)).isoformat()])
    await at(house, NINE)
    assert rung(house) == [NINE]


async def test_a_channel_that_was_told_is_the_one_in_which_it_rings_that_day(house: House) -> None:
    await at(house, NINE - 5 * MINUTE)
    await house.timetable.change(KEY, lambda standup: replace(standup, channel_id="C1"), "UMAKER")
    await at(house, NINE)
    assert {one.channel_id for one in house.begun} == {"C0"}
    await at(house, NINE + DAY)
    assert (await day_of(house, 1)).channel_id == "C1"
    assert {one.channel_id for one in house.begun} == {"C0", "C1"}


async def test_a_day_of_which_nobody_was_told_follows_to_another_channel(house: House) -> None:
    await house.timetable.skip_next(KEY, "UMAKER")
    await house.timetable.dont_skip(KEY)
    await house.timetable.change(KEY, lambda standup: replace(standup, channel_id="C1"), "UMAKER")
    await at(house, NINE)
    assert (await day_of(house)).channel_id == "C1"


async def test_what_is_due_when_it_is_changed_is_rung_as_it_was(house: House) -> None:
    await house.clock.advance_to(NINE + timedelta(seconds=3))
    other = replace(DAILY.recurrence, at=time(10))
    await house.timetable.change(KEY, lambda standup: replace(standup, recurrence=other), "UMAKER")
    await house.look()
    assert rung(house) == [NINE + timedelta(seconds=3)]


async def test_a_reminder_is_shown_anew_when_what_it_says_has_changed(house: House) -> None:
    await at(house, NINE - 5 * MINUTE)
    told = (await day_of(house)).version
    await house.timetable.change(KEY, lambda standup: replace(standup, name="design"), "UMAKER")
    assert (await day_of(house)).version == told + 1
    await house.timetable.show_anew("T0")
    assert (await day_of(house)).version == told + 2
    assert len(house.heard) == 3
    await at(house, NINE)
    await house.timetable.show_anew("T0")
    assert len(house.heard) == 4


async def test_one_that_was_deleted_keeps_no_guests(house: House, database: Path) -> None:
    await house.timetable.delete(KEY, "UMAKER")
    assert rows(database, "SELECT invitees FROM standups") == [("",)]


async def test_looking_when_nothing_is_due_writes_nothing(house: House, database: Path) -> None:
    await at(house, BEGIN)
    log = database.with_name("rollcall.db-wal")
    before = log.stat().st_mtime_ns
    assert await house.timetable.resume(KEY) is NotDone.ALREADY
    await at(house, BEGIN + MINUTE)
    assert log.stat().st_mtime_ns == before


@pytest.mark.parametrize(("at_time", "reports"), [(time(16, 59), 4), (time(17), 3), (time(17, 30), 3)])
async def test_a_standup_of_friday_evenings_is_reported_too(house: House, at_time: time, reports: int) -> None:
    """The last of four Fridays, if it rings after that day's report, with the next."""
    fridays = Recurrence(frozenset({Weekday.FRIDAY}), at_time, "UTC")
    await house.timetable.change(KEY, lambda standup: replace(standup, recurrence=fridays), "UMAKER")
    await house.timetable.report_weekly(KEY, wanted=True)
    while (moment := await house.storage.next_look()) and moment < BEGIN + 28 * DAY:
        await at(house, moment)
    assert len(rung(house)) == 4
    assert sum(one.is_reported for one in house.heard) == reports
