"""A bare HTTP/1.1 client: it sends exactly the bytes it is handed, which no library would let out of its hands."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

_CLOSED_AFTER: Final = frozenset({400, 408, 411, 413, 414, 417, 431})
"""After these the rest of a request may be left unread, and a server hangs up."""


@dataclass(frozen=True)
class Answer:
    """What came back, and after how long in real time."""

    status: int
    body: bytes
    seconds: float


class DroppedError(Exception):
    """The connection was closed, or made no sense, before an answer was whole."""


class Connection:
    """One connection at a time to a port of this machine, kept alive and opened again when it has been closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def ask(self, request: bytes, *, within: float) -> Answer:
        """Send a whole request. Raises DroppedError, OSError if nobody listens, TimeoutError after `within` seconds."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within):
                reader, writer = await self._opened()
                started = loop.time()
                writer.write(request)
                status, body, goes_on = await _read(reader, has_body=not request.startswith(b"HEAD "))
                seconds = loop.time() - started
        except BaseException:
            await self._close()
            raise
        if not goes_on or status in _CLOSED_AFTER or status >= 500:
            await self._close()
        return Answer(status, body, seconds)

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return self._streams

    async def _close(self) -> None:
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _read(reader: asyncio.StreamReader, *, has_body: bool) -> tuple[int, bytes, bool]:
    """The status and the body, and whether the connection stays open."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")) if has_body else 0)
        return int(first.split()[1]), body, headers.get("connection", "").lower() != "close"
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError, IndexError) as error:
        raise DroppedError(type(error).__name__) from None
