"""A standup's reminder: whom it names, who is out, and who skips the day."""

from datetime import timedelta

from tests.harness.reading import buttons, reading
from tests.harness.world import World
from tests.scenarios.standup_day import (
    AT,
    DUE,
    MINUTE,
    OTHER_NUMBER,
    answers,
    call_boards,
    comes_to,
    gives,
    is_reminded,
    is_set_up,
    reminder,
    reminder_shows,
    reminders,
    rings,
)

# The reminder


async def test_five_minutes_before_the_channel_is_told_whom_it_rings(world: World) -> None:
    await is_set_up(world, "@bob @carol +6591239998")
    await comes_to(world, DUE - 5 * MINUTE - timedelta(seconds=2))
    assert world.boards == []
    await world.until(lambda: reminders(world), within=5)
    said = reading(reminder(world))
    assert said.startswith(f"*Standup platform* in 5 minutes, at {AT}\nRings @bob, @carol and +65 •••• 9998.")
    assert reminder(world).text.startswith(f"Standup platform in 5 minutes, at {AT}. Rings <@U0BOB>")
    assert buttons(reminder(world)) == ["I'm out today", "Ring me on another number", "Skip today"]
    assert world.dests == []


async def test_it_is_told_once_also_when_the_bot_is_started_again(world: World) -> None:
    await is_reminded(world)
    await world.kill_bot()
    await world.advance(60)
    await world.start_bot()
    await rings(world, world.bob, world.carol)
    assert len(reminders(world)) == 1


async def test_once_it_has_begun_the_reminder_has_no_buttons(world: World) -> None:
    await is_reminded(world)
    await rings(world, world.bob, world.carol)
    await reminder_shows(world, f"*Standup platform*, due at {AT}, has begun")
    assert buttons(reminder(world)) == []
    await world.board_shows("*Standup platform* · room", "set up by @alice", "@bob: ringing", "@carol: ringing")


async def test_many_people_are_named_as_far_as_there_is_room(world: World) -> None:
    guests = " ".join(f"+659123{number}" for number in range(1000, 1022))
    await is_reminded(world, f"@bob {guests}")
    said = reading(reminder(world))
    assert "and 3 more." in said
    assert "A call takes at most 8 phones: the first 8 are rung, and *Ring me*" in said


# Who is out


async def test_who_is_out_today_is_not_rung_and_may_think_better_of_it(world: World) -> None:
    await is_reminded(world, "@bob @carol @dave")
    await world.bob.presses("standup_out", reminder(world))
    await world.bob.is_told("You are out of *Standup platform* today")
    await reminder_shows(world, "Out today: @bob.", "Rings @carol and @dave.")
    updates = len(world.slack.calls)
    await world.bob.presses("standup_out", reminder(world))
    await world.advance(3)
    assert [call.method for call in world.slack.calls[updates:]].count("chat.update") == 0
    await world.carol.presses("standup_out", reminder(world))
    await reminder_shows(world, "Out today: @bob and @carol.")
    await world.carol.is_told("You are out of *Standup platform* today")
    await world.carol.presses("standup_in", answers(world, world.carol)[-1])
    await world.carol.is_told("You are in: *Standup platform* rings you at")
    await rings(world, world.carol, world.dave)
    await world.board_shows("@bob: out today, so not rung")


async def test_whoever_is_out_is_rung_when_they_ask_for_it_on_the_board(world: World) -> None:
    await is_reminded(world, "@bob @carol @dave")
    await world.bob.presses("standup_out", reminder(world))
    await rings(world, world.carol, world.dave)
    await world.bob.presses("ring_me")
    await world.board_shows("@bob: ringing")
    assert "out today" not in world.board_text


async def test_one_who_is_left_is_not_rung_alone(world: World) -> None:
    await is_reminded(world)
    await world.bob.presses("standup_out", reminder(world))
    await comes_to(world, DUE)
    await world.board_shows("Nobody was rung: @carol would have been alone in the call. @bob is out today.")
    assert (world.dests, buttons(world.board)) == ([], ["Call again"])


