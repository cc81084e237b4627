"""Memory after many conferences, on a clock that is moved, against that after the first thousand."""

import asyncio
import os
import socket
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self

from sandbox.slack import Channel, Message, Person
from tests.bench.figures import Goal, Row, Table
from tests.bench.people import mention, number, user_id
from tests.bench.processes import Memory, memory_of
from tests.bench.surroundings import made_database
from tests.harness.process import ROOT, BotProcess
from tests.harness.world import NO_LIMITS, World

AT_ONCE = 100
PEOPLE_PER_CALL = 3
TALK_SECONDS = 5.0
WITHIN = timedelta(minutes=10)
LOG_SHOWN = 4_000
OVER = "The call is over."


class FreshProcess(BotProcess):
    """The bot on the moved clock, started and not forked: all that it holds is its own."""

    @classmethod
    async def start(cls, directory: Path, environment: dict[str, str], log_path: Path) -> Self:
        line, its_line = socket.socketpair()
        report, its_report = socket.socketpair()
        with its_line, log_path.open("ab") as log:
            started = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from tests.harness.bot_process import run; run()",
                cwd=directory,
                env=environment,
                stdin=its_line.fileno(),
                stdout=its_line.fileno(),
                stderr=log,
            )
        process = cls(started.pid, report)
        process.log_path = log_path
        process._reader, process._writer = await asyncio.open_connection(sock=line)

        async def tell_end() -> None:
            with its_report:
                its_report.send(str(await started.wait()).encode())

        ending = asyncio.create_task(tell_end())
        process._ended.add_done_callback(lambda _: ending.cancel() and None)
        return process

    @property
    def memory(self) -> Memory:
        return memory_of(self._pid)


class SoakedWorld(World):
    """A world of people who do nothing but confer, of which no records are kept."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.settings = {"LINES": "9999", **NO_LIMITS}
        self.hoiio.lines = 10**6
        self.hoiio.balance = Decimal(10_000_000)
        self.hoiio.ring_gap_seconds = 0.0
        self.over = 0
        self.typed_again = 0
        self._callers = list[tuple[Person, Channel, str]]()
        for place in range(0, AT_ONCE * PEOPLE_PER_CALL, PEOPLE_PER_CALL):
            people = [self.slack.add_person(f"p{one}", user_id=user_id(one)) for one in self._at(place)]
            for one in self._at(place):
                self.hoiio.phone(number(one)).will_answer(after=0.0, stay=TALK_SECONDS)
            text = " ".join(mention(one) for one in self._at(place)[1:])
            self._callers.append((people[0], self.slack.add_channel(f"c{place}", *people), text))
        self.slack.on_change = self._look

    @staticmethod
    def _at(place: int) -> range:
        return range(place, place + PEOPLE_PER_CALL)

    def _look(self, what: str, thing: object) -> None:
        if what == "message" and isinstance(thing, Message) and thing.is_reply and OVER in str(thing.blocks):
            self.over += 1

    async def _start(self, log_path: Path, *, kill_at: str | None = None, now: datetime | None = None) -> BotProcess:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "CLOCK": (now or self.clock.now()).isoformat(),
            **self.environment,
        }
        return await FreshProcess.start(self.directory, environment, log_path)

    async def confer(self, conferences: int) -> None:
        """Play so many, some at once, to their ends."""
        for first in range(0, conferences, AT_ONCE):
            some = self._callers[: conferences - first]
            goal = self.over + len(some)
            await asyncio.gather(*(self._type(*one) for one in some))
            end = self.now + WITHIN
            while self.over < goal:
                assert self.now < end, f"conferences are not over after {WITHIN}:\n{self.log[-LOG_SHOWN:]}"
                await self.advance(1)
            await self.advance(2)
            self._forget()

    async def _type(self, caller: Person, channel: Channel, text: str) -> None:
        # On a machine that does much else, Slack may have had no answer within its three seconds.
        while not (await self.slack.command(caller, channel, f"/conference {text}", escape=False)).acked:
            assert self.bot_is_running, f"the bot has ended:\n{self.log[-LOG_SHOWN:]}"
            self.typed_again += 1

    def _forget(self) -> None:
        """Nothing of what is over is looked at any more, and looking through it would take ever longer."""
        self.slack.calls.clear()
        self.slack.deliveries.clear()
        self.slack.workspace.messages.clear()
        self.slack.workspace._in_channel.clear()
        self.slack._urls._all.clear()
        self.hoiio.legs.clear()
        self.hoiio.rings.clear()
        self.hoiio.requests.clear()
        self.hoiio.notifications.clear()

    @property
    def bot_memory(self) -> Memory:
        assert isinstance(self._process, FreshProcess)
        return self._process.memory


async def measure(directory: Path, *, conferences: int = 3_000, first: int = 1_000) -> Table:
    """So many in all; memory is looked at after the first ones and at the end."""
    world = SoakedWorld(directory)
    await made_database(directory, AT_ONCE * PEOPLE_PER_CALL)
    try:
        await world.open()
        await world.start_bot()
        began = world.now
        await world.confer(first)
        before = world.bot_memory
        await world.confer(conferences - first)
        after = world.bot_memory
        minutes = (world.now - began).total_seconds() / 60
    finally:
        await world.close()
    return Table(
        "Soak",
        [
            Row(
                f"memory after {conferences:,} conferences ({name})",
                f"{ours:.1f} MiB",
                f"{theirs:.1f} MiB after the first {first:,}",
                ours / theirs,
                Goal(1.05),
            )
            for name, ours, theirs in (("PSS", after.pss, before.pss), ("RSS", after.rss, before.rss))
        ],
        [
            f"Of {PEOPLE_PER_CALL} people each, {AT_ONCE} at a time, within {minutes:.0f} minutes of the moved clock; "
            f"{world.typed_again} commands had to be typed again, as Slack had no answer in time. "
            "`make bench SOAK=50000` plays more of them."
        ],
    )
