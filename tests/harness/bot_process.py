"""The real bot as a process of its own, on a clock that the tests move.

Each line on standard input is a moment to move the clock to, and how many of the bot's requests the stand-ins are
sitting on. A line on standard output says that it has got there, and whether it is `quiet`: the storage has nothing in
hand, and no other request is on its way. If that takes long in real time, it is `busy`. Other lines are `step 90`, for
somebody who sets the clock by so many seconds, and `read-only on` or `off`, for a database that may not be written.
With `REACHABLE=127.0.0.1` people may send it to that IP address, too, for their calendars. `calendars.example`, which
is there, proves that it is who it is by the tests' certificate.
With `KILL_AT=before:7` the process kills itself just before its seventh transaction commits, with `after:7` just
after: from there on nothing more of it happens, as if the plug had been pulled.
With `PATIENCE=1.5` it waits so many seconds for an answer of Slack's or Hoiio's: real time, of which tests have little.
"""

import asyncio
import logging
import os
import signal
import sqlite3
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from httpx import AsyncHTTPTransport as HoiioTransport
from sqlite_utils import Database

from bot import serve
from calendars.fetching import Fetcher, is_public, look_up
from messages import slack
from observability.logs import set_up_logging
from sandbox.clock import MovedClock
from settings import read_settings
from storage.connection import BUSY_TIMEOUT_SECONDS, Connection
from telephony import hoiio
from tests.harness.calendar_server import CALENDAR_CERTIFICATE, CALENDAR_HOST

CONNECTIONS = set[Connection]()
"""Those that have been used."""
PATIENCE_SECONDS = 0.1
LOOK_EVERY_SECONDS = 0.001
QUIET_ROUNDS = 20
"""Rounds of the event loop in which nothing must begin: what has come in is read in one of them."""


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
        CONNECTIONS.add(self)
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


class Requests:
    """Counts the requests that this process has sent and that are not answered yet."""

    def __init__(self) -> None:
        self.on_their_way = 0
        HoiioTransport.handle_async_request = self._counted(HoiioTransport.handle_async_request)  # type: ignore[assignment, method-assign]
        aiohttp.ClientSession._request = self._counted(aiohttp.ClientSession._request)  # type: ignore[assignment, method-assign]

    def _counted(self, send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*arguments: Any, **named: Any) -> Any:
            self.on_their_way += 1
            try:
                return await send(*arguments, **named)
            finally:
                self.on_their_way -= 1

        return counted


async def is_quiet(idle: asyncio.Event, requests: Requests, held: int) -> bool:
    """Wait until nothing is going on that the clock would have to wait for; False if it takes too long."""
    quiet_rounds = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while quiet_rounds < QUIET_ROUNDS:
                await idle.wait()
                if requests.on_their_way > held:
                    quiet_rounds = 0
                    await asyncio.sleep(LOOK_EVERY_SECONDS)
                else:
                    quiet_rounds += 1
                    await asyncio.sleep(0)
    return quiet_rounds == QUIET_ROUNDS


def may_reach(address: str) -> bool:
    return address == os.environ.get("REACHABLE") or is_public(address)


async def resolve(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"] if host == CALENDAR_HOST else await look_up(host, port)


async def set_read_only(path: Path, *, on: bool) -> None:
    """Have every connection to the database be one that may only read, or an ordinary one again.

    What it says then are SQLite's own words for a file that may not be written.
    """
    for connection in CONNECTIONS:

        def connect(connection: Connection = connection) -> None:
            connection._db.close()
            address = f"file:{path}?mode={'ro' if on else 'rw'}"
            connection._db = Database(sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_SECONDS))
            connection._db.execute("PRAGMA synchronous = FULL")
            connection._db.execute("PRAGMA secure_delete = ON")

        # Not among what others ask for: that may be in the middle of a transaction.
        await asyncio.get_running_loop().run_in_executor(connection._thread, connect)


async def follow_clock(clock: MovedClock, idle: asyncio.Event, requests: Requests) -> None:
    reader = asyncio.StreamReader()
    pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    held = 0
    with closing(pipe):
        while line := await reader.readline():
            match line.decode().split():
                case ["step", seconds]:
                    clock.step(float(seconds))
                case ["read-only", switch]:
                    await set_read_only(Path(os.environ["DATABASE"]), on=switch == "on")
                case [moment, sat_on]:
                    held = int(sat_on)
                    await clock.advance_to(datetime.fromisoformat(moment))
            await idle.wait()
            sys.stdout.write("quiet\n" if await is_quiet(idle, requests, held) else "busy\n")
            sys.stdout.flush()


async def main() -> None:
    settings = read_settings(os.environ)
    set_up_logging(logging.INFO, settings.log_format)
    clock = MovedClock(datetime.fromisoformat(os.environ["CLOCK"]))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    following = asyncio.create_task(follow_clock(clock, storage_idle(), Requests()))
    try:
        believed = ssl.create_default_context(cafile=CALENDAR_CERTIFICATE)
        fetcher = Fetcher(resolve=resolve, may_reach=may_reach, tls=believed)
        await serve(settings, clock, stop, fetcher=fetcher)
    finally:
        following.cancel()


def run() -> None:
    """Run the bot in this process until it is told to stop."""
    if "KILL_AT" in os.environ:
        when, number = os.environ["KILL_AT"].split(":")
        kill_at(when, int(number))
    if "PATIENCE" in os.environ:
        slack.TIMEOUT_SECONDS = hoiio.ANSWER_TIMEOUT_SECONDS = float(os.environ["PATIENCE"])  # type: ignore[assignment]
    asyncio.run(main())
