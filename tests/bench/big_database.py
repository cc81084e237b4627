"""A database with years in it, against one that holds only those who are measured."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.figures import Goal, Row, Table, milliseconds, ratios
from tests.bench.live_conferences import Live, made_live, notifications
from tests.bench.load import put_load
from tests.bench.past import add_past
from tests.bench.people import PEOPLE_PER_CONFERENCE, mention
from tests.bench.processes import Program
from tests.bench.surroundings import StandInsProcess, command, made_database, stand_ins, start_bot

CHANNELS = 500
CONNECTIONS = 4
LIVE_PER_ROUND = 5
BEHIND_SECONDS = 0.8
"""How long a bot that was asked is left to do what goes on behind its answers, before the other one is asked."""


@dataclass
class _House:
    """A bot on its own database, and the median seconds of each round."""

    directory: Path
    program: Program | None = None
    live: list[Live] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)
    notices: list[float] = field(default_factory=list)

    async def start(self, around: StandInsProcess) -> None:
        self.program = await start_bot(self.directory, around.settings)
        self.starts.append(self.program.started_in)

    async def stop(self) -> None:
        if self.program:
            await self.program.stop()
            self.program = None

    async def answer(self, requests: Sequence[bytes]) -> float:
        """The median seconds that the bot takes to answer these. It goes on until what is behind them is done."""
        assert self.program
        self.program.go_on()
        load = await put_load(self.program.port, requests, connections=CONNECTIONS)
        await asyncio.sleep(BEHIND_SECONDS)
        self.program.halt()
        assert set(load.statuses) == {200}, load.statuses
        return median(load.latencies)


async def measure(
    directory: Path,
    *,
    people: int = 100_000,
    past_conferences: int = 125_000,
    starts: int = 5,
    rounds: int = 15,
    commands: int = 20,
) -> Table:
    """As many past participants as `past_conferences` of eight have, and rounds of so many commands."""
    typing, rung = 3 * rounds * commands, PEOPLE_PER_CONFERENCE * rounds * LIVE_PER_ROUND
    # Each bot has conferences of its own: to the carrier they are all one account's.
    taking_part = typing + 2 * rung
    empty, full = _House(directory / "empty"), _House(directory / "full")
    async with stand_ins() as around:
        channels = await around.ask("populate", taking_part, CHANNELS)
        await around.ask("ring_long")
        for house, on_file, first_rung in ((empty, taking_part, typing), (full, people, typing + rung)):
            house.directory.mkdir()
            path = await made_database(house.directory, on_file)
            if house is full:
                await add_past(path, past_conferences, people=people, channels=channels)
            house.live = await made_live(path, around, channels, rounds * LIVE_PER_ROUND, first_person=first_rung)
        size = (full.directory / "rollcall.db").stat().st_size
        try:
            for left in reversed(range(starts)):
                for house in (empty, full):
                    await house.start(around)
                    if left:
                        await house.stop()
            for number in range(rounds):
                first = 3 * commands * number
                typed = [
                    command(caller, channels[caller % CHANNELS], f"{mention(caller + 1)} {mention(caller + 2)}")
                    for caller in range(first, first + 3 * commands, 3)
                ]
                for house in (empty, full) if number % 2 else (full, empty):
                    told = notifications(house.live[number * LIVE_PER_ROUND : (number + 1) * LIVE_PER_ROUND])
                    house.acks.append(await house.answer(typed))
                    house.notices.append(await house.answer(told))
        finally:
            for house in (empty, full):
                await house.stop()
    return Table(
        "A big database",
        [
            Row(
                what,
                milliseconds(median(ours)),
                f"{milliseconds(median(theirs))} with an empty database",
                ratios(ours, theirs),
                Goal(bound),
            )
            for what, ours, theirs, bound in (
                ("acknowledgement, median", full.acks, empty.acks, 1.1),
                ("notification, median", full.notices, empty.notices, 1.1),
                ("from start to taking requests", full.starts, empty.starts, 1.5),
            )
        ],
        [
            f"{people:,} people and {past_conferences * PEOPLE_PER_CONFERENCE:,} past participants on file, "
            f"{size / 1e6:.0f} MB; {rounds} rounds of {commands} commands and "
            f"{LIVE_PER_ROUND * PEOPLE_PER_CONFERENCE} notifications over {CONNECTIONS} connections, {starts} starts."
        ],
    )
