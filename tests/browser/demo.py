"""The demo as its own process, and a browser to visit it with."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

ROOT = Path(__file__).parents[2]
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
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "bot.py",
        "demo",
        cwd=ROOT,
        # Its own idea of opening a browser has to do nothing here.
        env={"PATH": os.environ["PATH"], "BROWSER": "true"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield await _address(process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert "Traceback" not in errors.decode(), errors.decode()


async def _address(process: asyncio.subprocess.Process) -> Demo:
    assert process.stdout
    said = ""
    while line := (await process.stdout.readline()).decode():
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
