"""Reports of standups: who was in, asked for in the channel or posted there on Fridays; and keeping out of them."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox.slack import Channel, Message
from tests.harness.reading import buttons, reading
from tests.harness.world import Actor, World

HERE = ZoneInfo("Asia/Singapore")
WEEKDAYS = "weekdays 09:30 Asia/Singapore"
"""The world begins on a Friday at 09:30: the first day that rings is Monday."""
REPORT = "/conference standup platform report"


async def set_up(world: World, people: str = "@bob @carol", days: str = WEEKDAYS) -> None:
    result = await world.alice.types(f"/conference standup platform {people} {days}")
    assert "Set up" in result.ack_text, result


async def leap_to(world: World, hour: int, minute: int = 0, *, day: str = "") -> None:
    """Let time go by until that hour of the standup's zone, of the next day of that name if one is given."""
    until = world.now.astimezone(HERE).replace(hour=hour, minute=minute, second=0, microsecond=0)
    while until <= world.now or not f"{until:%A}".startswith(day):
        until += timedelta(days=1)
    await world.leap(until - world.now - timedelta(seconds=1))


async def rings_on(world: World, day: str, *answering: Actor) -> None:
    """That day's call comes and goes; only these are in it, for less than a minute."""
    for actor in (world.alice, world.bob, world.carol, world.dave):
        actor.phone.will_decline()
    for actor in answering:
        actor.phone.will_answer(stay=30)
    before = len(world.rung)
    await leap_to(world, 9, 29, day=day)
    await world.until(lambda: len(world.rung) > before, within=120)
    await world.board_shows("Ended at", within=240)
    await world.thread_says("The call is over")


def reports(world: World) -> list[Message]:
    return [message for message in world.boards if "*Standup `platform`" in reading(message)]


async def asked(actor: Actor, channel: Channel | None = None) -> Message:
    """The report that somebody is shown alone."""
    result = await actor.types(REPORT, channel)
    assert result.message
    return result.message


async def test_it_tells_who_was_in_over_the_days(world: World) -> None:
    await set_up(world, "@bob @carol @erin +65 9123 0009")
    assert "It has not rung in the last four weeks." in reading(await asked(world.alice))
    await rings_on(world, "Monday", world.bob, world.carol)
    await rings_on(world, "Tuesday", world.bob)
    said = reading(await asked(world.dave))
    assert "*Standup `platform`: the last four weeks*" in said
    assert "It rang on 2 days. A call lasted 1 min on average. Cost SGD 0.105." in said
    assert "@bob in on 2 of 2 days @carol in on 1 of 2 days @erin in on 0 of 2 days" in said
    assert "Guests +65 •••• 0009 in 0 of 2 times" in said
    assert "Standup" not in world.told(world.bob)


async def test_who_is_out_did_not_miss_that_day(world: World) -> None:
    await set_up(world, "@bob @carol @dave")
    await rings_on(world, "Monday", world.bob)
    await leap_to(world, 9, 26, day="Tuesday")
    await world.until(lambda: "standup_out" in str(world.board.blocks))
    await world.carol.presses("standup_out")
    await rings_on(world, "", world.bob)
    said = reading(await asked(world.bob))
    assert "@bob in on 2 of 2 days @carol in on 0 of 1 day, out on 1 day @dave in on 0 of 2 days" in said


async def test_who_comes_when_it_is_called_again_was_in_that_day(world: World) -> None:
    await set_up(world)
    await rings_on(world, "Monday", world.bob)
    world.carol.phone.will_answer(stay=30)
    await world.bob.presses("call_again")
    await world.board_shows("@carol: ringing")
    assert "It has not rung in the last four weeks." in reading(await asked(world.bob))
    await world.board_shows("@carol: was in the call", "Ended at", within=240)
    said = reading(await asked(world.bob))
    assert "It rang on 1 day." in said
    assert "@bob in on 1 of 1 day @carol in on 1 of 1 day" in said


async def test_days_that_were_skipped_or_missed_are_told(world: World) -> None:
    await set_up(world)
    await world.alice.types("/conference standup platform skip")
    await leap_to(world, 12, day="Monday")
    await rings_on(world, "Tuesday", world.bob)
    await world.kill_bot()
    await leap_to(world, 12, day="Thursday")
    await world.start_bot()
    await world.advance(5)
    said = reading(await asked(world.alice))
    assert "It rang on 1 day, was skipped on 1 day and was missed on 2 days." in said


