"""Days on which standups don't ring: typed dates, a standup's own calendar, and the operator's."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from handlers.standups.standup_form import CALENDAR_WITHIN_SECONDS
from sandbox.slack import SubmitResult, View
from tests.harness.calendar_server import CalendarServer, calendar
from tests.harness.world import Actor, World

TODAY, TOMORROW, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)
"""Today is a Friday."""
NEXT_MONDAY = MONDAY + timedelta(days=7)

AT_TEN = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "time": "10:00", "zone": "Asia/Singapore"}


def due(day: date) -> datetime:
    """Ten o'clock in Singapore."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


async def opened(actor: Actor, text: str = "/conference standup new sync") -> View:
    """The form that a command opens, in the place of whatever stands there."""
    for view in actor.world.slack.views(actor.person):
        await actor.world.slack.view_closed(actor.person, view, everything=True)
    await actor.types(text)
    return await actor.sees_form()


async def sets_up(actor: Actor, **values: Any) -> SubmitResult:
    """Send the form for a daily standup at ten that rings Bob and Carol."""
    form = await opened(actor)
    filled = {"people": [actor.world.bob.id, actor.world.carol.id], **AT_TEN, **values}
    return await actor.world.slack.submit(actor.person, form, filled)


def stored(world: World, sql: str) -> set[Any]:
    with closing(sqlite3.connect(world.database)) as db:
        return {row[0] if len(row) == 1 else row for row in db.execute(sql)}


def kept(world: World) -> set[str]:
    """The names of the holidays that are kept."""
    return stored(world, "SELECT name FROM holidays")


async def shown(world: World) -> str:
    """What the standup says of itself to whoever is in its channel."""
    return (await world.erin.types("/conference standup sync")).ack_text


async def go_to(world: World, moment: datetime) -> None:
    await world.leap(moment - world.now)


async def rests_on(world: World, day: date) -> None:
    """That day goes by without a word in the channel, and nobody is rung."""
    before = len(world.boards), len(world.rung)
    await go_to(world, due(day) - timedelta(minutes=6))
    for _ in range(4):
        await world.leap(timedelta(minutes=3))
    assert (len(world.boards), len(world.rung)) == before


async def rings_on(world: World, day: date) -> None:
    """The channel is told, and they are rung."""
    boards, rung = len(world.boards), len(world.rung)
    await go_to(world, due(day) - timedelta(minutes=4))
    await world.until(lambda: len(world.boards) > boards)
    await go_to(world, due(day))
    await world.until(lambda: world.rung[rung:] == [world.bob.number, world.carol.number])


async def test_dates_that_are_typed(world: World) -> None:
    assert not (await sets_up(world.alice, days_off=str(TODAY))).errors
    assert "and not on Fri 20 November." in await shown(world)
    await rests_on(world, TODAY)
    assert "and not on" not in await shown(world)
    await rings_on(world, TOMORROW)


async def test_the_days_of_a_calendar(calendars: CalendarServer, world: World) -> None:
    calendars.days = {TODAY: "*Fish* & <:Chips:>", date(2026, 12, 25): "Christmas Day", date(2028, 1, 1): "New Year"}
    assert not (await sets_up(world.alice, calendar=calendars.url.replace("https:", "webcal:"))).errors
    said = world.told(world.alice)
    next_day = "Fri 20 November: Fish &amp; &lt;Chips&gt;."
    assert f"days of its calendar at calendars.example: 2 in the next year, the next on {next_day}" in said
    assert f"and not on {next_day}" in await shown(world)
    assert f"and not on {next_day}" in (await world.erin.types("/conference standup")).ack_text
    assert stored(world, "SELECT team_id, address FROM calendars") == {(world.slack.workspace.team_id, calendars.url)}
    await rests_on(world, TODAY)
    await rings_on(world, TOMORROW)
    assert "secret-path" not in world.log + world.transcript + world.told(world.erin) + said


@pytest.mark.parametrize("is_file", [True, False], ids=["file", "address"])
async def test_the_operators_calendar_holds_for_all(
    quiet_world: World, calendars: CalendarServer, is_file: bool
) -> None:
    calendars.days = {TODAY: "Founders' Day"}
    file = quiet_world.directory / "holidays.ics"
    file.write_text(calendar(calendars.days))
    await calendars.stop()
    await calendars.start(secure=False)
    quiet_world.settings["HOLIDAYS"] = str(file) if is_file else calendars.url
    await quiet_world.start_bot()
    await quiet_world.until(lambda: kept(quiet_world) == {"Founders' Day"})
    for actor in (quiet_world.bob, quiet_world.carol):
        await actor.has_number()
    assert not (await sets_up(quiet_world.alice)).errors
    assert "and not on Fri 20 November: Founders' Day." in await shown(quiet_world)
    await rests_on(quiet_world, TODAY)
    await rings_on(quiet_world, TOMORROW)


async def test_a_start_with_the_days_that_are_kept_writes_nothing(quiet_world: World) -> None:
    file = quiet_world.directory / "holidays.ics"
    file.write_text(calendar({TODAY: "Founders' Day"}))
    quiet_world.settings["HOLIDAYS"] = str(file)
    await quiet_world.start_bot()
    await quiet_world.terminate_bot()
    with quiet_world.locked_database():
        await quiet_world.start_bot()
    assert quiet_world.bot_is_running, quiet_world.log


