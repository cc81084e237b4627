"""Hoiio's notifications: real HTTP requests to the notify_url of a call."""

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from sandbox.clock import MovedClock
from sandbox.hoiio.agenda import Agenda
from sandbox.hoiio.faults import NotificationFaults

SIGNATURE_HEADER = "X-Hoiio-Signature"


@dataclass(frozen=True)
class SentNotification:
    """A notification and what came of it.

    `http_status` is None when nobody answered, `lost` when it never left. `signature` is what the header said of
    the body; `seconds` is real time.
    """

    fields: dict[str, str]
    url: str
    http_status: int | None
    at: datetime
    lost: bool = False
    signature: Literal["right", "wrong", "none"] = "right"
    seconds: float = 0.0


@dataclass(frozen=True)
class _Outgoing:
    fields: dict[str, str]
    url: str
    by_query: bool
    copies: int


def signature(access_token: str, body: bytes) -> str:
    """Hex of the HMAC-SHA256 of a notification's HTTP body, keyed with the access token."""
    return hmac.new(access_token.encode(), body, hashlib.sha256).hexdigest()


class Notifier:
    """Sends each notification once; one that was not taken is not sent again."""

    def __init__(self, clock: MovedClock, agenda: Agenda) -> None:
        self.sent: list[SentNotification] = []
        self.dropped: list[dict[str, str]] = []
        self.on_sent: Callable[[SentNotification], None] | None = None
        self._clock = clock
        self._agenda = agenda
        self._held_back: list[_Outgoing] = []
        self._http: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._http = aiohttp.ClientSession(
            # A kept-alive connection may have died with the bot that is being restarted, and a POST on it
            # would be lost for a reason that is no part of Hoiio's.
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    def post(
        self,
        fields: dict[str, str],
        url: str,
        access_token: str,
        *,
        by_query: bool,
        faults: NotificationFaults,
    ) -> None:
        """Send one of Hoiio's own, as far as the faults let it."""
        if faults.drops(fields):
            self.dropped.append(fields)
            self._observe(SentNotification(fields, url, None, self._clock.now(), lost=True))
            return
        outgoing = _Outgoing(fields, url, by_query, copies=2 if faults.duplicates() else 1)
        self._held_back.append(outgoing)
        if len(self._held_back) >= faults.reorder:
            faults.reorder = 0
            held_back, self._held_back = self._held_back, []
            self._dispatch(held_back[::-1], access_token, faults.delay)

    async def notify(
        self,
        fields: Mapping[str, str],
        url: str,
        access_token: str,
        *,
        signed: str | Literal["right"] | None = "right",
        by_query: bool = False,
    ) -> int:
        """POST it now, signed so; gives the HTTP status, raises aiohttp.ClientError if nobody answers."""
        if self._http is None:
            raise RuntimeError("The stand-in for Hoiio is not started: nothing was sent.")
        body = b"" if by_query else urlencode(fields).encode()
        target = URL(url).update_query(dict(fields)) if by_query else URL(url)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if signed is not None:
            headers[SIGNATURE_HEADER] = signature(access_token, body) if signed == "right" else signed
        at, started = self._clock.now(), asyncio.get_running_loop().time()
        status: int | None = None
        try:
            async with self._http.post(target, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                status = answer.status
        finally:
            verdict = _verdict(headers.get(SIGNATURE_HEADER), signature(access_token, body))
            seconds = asyncio.get_running_loop().time() - started
            sent = SentNotification(dict(fields), url, status, at, signature=verdict, seconds=seconds)
            self.sent.append(sent)
            self._observe(sent)
        return status

    def _observe(self, sent: SentNotification) -> None:
        if self.on_sent is not None:
            self.on_sent(sent)

    def _dispatch(self, batch: list[_Outgoing], access_token: str, delay: float) -> None:
        def begin() -> None:
            self._agenda.spawn(self._send_all(batch, access_token))

        self._agenda.after(delay, begin)

    async def _send_all(self, batch: list[_Outgoing], access_token: str) -> None:
        for outgoing in batch:
            for _ in range(outgoing.copies):
                # Not taken is recorded, and that is all: Hoiio does not send it again.
                with contextlib.suppress(aiohttp.ClientError):
                    await self.notify(outgoing.fields, outgoing.url, access_token, by_query=outgoing.by_query)


def _verdict(signed: str | None, right: str) -> Literal["right", "wrong", "none"]:
    if signed is None:
        return "none"
    return "right" if signed == right else "wrong"
