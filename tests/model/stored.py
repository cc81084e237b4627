"""What is stored, read from the bot's database file past the bot."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

OVER = frozenset({"ended", "refused", "abandoned"})
OPEN = frozenset({"waiting", "ringing", "in_call"})
FINAL = frozenset({"answered", "unanswered", "busy", "failed"})
NEVER_RUNG = frozenset({"refused", "abandoned"})


@dataclass(frozen=True)
class StoredCall:
    """A row of `participants`."""

    number: str
    people: tuple[str, ...]
    state: str
    txn_ref: str | None
    minutes: int | None
    currency: str | None
    debit: Decimal | None
    why: str | None
    dialed_at: str | None
    is_muted: bool
    hang_up: bool

    @property
    def is_in_doubt(self) -> bool:
        return self.state == "waiting" and self.why is not None


@dataclass(frozen=True)
class StoredConference:
    """A row of `conferences` with all that belongs to it."""

    conference_id: str
    caller_id: str
    response_url: str | None
    """That of the command or the click that began it."""
    state: str
    reason: str | None
    hung_up_by: str | None
    calls: tuple[StoredCall, ...]
    left_out: tuple[str, ...]
    """Slack ids and numbers."""

    @property
    def is_running(self) -> bool:
        return self.state not in OVER and not self.is_given_up

    @property
    def is_given_up(self) -> bool:
        """Nobody knows what became of its request, and nobody looks for it any more."""
        return self.state == "unconfirmed" and not any(call.state in OPEN | {"queued"} for call in self.calls)

    @property
    def phones(self) -> tuple[StoredCall, ...]:
        """Each phone once, by its latest call that came to be."""
        latest: dict[str, StoredCall] = {}
        for place, call in enumerate(self.calls):
            phone = call.number or " ".join(call.people) or str(place)
            if phone not in latest or call.state != "not_rung":
                latest[phone] = call
        return tuple(latest.values())


class Stored:
    """The conferences in a database file, oldest first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: sqlite3.Connection | None = None
        self._version = -1
        self._read: tuple[StoredConference, ...] = ()

    def conferences(self) -> tuple[StoredConference, ...]:
        if self._file is None:
            self._file = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
            self._file.row_factory = sqlite3.Row
        (version,) = self._file.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._file.execute("BEGIN")
            self._read = tuple(self._conferences(self._file))
            self._file.execute("COMMIT")
            self._version = version
        return self._read

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    @staticmethod
    def _conferences(file: sqlite3.Connection) -> Iterator[StoredConference]:
        for row in _rows(file, "SELECT * FROM conferences ORDER BY created_at, rowid"):
            here = row["conference_id"]
            calls = _rows(file, "SELECT * FROM participants WHERE conference_id = ? ORDER BY position", here)
            left_out = _rows(file, "SELECT * FROM left_out WHERE conference_id = ? ORDER BY position", here)
            yield StoredConference(
                conference_id=here,
                caller_id=row["caller_id"],
                response_url=row["response_url"],
                state=row["state"],
                reason=row["reason"],
                hung_up_by=row["hung_up_by"],
                calls=tuple(map(_call, calls)),
                left_out=tuple(left["user_id"] or left["number"] or "" for left in left_out),
            )


def _rows(file: sqlite3.Connection, query: str, *values: str) -> list[sqlite3.Row]:
    with closing(file.execute(query, values)) as cursor:
        return cursor.fetchall()


def _call(row: sqlite3.Row) -> StoredCall:
    return StoredCall(
        number=row["number"],
        people=tuple(json.loads(row["people"])),
        state=row["state"],
        txn_ref=row["txn_ref"],
        minutes=row["minutes"],
        currency=row["currency"],
        debit=None if row["debit"] is None else Decimal(row["debit"]),
        why=row["why"],
        dialed_at=row["dialed_at"],
        is_muted=bool(row["is_muted"]),
        hang_up=bool(row["hang_up"]),
    )
