"""A light load generator: requests made beforehand, sent one after another over connections that stay open."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"

HUNG_AFTER_SECONDS = 60.0


@dataclass
class Load:
    """How a round went. `latencies` are seconds, from the request's first byte to its answer's last."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


def request(method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A request as it crosses the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + _HEAD_END + body


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the last one is answered, until there is none."""

    def __init__(self, requests: Iterator[bytes], load: Load) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._load = load
        self._received = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def begin(self) -> None:
        following = next(self._requests, None)
        if following is None:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent_at = time.perf_counter()
        self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(_HEAD_END)
        if not separator or len(body) < _length(head):
            return
        self._load.latencies.append(time.perf_counter() - self._sent_at)
        self._load.statuses[int(head[9:12])] += 1
        self._received = b""
        self.begin()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the connection was closed before its answer came"))


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    if at < 0:
        raise ValueError(f"an answer without its length: {head!r}")
    return int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0])


async def put_load(port: int, requests: Sequence[bytes], *, connections: int) -> Load:
    """Send them all over so many connections at once. Raises ConnectionError if one of those is broken off."""
    load, left = Load(), iter(requests)
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: _Connection(left, load), "127.0.0.1", port) for _ in range(connections)
    ]
    began = time.perf_counter()
    for _, connection in opened:
        connection.begin()
    async with asyncio.timeout(HUNG_AFTER_SECONDS):
        await asyncio.gather(*(connection.done for _, connection in opened))
    load.seconds = time.perf_counter() - began
    return load
