"""What one input is. `ZZname3ZZ` in it stands for what is known only when it is sent, such as a conference's id."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

FORM: Final = (b"Content-Type", b"application/x-www-form-urlencoded")
JSON: Final = (b"Content-Type", b"application/json")

OK: Final = frozenset({200})
NOT_KNOWN: Final = frozenset({200, 400, 404})
"""For what Slack would never send, though it is signed."""
TURNED_AWAY: Final = frozenset({400, 401, 403, 404, 405, 411, 413, 414, 415, 417, 431})
"""For what neither Slack nor Hoiio sent."""


class Kind(StrEnum):
    """What an input is, as the table at the end counts it."""

    COMMAND = "command"
    NUMBER = "command number"
    TEAM = "command team"
    FORM = "form"
    CLICK = "click"
    EVENT = "event"
    NOTIFICATION = "notification"
    STRANGER = "stranger's request"
    CSV = "CSV file"


class Signed(StrEnum):
    """Who signs a request when it is sent."""

    NOBODY = "nobody"
    SLACK = "Slack"
    HOIIO = "Hoiio"


@dataclass(frozen=True)
class Request:
    """An HTTP request. `right` are the statuses that may answer it; `target` is bytes, for a path need not be text."""

    kind: Kind
    body: bytes
    target: bytes = b"/slack/events"
    method: bytes = b"POST"
    headers: tuple[tuple[bytes, bytes], ...] = (FORM,)
    signed: Signed = Signed.SLACK
    right: frozenset[int] = OK


@dataclass(frozen=True)
class CsvFile:
    """A file for the import of numbers, read with this region."""

    content: bytes
    region: str | None
    kind: Kind = field(default=Kind.CSV, init=False)


Input = Request | CsvFile
