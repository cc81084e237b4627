"""However many conferences run, the bot asks Hoiio no more than thirty questions a minute."""

from itertools import pairwise

from tests.harness.world import World

CONFERENCES = 50
PHONES = 4


async def test_fifty_conferences_at_once_are_asked_about_within_the_budget(quiet_world: World) -> None:
    world = quiet_world
    world.settings |= {
        "LINES": "400",
        "MAX_CONFERENCES_PER_HOUR": "off",
        "MAX_RINGS_PER_HOUR": "off",
    }
    world.hoiio.lines = CONFERENCES * PHONES
    world.hoiio.ring_gap_seconds = 0
    await world.start_bot()
    numbers = [f"+6591{place:06}" for place in range(CONFERENCES * PHONES)]
    for place, number in enumerate(numbers):
        phone = world.hoiio.phone(number)
        # Some are in for long, some soon gone, some never come.
        phone.will_ignore() if place % 4 == 3 else phone.will_answer(after=3 + place % 20, stay=50 * (1 + place % 3))
    for first in range(0, len(numbers), PHONES):
        channel = world.slack.add_channel(f"team-{first}", world.alice.person)
        await world.alice.types(f"/conference without me {' '.join(numbers[first : first + PHONES])}", channel)
    await world.until(lambda: len(world.rung) == len(numbers))
    await world.advance(200)
    questions = [request.at for request in world.hoiio.requests if request.path.startswith("voice/")]
    assert len(questions) > 60
    # Any thirty-one of them are spread over more than a minute.
    spans = [(later - earlier).total_seconds() for earlier, later in zip(questions, questions[30:], strict=False)]
    assert min(spans) >= 60
    assert all(later >= earlier for earlier, later in pairwise(questions))
    await world.until(lambda: world.hoiio.active_lines == 0)
