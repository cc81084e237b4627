"""One conference that plays by itself: both stand-ins, the real bot between them, and a clock that runs fast."""

import asyncio
from contextlib import suppress

from sandbox.slack import render
from sandbox.world import Serve, World, running

CLOCK_RATE = 40.0
"""Seconds that go by in the demo in one real second."""

PATIENCE_SECONDS = 60.0
"""Real time after which an outcome that has not arrived never will."""

OUTCOMES = {
    "alice": "was in the call",
    "bob": "busy, or declined",
    "carol": "did not pick up",
    "dave": "could not be reached",
}


async def play(serve: Serve) -> int:
    """Play one conference of four, print its thread as people would read it; 0 if every outcome arrived."""
    world = World()
    async with running(world, serve, CLOCK_RATE) as bot:
        arrived = await _play(world, bot)
    print(_transcript(world))
    print("\nEvery outcome arrived." if arrived else "\nNot every outcome arrived.")
    return 0 if arrived else 1


async def _play(world: World, bot: asyncio.Future[None]) -> bool:
    await world.put_on_file(*OUTCOMES)
    world.phone("alice").will_answer(stay=150)
    # Apart from each other by so much that even a busy machine tells of them one after the other.
    world.phone("bob").will_decline(after=18)
    world.phone("carol").will_ignore()
    world.phone("dave").is_unreachable()
    typed = "/conference @bob @carol @dave"
    print(f"Alice types {typed} in #{world.channel.name}. All four have put their numbers on file, each")
    print(f"with the code that came by SMS. Their phones ring, on a clock {CLOCK_RATE:.0f} times faster than yours:")
    print("she answers, Bob declines, Carol does not pick up, Dave can't be reached.\n")
    changed = asyncio.Event()
    world.slack.on_change = lambda *_: changed.set()
    await world.types(world.people["alice"], typed)
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not _is_told(world) and not bot.done():
                await changed.wait()
                changed.clear()
    return _is_told(world)


def _transcript(world: World) -> str:
    """The channel as Alice reads it."""
    return render(world.slack, world.channel, viewer=world.people["alice"])


def _is_told(world: World) -> bool:
    """The board has closed, and the thread has told everybody's outcome."""
    board, *replies = _transcript(world).split("\n    ") or [""]
    return "Ended at" in board and all(outcome in "".join(replies) for outcome in OUTCOMES.values())
