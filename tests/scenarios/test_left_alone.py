"""People who do not want to be rung, or not now."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.slack import View
from tests.harness.world import Actor, World


async def says(actor: Actor, rings: str, start: str = "22:00", end: str = "08:00") -> View:
    """Fill in the form that the help's button opens."""
    world = actor.world
    help_message = (await actor.types("/conference help")).message
    assert help_message
    form = await actor.opens("open_preferences_form", help_message)
    result = await world.slack.submit(actor.person, form, {"rings": rings, "quiet_start": start, "quiet_end": end})
    assert not result.errors
    await world.advance(1)
    view = world.slack.views(actor.person)[-1]
    await world.slack.view_closed(actor.person, view, everything=True)
    return view


def around_now(world: World, zone: str = "Asia/Singapore") -> dict[str, str]:
    """Quiet hours that hold at present."""
    now = world.now.astimezone(ZoneInfo(zone))
    return {"start": f"{now - timedelta(hours=1):%H:%M}", "end": f"{now + timedelta(hours=2):%H:%M}"}


async def test_quiet_hours_are_kept_in_ones_own_time_zone_and_shown_without_a_reason(world: World) -> None:
    world.bob.person.tz = "America/New_York"
    ends = world.now.astimezone(ZoneInfo("America/New_York")) + timedelta(hours=2)
    await says(world.bob, "quiet_hours", **around_now(world, "America/New_York"))
    await world.alice.types("/conference @bob @carol")
    await world.board_shows("@bob: not rung: quiet hours until <!date^")
    assert f"<!date^{int(ends.replace(second=0, microsecond=0).timestamp())}^" in world.board_text
    await world.until(lambda: world.dests)
    assert world.bob.number not in world.dests
    await world.leap(timedelta(hours=3))
    await world.carol.types("/conference @bob without me")
    await world.until(lambda: world.bob.number in world.dests)


async def test_off_means_off(world: World) -> None:
    view = await says(world.bob, "never")
    assert "You switched being rung off." in str(view.blocks)
    await world.alice.types("/conference @bob @carol")
    await world.board_shows("@bob: not rung, as they asked")
    await world.until(lambda: world.dests)
    await says(world.bob, "any_time")
    await world.dave.types("/conference @bob without me")
    await world.until(lambda: world.bob.number in world.dests)


async def test_nobody_gets_round_it_by_typing_the_number(world: World) -> None:
    await says(world.bob, "never")
    await world.alice.types(f"/conference {world.bob.number} @carol")
    await world.board_shows("+65 •••• 0002: not rung, as they asked")
    await world.until(lambda: world.dests)
    assert world.bob.number not in world.dests


async def test_whoever_starts_a_call_in_their_quiet_hours_is_in_it(world: World) -> None:
    await says(world.bob, "quiet_hours", **around_now(world))
    await world.bob.types("/conference @alice")
    await world.until(lambda: {world.bob.number, world.alice.number} == set(world.dests))


async def test_whoever_switched_rings_off_is_rung_when_they_ask_for_it(world: World) -> None:
    await says(world.bob, "never")
    await world.bob.types("/conference @alice @carol")
    await world.until(lambda: len(world.dests) == 2)
    assert world.bob.number not in world.dests
    await world.bob.types("/conference me @dave")
    await world.until(lambda: world.bob.number in world.dests)


async def test_when_everybody_wants_to_be_left_alone_nobody_is_rung_and_the_caller_is_told(world: World) -> None:
    await says(world.bob, "quiet_hours", **around_now(world))
    await world.alice.types("/conference @bob")
    await world.until(lambda: "@bob has quiet hours until" in world.told(world.alice))
    assert world.dests == []


async def test_quiet_hours_of_no_length_are_not_taken(world: World) -> None:
    help_message = (await world.bob.types("/conference help")).message
    assert help_message
    form = await world.bob.opens("open_preferences_form", help_message)
    filled: dict[str, Any] = {"rings": "quiet_hours", "quiet_start": "09:00", "quiet_end": "09:00"}
    result = await world.slack.submit(world.bob.person, form, filled)
    assert "Quiet hours can't end when they begin" in result.errors["quiet_end"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata"])
async def test_the_home_tab_shows_what_was_chosen(world: World, zone: str) -> None:
    world.bob.person.tz = zone
    await says(world.bob, "quiet_hours", "21:30", "07:15")
    await world.slack.open_home(world.bob.person)
    await world.until(lambda: "Your quiet hours are 21:30 to 07:15" in str(world.slack.home(world.bob.person)))


async def test_a_traveller_is_left_alone_where_they_are(world: World) -> None:
    """Bob's quiet hours were set in Singapore; now he is in London, where it is another hour."""
    now = world.now.astimezone(ZoneInfo("Asia/Singapore"))
    await says(world.bob, "quiet_hours", f"{now - timedelta(hours=1):%H:%M}", f"{now + timedelta(hours=1):%H:%M}")
    world.bob.person.tz = "Europe/London"
    await world.leap(timedelta(minutes=11))
    await world.alice.types("/conference @bob")
    await world.until(lambda: world.bob.number in world.dests)
