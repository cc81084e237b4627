"""Two or more programs that answer the same requests in turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median

from tests.bench.figures import milliseconds, percentile
from tests.bench.load import Load, put_load
from tests.bench.processes import Program


@dataclass
class Contestant:
    """One of them, and its rounds. While others are measured it is halted, so that it takes nothing from them."""

    program: Program
    rounds: list[Load] = field(default_factory=list)
    cpu_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.program.halt()

    async def answer(
        self, requests: Sequence[bytes], *, connections: int, pause: float = 0.0, counts: bool = True
    ) -> None:
        """Put a round of load on it, and leave it so many seconds for what goes on behind its answers."""
        self.program.go_on()
        before = self.program.cpu_seconds
        load = await put_load(self.program.port, requests, connections=connections)
        await asyncio.sleep(pause)
        self.program.halt()
        assert set(load.statuses) == {200}, load.statuses
        if counts:
            self.cpu_seconds += self.program.cpu_seconds - before
            self.rounds.append(load)

    @property
    def throughputs(self) -> list[float]:
        """Answers a second, by round."""
        return [load.per_second for load in self.rounds]

    @property
    def tails(self) -> list[float]:
        """Seconds that 99 of 100 answers took at most, by round."""
        return [percentile(load.latencies, 99) for load in self.rounds]

    @property
    def processor(self) -> str:
        """Processor time for an answer, with all that went on meanwhile."""
        return milliseconds(self.cpu_seconds / sum(len(load.latencies) for load in self.rounds))

    @property
    def speed(self) -> str:
        return f"{median(self.throughputs):,.0f}/s"

    @property
    def tail(self) -> str:
        return milliseconds(median(self.tails))


@asynccontextmanager
async def contestants(*starting: Awaitable[Program]) -> AsyncIterator[list[Contestant]]:
    """Start them all, and end them afterwards."""
    started = await asyncio.gather(*starting, return_exceptions=True)
    programs = [program for program in started if isinstance(program, Program)]
    try:
        for error in started:
            if isinstance(error, BaseException):
                raise error
        yield [Contestant(program) for program in programs]
    finally:
        for program in programs:
            await program.stop()
