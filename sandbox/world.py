"""The world of the demo: a workspace, a telephone network and the people who are in both."""

import asyncio
import re
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sandbox.clock import MovedClock
from sandbox.hoiio import Hoiio, Phone, Text
from sandbox.slack import Channel, Person, Slack

_APP_ID = "demo-app"
_ACCESS_TOKEN = "demo-hoiio-token"
_TEXT_WITHIN_SECONDS = 20.0
_CODE = re.compile(r"\d{6}")

Serve = Callable[[Mapping[str, str], MovedClock, asyncio.Event], Awaitable[None]]
"""Runs the bot with these variables for settings, on that clock, until the event is set."""

NextLook = Callable[[], Awaitable[datetime | None]]
"""When the bot has to do something about a standup next; None if there is none."""


@dataclass(frozen=True)
class Shortcut:
    """A shortcut of the app's as manifest.yml has it, which alone makes Slack offer it."""

    name: str
    type: Literal["global", "message"]
    callback_id: str
    description: str


SHORTCUTS = (
    Shortcut(
        "Start a conference", "global", "start_conference", "Choose whose phones ring, and the channel that sees it"
    ),
    Shortcut(
        "Conference with thread", "message", "conference_with_thread", "Ring those who have written in this thread"
    ),
)


@dataclass(frozen=True)
class _Resident:
    name: str
    real_name: str
    tz: str
    channels: tuple[str, ...]
    is_admin: bool = False
    profile_phone: str = ""
    """What stands in their Slack profile, as they wrote it."""
    has_number_on_file: bool = True


_RESIDENTS = (
    _Resident("alice", "Alice Tan", "Asia/Singapore", ("standup", "incidents", "lounge"), is_admin=True),
    _Resident("bob", "Bob Lim", "Asia/Singapore", ("standup", "incidents", "lounge")),
    _Resident("carol", "Carol Ng", "Asia/Singapore", ("standup", "incidents", "lounge")),
    _Resident("dave", "Dave Okoro", "Europe/London", ("standup", "incidents")),
    _Resident(
        "erin",
        "Erin Costa",
        "Asia/Singapore",
        ("standup", "lounge"),
        profile_phone="9123 0005",
        has_number_on_file=False,
    ),
)
_ON_CALL = ("carol", "dave")
CHANNEL_WITHOUT_THE_BOT = "lounge"


class World:
    """Five people with phones, three channels, one of which the bot is not in, and a user group. Alice is an admin."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.hoiio = Hoiio(self.clock, app_id=_APP_ID, access_token=_ACCESS_TOKEN)
        self.slack = Slack(self.clock)
        self.people = {
            r.name: self.slack.add_person(
                r.name, real_name=r.real_name, tz=r.tz, is_admin=r.is_admin, phone=r.profile_phone
            )
            for r in _RESIDENTS
        }
        self.numbers = {r.name: f"+6591230{place:03}" for place, r in enumerate(_RESIDENTS, start=1)}
        self.on_file = {r.name for r in _RESIDENTS if r.has_number_on_file}
        self.channels = {name: self._channel(name) for name in ("standup", "incidents", CHANNEL_WITHOUT_THE_BOT)}
        self.channel = self.channels["standup"]
        self.slack.add_group("oncall", *(self.people[name] for name in _ON_CALL))
        for number in self.numbers.values():
            self.hoiio.phone(number)

    def _channel(self, name: str) -> Channel:
        members = [self.people[r.name] for r in _RESIDENTS if name in r.channels]
        return self.slack.add_channel(name, *members, bot_in=name != CHANNEL_WITHOUT_THE_BOT)

    def phone(self, name: str) -> Phone:
        return self.hoiio.phone(self.numbers[name])

    def owner(self, number: str) -> Person | None:
        """Whose phone it is; None for a number that is nobody's here."""
        return next((self.people[name] for name, theirs in self.numbers.items() if theirs == number), None)

    async def types(self, person: Person, text: str, channel: Channel | None = None) -> None:
        await self.slack.command(person, channel or self.channel, text)

    async def put_on_file(self, *names: str) -> None:
        """Have people add their numbers: each types it in their direct message, and then the code that comes by SMS.

        Nothing of that is left: the texts are deleted, and what the bot answered to one person alone is gone, as it is
        in Slack when a window is opened anew. Raises TimeoutError if no text comes.
        """
        for name in names:
            person, phone = self.people[name], self.phone(name)
            direct = self.slack.direct_channel(person)
            await self.types(person, f"/conference number {phone.number}", direct)
            (code,) = _CODE.findall((await self._first_text(phone)).message)
            await self.types(person, f"/conference number code {code}", direct)
            phone.texts.clear()
            for message in self.slack.seen_by(person, direct):
                self.slack.workspace.delete(message)

    async def _first_text(self, phone: Phone) -> Text:
        """The text that a phone has, or gets."""
        changed = asyncio.Event()
        before, self.hoiio.on_change = self.hoiio.on_change, changed.set
        try:
            async with asyncio.timeout(_TEXT_WITHIN_SECONDS):
                while not phone.texts:
                    await changed.wait()
                    changed.clear()
        finally:
            self.hoiio.on_change = before
        return phone.texts[0]

    def environ(self, port: int, directory: Path) -> dict[str, str]:
        """The bot's settings."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "HOIIO_APP_ID": _APP_ID,
            "HOIIO_ACCESS_TOKEN": _ACCESS_TOKEN,
            "HOIIO_API_URL": self.hoiio.url,
            "HOIIO_CALLER_ID": self.hoiio.registered_number,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PORT": str(port),
            "DATABASE": str(directory / "rollcall.db"),
            "DEFAULT_REGION": "SG",
        }


@asynccontextmanager
async def running(world: World, serve: Serve, rate: float | Callable[[], float]) -> AsyncIterator[asyncio.Future[None]]:
    """Start both stand-ins, the clock at that rate, and the bot, which is handed over; afterwards end them all.

    An error of the bot's is raised when all has ended.
    """
    await world.hoiio.start()
    await world.slack.start()
    time_flows = asyncio.create_task(world.clock.run(rate))
    stop = asyncio.Event()
    with tempfile.TemporaryDirectory(prefix="rollcall-demo-") as directory:
        bot = asyncio.ensure_future(serve(world.environ(_free_port(), Path(directory)), world.clock, stop))
        try:
            connecting = asyncio.create_task(world.slack.socket_connected())
            await asyncio.wait({connecting, bot}, return_when=asyncio.FIRST_COMPLETED)
            connecting.cancel()
            if bot.done():
                bot.result()
            yield bot
        finally:
            stop.set()
            try:
                # What the bot still waits for, it waits for on this clock: it runs until the bot has ended.
                await bot
            finally:
                time_flows.cancel()
                await asyncio.wait({time_flows})
                await world.slack.stop()
                await world.hoiio.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
