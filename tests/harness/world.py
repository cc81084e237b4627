"""A workspace, a telephone network and the real bot between them, on one clock that the tests move."""

import asyncio
import itertools
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from sandbox.clock import MovedClock
from sandbox.hoiio import Hoiio, Phone
from sandbox.slack import ActionResult, Channel, CommandResult, Message, Person, Slack, View
from settings import READERS
from tests.harness.ports import free_port
from tests.harness.process import ROOT, BotProcess
from tests.harness.reading import menu_option, read_blocks, reading

APP_ID = "app-under-test"
ACCESS_TOKEN = "hoiio-secret-token"
BOT_TOKEN = "xoxb-secret-bot-token"
SIGNING_SECRET = "slack-signing-secret"
APP_TOKEN = "xapp-secret-app-token"
SECRETS = (ACCESS_TOKEN, BOT_TOKEN, SIGNING_SECRET, APP_TOKEN)

NO_LIMITS = {name: "off" for name in READERS if name.startswith("MAX_")}
"""Settings with which people may ring as often as they like."""

POLL_SECONDS = 0.001
REAL_POLL_SECONDS = 0.005
"""The same where no clock is to be moved: each look takes some of the time that the bot needs to get there."""
STEP_SECONDS = 0.1
"""How far the moved clock goes on between two looks at a condition, while anything is going on."""
QUIET_STEP_SECONDS = 1.0
QUIET_LOOKS = 10
"""After so many looks at which nothing was going on and nothing had crossed the network, the steps are longer."""
PATIENCE_SECONDS = 30.0
"""Real time after which a condition that does not come is a failure."""

WAITS = "this one waits, and takes over when that one ends"
TAKES_OVER = "this one takes over"


@dataclass
class Actor:
    """Somebody in the workspace, with a phone."""

    world: "World"
    person: Person
    number: str

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def phone(self) -> Phone:
        return self.world.hoiio.phone(self.number)

    async def types(self, text: str, channel: Channel | None = None) -> CommandResult:
        """Type a command in the team's channel, or in another one."""
        return await self.world.slack.command(self.person, channel or self.world.channel, text)

    async def presses(self, action_id: str, where: Message | View | None = None) -> ActionResult:
        """Press a button, on the newest board or elsewhere; what it asks first is confirmed."""
        result = await self.world.slack.click(self.person, where or self.world.board, action_id)
        assert result.acked, result
        return result

    async def chooses(self, act: str, whose: "Actor", board: Message | None = None) -> ActionResult:
        """Choose something from the menu beside somebody on a board. Raises LookupError if it is not there."""
        board = board or self.world.board
        option = menu_option(board, act, whose.id)
        result = await self.world.slack.click(self.person, board, "call_menu", value=option)
        assert result.acked, result
        return result

    async def opens(self, action_id: str, where: Message | View | None = None) -> View:
        """Press a button that opens a form, and have it open."""
        await self.presses(action_id, where)
        return await self.sees_form()

    async def sees_form(self) -> View:
        await self.world.until(lambda: self.world.slack.views(self.person))
        return self.world.slack.views(self.person)[-1]

    async def is_told(self, *pieces: str) -> None:
        """Wait until they alone are told that, in the team's channel, in a direct message or in a form."""
        await self.world.until(lambda: all(piece in self.world.told(self) for piece in pieces))

    @property
    def code(self) -> str:
        """The code in the newest text on their phone."""
        found = re.match(r"([0-9]{6}) is your Rollcall code", self.phone.texts[-1].message)
        assert found
        return found[1]

    async def is_texted(self, texts: int = 1) -> None:
        """Wait until so many texts have come to their phone."""
        await self.world.until(lambda: len(self.phone.texts) >= texts)

    async def has_number(self) -> "Actor":
        """Put their number on file, as they would."""
        result = await self.types(f"/conference number {self.number}")
        assert "you can be rung" in result.ack_text, result
        return self


