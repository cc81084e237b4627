"""What Slack sends to the app: signed over HTTP, or as envelopes through a connected socket."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlencode

import aiohttp

from sandbox.clock import MovedClock
from sandbox.slack.model import JsonObject
from sandbox.slack.socket_mode import SocketMode

Kind = Literal["slash_commands", "interactive", "events_api"]

_FORM: Final = "application/x-www-form-urlencoded"
_RETRY_AFTER_SECONDS: Final = (0, 60, 300)
"""When Slack sends an event again that was not acknowledged: at once, a minute later, five minutes later."""


@dataclass(frozen=True)
class Delivery:
    """How a delivery went. `status` is 0 when there was no answer.

    `error` is None, "operation_timeout" or "dispatch_failed"; `body` what the app acknowledged with, plain
    text as {"text": …}; `took_seconds` real time.
    """

    status: int
    error: str | None
    took_seconds: float
    body: JsonObject = field(default_factory=dict)
    no_retry: bool = False

    @property
    def acked(self) -> bool:
        return self.error is None


@dataclass(frozen=True)
class SentDelivery:
    """A delivery as it was sent, and what came of it. `signed` is False over a socket, which needs no signature."""

    kind: Kind
    payload: JsonObject
    at: datetime
    signed: bool
    outcome: Delivery


class Deliveries:
    """Sends to the app, wherever it is to be reached."""

    def __init__(self, clock: MovedClock, sockets: SocketMode, signing_secret: str) -> None:
        self.events_url = ""
        self.ack_seconds = 3.0
        self.sent: list[SentDelivery] = []
        self.on_sent: Callable[[SentDelivery], None] | None = None
        self._clock = clock
        self._sockets = sockets
        self._secret = signing_secret
        self._session: aiohttp.ClientSession | None = None
        self._retries: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        # A connection for each delivery: an app that was restarted in between is no stale connection.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))

    async def stop(self) -> None:
        for task in self._retries:
            task.cancel()
        await asyncio.gather(*self._retries, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def signed(self, body: bytes, *, timestamp: int | None = None) -> dict[str, str]:
        """The two headers with which Slack signs that body; wall time, for that is what verifiers compare with."""
        moment = str(int(time.time()) if timestamp is None else timestamp)
        base = b"v0:" + moment.encode() + b":" + body
        digest = hmac.new(self._secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}

    async def deliver(self, kind: Kind, payload: JsonObject, retry: tuple[int, str] | None = None) -> Delivery:
        """Send it once, and give the app `ack_seconds` of real time to acknowledge it."""
        at, signed = self._clock.now(), not self._sockets.connected
        outcome = await self._deliver(kind, payload, retry)
        sent = SentDelivery(kind, payload, at, signed, outcome)
        self.sent.append(sent)
        if self.on_sent is not None:
            self.on_sent(sent)
        return outcome

    async def _deliver(self, kind: Kind, payload: JsonObject, retry: tuple[int, str] | None) -> Delivery:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(self.ack_seconds):
                status, body, no_retry = await self._sent(kind, payload, retry)
        except TimeoutError:
            return Delivery(0, "operation_timeout", loop.time() - started)
        except (aiohttp.ClientError, ConnectionError):
            return Delivery(0, "dispatch_failed", loop.time() - started)
        error = None if 200 <= status < 300 else "dispatch_failed"
        return Delivery(status, error, loop.time() - started, body, no_retry)

    async def deliver_event(self, payload: JsonObject) -> Delivery:
        """The same for an event, which is sent again up to three times when not acknowledged."""
        first = await self.deliver("events_api", payload)
        if not first.acked and not first.no_retry:
            self._keep(self._again(payload, first))
        return first

    async def _again(self, payload: JsonObject, last: Delivery) -> None:
        for number, seconds in enumerate(_RETRY_AFTER_SECONDS, start=1):
            await self._clock.sleep(seconds)
            last = await self.deliver("events_api", payload, (number, _reason(last)))
            if last.acked or last.no_retry:
                return

    def _keep(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._retries.add(task)
        task.add_done_callback(self._retries.discard)

    async def deliver_raw(self, body: bytes, headers: Mapping[str, str]) -> int:
        """POST exactly that to the app, signed or not; the HTTP status it answers with."""
        async with self._open_session().post(self.events_url, data=body, headers=headers) as response:
            return response.status

    async def _sent(
        self, kind: Kind, payload: JsonObject, retry: tuple[int, str] | None
    ) -> tuple[int, JsonObject, bool]:
        if self._sockets.connected:
            return 200, await self._sockets.send(kind, payload, retry), False
        if not self.events_url:
            raise ConnectionError("The app has neither a socket nor an events_url.")
        content_type = _FORM
        if kind == "events_api":
            content_type, body = "application/json", json.dumps(payload).encode()
        elif kind == "interactive":
            body = urlencode({"payload": json.dumps(payload)}).encode()
        else:
            body = urlencode(payload).encode()
        headers = {"Content-Type": content_type, **self.signed(body)}
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        async with self._open_session().post(self.events_url, data=body, headers=headers) as response:
            no_retry = response.headers.get("X-Slack-No-Retry") == "1"
            return response.status, _ack_body(response.content_type, await response.text()), no_retry

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("Slack has not been started.")
        return self._session


def _reason(last: Delivery) -> str:
    if last.error == "operation_timeout":
        return "http_timeout"
    return "http_error" if last.status else "connection_failed"


def _ack_body(content_type: str, text: str) -> JsonObject:
    if not text.strip():
        return {}
    if content_type == "application/json":
        body = json.loads(text)
        return body if isinstance(body, dict) else {"text": text}
    return {"text": text}
