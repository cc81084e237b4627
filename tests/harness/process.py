"""A bot's process, as the tests hold it: forked from a template of which each of pytest's workers has one."""

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Self

ROOT = Path(__file__).parents[2]
REPORT_BYTES = 16


@cache
def template() -> socket.socket:
    """Start the template; what it is asked goes over this socket."""
    ours, its = socket.socketpair()
    with its:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.harness.template", str(its.fileno())],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[its.fileno()],
        )
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


class ForkedProcess:
    """A process of the real bot. `returncode` is None while it runs."""

    def __init__(self, pid: int, report: socket.socket) -> None:
        self.returncode: int | None = None
        self._pid = pid
        self._ended = asyncio.create_task(self._await_end(report))

    @classmethod
    def fork(
        cls,
        directory: Path,
        environment: dict[str, str],
        arguments: Sequence[str] | None,
        standard: Sequence[IO[bytes] | socket.socket],
    ) -> Self:
        """Start one with these for standard input, output and error; without arguments, on the tests' clock."""
        wanted = {"directory": str(directory), "environment": environment, "arguments": arguments}
        report, its_report = socket.socketpair()
        with its_report:
            descriptors = [channel.fileno() for channel in (*standard, its_report)]
            socket.send_fds(template(), [json.dumps(wanted).encode()], descriptors)
            pid = template().recv(REPORT_BYTES)
        assert pid, "the template has ended; its standard error says why"
        return cls(int(pid), report)

    async def _await_end(self, report: socket.socket) -> int:
        with report:
            report.setblocking(False)
            self.returncode = int(await asyncio.get_running_loop().sock_recv(report, REPORT_BYTES))
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it, unless the process has ended."""
        if self.returncode is None:
            # Its end may not have been heard of yet.
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for the process's end; returns its exit status."""
        return await asyncio.shield(self._ended)


class BotProcess(ForkedProcess):
    """The bot on the tests' clock."""

    log_path: Path
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    @classmethod
    async def start(cls, directory: Path, environment: dict[str, str], log_path: Path) -> Self:
        """Start it, with its log at the end of that file."""
        line, its_line = socket.socketpair()
        with its_line, log_path.open("ab") as log:
            process = cls.fork(directory, environment, None, (its_line, its_line, log))
        process.log_path = log_path
        process._reader, process._writer = await asyncio.open_connection(sock=line)
        process._ended.add_done_callback(lambda ended: process._writer.transport.abort())
        return process

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    async def tell(self, line: str) -> str:
        """Write a line to its standard input; returns the answer, or nothing if it ends before.

        Raises ConnectionError if it has ended.
        """
        self._writer.write(f"{line}\n".encode())
        await self._writer.drain()
        return (await self._reader.readline()).decode().strip()
