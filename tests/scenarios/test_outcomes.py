"""The main job: phones ring, and board and thread tell what became of it."""

from tests.harness.world import World


async def test_four_outcomes(world: World) -> None:
    world.alice.phone.will_answer(stay=125)
    world.bob.phone.will_decline()
    world.carol.phone.will_ignore()
    world.dave.phone.is_unreachable()
    await world.alice.types("/conference @bob @carol @dave")
    await world.board_shows("@alice: was in the call, 3 min", within=200)
    await world.board_shows("@bob: busy", "@carol: did not pick up", "@dave: could not be reached", "Ended at")
