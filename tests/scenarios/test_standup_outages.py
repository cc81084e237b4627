"""What is out of order just when a standup is due, and what changes just before."""

from datetime import timedelta

from tests.harness.reading import reading
from tests.harness.world import World
from tests.scenarios.standup_day import DUE, MINUTE, call_boards, comes_to, is_reminded, is_set_up, reminders, rings


async def test_a_user_group_that_slack_does_not_open_for_a_while_is_asked_for_again(world: World) -> None:
    world.slack.add_group("oncall", world.bob.person, world.carol.person)
    await is_set_up(world, "@oncall")
    await comes_to(world, DUE - timedelta(seconds=2))
    world.slack.faults.fail("usergroups.users.list", status=503, until=DUE + 2 * MINUTE)
    await world.advance(90)
    assert call_boards(world) == []
    await world.until(lambda: len(world.dests) == 2, within=90)
    await world.board_shows("@bob: ringing", "@carol: ringing")


async def test_a_user_group_that_slack_does_not_open_for_five_minutes_is_given_up_in_the_channel(world: World) -> None:
    world.slack.add_group("oncall", world.bob.person, world.carol.person)
    await is_set_up(world, "@oncall")
    await comes_to(world, DUE - timedelta(seconds=2))
    world.slack.faults.fail("usergroups.users.list", status=503, until=DUE + 10 * MINUTE)
    await world.advance(330)
    assert len(call_boards(world)) == 1
    assert "nobody was rung" in reading(call_boards(world)[0]).lower()
    await world.advance(400)
    assert world.dests == []


async def test_a_reminder_that_was_owed_when_the_bot_was_killed_is_not_posted_hours_later(world: World) -> None:
    await is_set_up(world)
    world.slack.faults.fail("chat.postMessage", status=503, until=DUE - MINUTE)
    await comes_to(world, DUE - 5 * MINUTE)
    await world.advance(3)
    await world.kill_bot()
    await comes_to(world, DUE + timedelta(hours=3))
    await world.start_bot()
    await world.until(lambda: "Rollcall was not running" in world.board_text)
    await world.advance(30)
    assert reminders(world) == []
    assert len(world.boards) == 1


async def test_a_reminder_shows_who_is_in_the_team_by_now(world: World) -> None:
    await world.alice.types("/conference team core @bob @carol")
    await is_reminded(world, "core")
    assert "Rings @bob and @carol." in reading(reminders(world)[0])
    await world.alice.types("/conference team core add @dave")
    await world.until(lambda: "Rings @bob, @carol and @dave." in reading(reminders(world)[0]))
    await rings(world, world.bob, world.carol, world.dave)