async def test_days_of_the_operators_that_are_no_more_are_rung_again(quiet_world: World) -> None:
    file = quiet_world.directory / "holidays.ics"
    file.write_text(calendar({TODAY: "Founders' Day"}))
    quiet_world.settings["HOLIDAYS"] = str(file)
    await quiet_world.start_bot()
    for actor in (quiet_world.bob, quiet_world.carol):
        await actor.has_number()
    assert not (await sets_up(quiet_world.alice)).errors
    await quiet_world.terminate_bot()
    quiet_world.settings["HOLIDAYS"] = ""
    await quiet_world.start_bot()
    assert "and not on" not in await shown(quiet_world)
    await rings_on(quiet_world, TODAY)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://127.0.0.1/a.ics", "it leads to an address inside a private network"),
        ("https://10.0.0.1:8443/a.ics", "it leads to an address inside a private network"),
        ("https://localhost/a.ics", "that is no address of a calendar"),
        ("", "it leads to an address inside a private network"),
    ],
    ids=["127.0.0.1", "10.0.0.1", "localhost", "a name for 127.0.0.1"],
)
async def test_an_address_inside_is_refused(world: World, calendars: CalendarServer, address: str, why: str) -> None:
    result = await sets_up(world.alice, calendar=address or calendars.url)
    assert result.errors.keys() == {"calendar"}
    assert why in result.errors["calendar"]
    assert stored(world, "SELECT name FROM standups UNION SELECT address FROM calendars") == set()
    assert not calendars.asked


async def test_what_can_not_be_read_stands_under_its_field_and_nothing_is_saved(
    calendars: CalendarServer, world: World
) -> None:
    form = await opened(world.alice)
    filled: dict[str, Any] = {"people": [world.bob.id, world.carol.id], **AT_TEN, "calendar": calendars.url}
    for target, why in [
        ("https://10.0.0.1/a.ics", "it leads to an address inside a private network"),
        ("http://169.254.169.254/", "it leads to an address inside a private network"),
        ("", "it answers with 404"),
    ]:
        calendars.leads_to, calendars.status = target, 404
        result = await world.slack.submit(world.alice.person, form, filled)
        assert result.errors == {
            "calendar": f"Nothing was saved. That address could not be read: {why}. Correct it, or leave it empty."
        }
    assert stored(world, "SELECT name FROM standups UNION SELECT address FROM calendars") == set()
    calendars.status = 200
    assert not (await world.slack.submit(world.alice.person, form, filled)).errors
    assert "at calendars.example, which has none in the next year: it may be an old one." in world.told(world.alice)


async def test_a_server_that_is_slow_leaves_time_for_an_answer(calendars: CalendarServer, world: World) -> None:
    calendars.is_slow = True
    result = await sets_up(world.alice, calendar=calendars.url)
    assert "it can't be read as fast as Slack waits for an answer" in result.errors["calendar"]
    # The stand-in waits as long as Slack does, and had an answer.
    assert result.acked
    assert result.took_seconds > 1
    # The rest of its three seconds is for the network.
    assert CALENDAR_WITHIN_SECONDS <= 2.5
    assert stored(world, "SELECT name FROM standups") == set()


async def test_change_reads_a_new_address_alone_and_forgets_the_old_one(
    calendars: CalendarServer, world: World
) -> None:
    calendars.days = {TODAY: "Founders' Day"}
    await sets_up(world.alice, calendar=calendars.url)
    form = await opened(world.alice, "/conference standup sync change")
    calendars.status = 404
    assert not (await world.slack.submit(world.alice.person, form, {"remind": "10"})).errors
    assert "the days of its calendar at calendars.example." in world.told(world.alice)
    assert calendars.asked == 1
    calendars.status, calendars.days = 200, {TOMORROW: "Harvest"}
    form = await opened(world.alice, "/conference standup sync change")
    assert not (await world.slack.submit(world.alice.person, form, {"calendar": f"{calendars.url}?2"})).errors
    assert "and not on Sat 21 November: Harvest." in await shown(world)
    assert stored(world, "SELECT address FROM calendars") == {f"{calendars.url}?2"}
    assert kept(world) == {"Harvest"}
    await rings_on(world, TODAY)
    await world.alice.types("/conference standup sync delete")
    assert stored(world, "SELECT address FROM calendars UNION SELECT address FROM holidays") == set()


async def test_what_is_planned_follows_a_calendar_that_changes(calendars: CalendarServer, world: World) -> None:
    calendars.days = {MONDAY: "Founders' Day"}
    await sets_up(world.alice, days=["mon"], calendar=calendars.url)
    assert "and not on Mon 23 November: Founders' Day." in await shown(world)
    calendars.days = {NEXT_MONDAY: "Harvest"}
    await world.leap(timedelta(hours=25))
    await world.until(lambda: kept(world) == {"Harvest"})
    assert "and not on Mon 30 November: Harvest." in await shown(world)
    await calendars.stop()
    await world.leap(timedelta(hours=25))
    await world.until(lambda: "stay: it can't be connected to" in world.log)
    assert kept(world) == {"Harvest"}
    await rings_on(world, MONDAY)
    await rests_on(world, NEXT_MONDAY)
    assert "secret-path" not in world.log


async def test_a_day_that_becomes_a_day_off_after_its_channel_was_told(calendars: CalendarServer, world: World) -> None:
    calendars.days = {date(2026, 12, 25): "Christmas Day"}
    await sets_up(world.alice, days=["sat"], time="10:15", remind="30", calendar=calendars.url)
    calendars.days = {TOMORROW: "Harvest"}
    # It looks for calendars that it has not read for a day: now for none, and again in an hour.
    await go_to(world, due(TOMORROW) - timedelta(hours=1))
    await go_to(world, due(TOMORROW) - timedelta(minutes=14))
    await world.until(lambda: len(world.boards) == 1)
    assert kept(world) == {"Christmas Day"}
    await go_to(world, due(TOMORROW) + timedelta(minutes=1))
    await world.until(lambda: kept(world) == {"Harvest"})
    await world.board_shows("skipped")
    for _ in range(9):
        await world.leap(timedelta(minutes=4))
    assert not world.rung
