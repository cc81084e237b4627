"""Hoiio's voice, conference, SMS and account calls over HTTP. Facts from Hoiio's Open API documentation.

Hoiio speaks of times in GMT+8, without saying so; everything here is turned to and from aware UTC.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import httpx

from conference.calls import CallState, Charge, Report
from conference.carrier import (
    AnswerLost,
    Balance,
    LinesTaken,
    Moderation,
    NoSuchCall,
    NotEnoughCredit,
    NotSent,
    Placed,
    Refused,
)

HOIIO_TIME = timezone(timedelta(hours=8))
DATE_FORMAT = "%Y-%m-%d %H:%M:%S"
CONNECT_TIMEOUT_SECONDS = 5.0
ANSWER_TIMEOUT_SECONDS = 20.0
"""Long, because giving up on an answer costs people the certainty of what was rung."""
MAX_CONNECTIONS = 20
FREE_CONNECTION_WITHIN_SECONDS = 20.0
"""How long a request waits for one: phones that ring much later than was asked ring people who no longer expect it."""
HISTORY_ENTRIES_PER_PAGE = 100
"""Hoiio voice/get_history: 100 entries a page."""
SUCCESS = "success_ok"
UNREADABLE = "unreadable_answer"
"""Stands for Hoiio's code where its answer makes no sense."""

_REFUSALS = {
    "error_invalid_txn_ref": NoSuchCall,
    "error_insufficient_credit": NotEnoughCredit,
    "error_concurrent_call_limit_reached": LinesTaken,
}
"""Codes that the core treats apart. The others are plain refusals."""
UNSURE_CODES = frozenset({"error_internal_server_error"})
"""Codes that do not say that nothing was done."""

_STATES = {
    "answered": CallState.ANSWERED,
    "unanswered": CallState.UNANSWERED,
    "busy": CallState.BUSY,
    "failed": CallState.FAILED,
    "ongoing": CallState.IN_CALL,
}
_ROOM = re.compile(r"[A-Za-z0-9._]{1,32}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MONEY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
"""What Decimal would take besides, such as `1e9999999`, is no price of a phone call."""

_BALANCE = re.compile(rf"-?{_MONEY.pattern}")

_ENDED_FIELDS = ("duration", "debit")
"""Hoiio voice/query_status: absent until the call ends. The other fields may stand in any answer."""


@dataclass(frozen=True)
class Credentials:
    """What every request carries. Its repr shows nothing."""

    app_id: str
    access_token: str

    def __repr__(self) -> str:
        return "Credentials(…)"


class Hoiio:
    """A `Carrier`. One pooled client; `aclose()` it. `tls`: the certificates that are believed."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        api_url: str,
        tls: ssl.SSLContext,
        caller_id: str | None = None,
    ) -> None:
        self._credentials = credentials
        self._caller_id = caller_id
        self._client = httpx.AsyncClient(
            base_url=api_url.rstrip("/") + "/",
            verify=tls,
            timeout=httpx.Timeout(ANSWER_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
            # With fewer kept open than there may be, httpx closes each one after its answer while more are open.
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
        )
        # One by one: httpx goes through all that wait for a connection whenever one of them gets it.
        self._connections = asyncio.Semaphore(MAX_CONNECTIONS)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def call(self, dests: Sequence[str], *, room: str, tag: str, notify_url: str) -> Placed:
        """Hoiio conference/call. An answer of success that cannot be read is an answer lost."""
        parameters = {"dest": ",".join(dests), "room": room, "tag": tag, "notify_url": notify_url}
        if self._caller_id:
            parameters["caller_id"] = self._caller_id
        answer = await self._post("conference/call", parameters)
        refs = answer.get("txn_refs")
        # Older answers gave them as one comma-separated text.
        refs = refs.split(",") if isinstance(refs, str) else refs
        if not isinstance(refs, list) or not all(isinstance(ref, str) for ref in refs):
            raise AnswerLost(UNREADABLE)
        named = tuple(filter(None, map(str.strip, refs)))
        if not len(named) == len(set(named)) == len(dests):
            raise AnswerLost(UNREADABLE)
        answered_room = str(answer.get("room") or "")
        return Placed(answered_room if _ROOM.fullmatch(answered_room) else room, named)

    async def hang_up(self, txn_ref: str) -> None:
        """Hoiio voice/hangup."""
        await self._post("voice/hangup", {"txn_ref": txn_ref})

    async def moderate(self, txn_ref: str, action: Moderation) -> None:
        """Hoiio conference/moderate."""
        await self._post("conference/moderate", {"txn_ref": txn_ref, "action": action})

    async def text(self, number: str, message: str) -> None:
        """Hoiio sms/send."""
        await self._post("sms/send", {"dest": number, "msg": message})

    async def status(self, txn_ref: str) -> Report:
        """Hoiio voice/query_status."""
        report = _read_entry(await self._post("voice/query_status", {"txn_ref": txn_ref}))
        if report is None:
            raise AnswerLost(UNREADABLE)
        return replace(report, txn_ref=txn_ref)

    async def balance(self) -> Balance:
        """Hoiio user/get_balance. An answer of success that cannot be read is an answer lost."""
        answer = await self._post("user/get_balance", {})
        currency = str(answer.get("currency") or "").strip()
        amount = str(answer.get("balance", "")).strip()
        if not (_CURRENCY.fullmatch(currency) and _BALANCE.fullmatch(amount)):
            raise AnswerLost(UNREADABLE)
        # Adding nothing leaves no `-0.00` to be shown to people.
        return Balance(currency, Decimal(amount) + 0)

    async def history(self, since: datetime, until: datetime) -> AsyncGenerator[list[Report]]:
        """Hoiio voice/get_history, its pages one after another."""
        page, pages = 1, 1
        while page <= pages:
            answer = await self._post(
                "voice/get_history",
                {
                    "from": since.astimezone(HOIIO_TIME).strftime(DATE_FORMAT),
                    "to": until.astimezone(HOIIO_TIME).strftime(DATE_FORMAT),
                    "page": str(page),
                },
            )
            entries = answer.get("entries")
            total = str(answer.get("total_entries_count", ""))
            if not isinstance(entries, list) or not total.isdecimal():
                raise AnswerLost(UNREADABLE)
            if not entries:
                return
            yield [report for entry in entries if isinstance(entry, dict) and (report := _read_entry(entry))]
            pages = -(-int(total) // HISTORY_ENTRIES_PER_PAGE)
            page += 1

    async def _post(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Send one request and sort what came of it. Errors are raised without their cause: it holds the request."""
        form = {
            "app_id": self._credentials.app_id,
            "access_token": self._credentials.access_token,
            **parameters,
        }
        try:
            async with asyncio.timeout(FREE_CONNECTION_WITHIN_SECONDS):
                await self._connections.acquire()
        except TimeoutError:
            raise NotSent(f"{path}: no free connection") from None
        try:
            response = await self._client.post(path, data=form)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"{path}: {type(error).__name__}") from None
        except httpx.RequestError as error:
            raise AnswerLost(type(error).__name__) from None
        finally:
            self._connections.release()
        try:
            answer = response.json(parse_float=Decimal)
            status = answer["status"]
        except (ValueError, KeyError, TypeError, RecursionError):
            status = None
        if status == SUCCESS and response.is_success:
            return dict(answer)
        code = status if isinstance(status, str) else f"http_{response.status_code}"
        if response.is_server_error or code == SUCCESS or code in UNSURE_CODES:
            raise AnswerLost(code)
        if response.is_success and not isinstance(status, str):
            raise AnswerLost(UNREADABLE)
        raise _REFUSALS.get(code, Refused)(code)


