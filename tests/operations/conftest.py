"""A shell to type the bot's commands in."""

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import aiohttp
import pytest

from tests.harness.ports import free_port
from tests.harness.process import ROOT, ForkedProcess
from tests.harness.world import World
from tests.scenarios.conftest import quiet_world

__all__ = ["quiet_world", "settled_shell", "shell"]

WITHIN_SECONDS = 20
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.err.splitlines()[-1]


class Shell:
    """An empty directory to type in. No variables are set but `variables`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.variables: dict[str, str] = {}
        self._started: list[asyncio.subprocess.Process] = []

    @property
    def files(self) -> list[str]:
        """What lies in the directory by now."""
        return sorted(path.name for path in self.directory.iterdir())

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], **self.variables}

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Type `python bot.py …`, with nothing left out."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-W",
            "error",
            ROOT / "bot.py",
            *arguments,
            cwd=self.directory,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._started.append(process)
        return process

    async def bot(self, *arguments: str) -> Outcome:
        """Type `python bot.py …`, and wait for its end. Only Python's own start, and the imports, were before."""
        with TemporaryFile() as out, TemporaryFile() as err, TemporaryFile() as nothing:
            process = ForkedProcess.fork(self.directory, self.environment, arguments, (nothing, out, err))
            try:
                async with asyncio.timeout(WITHIN_SECONDS):
                    status = await process.wait()
            finally:
                process.kill()
            out.seek(0)
            err.seek(0)
            return Outcome(status, out.read().decode(), err.read().decode())

    async def listening(self, *arguments: str) -> asyncio.subprocess.Process:
        """The bot, started, once it answers."""
        process = await self.start(*arguments)
        deadline = time.monotonic() + WITHIN_SECONDS
        while process.returncode is None and time.monotonic() < deadline:
            if await self.answers():
                return process
            await asyncio.sleep(POLL_SECONDS)
        raise AssertionError("the bot does not answer")

    async def answers(self) -> bool:
        """Whether a bot says that it is at work."""
        async with aiohttp.ClientSession() as session:
            try:
                async with session.get(f"http://127.0.0.1:{self.variables['PORT']}/healthz") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

    async def close(self) -> None:
        for process in self._started:
            if process.returncode is None:
                process.kill()
                await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> Outcome:
    """Wait for a command's end, for so long as a person would."""
    async with asyncio.timeout(WITHIN_SECONDS):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Outcome(process.returncode, out.decode(), err.decode())


def closed_port() -> int:
    """A port at which nobody listens."""
    return free_port()


def numbers_on_file(database: Path) -> list[tuple[str, str, str]]:
    """Whose number is what, as (team_id, user_id, number)."""
    db = sqlite3.connect(database)
    try:
        return db.execute("SELECT team_id, user_id, number FROM numbers ORDER BY user_id").fetchall()
    finally:
        db.close()


def database(shell: Shell) -> Path:
    return Path(shell.variables["DATABASE"])


@pytest.fixture
def lone_shell(shell: Shell) -> Shell:
    """Nobody answers for Slack."""
    shell.variables = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_API_URL": f"http://127.0.0.1:{closed_port()}/api/",
        "DATABASE": str(shell.directory / "rollcall.db"),
        "DEFAULT_REGION": "SG",
    }
    return shell


async def imported(shell: Shell, content: str | bytes) -> Outcome:
    """What `import-numbers` makes of a file that holds this."""
    file = shell.directory / "numbers.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return await shell.bot("import-numbers", file.name)


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    directory = tmp_path / "here"
    directory.mkdir()
    shell = Shell(directory)
    yield shell
    await shell.close()


@pytest.fixture
async def settled_shell(shell: Shell, quiet_world: World) -> Shell:
    """With every setting right: Slack and Hoiio are the stand-ins, and no bot runs."""
    shell.variables = quiet_world.environment
    return shell
