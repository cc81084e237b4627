"""A whole world with no account anywhere: both stand-ins, the real bot between them, and a clock that runs fast."""

import asyncio
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

from sandbox.clock import MovedClock
from sandbox.hoiio import Hoiio, Phone
from sandbox.slack import Channel, Person, Slack, render

CLOCK_RATE = 40.0
"""Seconds that go by in the demo in one real second."""

PATIENCE_SECONDS = 60.0
"""Real time after which an outcome that has not arrived never will."""

Serve = Callable[[Mapping[str, str], MovedClock, asyncio.Event], Awaitable[None]]
"""Runs the bot with these variables for settings, on that clock, until the event is set."""

OUTCOMES = {
    "alice": "was in the call",
    "bob": "busy, or declined",
    "carol": "did not pick up",
    "dave": "could not be reached",
}


class _World:
    """Four people with phones in one channel."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.hoiio = Hoiio(self.clock, app_id="demo-app", access_token="demo-hoiio-token")
        self.slack = Slack(self.clock)
        self.people = {name: self.slack.add_person(name) for name in OUTCOMES}
        self.numbers = {name: f"+6591230{place:03}" for place, name in enumerate(OUTCOMES, start=1)}
        self.channel: Channel = self.slack.add_channel("standup", *self.people.values())

    def environ(self, port: int, directory: Path) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "HOIIO_APP_ID": "demo-app",
            "HOIIO_ACCESS_TOKEN": "demo-hoiio-token",
            "HOIIO_API_URL": self.hoiio.url,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PORT": str(port),
            "DATABASE": str(directory / "rollcall.db"),
            "DEFAULT_REGION": "SG",
        }

    def phone(self, name: str) -> Phone:
        return self.hoiio.phone(self.numbers[name])

    async def types(self, person: Person, text: str) -> None:
        await self.slack.command(person, self.channel, text)

    @property
    def transcript(self) -> str:
        """The channel as Alice reads it."""
        return render(self.slack, self.channel, viewer=self.people["alice"])

    @property
    def is_told(self) -> bool:
        """The board has closed, and the thread has told everybody's outcome."""
        board, *replies = self.transcript.split("\n    ") or [""]
        return "Ended at" in board and all(outcome in "".join(replies) for outcome in OUTCOMES.values())


async def play(serve: Serve) -> int:
    """Play one conference of four, print its thread as people would read it; 0 if every outcome arrived."""
    world = _World()
    await world.hoiio.start()
    await world.slack.start()
    time_flows = asyncio.create_task(world.clock.run(CLOCK_RATE))
    stop = asyncio.Event()
    with tempfile.TemporaryDirectory(prefix="rollcall-demo-") as directory:
        environ = world.environ(_free_port(), Path(directory))
        bot = asyncio.ensure_future(serve(environ, world.clock, stop))
        try:
            arrived = await _play(world, bot)
        finally:
            stop.set()
            await bot
            time_flows.cancel()
            with suppress(asyncio.CancelledError):
                await time_flows
            await world.slack.stop()
            await world.hoiio.stop()
    print(world.transcript)
    print("\nEvery outcome arrived." if arrived else "\nNot every outcome arrived.")
    return 0 if arrived else 1


async def _play(world: _World, bot: asyncio.Future[None]) -> bool:
    await world.slack.socket_connected()
    for name, number in world.numbers.items():
        await world.types(world.people[name], f"/conference number {number}")
    world.phone("alice").will_answer(stay=150)
    world.phone("bob").will_decline()
    world.phone("carol").will_ignore()
    world.phone("dave").is_unreachable()
    typed = "/conference @bob @carol @dave"
    print(
        f"Alice types {typed} in #{world.channel.name}. Four phones ring, on a clock that runs {CLOCK_RATE:.0f} times"
    )
    print("faster than yours: she answers, Bob declines, Carol does not pick up, Dave can't be reached.\n")
    changed = asyncio.Event()
    world.slack.on_change = lambda *_: changed.set()
    await world.types(world.people["alice"], typed)
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not world.is_told and not bot.done():
                await changed.wait()
                changed.clear()
    return world.is_told


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