async def test_a_call_that_still_runs_is_not_counted(world: World) -> None:
    await set_up(world)
    for actor in (world.bob, world.carol):
        actor.phone.will_answer(stay=600)
    await leap_to(world, 9, 29, day="Monday")
    await world.until(lambda: len(world.rung) == 2, within=120)
    assert "It has not rung in the last four weeks." in reading(await asked(world.alice))


async def test_what_is_older_than_four_weeks_is_not_told(world: World) -> None:
    await set_up(world)
    await rings_on(world, "Monday", world.bob, world.carol)
    await world.alice.types("/conference standup platform pause")
    await world.leap(timedelta(days=27))
    assert "@bob in on 1 of 1 day" in reading(await asked(world.alice))
    await world.leap(timedelta(days=1))
    assert "It has not rung in the last four weeks." in reading(await asked(world.alice))


# Where, and for whom


async def test_elsewhere_only_its_people_learn_in_which_channel_to_ask(world: World) -> None:
    await set_up(world)
    await rings_on(world, "Monday", world.bob)
    elsewhere = world.slack.add_channel("elsewhere", *(actor.person for actor in (world.alice, world.bob, world.dave)))
    for actor in (world.alice, world.bob):
        said = (await actor.types(REPORT, elsewhere)).ack_text
        assert f"type `/conference standup platform report` in <#{world.channel.id}>" in said
        assert "1 day" not in said
    assert "there is no standup `platform`" in (await world.dave.types(REPORT, elsewhere)).ack_text


async def test_only_its_maker_and_admins_have_it_report_every_week(world: World) -> None:
    await set_up(world)
    assert "only they and admins change it" in (await world.bob.types(f"{REPORT} weekly")).ack_text
    assert "gets a report of `platform` every Friday at 17:00" in (await world.alice.types(f"{REPORT} weekly")).ack_text
    world.dave.person.is_admin = True
    assert "no weekly report of `platform` any more" in (await world.dave.types(f"{REPORT} off")).ack_text
    await rings_on(world, "Monday", world.bob)
    await leap_to(world, 17, day="Friday")
    await world.advance(5)
    assert reports(world) == []


# Every Friday


async def reported_weekly(world: World) -> None:
    """It has rung in a week, and it is a moment before that week's report."""
    await set_up(world, days="mon,tue 09:30 Asia/Singapore")
    await world.alice.types(f"{REPORT} weekly")
    await rings_on(world, "Monday", world.bob, world.carol)
    await rings_on(world, "Tuesday", world.bob)
    await leap_to(world, 16, 59, day="Friday")


async def test_the_channel_gets_it_on_friday_once(world: World) -> None:
    await reported_weekly(world)
    assert reports(world) == []
    await world.until(lambda: reports(world), within=120)
    assert "@bob in on 2 of 2 days @carol in on 1 of 2 days" in reading(world.board)
    assert f"{world.bob.person.mention}: in on 2 of 2 days." in world.board.text
    await world.terminate_bot()
    await world.start_bot()
    await world.leap(timedelta(hours=10))
    assert len(reports(world)) == 1


async def test_in_a_week_without_a_call_there_is_none(world: World) -> None:
    await reported_weekly(world)
    await world.until(lambda: reports(world), within=120)
    await world.alice.types("/conference standup platform pause")
    await leap_to(world, 17, day="Friday")
    await world.advance(60)
    assert len(reports(world)) == 1


@pytest.mark.parametrize(("late", "count"), [(timedelta(hours=11), 1), (timedelta(hours=13), 0)])
async def test_one_that_is_late_by_half_a_day_is_left_out(world: World, late: timedelta, count: int) -> None:
    await reported_weekly(world)
    await world.kill_bot()
    await world.leap(late)
    await world.start_bot()
    await world.advance(10)
    assert len(reports(world)) == count


