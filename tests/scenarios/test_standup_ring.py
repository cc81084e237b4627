"""A standup rings by the rules of any other conference."""

from datetime import timedelta

from tests.harness.reading import buttons, reading
from tests.harness.world import World
from tests.scenarios.standup_day import DUE, MINUTE, call_boards, comes_to, is_reminded, is_set_up, reminder, rings
from tests.scenarios.test_left_alone import around_now, says


async def test_quiet_hours_and_wishes_hold_also_for_whoever_set_it_up(world: World) -> None:
    await is_set_up(world, "@alice @bob @carol @dave")
    await says(world.alice, "quiet_hours", **around_now(world))
    await says(world.bob, "never")
    await rings(world, world.carol, world.dave)
    await world.board_shows("@bob: not rung, as they asked", "@alice: not rung: quiet hours until")


async def test_who_has_no_number_is_asked_once(world: World) -> None:
    await is_set_up(world, "@bob @carol @erin")
    await rings(world, world.bob, world.carol)
    await world.board_shows("@erin: no number on file, so not rung")
    await world.erin.is_told("*Standup platform* in <#C0STANDUP> was to ring you, but there is no phone number")
    await comes_to(world, DUE + timedelta(days=1))
    await world.until(lambda: len(call_boards(world)) == 2)
    await world.advance(30)
    assert len(world.slack.direct_messages(world.erin.person)) == 1


async def test_whoever_set_it_up_is_asked_like_everybody_else(world: World) -> None:
    await world.erin.types("/conference standup platform @bob @carol @erin daily 09:40 Asia/Singapore")
    await rings(world, world.bob, world.carol)
    await world.erin.is_told("*Standup platform* in <#C0STANDUP> was to ring you, but there is no phone number")


async def test_of_eleven_people_eight_are_rung_and_the_others_come_in_as_places_get_free(world: World) -> None:
    more = [world.add_actor(f"p{place}", f"+659123010{place}") for place in range(7)]
    everybody = [world.alice, world.bob, world.carol, world.dave, *more]
    for actor in more:
        await actor.has_number()
    for actor in everybody:
        actor.phone.will_answer()
    await is_set_up(world, " ".join(f"@{actor.person.name}" for actor in everybody))
    await comes_to(world, DUE)
    await world.until(lambda: world.board_text.count("in the call since") == 8)
    assert world.dests == [actor.number for actor in everybody[:8]]
    last = everybody[8:]
    await world.thread_says(
        *(f"@{actor.person.name}: not rung: a call takes at most 8 phones" for actor in last),
        "*Ring me* on the board rings whoever presses it as soon as a place is free",
    )
    await last[0].presses("ring_me")
    await last[0].is_told("You were not rung: the call is full, since a room takes at most 8 phones.")
    everybody[0].phone.hang_up()
    await world.until(lambda: world.board_text.count("in the call since") == 7)
    await last[0].presses("ring_me")
    await world.until(lambda: last[0].phone.rings == 1)
    await world.alice.presses("ring_as_lines_get_free")
    await world.board_shows(f"@{last[1].person.name}: waiting for a line")
    everybody[1].phone.hang_up()
    await world.until(lambda: last[1].phone.rings == 1)
    everybody[2].phone.hang_up()
    await world.until(lambda: last[2].phone.rings == 1)
    assert len(world.dests) == len(set(world.dests)) == 11


async def test_lines_that_are_taken_keep_it_waiting_in_the_open(world: World) -> None:
    for number in ("+6591230010", "+6591230011"):
        world.hoiio.phone(number).will_answer()
    world.dave.phone.will_answer()
    world.settings["LINES"] = "3"
    await world.terminate_bot()
    await world.start_bot()
    await is_set_up(world)
    await comes_to(world, DUE - MINUTE)
    await world.dave.types("/conference +6591230010 +6591230011")
    await world.until(lambda: len(world.dests) == 3)
    await comes_to(world, DUE)
    await world.board_shows("Nobody was rung: the call needs 2 lines at once, and none is free.")
    assert buttons(world.board) == ["Ring as lines get free", "Call again"]


async def test_a_limit_is_said_in_the_open_and_whose_it_is(quiet_world: World) -> None:
    world = quiet_world
    world.settings["MAX_CONFERENCES_PER_HOUR"] = "1"
    await world.start_bot()
    for actor in (world.bob, world.carol):
        await actor.has_number()
    await is_set_up(world)
    await world.alice.types("/conference without me +6591230010")
    await world.until(lambda: len(world.dests) == 1)
    await comes_to(world, DUE)
    await world.board_shows("Nobody was rung: @alice, who set the standup up, would have passed a limit, 1 conferences")
    assert len(world.dests) == 1


async def test_a_group_and_a_team_are_looked_up_when_it_rings(world: World) -> None:
    group = world.slack.add_group("oncall", world.bob.person)
    await world.alice.types("/conference team core @carol")
    await is_reminded(world, "core @oncall")
    assert "Rings @carol and <!subteam^S0ONCALL>." in reading(reminder(world))
    group.members.append(world.dave.person)
    await world.alice.types("/conference team core add @alice")
    await rings(world, world.alice, world.bob, world.carol, world.dave)


async def test_called_again_it_rings_the_same_people_and_is_still_the_standup(world: World) -> None:
    for actor in (world.bob, world.carol):
        actor.phone.will_decline()
    await is_set_up(world)
    await comes_to(world, DUE)
    await world.until(lambda: buttons(world.board) == ["Call again"], within=120)
    await world.dave.presses("call_again")
    await world.board_shows("*Standup platform* · room", "called again by @dave", "@bob: ringing", "@carol: ringing")
    assert len(world.dests) == 4


async def test_where_the_bot_may_not_post_its_maker_is_told(world: World) -> None:
    secret = world.slack.add_channel("secret", world.alice.person, world.bob.person, bot_in=False)
    await world.alice.types("/conference standup platform @bob @carol daily 09:40 Asia/Singapore", secret)
    await comes_to(world, DUE)
    await world.alice.is_told(f"*Standup platform* in <#{secret.id}>: Nobody was rung: I am not in that channel")
    assert world.dests == []
