"""09:30: conferences of eight that all begin at once, until every board is right."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from conference.invitation import Person
from conference.standups.model import Standup
from conference.standups.recurrence import Recurrence, Weekday
from storage import Storage
from tests.bench import bare_calls
from tests.bench.figures import Goal, Row, Table, milliseconds, percentile
from tests.bench.load import Load, put_load
from tests.bench.people import PEOPLE_PER_CONFERENCE, mention, user_id
from tests.bench.surroundings import TEAM, StandInsProcess, command, made_database, stand_ins, start_bot
from tests.harness.process import ROOT

START_SECONDS = 6.0
"""How long before its minute the bot is started."""
PROBE_EVERY_SECONDS = 0.1
PROBES = 1_000
PROBE_CHANNELS = 200
PEOPLE_PER_PROBE = 3
SETTLE_SECONDS = 3.0
BARE_ROUNDS = 3
PATIENCE_SECONDS = 900.0


@dataclass(frozen=True)
class _Bare:
    """The calls of a storm, made bare: seconds by the wall, and of the processor."""

    seconds: float
    processor: float


async def measure(directory: Path, *, conferences: int = 1_000) -> Table:
    """One storm of so many, and the same calls made bare, several times."""
    crowd = conferences * PEOPLE_PER_CONFERENCE
    people = crowd + PEOPLE_PER_PROBE * PROBES
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
            before, around_before = bot.cpu_seconds, around.cpu_seconds
            typing = asyncio.create_task(_probe(bot.port, others, crowd))
            async with asyncio.timeout(PATIENCE_SECONDS):
                over_at = await around.ask("all_over")
            typing.cancel()
            probes = await typing
            processor, around_processor = bot.cpu_seconds - before, around.cpu_seconds - around_before
            seconds = over_at - due.timestamp()
            # The last redraws may come after the last replies.
            await asyncio.sleep(SETTLE_SECONDS)
            wrong = await around.ask("wrong_boards", standing)
            calls = directory / "calls.json"
            await around.ask("write_calls", str(calls))
            counts = await around.ask("counts")
        finally:
            await bot.stop()
        # The bot kept to Hoiio's limits; the same calls in less time would not.
        await around.ask("lift_limits")
        bare = [await _made_bare(calls, around) for _ in range(BARE_ROUNDS)]
    bare_seconds = median(one.seconds for one in bare)
    tail = percentile(probes.latencies, 99)
    made = ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items(), key=lambda call: -call[1]))
    return Table(
        "09:30",
        [
            Row(
                f"{conferences:,} standups of {PEOPLE_PER_CONFERENCE}, until every board is right",
                f"{seconds:.1f} s",
                f"{bare_seconds:.1f} s, the bare calls",
                seconds / bare_seconds,
                Goal(2.0),
            ),
            Row(
                "acknowledgements meanwhile, 99th percentile",
                milliseconds(tail),
                f"– ({len(probes.latencies)} of them)",
                tail * 1000,
                Goal(250, unit=" ms"),
            ),
            Row("boards and threads that are wrong", str(len(wrong)), "what the phones did", len(wrong), Goal(0)),
        ],
        [
            "All due in the same minute. Of eight phones, five are answered at once and hung up after a second, one "
            "declines, one rings out after a second, one is off; a board is right when it says so of all eight, and "
            "its thread too. Meanwhile somebody types ten times a second, help and conferences of three in turn.",
            f"Calls: {made}. Slack's rate limits are lifted: with them Slack alone would take "
            f"{counts.get('chat.update', 0) / 50:,.0f} minutes for the redraws. The bare calls are the same, made by "
            "aiohttp and httpx over as many connections as the bot has; the "
            f"{conferences * PEOPLE_PER_CONFERENCE:,} notifications that the bot takes in are not in them.",
            f"Processor time: the bot {processor:.1f} s, the stand-ins meanwhile {around_processor:.1f} s, the bare "
            f"calls {median(one.processor for one in bare):.1f} s.",
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
            caller = first + PEOPLE_PER_PROBE * turn
            text = f"{mention(caller + 1)} {mention(caller + 2)}" if turn % 2 else "help"
            load = await put_load(port, [command(caller, channels[turn % len(channels)], text)], connections=1)
            probes.latencies += load.latencies
            probes.statuses += load.statuses
            await asyncio.sleep(PROBE_EVERY_SECONDS)
    except asyncio.CancelledError:
        pass
    return probes


async def _made_bare(calls: Path, around: StandInsProcess) -> _Bare:
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
    return _Bare(*map(float, out.split()))
