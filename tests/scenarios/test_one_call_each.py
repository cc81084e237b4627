"""Whoever is being rung or in a call is not rung into a second one, on whatever number that is."""

from collections.abc import Awaitable, Callable

import pytest

from tests.harness.world import World
from tests.scenarios.standup_day import DUE, OTHER_NUMBER, comes_to, gives, is_reminded
from tests.scenarios.test_running import is_running

ANOTHER_CALL = "@bob: in another call already, so not rung again"

_ChangesBobsNumber = Callable[[World], Awaitable[None]]


async def bob_changes_it(world: World) -> None:
    assert "you can be rung" in (await world.bob.types(f"/conference number {OTHER_NUMBER}")).ack_text


async def an_admin_changes_it(world: World) -> None:
    world.carol.person.is_admin = True
    assert "can be rung on" in (await world.carol.types(f"/conference number @bob {OTHER_NUMBER}")).ack_text


async def bob_removes_it_and_adds_another(world: World) -> None:
    await world.bob.types("/conference number remove")
    await bob_changes_it(world)


def bobs_rings(world: World) -> int:
    """How often any phone of Bob's was rung."""
    return world.dests.count(world.bob.number) + world.dests.count(OTHER_NUMBER)


async def dave_invites(world: World, **filled: str | list[str]) -> str:
    """He fills in the form, and closes what it says when it is sent. Returns all that he is told."""
    form = await world.dave.opens("invite")
    result = await world.slack.submit(world.dave.person, form, filled)
    assert not result.errors
    await world.advance(2)
    told = world.told(world.dave)
    for view in world.slack.views(world.dave.person)[-1:]:
        await world.slack.view_closed(world.dave.person, view, everything=True)
    return told


async def bobs_standup_rings_elsewhere(world: World) -> None:
    """It is due, and Bob wanted to be rung on another number this once."""
    await is_reminded(world)
    await gives(world, world.bob, OTHER_NUMBER)
    await comes_to(world, DUE)
    await world.until(lambda: OTHER_NUMBER in world.dests)


@pytest.mark.parametrize("answers", [True, False])
async def test_who_is_in_a_standup_on_another_number_is_not_rung_on_their_own(world: World, answers: bool) -> None:
    if answers:
        world.hoiio.phone(OTHER_NUMBER).will_answer()
    await bobs_standup_rings_elsewhere(world)
    await world.board_shows("@bob: in the call since" if answers else "@bob: ringing")
    await world.dave.types("/conference @bob @alice")
    await world.board_shows("@alice: ringing", ANOTHER_CALL)
    assert bobs_rings(world) == 1


async def test_a_call_of_nobody_else_is_refused_and_says_why(world: World) -> None:
    await bobs_standup_rings_elsewhere(world)
    await world.dave.types("/conference @bob")
    await world.until(lambda: "@bob is in another call already" in world.told(world.dave))
    assert sorted(world.dests) == sorted([OTHER_NUMBER, world.carol.number])


async def test_their_number_is_not_rung_either_if_it_is_typed(world: World) -> None:
    await bobs_standup_rings_elsewhere(world)
    await world.dave.types(f"/conference {world.bob.number} @alice")
    await world.board_shows("@alice: ringing", "+65 •••• 0002: in another call already, so not rung again")
    assert bobs_rings(world) == 1


async def test_who_is_rung_elsewhere_and_typed_by_number_as_well_is_one_call(world: World) -> None:
    await is_reminded(world, f"@bob {world.bob.number} @carol")
    await gives(world, world.bob, OTHER_NUMBER)
    await comes_to(world, DUE)
    await world.board_shows("@bob: ringing", "@carol: ringing")
    await world.advance(10)
    assert sorted(world.dests) == sorted([OTHER_NUMBER, world.carol.number])


@pytest.mark.parametrize("changes", [bob_changes_it, an_admin_changes_it, bob_removes_it_and_adds_another])
async def test_a_number_that_is_changed_during_a_call_is_not_rung_into_a_second_one(
    world: World, changes: _ChangesBobsNumber
) -> None:
    await is_running(world, world.alice, world.bob)
    await changes(world)
    await world.dave.types("/conference @bob @carol")
    await world.board_shows("@carol: ringing", ANOTHER_CALL)
    assert bobs_rings(world) == 1
    # Once that is over, nothing keeps the new number from being rung.
    world.bob.phone.hang_up()
    await world.advance(5)
    await world.dave.chooses("Stop ringing", world.carol)
    await dave_invites(world, people=[world.bob.id])
    await world.board_shows("@bob: ringing")
    assert world.dests[-1] == OTHER_NUMBER


async def test_a_number_that_is_changed_while_the_old_one_rings_is_not_rung_into_a_second_call(world: World) -> None:
    await is_running(world, world.alice)
    await bob_changes_it(world)
    await world.dave.types("/conference @bob @carol")
    await world.board_shows("@carol: ringing", ANOTHER_CALL)
    assert bobs_rings(world) == 1


async def test_who_is_invited_into_the_call_that_they_are_in_is_not_rung_on_a_new_number(world: World) -> None:
    await is_running(world, world.alice, world.bob)
    await bob_changes_it(world)
    told = await dave_invites(world, people=[world.bob.id, world.carol.id])
    assert "@carol is being rung. Already in, or being rung: @bob." in told
    told = await dave_invites(world, numbers=OTHER_NUMBER)
    assert "Nobody was rung. Already in, or being rung: @bob." in told
    await world.bob.presses("ring_me")
    await world.bob.is_told("You are being rung, or are in the call already.")
    assert bobs_rings(world) == 1


async def test_two_who_shared_a_number_until_one_of_them_changed_theirs_are_both_in_the_call(world: World) -> None:
    await world.bob.types(f"/conference number {world.carol.number}")
    await is_running(world, world.alice, world.carol, typed="@bob @carol")
    await bob_changes_it(world)
    await world.dave.types("/conference @bob @carol")
    await world.until(lambda: "are in another call already" in world.told(world.dave))
    assert sorted(world.dests) == [world.alice.number, world.carol.number]