async def test_somebody_whom_it_does_not_ring_is_told_so(world: World) -> None:
    await is_reminded(world)
    await world.dave.presses("standup_out", reminder(world))
    await world.dave.is_told("you are not among those whom *Standup platform* rings")
    assert "Out today" not in reading(reminder(world))


async def test_of_a_user_group_slack_is_asked_who_is_in_it(world: World) -> None:
    world.slack.add_group("oncall", world.bob.person)
    await is_reminded(world, "@carol @oncall")
    await world.dave.presses("standup_out", reminder(world))
    await world.dave.is_told("you are not among those whom *Standup platform* rings")
    await world.dave.opens("standup_other_number", reminder(world))
    await world.dave.is_told("you are not among those whom *Standup platform* rings")
    await world.bob.presses("standup_out", reminder(world))
    await world.bob.is_told("You are out of *Standup platform* today")
    assert "Slack did not say" not in world.told(world.bob)
    await reminder_shows(world, "Out today: @bob.")


async def test_where_slack_does_not_say_who_is_in_a_group_wishes_are_taken(world: World) -> None:
    world.slack.add_group("oncall", world.bob.person, world.dave.person)
    await is_reminded(world, "@carol @oncall")
    world.slack.workspace.scopes -= {"usergroups:read"}
    await world.bob.presses("standup_out", reminder(world))
    await world.bob.is_told(
        "Slack did not say in time whether you are in <!subteam^S0ONCALL>: *Standup platform* rings"
    )
    await reminder_shows(world, "Out today: @bob.")
    assert "whether you are in <!subteam^S0ONCALL>" in await gives(world, world.dave, OTHER_NUMBER)


# Skipping


async def test_its_maker_skips_it_and_has_it_rung_after_all(world: World) -> None:
    await is_reminded(world)
    await world.bob.presses("standup_skip_day", reminder(world))
    await world.bob.is_told("only @alice, who set *Standup platform* up, and admins can skip a day of it")
    await world.alice.presses("standup_skip_day", reminder(world))
    await reminder_shows(world, "skipped today by @alice, so nobody is rung")
    assert buttons(reminder(world)) == ["Ring after all"]
    await world.bob.presses("standup_ring_after_all", reminder(world))
    assert buttons(reminder(world)) == ["Ring after all"]
    await world.alice.presses("standup_ring_after_all", reminder(world))
    await reminder_shows(world, f"*Standup platform* at {AT}", "Rings @bob and @carol.")
    await rings(world, world.bob, world.carol)


async def test_a_day_that_is_skipped_rings_nobody_and_the_next_one_does(world: World) -> None:
    await is_reminded(world)
    first = reminder(world)
    with_buttons = first.blocks
    await world.alice.presses("standup_skip_day", first)
    await world.until(lambda: buttons(first) == ["Ring after all"])
    seen_before, first.blocks = first.blocks, with_buttons
    await world.alice.presses("standup_skip_day", first)
    await world.alice.is_told("*Standup platform* is skipped today already by @alice.")
    await comes_to(world, DUE)
    await world.until(lambda: buttons(first) == [])
    await world.advance(30)
    assert (world.dests, call_boards(world)) == ([], [])
    first.blocks = seen_before
    await world.alice.presses("standup_ring_after_all", first)
    await world.alice.is_told("that day of *Standup platform* is over. It was skipped")
    await comes_to(world, DUE + timedelta(days=1))
    await world.until(lambda: len(world.dests) == 2)


async def test_what_is_pressed_too_late_says_so_and_what_to_do(world: World) -> None:
    await is_reminded(world)
    before = reminder(world)
    await world.bob.opens("standup_other_number", before)
    form = world.slack.views(world.bob.person)[-1]
    with_buttons = before.blocks
    await rings(world, world.bob, world.carol)
    await reminder_shows(world, "has begun")
    # Their Slack has not redrawn it yet.
    before.blocks = with_buttons
    await world.bob.presses("standup_out", before)
    await world.alice.presses("standup_skip_day", before)
    await world.alice.is_told("has begun. *Ring me* on its board")
    await world.slack.submit(world.bob.person, form, {"other_number": OTHER_NUMBER})
    await world.bob.is_told("has begun. *Ring me* on its board rings you on your own number.")
