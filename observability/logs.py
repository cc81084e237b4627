"""The log, on standard error: a line an event, for people to read or, as JSON, for a program.

An event about a conference carries that one's id (`conference.journal.about`).
"""

import asyncio
import json
import logging
import re
import sys
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError

from conference.journal import CONFERENCE

log = logging.getLogger("rollcall")


class LogFormat(StrEnum):
    """What a line of the log looks like."""

    HUMAN = "human"
    JSON = "json"


_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
"""E.164. No line is given one; but what a library or an error says is not ours to word."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What somebody outside, whose words are quoted, could begin a line of their own with."""


def set_up_logging(level: int, log_format: LogFormat = LogFormat.HUMAN) -> None:
    """Log to standard error, also Python's warnings and what nobody has caught."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format is LogFormat.JSON else HumanFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    sys.unraisablehook = _log_unraisable
    # These would say what was sent, and to which address.
    for name in ("httpx", "httpcore", "slack_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("aiohttp.server").addFilter(_is_no_strangers_fault)


class HumanFormatter(logging.Formatter):
    """`2026-11-22 09:30:00,123 INFO conference 0123456789abcdef: live`, in local time; below it a traceback."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        conference = getattr(record, CONFERENCE, None)
        about = f"conference {conference}: " if conference else ""
        record.message = _CONTROL.sub(lambda found: repr(found[0])[1:-1], f"{about}{record.message.rstrip()}")
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return _NUMBER.sub("+…", super().format(record))


class JsonFormatter(logging.Formatter):
    """An object a line: `time` (UTC), `level`, `logger`, `message`, and, if there is one, `conference`, `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage().rstrip(),
        }
        if conference := getattr(record, CONFERENCE, None):
            event[CONFERENCE] = conference
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps({name: _NUMBER.sub("+…", text) for name, text in event.items()}, ensure_ascii=False)


def log_loop_errors(loop: asyncio.AbstractEventLoop) -> None:
    """Have what went wrong in a callback, and nobody has caught, be one event, without the values that it was given."""

    def log_error(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        log.error("not caught: %s", context["message"].partition("(")[0].strip(), exc_info=context.get("exception"))

    loop.set_exception_handler(log_error)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("not caught, so the process ends", exc_info=(kind, error, trace))


def _log_unraisable(failure: "sys.UnraisableHookArgs") -> None:
    trace = (failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback)
    log.error("not caught, where nobody could: %s", getattr(failure.object, "__qualname__", "?"), exc_info=trace)


def _is_no_strangers_fault(record: logging.LogRecord) -> bool:
    """What is no HTTP is answered with 400. Logged, it would quote addresses, and with them secrets and numbers.

    Whoever hangs up in the middle of a request is answered nothing, and nothing of it is taken in.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, ConnectionResetError))
