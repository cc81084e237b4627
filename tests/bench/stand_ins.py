"""Slack and Hoiio as a process of their own, on the wall's time, so that they share no event loop with what measures.

A line on standard input is a JSON array: the name of one of `StandIns`' methods, and its arguments; a line on standard
output is what that returned.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.clock import MovedClock
from sandbox.hoiio import Hoiio
from sandbox.slack import Message, Person, Slack
from tests.bench.people import PEOPLE_PER_CONFERENCE, channel_name, number, user_id
from tests.harness.reading import reading
from tests.harness.world import ACCESS_TOKEN, APP_ID, APP_TOKEN, BOT_TOKEN, SIGNING_SECRET

LONGEST_LINE_BYTES = 64 * 1024 * 1024
OVER = "The call is over."
"""What the last reply in a thread says."""

OUTCOMES = ("was in the call",) * 5 + ("busy, or declined", "did not pick up", "could not be reached")
"""What the board says of the eight of a conference, once their phones have `behaved`."""


class WallClock(MovedClock):
    """The wall's time, for stand-ins that otherwise live on a clock that is moved."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class StandIns:
    """What can be asked of the process."""

    def __init__(self) -> None:
        clock = WallClock()
        self._hoiio = Hoiio(clock, app_id=APP_ID, access_token=ACCESS_TOKEN)
        self._hoiio.balance = Decimal(10_000_000)
        self._hoiio.lines = 10**6
        self._slack = Slack(clock, bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET, app_token=APP_TOKEN)
        self._all_over: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def start(self) -> dict[str, str]:
        """Listen; returns the settings with which a bot finds them."""
        await self._hoiio.start()
        await self._slack.start()
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": self._slack.api_url,
            "HOIIO_APP_ID": APP_ID,
            "HOIIO_ACCESS_TOKEN": ACCESS_TOKEN,
            "HOIIO_API_URL": self._hoiio.url,
        }

    async def populate(self, people: int, channels: int) -> list[str]:
        """Have so many people and channels; returns the channels' ids."""
        for place in range(people):
            self._slack.workspace.people[user_id(place)] = Person(user_id(place), f"p{place}", f"Person {place}")
        return [self._slack.add_channel(channel_name(place)).id for place in range(channels)]

    async def limit(self, on: bool) -> None:
        """Whether Slack holds apps to its rate limits."""
        self._slack.rate_limits = on

    async def lift_limits(self) -> None:
        """Let Hoiio be asked as often as anybody likes."""
        self._hoiio.rate_limits.clear()

    async def ring_long(self) -> None:
        """Phones ring until the end of the measurement."""
        self._hoiio.ring_seconds = 3600.0
        self._hoiio.ring_gap_seconds = 0.0

    async def behave(self, people: int) -> None:
        """Of eight phones, five are answered at once and hung up soon, one declines, one rings out, one is off."""
        self._hoiio.ring_gap_seconds = 0.0
        self._hoiio.ring_seconds = 1.0
        for place in range(people):
            phone = self._hoiio.phone(number(place))
            match place % PEOPLE_PER_CONFERENCE:
                case 5:
                    phone.will_decline(after=0.0)
                case 6:
                    phone.will_ignore()
                case 7:
                    phone.is_unreachable()
                case _:
                    phone.will_answer(after=0.0, stay=1.0)

    async def watch(self, channels: list[str]) -> None:
        """From now on note which of these channels' threads have their last reply."""
        waiting = set(channels)

        def look(what: str, thing: object) -> None:
            if isinstance(thing, Message) and thing.channel.id in waiting and OVER in str(thing.blocks):
                waiting.discard(thing.channel.id)
                if not waiting:
                    self._all_over.set_result(time.time())

        self._slack.on_change = look

    async def all_over(self) -> float:
        """Wait until all of them have; returns when that was."""
        return await self._all_over

    async def wrong_boards(self, channels: list[str]) -> list[str]:
        """What boards and threads say that is not as the phones have behaved."""
        wrong = []
        expected = Counter(OUTCOMES)
        for channel_id in channels:
            channel = self._slack.workspace.channels[channel_id]
            messages = self._slack.messages(channel)
            boards = [reading(message) for message in messages if not message.thread_ts]
            thread = "\n".join(reading(message) for message in messages if message.thread_ts)
            for text in [*boards, thread]:
                found = Counter({outcome: text.count(outcome) for outcome in expected})
                if found != expected:
                    wrong.append(text)
            if len(boards) != 1 or "Ended" not in boards[0] or OVER not in thread:
                wrong.append(f"{len(boards)} boards: {boards}")
        return wrong

    async def counts(self) -> dict[str, int]:
        """How often each method of Slack's and Hoiio's was called."""
        calls = Counter(call.method for call in self._slack.calls)
        return dict(calls + Counter(asked.path for asked in self._hoiio.requests))

    async def write_calls(self, path: str) -> None:
        """Write every call that was made so far to a file, in order, for `tests.bench.bare_calls`."""
        slack = [[call.method, call.arguments] for call in self._slack.calls if call.processed]
        hoiio = [[asked.path, asked.parameters] for asked in self._hoiio.requests if asked.taken]
        with open(path, "w") as file:  # noqa: PTH123, ASYNC230 - nothing else goes on
            json.dump([slack, hoiio], file)

    async def place(self, asked: list[tuple[str, str, list[str]]]) -> list[tuple[str, list[str]]]:
        """Ring the numbers of conferences given as (id, channel, numbers), and post a board for each.

        Returns the board's ts and the calls' txn_refs of each. They ring on until somebody says otherwise.
        """
        placed = []
        for conference_id, channel_id, numbers in asked:
            legs = self._hoiio.place(
                numbers, room=f"R{conference_id}", caller_id="private", tag=conference_id, notify_url=None
            )
            channel = self._slack.workspace.channels[channel_id]
            board = self._slack.workspace.post(channel, self._slack.bot, "A board")
            placed.append((board.ts, [leg.txn_ref for leg in legs]))
        return placed


async def main() -> None:
    stand_ins = StandIns()
    reader = asyncio.StreamReader(limit=LONGEST_LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        name, *arguments = json.loads(line)
        answer: Any = await getattr(stand_ins, name)(*arguments)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