class World:
    """Everything outside the bot, and the bot's process."""

    def __init__(self, directory: Path, *, socket_mode: bool = False) -> None:
        self.directory = directory
        self.socket_mode = socket_mode
        self.clock = MovedClock()
        self.hoiio = Hoiio(self.clock, app_id=APP_ID, access_token=ACCESS_TOKEN)
        self.slack = Slack(self.clock, bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET, app_token=APP_TOKEN)
        self.alice = self._actor("alice", "+6591230001")
        self.bob = self._actor("bob", "+6591230002")
        self.carol = self._actor("carol", "+6591230003")
        self.dave = self._actor("dave", "+6591230004")
        self.erin = self._actor("erin", "+6591230005")
        everybody = (self.alice, self.bob, self.carol, self.dave, self.erin)
        self.channel = self.slack.add_channel("standup", *(actor.person for actor in everybody))
        self.database = directory / "rollcall.db"
        self.log_path = directory / "bot.log"
        self.settings: dict[str, str] = {}
        """Settings besides those that every test needs, or in the place of some."""
        self.bot_clock_is_off = timedelta()
        """By how much the bot's clock is ahead of everybody else's."""
        self._process: BotProcess | None = None
        self.spares: list[BotProcess] = []
        """Processes on the same database that wait for their turn."""
        self._spare_numbers = itertools.count(1)
        self.port = free_port()
        self._traffic = self._quiet_looks = 0
        self._is_quiet = False

    def _actor(self, name: str, number: str) -> Actor:
        return Actor(self, self.slack.add_person(name), number)

    def add_actor(self, name: str, number: str) -> Actor:
        """One more person in the team's channel."""
        actor = self._actor(name, number)
        self.channel.members.append(actor.person)
        return actor

    async def open(self) -> None:
        await self.hoiio.start()
        await self.slack.start()
        self.slack.events_url = f"{self.url}/slack/events"

    async def close(self) -> None:
        for process in self._running:
            process.kill()
            await process.wait()
        await self.slack.stop()
        await self.hoiio.stop()

    # The bot

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        slack_side = {"SLACK_APP_TOKEN": APP_TOKEN} if self.socket_mode else {"SLACK_SIGNING_SECRET": SIGNING_SECRET}
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_API_URL": self.slack.api_url,
            "HOIIO_APP_ID": APP_ID,
            "HOIIO_ACCESS_TOKEN": ACCESS_TOKEN,
            "HOIIO_API_URL": self.hoiio.url,
            "PUBLIC_URL": self.url,
            "PORT": str(self.port),
            "DATABASE": str(self.database),
            "DEFAULT_REGION": "SG",
            "VERIFY_NUMBERS": "off",
            **slack_side,
            **self.settings,
        }

    async def start_bot(self, *, kill_at: str | None = None, now: datetime | None = None) -> None:
        """Start the bot's process, with its clock at another hour if told, and wait until it listens."""
        self._process = await self._start(self.log_path, kill_at=kill_at, now=now)
        await self._until_listening()

    async def start_spare(self) -> BotProcess:
        """Start one more process on the same database, and wait until it says that it waits."""
        spare = await self._start(self.directory / f"spare{next(self._spare_numbers)}.log")
        self.spares.append(spare)
        await self.until_really(lambda: WAITS in spare.log or spare.returncode is not None)
        assert spare.returncode is None, f"it has ended:\n{spare.log}"
        return spare

    async def spare_takes_over(self) -> None:
        """Wait until a spare says that it works in the bot's place, and listens. From now on it is the bot."""
        await self.until_really(lambda: any(TAKES_OVER in spare.log for spare in self.spares))
        self._process = next(spare for spare in self.spares if TAKES_OVER in spare.log)
        self.spares.remove(self._process)
        await self._until_listening()

    async def until_really(self, condition: Callable[[], object]) -> None:
        """Wait for something that comes by itself in real time, while none goes by on the moved clock."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < patience, f"it never came to that:\n{self.log}"
            await asyncio.sleep(REAL_POLL_SECONDS)

    async def _start(self, log_path: Path, *, kill_at: str | None = None, now: datetime | None = None) -> BotProcess:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "CLOCK": (now or self.clock.now() + self.bot_clock_is_off).isoformat(),
            **self.environment,
        }
        if kill_at:
            environment["KILL_AT"] = kill_at
        return await BotProcess.start(self.directory, environment, log_path)

    async def _until_listening(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        async with aiohttp.ClientSession() as session:
            while self.bot_is_running and time.monotonic() < deadline:
                try:
                    async with session.get(f"{self.url}/healthz") as answer:
                        if answer.status == 200:
                            break
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(REAL_POLL_SECONDS)
        if self.socket_mode and self.bot_is_running:
            await self.slack.socket_connected()

    @property
    def bot_is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def _running(self) -> list[BotProcess]:
        """The bot, and those that wait."""
        processes = [self._process, *self.spares] if self._process else self.spares
        return [process for process in processes if process.returncode is None]

    async def kill_bot(self) -> None:
        """Pull the plug."""
        assert self._process
        self._process.kill()
        await self._process.wait()

    def tell_bot_to_stop(self) -> None:
        """Ask the bot to stop, as an operator would, and don't wait for it."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)

    async def terminate_bot(self) -> int:
        """Have the bot stop, as an operator would; returns its exit status."""
        self.tell_bot_to_stop()
        assert self._process
        waiting = asyncio.create_task(self._process.wait())
        while not waiting.done():
            await self._step()
        return waiting.result()

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """Somebody else holds the database's write lock."""
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield

    @property
    def log(self) -> str:
        """What the bot has logged, and after it those that waited."""
        return "".join(path.read_text() for path in sorted(self.directory.glob("*.log")))

    # Time

    async def advance(self, seconds: float) -> None:
        """Let time go by, in steps small enough for everybody to act in between."""
        end = self.clock.monotonic() + seconds
        # The clock knows nothing shorter.
        while (left := end - self.clock.monotonic()) > timedelta.resolution.total_seconds():
            await self._step(at_most=left)

    async def _step(self, *, at_most: float = QUIET_STEP_SECONDS) -> None:
        await asyncio.sleep(POLL_SECONDS)
        traffic = len(self.slack.calls) + len(self.hoiio.requests) + len(self.hoiio.notifications)
        self._quiet_looks = self._quiet_looks + 1 if traffic == self._traffic and self._is_quiet else 0
        self._traffic = traffic
        step = QUIET_STEP_SECONDS if self._quiet_looks > QUIET_LOOKS else STEP_SECONDS
        await self._move(min(step, at_most))

    async def leap(self, time: timedelta) -> None:
        """Let a time go by at once in which nothing is going on, and then a moment for what is due after it."""
        await self._move(time.total_seconds())
        await self.advance(1)

    async def _move(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        held = self.slack.in_hand.requests + self.hoiio.in_hand.requests
        # The bot's own clock follows, and nothing goes on before it has.
        self._is_quiet = await self._tell(f"{(self.clock.now() + self.bot_clock_is_off).isoformat()} {held}")

    async def step_bot_clock(self, seconds: float) -> None:
        """Somebody sets the clock of the bot's machine, forward or back, and nobody else's."""
        self.bot_clock_is_off += timedelta(seconds=seconds)
        await self._tell(f"step {seconds}")

    async def make_bot_read_only(self, *, on: bool = True) -> None:
        """Have the running bot's connection to its database be one that may only read, or no more."""
        await self._tell(f"read-only {'on' if on else 'off'}")

    async def _tell(self, line: str) -> bool:
        """Whether nothing goes on in the bot's processes afterwards."""
        are_quiet = True
        for process in self._running:
            try:
                are_quiet &= await process.tell(line) == "quiet"
            except ConnectionError:
                await process.wait()
        return are_quiet

    async def until(self, condition: Callable[[], object], *, within: float = 60.0) -> None:
        """Let time go by until something is so, `within` seconds of the moved clock."""
        end = self.clock.monotonic() + within
        patience = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if self.clock.monotonic() > end or time.monotonic() > patience:
                raise AssertionError(f"it never came to that; the channel reads:\n{self.transcript}\n{self.log}")
            await self._step()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    # What people see

    @property
    def transcript(self) -> str:
        return "\n".join(
            f"{'    ' if message.thread_ts else ''}{reading(message)}" for message in self.slack.messages(self.channel)
        )

    @property
    def boards(self) -> list[Message]:
        """The boards in the team's channel, oldest first."""
        return [message for message in self.slack.messages(self.channel) if not message.thread_ts]

    @property
    def board(self) -> Message:
        return self.boards[-1]

    @property
    def board_text(self) -> str:
        return reading(self.board) if self.boards else ""

    @property
    def replies(self) -> list[str]:
        """What the thread under the newest board says, a text a reply."""
        return [reading(message) for message in self.slack.thread(self.board)[1:]] if self.boards else []

    async def board_shows(self, *pieces: str, within: float = 60.0) -> None:
        await self.until(lambda: all(piece in self.board_text for piece in pieces), within=within)

    async def thread_says(self, *pieces: str, within: float = 60.0) -> None:
        await self.until(lambda: all(piece in "\n".join(self.replies) for piece in pieces), within=within)

    def told(self, actor: Actor, channel: Channel | None = None) -> str:
        """What only this person sees in the team's channel or another, and what stands in their direct messages."""
        seen = self.slack.seen_by(actor.person, channel or self.channel)
        ephemeral = [message for message in seen if message.ephemeral_to is not None]
        said = map(reading, [*ephemeral, *self.slack.direct_messages(actor.person)])
        return "\n".join([*said, *(read_blocks(view.blocks) for view in self.slack.views(actor.person))])

    # What the network knows

    @property
    def rung(self) -> list[str]:
        """Every number that was ever rung, each as often as it was."""
        return [ring.number for ring in self.hoiio.rings]

    @property
    def dests(self) -> list[str]:
        """Every number that Hoiio was asked to ring, each as often as it was."""
        return [number for request in self.call_requests for number in request["dest"].split(",")]

    @property
    def call_requests(self) -> list[dict[str, str]]:
        """The parameters of every conference/call that arrived."""
        return [dict(request.parameters) for request in self.hoiio.requests if request.path == "conference/call"]