async def test_one_that_is_owed_and_could_not_be_posted_while_it_was_new_is_left_out(world: World) -> None:
    await reported_weekly(world)
    await world.terminate_bot()
    await world.start_bot(kill_at="after:1")
    await world.until(lambda: not world.bot_is_running, within=120)
    with closing(sqlite3.connect(world.database)) as database:
        assert database.execute("SELECT count(*) FROM occurrences WHERE is_reported = 1").fetchone() == (1,)
    await world.leap(timedelta(hours=13))
    await world.start_bot()
    await world.advance(10)
    assert reports(world) == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_one_whose_answer_is_lost_is_posted_once(world: World, when: str) -> None:
    await reported_weekly(world)
    world.slack.faults.reset("chat.postMessage", "after" if when == "after" else "before", times=1)
    await world.until(lambda: reports(world), within=240)
    await world.advance(30)
    assert len(reports(world)) == 1


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("transaction", [1, 2, 3, 4])
async def test_it_is_posted_once_across_a_kill(world: World, where: str, transaction: int) -> None:
    await reported_weekly(world)
    await world.terminate_bot()
    await world.start_bot(kill_at=f"{where}:{transaction}")
    await world.until(lambda: not world.bot_is_running, within=120)
    await world.start_bot()
    await world.until(lambda: reports(world), within=120)
    await world.advance(10)
    assert len(reports(world)) == 1


# Keeping out


async def test_whoever_keeps_out_is_neither_named_nor_counted(world: World) -> None:
    await set_up(world)
    await rings_on(world, "Monday", world.bob, world.carol)
    assert "SGD 0.070" in reading(await asked(world.alice))
    told = (await world.bob.types(f"{REPORT} without me")).ack_text
    assert "you are kept out of the reports of all standups" in told
    said = reading(await asked(world.alice))
    assert "@bob" not in said
    assert "One person keeps themselves out of reports: nothing here counts them." in said
    assert "SGD 0.035" in said
    await world.bob.types(f"{REPORT} with me")
    assert "@bob in on 1 of 1 day" in reading(await asked(world.alice))


async def test_the_button_takes_one_out_of_the_very_report_it_stands_below(world: World) -> None:
    await set_up(world)
    await rings_on(world, "Monday", world.bob, world.carol)
    shown = await asked(world.bob)
    assert buttons(shown) == ["Keep me out of reports"]
    await world.bob.presses("keep_out_of_reports", shown)
    await world.bob.is_told("you are kept out of the reports", "@carol in on 1 of 1 day", "One person keeps")
    assert "@bob" not in world.told(world.bob)


async def test_it_takes_one_out_of_the_channels_report_for_everybody(world: World) -> None:
    await reported_weekly(world)
    await world.until(lambda: reports(world), within=120)
    await world.carol.presses("keep_out_of_reports", reports(world)[0])
    await world.until(lambda: "One person keeps" in reading(reports(world)[0]))
    assert "@carol" not in reading(reports(world)[0])
    assert "@bob in on 2 of 2 days" in reading(reports(world)[0])
    await world.carol.is_told("`/conference standup platform report with me` puts you back in")
    assert len(reports(world)) == 1


async def test_the_form_keeps_what_was_said_of_reports_and_changes_it(world: World) -> None:
    await set_up(world)
    await rings_on(world, "Monday", world.bob, world.carol)
    await world.bob.types(f"{REPORT} without me")
    help_message = (await world.bob.types("/conference help")).message
    form = await world.bob.opens("open_preferences_form", help_message)
    await world.slack.submit(world.bob.person, form, {"rings": "quiet_hours", "quiet_start": "22:00"})
    assert "Reports of standups don't show you." in (await world.bob.types("/conference number")).ack_text
    assert "@bob" not in reading(await asked(world.alice))
    for view in world.slack.views(world.bob.person):
        await world.slack.view_closed(world.bob.person, view, everything=True)
    form = await world.bob.opens("open_preferences_form", help_message)
    await world.slack.submit(world.bob.person, form, {"reports": ["in_reports"]})
    assert "@bob in on 1 of 1 day" in reading(await asked(world.alice))


async def test_no_number_and_nobody_of_another_workspace_stands_in_it(world: World) -> None:
    stranger = world.slack.add_person("zoe", team_id="T0OTHER")
    numbers = [f"+65 9123 10{place:02}" for place in range(4)]
    await set_up(world, f"@bob @zoe {' '.join(numbers)}")
    await rings_on(world, "Monday", world.bob)
    shown = await asked(world.alice)
    assert "@bob in on 1 of 1 day Guests in 0 of 4 times" in reading(shown)
    assert stranger.id not in str(shown)
    assert not [number for number in numbers if number[-9:] in str(shown) or number[-9:].replace(" ", "") in str(shown)]
    assert not [number for number in numbers if number[-4:] in reading(shown)]
