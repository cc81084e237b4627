"""09:30: conferences of eight that all begin at once, until every board is right."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conference.invitation import Person
from conference.recurrence import Recurrence, Weekday
from conference.standups import Standup
from storage import Storage
from tests.bench import bare_calls
from tests.bench.figures import Goal, Row, Table, milliseconds, percentile
from tests.bench.load import Load, put_load
from tests.bench.people import PEOPLE_PER_CONFERENCE, mention, user_id
from tests.bench.surroundings import TEAM, StandInsProcess, command, made_database, stand_ins, start_bot
from tests.harness.process import ROOT

START_SECONDS = 6.0
"""How long before its minute the bot is started."""
POLL_SECONDS = 0.25
PROBE_EVERY_SECONDS = 0.1
PROBES = 1_000
PROBE_CHANNELS = 200
PATIENCE_SECONDS = 900.0


async def measure(directory: Path, *, conferences: int = 1_000) -> Table:
    """One storm of so many, and the same calls made bare."""
    crowd = conferences * PEOPLE_PER_CONFERENCE
    people = crowd + 3 * PROBES
    path = await made_database(directory, people)
    async with stand_ins() as around:
        channels = await around.ask("populate", people, conferences + PROBE_CHANNELS)
        standing, others = channels[:conferences], channels[conferences:]
        await around.ask("behave", people)
        await around.ask("watch", standing)
        due = _next_minute()
        await _set_up(path, standing, due)
        await asyncio.sleep(max(0.0, due.timestamp() - START_SECONDS - time.time()))
        bot = await start_bot(directory, around.settings)
        try:
            await asyncio.sleep(max(0.0, due.timestamp() - time.time()))
            stand_ins_before, bot_before = around.cpu_seconds, bot.cpu_seconds
            typing = asyncio.create_task(_probe(bot.port, others, crowd))
            await _until_over(around, conferences)
            over_at = await around.ask("last_over")
            typing.cancel()
            probes = await typing
            stand_ins_took, bot_took = around.cpu_seconds - stand_ins_before, bot.cpu_seconds - bot_before
            await asyncio.sleep(3 * POLL_SECONDS)
            wrong = await around.ask("wrong_boards", standing)
            counts = await around.ask("counts")
        finally:
            await bot.stop()
        calls = directory / "calls.json"
        await around.ask("write_calls", str(calls))
        bare = await _bare(calls, around)
    seconds = over_at - due.timestamp()
    taken = {name: count for name, count in sorted(counts.items())}
    return Table(
        "The storm",
        [
            Row(f"{conferences:,} conferences of 8, all boards right", f"{seconds:.1f} s", f"{bare:.1f} s, the bare calls", seconds / bare, Goal(2.0)),
            Row(
                "acknowledgements meanwhile, p99",
                f"{milliseconds(percentile(probes.latencies, 99))}, {len(probes.latencies)} of them",
                "–",
                percentile(probes.latencies, 99) * 1000,
                Goal(250, unit=" ms"),
            ),
        ],
        [
            f"boards and threads that were wrong: {len(wrong)}",
            f"processor time: {bot_took:.1f} s the bot, {stand_ins_took:.1f} s the stand-ins",
            f"calls: {taken}",
            *wrong[:2],
        ],
    )


def _next_minute() -> datetime:
    """A whole minute far enough ahead for everything to be there before."""
    soon = datetime.now(UTC) + timedelta(seconds=START_SECONDS + 10)
    return soon.replace(second=0, microsecond=0) + timedelta(minutes=1)


async def _set_up(path: Path, channels: Sequence[str], due: datetime) -> None:
    """A standup for each channel, due at that moment of every day."""
    storage = await Storage.open(path)
    for place, channel in enumerate(channels):
        first = place * PEOPLE_PER_CONFERENCE
        people = tuple(Person(user_id(first + one)) for one in range(PEOPLE_PER_CONFERENCE))
        await storage.add_standup(
            Standup(
                team_id=TEAM,
                standup_id=f"{place:016x}",
                name=f"s{place}",
                channel_id=channel,
                maker_id=people[0].user_id,
                recurrence=Recurrence(frozenset(Weekday), due.time(), "UTC"),
                dealt_with=due - timedelta(hours=1),
                invitees=people,
                remind_minutes=0,
            )
        )
    await storage.close()


async def _probe(port: int, channels: Sequence[str], first: int) -> Load:
    """Type a conference of three and a question for help, turn about, until cancelled."""
    probes = Load()
    try:
        for turn in range(PROBES):
            caller = first + 3 * turn
            text = f"{mention(caller + 1)} {mention(caller + 2)}" if turn % 2 else "help"
            load = await put_load(port, [command(caller, channels[turn % len(channels)], text)], connections=1)
            probes.latencies += load.latencies
            probes.statuses += load.statuses
            await asyncio.sleep(PROBE_EVERY_SECONDS)
    except asyncio.CancelledError:
        pass
    return probes


async def _until_over(around: StandInsProcess, conferences: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (over := await around.ask("over")) < conferences:
            if "VERBOSE" in os.environ:
                print(time.time(), over, flush=True)
            await asyncio.sleep(POLL_SECONDS)


async def _bare(calls: Path, around: StandInsProcess) -> float:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        bare_calls.__name__,
        str(calls),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **around.settings},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return float(out)
