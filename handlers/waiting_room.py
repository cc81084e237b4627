"""What is answered while the bot waits for its turn on the database, or starts: that it lives, and is not ready.

Whoever watches over it would take one that listens to nothing for dead, and kill it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from aiohttp import web

from handlers.healthz import LIVE_PATH, live

log = logging.getLogger(__name__)

OPENS_AT_LOOK = 4
"""Whoever has just got the turn may want the same port, and gets it first."""

LOOKS_AT_PORT = 200
SECONDS_BETWEEN_LOOKS_AT_PORT = 0.1
"""How often it is tried to listen, by one that had to wait for its turn: real time, in which processes give way."""

SHUTDOWN_SECONDS = 0.5
"""For who is being answered while the room closes."""

TURNS_UNTIL_KNOWN = 5
"""Of the event loop, until a connection that was accepted is known to be there. Python 3.11 leaves one hanging whose
server is closed before that.
"""

STARTS = "starts"
WAITS = "waits for its turn: another Rollcall works on the database"


class WaitingRoom:
    """Listens where the bot will, if that is free; on one machine with the bot that works, it mostly is not."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        self._whose: int | None = None
        self._looks = 0

    async def look(self, whose: int) -> None:
        """Somebody else has the turn, `whose` tells one from another. If it has passed on, the port is given up."""
        if whose != self._whose:
            await self.close()
            self._whose, self._looks = whose, 0
        self._looks += 1
        if self._looks == OPENS_AT_LOOK:
            await self._open(WAITS)

    async def open(self) -> None:
        """The turn has come: the bot starts."""
        await self.close()
        await self._open(STARTS)

    async def _open(self, status: str) -> None:
        app = web.Application()
        app.router.add_get(LIVE_PATH, live)
        app.router.add_route("*", "/{path:.*}", _not_ready(status))
        # No access log: a notify_url's secret part stands in its path.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        try:
            # Not a site of aiohttp's: that accepts to the last moment, and forgets whom it accepted then.
            answering = cast("web.Server", self._runner.server)
            self._server = await asyncio.get_running_loop().create_server(answering, self._host, self._port)
        except OSError as error:
            await self.close()
            log.debug("nobody can ask how it stands: %s", error)

    async def give_way_to(self, runner: web.AppRunner) -> None:
        """Have the bot listen in its place. Raises OSError. Another one that waits gives the port up in a moment."""
        await self.close()
        for _ in range(LOOKS_AT_PORT if self._looks else 0):
            with suppress(OSError):
                await web.TCPSite(runner, self._host, self._port).start()
                return
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS_AT_PORT)
        await web.TCPSite(runner, self._host, self._port).start()

    async def close(self) -> None:
        """Stop listening; the port is free, and nobody is left waiting for an answer that never comes."""
        (server, self._server), (runner, self._runner) = (self._server, None), (self._runner, None)
        if server:
            for listening in server.sockets:
                asyncio.get_running_loop().remove_reader(listening)
            for _ in range(TURNS_UNTIL_KNOWN):
                await asyncio.sleep(0)
            server.close()
        if runner:
            await runner.cleanup()


def _not_ready(status: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def not_ready(_: web.Request) -> web.Response:
        return web.json_response({"status": status}, status=503)

    return not_ready
