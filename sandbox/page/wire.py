"""The wire: what really went between Slack, the bot and Hoiio, told so that a person can read it."""

import itertools
import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from sandbox.hoiio import ApiRequest, SentNotification
from sandbox.page.masking import masked
from sandbox.slack import ApiCall, JsonObject, SentDelivery

KEPT_ENTRIES = 300
LONGEST_FIELD_CHARS = 4_000

_KINDS = {"slash_commands": "slash command", "interactive": "interaction", "events_api": "event"}


class Wire:
    """The last entries, the newest last. `added` is told of each."""

    def __init__(self, added: Callable[[JsonObject], None]) -> None:
        self.entries: deque[JsonObject] = deque(maxlen=KEPT_ENTRIES)
        self._added = added
        self._ids = itertools.count(1)

    def delivered(self, sent: SentDelivery) -> None:
        """Slack told the bot something."""
        outcome = sent.outcome
        status = "acknowledged" if outcome.acked else str(outcome.error)
        if sent.signed and outcome.status:
            status = f"{outcome.status}, {status}"
        elif not sent.signed:
            status = f"{status} over the socket, where nothing is signed"
        self._add(
            ("Slack", "bot"),
            _delivery_name(sent),
            sent.payload,
            sent.at,
            answer=outcome.body,
            status=status,
            ok=outcome.acked,
            signature="right" if sent.signed else None,
            seconds=outcome.took_seconds,
        )

    def called(self, call: ApiCall) -> None:
        """The bot called Slack's Web API, or answered at a response_url."""
        status = _http_status(call.status) if call.status else "no answer"
        if call.error:
            status = f"{status}: {call.error}"
        self._add(
            ("bot", "Slack"),
            call.method,
            call.arguments,
            call.at,
            answer=call.answer,
            status=status,
            ok=call.error is None,
            seconds=call.seconds,
        )

    def carried(self, traffic: ApiRequest | SentNotification) -> None:
        """The bot asked Hoiio, or Hoiio told the bot of a call."""
        if isinstance(traffic, SentNotification):
            self._notified(traffic)
            return
        status = "no answer" if traffic.http_status is None else _http_status(traffic.http_status)
        if traffic.status:
            status = f"{status}: {traffic.status}"
        elif traffic.taken:
            status = f"{status}, though it was carried out"
        self._add(
            ("bot", "Hoiio"),
            traffic.path,
            traffic.parameters,
            traffic.at,
            answer=traffic.answer,
            status=status,
            ok=traffic.status == "success_ok",
            seconds=traffic.seconds,
        )

    def _notified(self, sent: SentNotification) -> None:
        status = "nobody answered" if sent.http_status is None else _http_status(sent.http_status)
        if sent.lost:
            status = "lost on the way"
        self._add(
            ("Hoiio", "bot"),
            "notification",
            {"notify_url": sent.url, **sent.fields},
            sent.at,
            status=status,
            ok=sent.http_status == HTTPStatus.OK,
            signature=None if sent.lost else sent.signature,
            seconds=None if sent.lost else sent.seconds,
        )

    def _add(
        self,
        way: tuple[str, str],
        method: str,
        fields: Mapping[str, Any],
        at: datetime,
        *,
        status: str,
        ok: bool,
        answer: Mapping[str, Any] | None = None,
        signature: str | None = None,
        seconds: float | None = None,
    ) -> None:
        entry: JsonObject = {
            "id": next(self._ids),
            "at": at.timestamp(),
            "from": way[0],
            "to": way[1],
            "method": method,
            "fields": _shown(fields),
            "answer": _shown(answer or {}),
            "status": status,
            "ok": ok,
            "signature": signature,
            "milliseconds": None if seconds is None else round(seconds * 1000, 1),
        }
        self.entries.append(entry)
        self._added(entry)


def _delivery_name(sent: SentDelivery) -> str:
    kind, payload = _KINDS[sent.kind], sent.payload
    match sent.kind:
        case "slash_commands":
            return f"{kind} {payload['command']}"
        case "interactive":
            return f"{kind} {payload['type']}"
        case _:
            return f"{kind} {payload['event']['type']}"


def _http_status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _shown(fields: Mapping[str, Any]) -> list[list[str]]:
    """Names and values, what is secret masked, what is nested as JSON."""
    shown = []
    for name, value in masked(dict(fields)).items():
        written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        if len(written) > LONGEST_FIELD_CHARS:
            written = written[:LONGEST_FIELD_CHARS] + " …"
        shown.append([name, written])
    return shown
