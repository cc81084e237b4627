"""Somebody is rung on another number this once, or gives their own up, on a standup's day."""

from datetime import timedelta

import pytest

from tests.harness.reading import reading
from tests.harness.world import World
from tests.scenarios.standup_day import (
    DUE,
    OTHER_NUMBER,
    comes_to,
    gives,
    is_reminded,
    is_set_up,
    reminder,
    reminder_shows,
    rings,
)
from tests.scenarios.test_forgetting import holding


async def test_somebody_is_rung_on_another_number_this_once_and_nobody_else_sees_it(world: World) -> None:
    await is_reminded(world)
    assert "rings you on +65 9123 9999, this time only" in await gives(world, world.bob, "9123 9999")
    await reminder_shows(world, "On another number this once: @bob.")
    await comes_to(world, DUE)
    await world.until(lambda: sorted(world.dests) == sorted([OTHER_NUMBER, world.carol.number]))
    await world.board_shows("@bob: ringing", "@carol: ringing")
    posts = world.slack.messages(world.channel)
    assert not [post for post in posts if "•••• 9999" in reading(post) + post.text]
    assert "91239999" not in world.log
    assert "•••• 9999" not in world.log


async def test_the_number_is_forgotten_a_day_later_also_where_it_was_rung(world: World) -> None:
    world.hoiio.phone(OTHER_NUMBER).will_decline()
    world.carol.phone.will_decline()
    await is_reminded(world)
    await gives(world, world.bob, OTHER_NUMBER)
    await comes_to(world, DUE)
    await world.board_shows("Ended at", within=300)
    assert holding(world, OTHER_NUMBER)
    await world.leap(timedelta(hours=24))
    # It is looked at every hour, and the last time was somewhere within the leap.
    for _ in range(2):
        await world.leap(timedelta(hours=1, minutes=1))
    await world.until(lambda: not holding(world, OTHER_NUMBER))


async def test_leaving_it_empty_has_ones_own_phone_rung(world: World) -> None:
    await is_reminded(world)
    await gives(world, world.bob, OTHER_NUMBER)
    assert "rings you on your own number" in await gives(world, world.bob, "")
    await rings(world, world.bob, world.carol)


async def test_out_and_then_another_number_rings_and_the_other_way_round_does_not(world: World) -> None:
    await is_reminded(world, "@bob @carol @dave")
    await world.bob.presses("standup_out", reminder(world))
    await gives(world, world.bob, OTHER_NUMBER)
    await gives(world, world.carol, "+65 9123 9998")
    await world.carol.presses("standup_out", reminder(world))
    await reminder_shows(world, "Out today: @carol.", "On another number this once: @bob.")
    await comes_to(world, DUE)
    await world.until(lambda: sorted(world.dests) == sorted([OTHER_NUMBER, world.dave.number]))


@pytest.mark.parametrize(
    ("typed", "why"), [("call me", "+65 9123 4567"), ("+65 1900 123 4567", "never rung"), ("999", "never rung")]
)
async def test_what_is_never_rung_is_not_taken(world: World, typed: str, why: str) -> None:
    await is_reminded(world)
    assert why in await gives(world, world.bob, typed)
    assert "On another number" not in reading(reminder(world))


async def test_where_typed_numbers_are_off_none_is_taken(quiet_world: World) -> None:
    world = quiet_world
    world.settings["GUESTS"] = "off"
    await world.start_bot()
    for actor in (world.bob, world.carol):
        await actor.has_number()
    await is_reminded(world)
    await world.bob.opens("standup_other_number", reminder(world))
    await world.bob.is_told("numbers that are typed are not rung here")


async def test_a_number_that_is_given_up_is_rung_no_more(world: World) -> None:
    await is_reminded(world, "@bob @carol @dave")
    await gives(world, world.bob, OTHER_NUMBER)
    await world.bob.types("/conference number remove")
    assert not holding(world, OTHER_NUMBER)
    await rings(world, world.carol, world.dave)
    await world.board_shows("@bob: no number on file, so not rung")


async def test_a_guests_number_that_its_owner_gives_up_is_taken_out_and_the_standup_stays(world: World) -> None:
    await is_set_up(world, f"{world.bob.number} {world.carol.number}")
    await world.bob.types("/conference number remove")
    await world.carol.types("/conference number remove")
    await comes_to(world, DUE)
    await world.board_shows("Nobody was rung. It names nobody any more.")
