"""Sends the inputs, many at a time, and keeps count of what came back."""

import asyncio
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from conference.barring import Barring
from operations.errors import OperationError
from operations.import_numbers import read_import_file
from tests.fuzz.answers import SLOWEST_SECONDS, faults
from tests.fuzz.connection import Connection, DroppedError
from tests.fuzz.corpus import PEOPLE
from tests.fuzz.generator import made
from tests.fuzz.inputs import CsvFile, Input, Kind, Request
from tests.fuzz.surroundings import SETTINGS, Fault, Surroundings, holds_number

INPUTS_PER_ROUND: Final = 10_000
"""After so many inputs the world is made anew: its stand-ins remember everything, and grow slow."""
CONNECTIONS: Final = 16
MOST_FAILURES: Final = 30
"""Of different kinds: after so many a run is given up."""
_GIVEN_UP_AFTER_SECONDS: Final = 15.0
_LOOK_AT_LOG_EVERY: Final = 20
_LONGEST_SHOWN: Final = 4_000


@dataclass(frozen=True)
class Failure:
    """What went wrong, and with which input: None where it can only be said that it was one of `lately`."""

    fault: Fault
    number: int | None = None
    given: Input | None = None
    lately: tuple[int, ...] = ()

    def __str__(self) -> str:
        if self.number is not None:
            which = f"input {self.number}"
        elif self.lately:
            which = f"one of inputs {min(self.lately)} to {max(self.lately)}"
        else:
            which = "no input by itself"
        lines = [f"{which}: {self.fault.what}", self.fault.detail[:_LONGEST_SHOWN], repr(self.given or "")]
        return "\n  ".join(lines)[: 2 * _LONGEST_SHOWN]


@dataclass
class Tally:
    """What came of a run."""

    statuses: dict[Kind, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    slowest: dict[Kind, float] = field(default_factory=lambda: defaultdict(float))
    failures: list[Failure] = field(default_factory=list)
    """The first of each kind."""
    times_failed: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return sum(counter.total() for counter in self.statuses.values())

    def note(self, kind: Kind, outcome: str, seconds: float) -> None:
        self.statuses[kind][outcome] += 1
        self.slowest[kind] = max(self.slowest[kind], seconds)

    def table(self) -> Iterator[str]:
        yield f"{'kind':<20} {'inputs':>8}  {'slowest':>8}  answers"
        for kind in sorted(self.statuses):
            counter = self.statuses[kind]
            outcomes = ", ".join(f"{outcome}: {count}" for outcome, count in sorted(counter.items()))
            yield f"{kind:<20} {counter.total():>8}  {self.slowest[kind]:>6.2f} s  {outcomes}"


class Run:
    """Inputs `first` up to but not including `last` of a seed, in rounds."""

    def __init__(self, seed: int, first: int, last: int, *, progress: Callable[[str], None] | None = None) -> None:
        self._seed = seed
        self._numbers = range(first, last)
        self._progress = progress or (lambda line: None)
        self._lately: deque[int] = deque(maxlen=_LOOK_AT_LOG_EVERY + 2 * CONNECTIONS)
        self.tally = Tally()

    async def all(self) -> Tally:
        """Send all of them, unless too many fail."""
        for start in range(self._numbers.start, self._numbers.stop, INPUTS_PER_ROUND):
            # Which settings an input meets depends on its number alone.
            settings = SETTINGS[start // INPUTS_PER_ROUND % len(SETTINGS)]
            numbers = range(start, min(self._numbers.stop, start + INPUTS_PER_ROUND))
            began = time.monotonic()
            with tempfile.TemporaryDirectory() as directory:
                await self._round(Path(directory), settings, numbers)
            seconds, failed = time.monotonic() - began, len(self.tally.failures)
            self._progress(
                f"{numbers.stop} inputs; the last {len(numbers)} took {seconds:.0f} s; {failed} kinds of failure"
            )
            if failed >= MOST_FAILURES:
                break
        return self.tally

    async def _round(self, directory: Path, settings: dict[str, str], numbers: range) -> None:
        surroundings = Surroundings(directory, settings)
        try:
            await surroundings.open()
            self._lately.clear()
            waiting = iter(numbers)
            await asyncio.gather(*(self._send_some(surroundings, waiting) for _ in range(CONNECTIONS)))
            for fault in await surroundings.last_faults():
                self._fail(Failure(fault))
        finally:
            await surroundings.close()

    async def _send_some(self, surroundings: Surroundings, waiting: Iterator[int]) -> None:
        async with Connection(surroundings.world.port) as connection:
            for number in waiting:
                if len(self.tally.failures) >= MOST_FAILURES or not surroundings.world.bot_is_running:
                    return
                self._lately.append(number)
                given = made(self._seed, number)
                if isinstance(given, CsvFile):
                    self._read(number, given, surroundings.world.directory / "numbers.csv")
                else:
                    await self._send(connection, surroundings, number, given)
                if number % _LOOK_AT_LOG_EVERY == 0:
                    for fault in surroundings.log_faults():
                        self._fail(Failure(fault, lately=tuple(self._lately)))

    async def _send(self, connection: Connection, surroundings: Surroundings, number: int, given: Request) -> None:
        try:
            answer = await connection.ask(surroundings.filled(given), within=_GIVEN_UP_AFTER_SECONDS)
        except (DroppedError, OSError, TimeoutError) as error:
            self.tally.note(given.kind, "none", 0.0)
            self._fail(Failure(Fault(f"{given.kind}: no answer: {error!r}"), number, given))
            return
        self.tally.note(given.kind, str(answer.status), answer.seconds)
        for why in faults(given, answer):
            self._fail(Failure(Fault(f"{given.kind}: {why}", repr(answer)), number, given))

    def _read(self, number: int, given: CsvFile, path: Path) -> None:
        path.write_bytes(given.content)
        started, outcome = time.monotonic(), "read"
        try:
            read_import_file(path, given.region, Barring())
        except OperationError as error:
            outcome = "refused"
            said = "\n".join(error.lines).replace(str(path), "")
            for user_id in PEOPLE:
                said = said.replace(user_id, "")
            if any(map(holds_number, said.splitlines())):
                self._fail(Failure(Fault("the refusal of a CSV file holds a number", said), number, given))
        except Exception as error:
            outcome = "error"
            self._fail(Failure(Fault(f"a CSV file raised {type(error).__name__}", str(error)), number, given))
        seconds = time.monotonic() - started
        self.tally.note(given.kind, outcome, seconds)
        if seconds > SLOWEST_SECONDS:
            self._fail(Failure(Fault("a CSV file took too long", f"{seconds:.1f} s"), number, given))

    def _fail(self, failure: Failure) -> None:
        tally, what = self.tally, failure.fault.what
        tally.times_failed[what] += 1
        if tally.times_failed[what] == 1:
            tally.failures.append(failure)
            self._progress(f"FAILED, seed {self._seed}, {failure}")
