"""Memory and start-up time, against the bare Bolt app."""

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.figures import Goal, Row, Table, ratios
from tests.bench.load import put_load
from tests.bench.processes import Memory, Program
from tests.bench.surroundings import command, made_database, stand_ins, start_bot, start_rival

CONNECTIONS = 4


@dataclass
class _Footprint:
    seconds: list[float] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)

    async def take(self, program: Program, requests: list[bytes]) -> None:
        """Note how long it took to start, and what it holds after having answered these. It is ended."""
        try:
            load = await put_load(program.port, requests, connections=CONNECTIONS)
            assert set(load.statuses) == {200}, load.statuses
            self.seconds.append(program.started_in)
            self.memory.append(program.memory)
        finally:
            await program.stop()

    @property
    def pss(self) -> list[float]:
        return [memory.pss for memory in self.memory]

    @property
    def rss(self) -> list[float]:
        return [memory.rss for memory in self.memory]


async def measure(directory: Path, *, rounds: int = 7, requests: int = 200) -> Table:
    """Each is started that often, in turn, with nothing else of ours running but the stand-ins."""
    await made_database(directory, 1)
    ours, theirs = _Footprint(), _Footprint()
    async with stand_ins() as around:
        (channel,) = await around.ask("populate", 1, 1)
        for _ in range(rounds):
            asked = [command(0, channel, "help") for _ in range(requests)]
            await ours.take(await start_bot(directory, around.settings), asked)
            await theirs.take(await start_rival("bolt_app", directory, around.settings, "bolt"), asked)
    return Table(
        "Memory and start-up",
        [
            Row(
                "memory (PSS)",
                _mebibytes(ours.pss),
                _mebibytes(theirs.pss),
                ratios(ours.pss, theirs.pss),
                Goal(1.6),
            ),
            Row(
                "memory (RSS)",
                _mebibytes(ours.rss),
                _mebibytes(theirs.rss),
                ratios(ours.rss, theirs.rss),
                Goal(1.6),
            ),
            Row(
                "from start to taking requests",
                f"{median(ours.seconds):.2f} s",
                f"{median(theirs.seconds):.2f} s",
                ratios(ours.seconds, theirs.seconds),
                Goal(2.5),
            ),
        ],
        [f"Medians of {rounds} starts; memory after {requests} acknowledgements of `/conference help`."],
    )


def _mebibytes(sizes: list[float]) -> str:
    return f"{median(sizes):.1f} MiB"
