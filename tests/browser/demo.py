"""The demo as its own process, and a browser to visit it with."""

import asyncio
import os
import re
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile

from playwright.async_api import Browser, async_playwright

from tests.harness.process import ROOT, ForkedProcess

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Demo:
    """A demo that runs: what it printed until its address was known, and that address."""

    said: str
    url: str


@asynccontextmanager
async def running_demo() -> AsyncIterator[Demo]:
    """`bot.py demo`, ended as Ctrl-C does; it then ends with status 0 and no traceback."""
    # Its own idea of opening a browser has to do nothing here.
    environment = {"PATH": os.environ["PATH"], "BROWSER": "true"}
    said, its_said = socket.socketpair()
    with TemporaryFile() as nothing, TemporaryFile() as errors:
        with its_said:
            process = ForkedProcess.fork(ROOT, environment, ["demo"], (nothing, its_said, errors))
        reader, writer = await asyncio.open_connection(sock=said)
        try:
            yield await _address(reader)
        finally:
            process.send_signal(signal.SIGINT)
            status = await process.wait()
            writer.close()
            errors.seek(0)
            complaints = errors.read().decode()
        assert status == 0, complaints
        assert "Traceback" not in complaints, complaints


async def _address(reader: asyncio.StreamReader) -> Demo:
    said = ""
    while line := (await reader.readline()).decode():
        said += line
        if found := re.search(r"http://\S+", line):
            return Demo(said, found[0])
    raise AssertionError(f"the demo ended without an address: {said}")


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Chromium as the machine has it."""
    found = filter(None, map(shutil.which, BROWSER_NAMES))
    executable = next(found, None)
    assert executable, f"No browser is installed: `make browser` does that, or put one of {BROWSER_NAMES} on the PATH."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        yield browser
        await browser.close()
