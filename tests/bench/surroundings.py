"""What a measurement needs around it: the stand-ins' process, a database with people in it, the bot, and its rivals."""

import asyncio
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from handlers import healthz
from storage import Storage
from tests.bench.load import request
from tests.bench.people import number, user_id
from tests.bench.processes import Program, cpu_seconds
from tests.bench.stand_ins import LONGEST_LINE_BYTES
from tests.harness.ports import free_port
from tests.harness.process import ROOT
from tests.harness.world import NO_LIMITS, SIGNING_SECRET

TEAM = "T0ROLLCALL"
FORM = "application/x-www-form-urlencoded"


class StandInsProcess:
    """The stand-ins, and `settings` with which a bot finds them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.settings: dict[str, str] = {}

    async def ask(self, name: str, *arguments: object) -> Any:
        """Call one of `StandIns`' methods."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([name, *arguments]).encode() + b"\n")
        line = await self._process.stdout.readline()
        assert line, "the stand-ins have ended; their standard error says why"
        return json.loads(line)

    @property
    def cpu_seconds(self) -> float:
        return cpu_seconds(self._process.pid)


@asynccontextmanager
async def stand_ins() -> AsyncIterator[StandInsProcess]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.stand_ins",
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE_BYTES,
    )
    running = StandInsProcess(process)
    try:
        running.settings = await running.ask("start")
        yield running
    finally:
        process.kill()
        await process.wait()


async def made_database(directory: Path, people: int) -> Path:
    """A database in that directory with so many people's numbers on file."""
    path = directory / "rollcall.db"
    storage = await Storage.open(path)
    await storage.close()
    now = datetime.now(UTC).isoformat()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO numbers (team_id, user_id, number, source, set_at) VALUES (?, ?, ?, 'import', ?)",
            ((TEAM, user_id(place), number(place), now) for place in range(people)),
        )
    return path


async def start_bot(directory: Path, settings: Mapping[str, str], **more: str) -> Program:
    """`python bot.py run`, a fresh process, as an operator starts it."""
    port = free_port()
    environment = {
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE": str(directory / "rollcall.db"),
        "DEFAULT_REGION": "SG",
        "LINES": "9999",
        **NO_LIMITS,
        **settings,
        **more,
    }
    return await Program.start(
        [str(ROOT / "bot.py"), "run"], environment, directory, "bot", ready_path=healthz.READY_PATH
    )


async def start_rival(module: str, directory: Path, settings: Mapping[str, str], name: str, **more: str) -> Program:
    """One of the programs that the bot is measured against."""
    environment = {"PORT": str(free_port()), **settings, **more}
    return await Program.start(["-m", f"tests.bench.{module}"], environment, directory, name)


def command(caller: int, channel: str, text: str) -> bytes:
    """A signed slash command, as Slack sends it."""
    body = urlencode(
        {
            "token": "verification-token-of-old",
            "team_id": TEAM,
            "team_domain": "rollcall-team",
            "channel_id": channel,
            "channel_name": "channel",
            "user_id": user_id(caller),
            "user_name": f"p{caller}",
            "command": "/conference",
            "text": text,
            "api_app_id": "A0ROLLCALL",
            "is_enterprise_install": "false",
            "response_url": "http://127.0.0.1:9/",
            "trigger_id": "1.2.3",
        }
    ).encode()
    moment = str(int(time.time()))
    base = b"v0:" + moment.encode() + b":" + body
    signature = hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()
    headers = {"Content-Type": FORM, "X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={signature}"}
    return request("POST", "/slack/events", body, headers)
