"""Acknowledgements of `/conference @bob @carol`, against a Bolt app that acknowledges and does nothing else."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.contest import contestants
from tests.bench.figures import Goal, Row, Table, ratios
from tests.bench.people import mention
from tests.bench.surroundings import command, made_database, stand_ins, start_bot, start_rival

CONNECTIONS = 16
CHANNELS = 500
WARM_UP = 32
PEOPLE_PER_COMMAND = 3


async def measure(directory: Path, *, rounds: int = 7, requests: int = 400, pause: float = 5.0) -> Table:
    """So many commands a round and program, each from somebody else to two others; `pause` as of Contestant."""
    people = PEOPLE_PER_COMMAND * (rounds * requests + WARM_UP)
    await made_database(directory, people)
    async with stand_ins() as around:
        channels = await around.ask("populate", people, CHANNELS)
        await around.ask("limit", True)
        callers = iter(range(0, people, PEOPLE_PER_COMMAND))
        async with contestants(
            start_bot(directory, around.settings),
            start_rival("bolt_app", directory, around.settings, "bolt"),
            start_rival("bolt_app", directory, around.settings, "bolt-early", EARLY="1"),
        ) as (bot, bolt, early):
            typed = _typed(callers, channels, WARM_UP)
            for one in (bot, bolt, early):
                await one.answer(typed, connections=CONNECTIONS, counts=False)
            for _ in range(rounds):
                typed = _typed(callers, channels, requests)
                await bot.answer(typed, connections=CONNECTIONS, pause=pause)
                for one in (bolt, early):
                    await one.answer(typed, connections=CONNECTIONS)
            counts = await around.ask("counts")
    rows = []
    for rival, name in ((bolt, "Bolt"), (early, "Bolt, `process_before_response`")):
        throughput, tail = ratios(bot.throughputs, rival.throughputs), ratios(bot.tails, rival.tails)
        rows.append(Row("acknowledgements", bot.speed, f"{rival.speed}, {name}", throughput, Goal(0.8, at_least=True)))
        rows.append(Row("99th percentile", bot.tail, f"{rival.tail}, {name}", tail, Goal(1.5)))
    begun, rung = rounds * requests + WARM_UP, counts.get("conference/call", 0)
    return Table(
        "Acknowledgement of `/conference @bob @carol`",
        rows,
        [
            f"{rounds} rounds of {requests:,} signed commands over {CONNECTIONS} connections. Rollcall reads and "
            "checks each, looks up who typed it, and has it on disk; Bolt's app calls `ack()`.",
            "What follows an acknowledgement, such as boards and phones, goes on meanwhile and for "
            f"{pause:g} s after each round: for {begun:,} conferences begun, Hoiio was asked {rung:,} times to ring. "
            "The stand-in for Slack holds to Slack's rate limits.",
            f"Processor time for an answer, with what goes on behind it: {bot.processor}, Bolt {bolt.processor}, "
            f"`process_before_response` {early.processor}.",
        ],
    )


def _typed(callers: Iterator[int], channels: Sequence[str], count: int) -> list[bytes]:
    typed = []
    for _ in range(count):
        caller = next(callers)
        text = f"{mention(caller + 1)} {mention(caller + 2)}"
        typed.append(command(caller, channels[caller % len(channels)], text))
    return typed
