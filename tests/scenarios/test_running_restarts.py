"""The plug is pulled, or an answer lost, while people act on a call that runs."""

import pytest

from tests.harness.reading import buttons, menu_option
from tests.harness.world import World


async def is_running(world: World) -> None:
    world.alice.phone.will_answer()
    await world.alice.types("/conference @bob")
    await world.board_shows("@alice: in the call since", "@bob: ringing")


async def test_an_addition_whose_answer_is_lost_is_found_and_nobody_is_rung_twice(world: World) -> None:
    await is_running(world)
    world.hoiio.faults.answer_lost = "after"
    world.carol.phone.will_answer()
    await world.carol.presses("ring_me")
    await world.board_shows("@carol: in the call since")
    assert world.dests.count(world.carol.number) == 1


@pytest.mark.parametrize("was_taken", [True, False], ids=["taken", "never taken"])
async def test_the_process_is_killed_while_an_addition_is_under_way(world: World, was_taken: bool) -> None:
    await is_running(world)
    world.carol.phone.will_answer()
    hold = world.hoiio.hold("conference/call", "after" if was_taken else "before")
    await world.carol.presses("ring_me")
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    await world.start_bot()
    await world.board_shows("@carol: not known yet" if not was_taken else "@carol: in the call since")
    if was_taken:
        assert world.dests.count(world.carol.number) == 1
        return
    # It is searched for long enough, and then left to people.
    assert "Ring 1 again" not in buttons(world.board)
    await world.board_shows("@carol: nobody can tell how it went", within=900)
    await world.slack.click(
        world.carol.person, world.board, "call_menu", value=menu_option(world.board, "Ring again", world.carol.id)
    )
    await world.board_shows("@carol: in the call since")


async def test_a_call_that_somebody_hung_up_is_hung_up_though_hoiio_fails_and_the_process_is_killed(
    world: World,
) -> None:
    await is_running(world)
    faults = world.hoiio.faults
    faults.paths, faults.refuse_with, faults.refuse_calls = {"voice/hangup"}, "error_internal_server_error", 1000
    await world.alice.presses("hang_up")
    await world.board_shows("@alice hung up for everybody")
    await world.kill_bot()
    faults.refuse_with = None
    await world.start_bot()
    await world.board_shows("Ended at", "by @alice")
    assert world.hoiio.active_lines == 0


async def test_a_refused_addition_says_why_and_the_call_goes_on(world: World) -> None:
    await is_running(world)
    form = await world.carol.opens("invite")
    world.hoiio.faults.refuse_with = "error_dest_not_supported"
    await world.slack.submit(world.carol.person, form, {"numbers": "+65 9123 0009"})
    await world.thread_says("+65 •••• 0009: not rung. Hoiio does not call the country or network")
    await world.board_shows("@alice: in the call since", "+65 •••• 0009 (guest): not rung.")


async def test_a_call_is_hung_up_however_long_hoiio_does_not_do_it(world: World) -> None:
    await is_running(world)
    faults = world.hoiio.faults
    faults.paths, faults.refuse_with, faults.refuse_calls = {"voice/hangup"}, "error_internal_server_error", 1000
    await world.alice.presses("hang_up")
    await world.advance(300)
    faults.refuse_with = None
    await world.board_shows("Ended at", "by @alice", within=120)
    assert world.hoiio.active_lines == 0


async def test_who_is_hung_up_on_before_hoiio_can_be_reached_is_not_rung(world: World) -> None:
    port = int(world.hoiio.url.split(":")[2].split("/")[0])
    await world.hoiio.stop()
    await world.alice.types("/conference @bob")
    await world.until(lambda: "not sent" in world.log)
    await world.alice.presses("hang_up")
    await world.hoiio.start(port=port)
    await world.board_shows("@alice called it off: nobody was rung.")
    assert world.dests == []


async def test_outcomes_are_learnt_also_where_hoiio_does_not_tell_its_history(world: World) -> None:
    faults = world.hoiio.faults
    faults.paths, faults.refuse_with, faults.refuse_calls = {"voice/get_history"}, "error_internal_server_error", 1000
    faults.notifications.drop = "all"
    world.bob.phone.will_decline()
    world.alice.phone.will_answer(stay=60)
    await world.alice.types("/conference @bob")
    await world.board_shows("@alice: in the call since", "@bob: busy")
    await world.board_shows("Ended at", "@alice: was in the call, 1 min", within=300)
