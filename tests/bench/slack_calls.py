"""How often Slack is called for one conference of eight, counted where the calls arrive."""

import tempfile
from collections import Counter
from pathlib import Path

from tests.bench.figures import Row, Table
from tests.bench.people import PEOPLE_PER_CONFERENCE
from tests.harness.world import World

SPREAD_SECONDS = 600.0
TALK_SECONDS = 120.0
BESIDES = frozenset({"auth.test"})
"""Asked once a start, whatever comes then."""


async def measure(directory: Path) -> Table:
    """Both ways of ending, each with a bot of its own that has asked Slack nothing yet."""
    last = PEOPLE_PER_CONFERENCE - 1
    spread = await _counted(directory, [SPREAD_SECONDS * (1 + place) / (1 + last) for place in range(1 + last)])
    together = await _counted(directory, [TALK_SECONDS + place / last for place in range(1 + last)])
    return Table(
        "Calls of Slack for a conference of eight",
        [
            Row("outcomes spread over ten minutes", str(spread.total()), _named(spread)),
            Row("outcomes all within a second", str(together.total()), _named(together)),
        ],
        [
            "Everybody answers at once, and hangs up then. Eight profiles are asked for, and remembered for ten "
            "minutes; the stand-in holds to Slack's rate limits; the clock is moved."
        ],
    )


async def _counted(directory: Path, stays: list[float]) -> Counter[str]:
    """The calls of one conference in which somebody hangs up after each of these seconds."""
    with tempfile.TemporaryDirectory(dir=directory) as own:
        world = World(Path(own))
        names = ("alice", "bob", "carol", "dave", "erin")
        actors = [getattr(world, name) for name in names]
        actors += [world.add_actor(f"guest{place}", f"+659124000{place}") for place in range(len(stays) - len(names))]
        world.slack.rate_limits = True
        world.hoiio.ring_gap_seconds = 0.0
        try:
            await world.open()
            await world.start_bot()
            for actor, stay in zip(actors, stays, strict=True):
                await actor.has_number()
                actor.phone.will_answer(after=0.0, stay=stay)
            await world.advance(1)
            before = len(world.slack.calls)
            await actors[0].types("/conference " + " ".join(f"@{actor.person.name}" for actor in actors[1:]))
            await world.thread_says("The call is over.", within=max(stays) + 60)
            await world.advance(120)
            return Counter(call.method for call in world.slack.calls[before:] if call.method not in BESIDES)
        finally:
            await world.close()


def _named(calls: Counter[str]) -> str:
    return ", ".join(f"{count} {method}" for method, count in sorted(calls.items()))
