"""Starts the demo's world with its page, and ends it on Ctrl-C."""

import asyncio
import os
import signal
import sys
import threading
import webbrowser

from aiohttp import web

from sandbox.page.pace import Pace
from sandbox.page.server import Page
from sandbox.world import NextLook, Serve, World, running

HOST = "127.0.0.1"
FIRST_PORT = 8080
PORTS_TRIED = 100


async def open_page(serve: Serve, next_look: NextLook) -> int:
    """Show the page until SIGINT or SIGTERM; gives the exit status."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    world, pace = World(), Pace()
    # Hoiio's documentation leaves open whether it tells of an answer, too. Here it does, so that the board shows at
    # once what the visitor has just done at a phone; what comes without it is to be seen with notifications lost.
    world.hoiio.early_notifications = True
    async with running(world, serve, pace.now) as bot:
        try:
            await world.put_on_file(*sorted(world.on_file))
            page = Page(world, pace, next_look)
            page.watch()
            runner = web.AppRunner(page.app(), access_log=None, shutdown_timeout=1.0)
            await runner.setup()
            try:
                port = await _listen(runner)
                if port is None:
                    return 1
                # A bot that can't go on ends the demo, and says why.
                bot.add_done_callback(lambda _: stop.set())
                await stop.wait()
            finally:
                await runner.cleanup()
        finally:
            pace.end()
    return 0


async def _listen(runner: web.AppRunner) -> int | None:
    """The port it listens on: the first that is free, or None if none is."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError:
            continue
        if port != FIRST_PORT:
            print(f"Port {FIRST_PORT} is taken, so this is on the next free one.")
        url = f"http://{HOST}:{port}/"
        print(f"Rollcall's demo is at {url} (Ctrl-C ends it)", flush=True)
        # Not waited for: some browsers stay until they are closed.
        threading.Thread(target=_open_browser, args=[url], daemon=True).start()
        return port
    print(f"No port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} is free.", file=sys.stderr)
    return None


def _open_browser(url: str) -> None:
    """Open it where there is a screen; a browser in the terminal would be in the way."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    try:
        webbrowser.open(url)
    except (webbrowser.Error, OSError):
        # The address stands above.
        return
