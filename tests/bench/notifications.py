"""Notifications taken in, against an aiohttp route that reads the same form, and against a commit for each."""

import asyncio
import sys
from pathlib import Path
from statistics import median

from tests.bench import commit_loop
from tests.bench.ack import Measured
from tests.bench.figures import Goal, Row, Table, ratios
from tests.bench.live_conferences import made_live, notifications
from tests.bench.load import put_load
from tests.bench.people import PEOPLE_PER_CONFERENCE
from tests.bench.surroundings import made_database, stand_ins, start_bot, start_rival
from tests.harness.process import ROOT

CONNECTIONS = 64
CHANNELS = 500
COMMITS = 300


async def measure(directory: Path, *, rounds: int = 5, conferences: int = 125) -> Table:
    """A round is the outcomes of so many conferences of eight."""
    people = PEOPLE_PER_CONFERENCE * conferences * rounds
    path = await made_database(directory, people)
    async with stand_ins() as around:
        channels = await around.ask("populate", people, CHANNELS)
        await around.ask("limit", True)
        await around.ask("ring_long")
        live = await made_live(path, around, channels, conferences * rounds)
        bot = Measured(await start_bot(directory, around.settings))
        route = Measured(await start_rival("form_route", directory, {}, "form-route"))
        commits = []
        try:
            for measured in (bot, route):
                measured.program.halt()
            for number in range(rounds):
                told = notifications(live[number * conferences : (number + 1) * conferences])
                for measured in (bot, route):
                    measured.program.go_on()
                    load = await put_load(measured.program.port, told, connections=CONNECTIONS)
                    measured.program.halt()
                    assert set(load.statuses) == {200}, load.statuses
                    measured.rounds.append(load)
                commits.append(COMMITS / await _seconds_of_commits(directory))
            counts = await around.ask("counts")
        finally:
            for measured in (bot, route):
                await measured.program.stop()
    per_round = PEOPLE_PER_CONFERENCE * conferences
    return Table(
        "Notifications",
        [
            Row(
                "taken per second, a bare aiohttp route",
                str(bot),
                str(route),
                ratios(bot.throughputs, route.throughputs),
                Goal(0.5, at_least=True),
            ),
            Row(
                "taken per second, a synced commit each",
                str(bot),
                f"{median(commits):.0f} commits/s",
                ratios(bot.throughputs, commits),
                Goal(1.0, at_least=True),
            ),
        ],
        [f"{rounds} rounds of {per_round} notifications; meanwhile {counts}; {[round(r) for r in bot.throughputs]}"],
    )


async def _seconds_of_commits(directory: Path) -> float:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        commit_loop.__name__,
        str(directory),
        str(COMMITS),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return float(out)
