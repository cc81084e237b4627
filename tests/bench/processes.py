"""Programs under measurement, each a fresh process of its own."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.harness.process import ROOT

WITHIN_SECONDS = 60.0
ANSWER_WITHIN_SECONDS = 1.0
_POLL_SECONDS = 0.002
_TICKS = os.sysconf("SC_CLK_TCK")
_KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Memory:
    """What a process holds, in MiB; `pss` counts what is shared by its share."""

    rss: float
    pss: float


class Program:
    """A running process that takes requests on `port`. `started_in` is the seconds from its start until it did."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, log_path: Path) -> None:
        self.process = process
        self.port = port
        self.log_path = log_path
        self.started_in = 0.0

    @classmethod
    async def start(
        cls,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        directory: Path,
        name: str,
        *,
        ready_path: str | None = None,
    ) -> Self:
        """Run Python with these arguments and `PORT`, and wait until it is ready.

        `ready_path` is where it says so with a 200; without, it is ready when it listens.
        """
        port = int(environment["PORT"])
        log_path = directory / f"{name}.log"
        began = time.perf_counter()
        with log_path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                cwd=directory,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        program = cls(process, port, log_path)
        while not await _is_ready(port, ready_path):
            if process.returncode is not None or time.perf_counter() - began > WITHIN_SECONDS:
                await program.stop()
                raise RuntimeError(f"{name} does not become ready:\n{log_path.read_text()}")
            await asyncio.sleep(_POLL_SECONDS)
        program.started_in = time.perf_counter() - began
        return program

    async def stop(self) -> None:
        """End it, however it is."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        await self.process.wait()

    async def terminate(self) -> None:
        """Have it end by itself."""
        self.process.terminate()
        await self.process.wait()

    def halt(self) -> None:
        """Have it use no processor while others are measured."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    @property
    def cpu_seconds(self) -> float:
        """Processor time so far."""
        return cpu_seconds(self.process.pid)

    @property
    def memory(self) -> Memory:
        return memory_of(self.process.pid)


def memory_of(pid: int) -> Memory:
    """From /proc; Linux alone has it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return Memory(sizes["Rss"] / _KIB_PER_MIB, sizes["Pss"] / _KIB_PER_MIB)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def _is_ready(port: int, path: str | None) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    try:
        if path is None:
            return True
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            return (await reader.readline()).split(b" ")[1:2] == [b"200"]
    except (ConnectionError, TimeoutError):
        return False
    finally:
        writer.close()
