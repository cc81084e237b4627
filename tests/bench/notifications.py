"""Notifications taken in, against an aiohttp route that reads the same form, and against a commit for each."""

import asyncio
import sys
from pathlib import Path
from statistics import median

from tests.bench import commit_loop
from tests.bench.contest import contestants
from tests.bench.figures import Goal, Row, Table, ratios
from tests.bench.live_conferences import made_live, notifications
from tests.bench.people import PEOPLE_PER_CONFERENCE
from tests.bench.surroundings import made_database, stand_ins, start_bot, start_rival
from tests.harness.process import ROOT

CONNECTIONS = 64
CHANNELS = 500
COMMITS = 300


async def measure(
    directory: Path, *, rounds: int = 7, conferences: int = 100, commits: int = COMMITS, pause: float = 2.0
) -> Table:
    """A round is the outcomes of so many conferences of eight; `pause` as of Contestant."""
    people = PEOPLE_PER_CONFERENCE * conferences * rounds
    path = await made_database(directory, people)
    async with stand_ins() as around:
        channels = await around.ask("populate", people, CHANNELS)
        await around.ask("limit", True)
        await around.ask("ring_long")
        live = await made_live(path, around, channels, conferences * rounds)
        single = []
        async with contestants(
            start_bot(directory, around.settings), start_rival("form_route", directory, {}, "form-route")
        ) as (bot, route):
            for number in range(rounds):
                told = notifications(live[number * conferences : (number + 1) * conferences])
                await bot.answer(told, connections=CONNECTIONS, pause=pause)
                await route.answer(told, connections=CONNECTIONS)
                single.append(commits / await _seconds_of_commits(directory, commits))
    return Table(
        "Notifications taken",
        [
            Row(
                "against a route that reads the form",
                bot.speed,
                f"{route.speed}, bare aiohttp",
                ratios(bot.throughputs, route.throughputs),
                Goal(0.5, at_least=True),
            ),
            Row(
                "against a synced commit for each",
                bot.speed,
                f"{median(single):,.0f}/s, SQLite alone",
                ratios(bot.throughputs, single),
                Goal(1.0, at_least=True),
            ),
        ],
        [
            f"{rounds} rounds of {PEOPLE_PER_CONFERENCE * conferences:,} signed notifications over {CONNECTIONS} "
            f"connections: the outcomes of {conferences} conferences of {PEOPLE_PER_CONFERENCE}, all known by their "
            "secret, on disk before the 200. They are taken in, and boards and threads drawn, meanwhile "
            f"and for {pause:g} s after each round, within Slack's rate limits.",
            f"99th percentile {bot.tail}, aiohttp {route.tail}. Processor time for an answer, with what goes on behind "
            f"it: {bot.processor}, aiohttp {route.processor}.",
            f"SQLite alone: {commits} rows a round, WAL and `synchronous = FULL`, on the same disk.",
        ],
    )


async def _seconds_of_commits(directory: Path, commits: int) -> float:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        commit_loop.__name__,
        str(directory),
        str(commits),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return float(out)
