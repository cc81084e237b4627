"""The real bot as a process of its own, on a clock that the tests move.

Each line on standard input is a moment to move the clock to; a line on standard output says that it has got there,
and that the storage has nothing in hand.
With `REACHABLE=127.0.0.1` people may send it to that IP address, too, for their calendars. `calendars.example`, which
is there, proves that it is who it is by the tests' certificate.
With `KILL_AT=before:7` the process kills itself just before its seventh transaction commits, with `after:7` just
after: from there on nothing more of it happens, as if the plug had been pulled.
"""

import asyncio
import logging
import os
import signal
import ssl
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bot import serve, set_up_logging
from calendars.fetching import Fetcher, is_public, look_up
from sandbox.clock import MovedClock
from settings import read_settings
from storage.connection import Connection
from tests.harness.calendar_server import CALENDAR_CERTIFICATE, CALENDAR_HOST


def kill_at(where: str, count: int) -> None:
    """Kill this process around the commit of its transaction number `count`."""
    transaction, commit = Connection._transaction, Connection._commit
    begun = 0

    @contextmanager
    def counted(self: Connection) -> Iterator[None]:
        nonlocal begun
        begun += 1
        with transaction(self):
            yield

    def deadly(self: Connection) -> None:
        # What is asked together is committed together.
        if begun >= count and where == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self)
        if begun >= count:
            os.kill(os.getpid(), signal.SIGKILL)

    Connection._transaction = counted  # type: ignore[method-assign]
    Connection._commit = deadly  # type: ignore[method-assign]


def storage_idle() -> asyncio.Event:
    """Set while the storage has nothing in hand. A disk takes its own time; the moved clock must wait for it."""
    idle = asyncio.Event()
    idle.set()
    in_hand = 0
    run = Connection._run

    async def counted(self: Connection, work: Callable[[], Any]) -> Any:
        nonlocal in_hand
        in_hand += 1
        idle.clear()
        try:
            return await run(self, work)
        finally:
            in_hand -= 1
            if not in_hand:
                idle.set()

    Connection._run = counted  # type: ignore[method-assign]
    return idle


def may_reach(address: str) -> bool:
    return address == os.environ.get("REACHABLE") or is_public(address)


async def resolve(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"] if host == CALENDAR_HOST else await look_up(host, port)


async def follow_clock(clock: MovedClock, idle: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        await clock.advance_to(datetime.fromisoformat(line.decode().strip()))
        await idle.wait()
        sys.stdout.write("\n")
        sys.stdout.flush()


async def main() -> None:
    clock = MovedClock(datetime.fromisoformat(os.environ["CLOCK"]))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    following = asyncio.create_task(follow_clock(clock, storage_idle()))
    try:
        believed = ssl.create_default_context(cafile=CALENDAR_CERTIFICATE)
        fetcher = Fetcher(resolve=resolve, may_reach=may_reach, tls=believed)
        await serve(read_settings(os.environ), clock, stop, fetcher=fetcher)
    finally:
        following.cancel()


def run() -> None:
    """Run the bot in this process until it is told to stop."""
    set_up_logging(logging.INFO)
    if "KILL_AT" in os.environ:
        when, number = os.environ["KILL_AT"].split(":")
        kill_at(when, int(number))
    asyncio.run(main())
