"""The world of an act: the bot, which is started again whenever it has died, the stand-ins with their faults, time."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from conference.people import AdminAct, LoggedAct, NumberOnFile, Source
from storage import Storage
from tests.harness.world import NO_LIMITS, POLL_SECONDS, Actor, World
from tests.model.watch import Watch
from tests.torture.disk import Disk
from tests.torture.faults import HoiioAtRandom, SlackAtRandom
from tests.torture.mix import Mix
from tests.torture.tally import Fault, Tally

STEP_SECONDS: Final = 0.4
PATIENCE_SECONDS: Final = 1.0
"""How long the bot waits for an answer: real time, in which the moved clock goes a good deal further."""
ACK_WITHIN_SECONDS: Final = 20.0
"""Real time in which a command must be answered: more than Slack gives it, for machines that have much to do."""
_SIGKILL: Final = -9
_NO_DATABASE: Final = "See DATABASE."
"""In what a bot says that ends because its database can't be used."""
_MOST_STARTS: Final = 100
"""In vain, one after another: while its database can't be written, it does not start."""
_LOG_SHOWN: Final = 4_000
_DOWN_FOR_SECONDS: Final = (0.4, 0.4, 1.0, 2.0, 5.0, 75.0)

_Result = TypeVar("_Result")


class Scene:
    """One bot with all around it."""

    def __init__(self, directory: Path, mix: Mix, seed: str, chance: Random, tally: Tally) -> None:
        self.chance = chance
        self.tally = tally
        self.steps: list[str] = [f"         {mix}"]
        self.disk = Disk(directory / "disk")
        self.world = world = World(directory)
        world.database = self.disk.directory / "rollcall.db"
        world.settings = {
            **NO_LIMITS,
            "ADMINS": world.alice.id,
            "LINES": str(mix.lines),
            "PATIENCE": str(PATIENCE_SECONDS),
        }
        world.slack.ack_seconds = ACK_WITHIN_SECONDS
        hoiio = world.hoiio
        hoiio.lines, hoiio.balance = mix.lines, hoiio.balance * 10_000
        hoiio.early_notifications = mix.early_notifications
        hoiio.notify_by_query, hoiio.txn_refs_as_text = mix.notify_by_query, mix.txn_refs_as_text
        self.slack_faults = SlackAtRandom(world.clock, world.slack._web.holds, seed, tally)
        self.slack_faults.is_on = mix.slack
        world.slack._web.faults = self.slack_faults
        self.hoiio_faults = hoiio.faults = HoiioAtRandom(seed, tally)
        self.hoiio_faults.is_on = mix.hoiio
        self.hoiio_faults.news.is_on = mix.news
        self.watch = Watch(world)
        self.may_die = True
        """Whether its end may be appointed when it is started."""
        self.ended_by_itself: list[str] = []
        """How it ended, each time that nobody had killed it."""
        self._lives = 0
        self._starts_in_vain = 0
        self._is_up = False

    async def open(self, people: list[Actor]) -> None:
        """Start everything, with these people's numbers on file."""
        self.disk.open()
        await self.world.open()
        storage = await Storage.open(self.world.database)
        team, now = self.world.slack.workspace.team_id, self.world.now
        await storage.vouch_for_all(
            (
                team,
                person.id,
                NumberOnFile(person.number, Source.IMPORT, now),
                LoggedAct(now, team, "operator", AdminAct.IMPORTED, person.id),
            )
            for person in people
        )
        await storage.close()
        await self.start()

    async def close(self) -> None:
        self.watch.close()
        await self.world.close()
        self.disk.close()

    @property
    def now(self) -> float:
        return self.world.clock.monotonic()

    @property
    def life(self) -> int | None:
        """Which life of the bot's this is; None while it is down, or about to listen."""
        return self._lives if self._is_up and self.world.bot_is_running else None

    def note(self, what: str) -> None:
        self.steps.append(f"{self.now:7.1f}  {what}")

    # Time

    async def goes_by(self, seconds: float, *, step: float = STEP_SECONDS) -> None:
        """Let time go by. A bot that has died, as was appointed or for another reason, is started again."""
        end = self.now + seconds
        while (left := end - self.now) > 1e-6:
            await self.step(min(left, step))
            if not self.world.bot_is_running:
                await self._comes_back()

    async def step(self, seconds: float = STEP_SECONDS) -> None:
        await asyncio.sleep(POLL_SECONDS)
        await self.world._move(seconds)

    async def meanwhile(self, work: Awaitable[_Result]) -> _Result:
        """Do this while time goes by."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await self.step()
        finally:
            task.cancel()
        return task.result()

    # The bot

    async def start(self, *, dies: bool = False) -> None:
        """Start it, again and again until it runs; if it dies soon, with its end appointed."""
        while not await self.is_started(dies=dies):
            await self._rests(2.0)

    async def is_started(self, *, dies: bool = False) -> bool:
        """Start it, perhaps with its end appointed; whether it listens."""
        death = None
        if dies or (self.may_die and self.chance.random() < 0.4):
            death = f"{self.chance.choice(('before', 'after'))}:{self.chance.randint(3, 20 if dies else 60)}"
        self._lives += 1
        self.note(f"the bot is started{f', to die {death}' if death else ''}")
        said = len(self.world.log)
        await self.meanwhile(self.world.start_bot(kill_at=death))
        self._is_up = self.world.bot_is_running
        self._starts_in_vain = 0 if self._is_up else self._starts_in_vain + 1
        if not self._is_up:
            self._note_end(may_fail=not self.disk.can_be_written and _NO_DATABASE in self.world.log[said:])
            assert self._starts_in_vain < _MOST_STARTS, f"the bot does not start:\n{self.world.log[-_LOG_SHOWN:]}"
        return self._is_up

    async def kill(self) -> None:
        """Pull the plug."""
        if self.world.bot_is_running:
            self.slack_faults.bot_dies()
            await self.world.kill_bot()
            self.tally.struck[Fault.KILLED] += 1
            self.note("killed")
        elif self._is_up:
            self._note_end()
        self._is_up = False

    async def stays_down(self) -> None:
        await self._rests(self.chance.choice(_DOWN_FOR_SECONDS))

    async def _comes_back(self) -> None:
        """Try to start it. It does not start while its database can't be written."""
        if self._is_up:
            self._is_up = False
            self._note_end()
        await self.stays_down()
        await self.is_started()

    def _note_end(self, *, may_fail: bool = False) -> None:
        """`may_fail`: there is a reason for its end, and it has said so."""
        assert self.world._process
        status = self.world._process.returncode
        self.note(f"the bot has ended: {status}")
        if status == _SIGKILL:
            self.slack_faults.bot_dies()
            self.tally.struck[Fault.KILLED_AT_COMMIT] += 1
        elif not may_fail:
            self.ended_by_itself.append(f"{self.steps[-1]}:\n{self.world.log[-_LOG_SHOWN:]}")

    async def _rests(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            await self.step()