def read_notification(fields: Mapping[str, str]) -> Report | None:
    """A notification's fields as a report, or None where they name no call or no known status.

    `answered` with none of the fields of an ended call means that the person is in the call now (Hoiio,
    Notification Parameters: "This is present only if call_state=ended").
    """
    state = _state(fields.get("call_status_dest"))
    return _report(state, fields.get("dest"), fields) if state else None


def _read_entry(entry: Mapping[str, object]) -> Report | None:
    """An answer of voice/query_status, or an entry of voice/get_history: of a conference leg, one side counts.

    A call that is alive and says nothing of its state has not been answered yet.
    """
    for side in ("dest1", "dest2"):
        if entry.get(side):
            return _report(_state(entry.get(f"call_status_{side}")) or CallState.RINGING, entry[side], entry)
    return None


def _state(status: object) -> CallState | None:
    return _STATES.get(str(status or "").strip().lower())


def _report(state: CallState, dest: object, fields: Mapping[str, object]) -> Report | None:
    txn_ref = str(fields.get("txn_ref") or "").strip() or None
    number = str(dest or "").strip() or None
    if number and number.isdecimal():
        # A `+` that was not escaped arrives as a space.
        number = f"+{number}"
    if txn_ref is None and number is None:
        return None
    if state is CallState.ANSWERED and all(fields.get(name) in (None, "") for name in _ENDED_FIELDS):
        state = CallState.IN_CALL
    minutes = _minutes(fields.get("duration"))
    ended_at = _ended_at(fields.get("date"), minutes) if state.is_final else None
    tag = fields.get("tag")
    return Report(state, txn_ref, number, minutes, _charge(fields), ended_at, str(tag) if tag else None)


def _ended_at(date: object, minutes: int | None) -> datetime | None:
    """The transaction's date, which is when the call was placed, and the minutes that were billed."""
    try:
        placed_at = datetime.strptime(str(date), DATE_FORMAT).replace(tzinfo=HOIIO_TIME)
        return (placed_at + timedelta(minutes=minutes or 0)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _minutes(duration: object) -> int | None:
    text = str(duration if duration is not None else "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None


def _charge(fields: Mapping[str, object]) -> Charge | None:
    currency = str(fields.get("currency") or "").strip()
    debit = str(fields.get("debit", "")).strip()
    return Charge(currency, Decimal(debit)) if _CURRENCY.fullmatch(currency) and _MONEY.fullmatch(debit) else None
