"""Acknowledgements of `/conference @bob @carol`, against a Bolt app that acknowledges and does nothing else."""

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.figures import Goal, Row, Table, milliseconds, percentile, ratios
from tests.bench.load import Load, put_load
from tests.bench.people import mention
from tests.bench.processes import Program
from tests.bench.surroundings import command, made_database, stand_ins, start_bot, start_rival

CONNECTIONS = 16
CHANNELS = 500
WARM_UP = 50


@dataclass
class Measured:
    """One program's rounds."""

    program: Program
    rounds: list[Load] = field(default_factory=list)

    @property
    def throughputs(self) -> list[float]:
        return [load.per_second for load in self.rounds]

    @property
    def tails(self) -> list[float]:
        return [percentile(load.latencies, 99) for load in self.rounds]

    def __str__(self) -> str:
        return f"{median(self.throughputs):.0f}/s, p99 {milliseconds(median(self.tails))}"


async def measure(directory: Path, *, rounds: int = 7, requests: int = 800, limited: bool = True) -> Table:
    """So many requests a round and program."""
    people = 3 * (rounds * requests + WARM_UP)
    await made_database(directory, people)
    async with stand_ins() as around:
        channels = await around.ask("populate", people, CHANNELS)
        await around.ask("limit", limited)
        bot = Measured(await start_bot(directory, around.settings))
        bolt = Measured(await start_rival("bolt_app", directory, around.settings, "bolt"))
        early = Measured(await start_rival("bolt_app", directory, around.settings, "bolt-early", EARLY="1"))
        everybody = (bot, bolt, early)
        try:
            callers = iter(range(0, people, 3))

            def commands(count: int) -> list[bytes]:
                typed = []
                for _ in range(count):
                    caller = next(callers)
                    text = f"{mention(caller + 1)} {mention(caller + 2)}"
                    typed.append(command(caller, channels[caller % CHANNELS], text))
                return typed

            warm_up = commands(WARM_UP)
            for measured in everybody:
                await put_load(measured.program.port, warm_up, connections=CONNECTIONS)
                measured.program.halt()
            for _ in range(rounds):
                typed = commands(requests)
                for measured in everybody:
                    measured.program.go_on()
                    load = await put_load(measured.program.port, typed, connections=CONNECTIONS)
                    measured.program.halt()
                    assert set(load.statuses) == {200}, load.statuses
                    measured.rounds.append(load)
            counts = await around.ask("counts")
        finally:
            for measured in everybody:
                await measured.program.stop()
    table = Table("Acknowledgements")
    for rival, name in ((bolt, "Bolt"), (early, "Bolt, `process_before_response`")):
        table.rows += [
            Row(
                f"throughput, {name}",
                str(bot),
                str(rival),
                ratios(bot.throughputs, rival.throughputs),
                Goal(0.8, at_least=True),
            ),
            Row(f"p99, {name}", milliseconds(median(bot.tails)), milliseconds(median(rival.tails)), ratios(bot.tails, rival.tails), Goal(1.5)),
        ]
    table.notes.append(f"{rounds} rounds of {requests} requests; meanwhile {counts}")
    return table
