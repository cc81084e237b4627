"""Years of use, on file at once: past conferences by the hundred thousand, through the real schema."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from conference.calls import CallState, Charge, Participant
from conference.invitation import Invitation, Person
from conference.model import Conference, ConferenceState
from conference.ports import Notification
from storage import Storage
from storage.notifications import mark_taken, write_notification
from storage.rows import write_conference
from tests.bench.people import PEOPLE_PER_CONFERENCE, number, user_id
from tests.bench.surroundings import TEAM

DAYS = 80
"""Over how many days they are spread: fewer than after which numbers are forgotten."""
CACHE_KIB = 1024 * 1024
_MODEL = "0" * 16
"""The id of the conference that all others are made like."""
_TABLES = ("conferences", "participants", "posts", "notifications", "appearances")


async def add_past(path: Path, conferences: int, *, people: int, channels: list[str]) -> None:
    """Put so many conferences of eight into a database, all over, of people chosen in turn from the first so many."""
    begun = datetime.now(UTC).replace(microsecond=0) - timedelta(days=DAYS + 1)
    await _store_model(path, begun, channels[0])
    with closing(sqlite3.connect(path)) as connection, connection:
        # Nobody minds if the machine stops in between.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("CREATE TEMP TABLE channel (place INTEGER PRIMARY KEY, id TEXT)")
        connection.executemany("INSERT INTO channel VALUES (?, ?)", enumerate(channels))
        given = {
            "first": 1,
            "last": conferences - 1,
            "people": people,
            "begun": int(begun.timestamp()),
            "every": DAYS * 86_400 / conferences,
            "channels": len(channels),
            "model": _MODEL,
        }
        for table in _TABLES:
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(_value(table, name) for name in names)
            connection.execute(
                f"WITH RECURSIVE past (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM past WHERE n < :last) "  # noqa: S608
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM past CROSS JOIN {table} AS model "
                "JOIN channel ON place = n % :channels WHERE model.conference_id = :model",
                given,
            )


_AT = "strftime('%Y-%m-%dT%H:%M:%S+00:00', :begun + n * :every, 'unixepoch')"
_PERSON = f"((n * {PEOPLE_PER_CONFERENCE} + %s) %% :people)"


def _value(table: str, name: str) -> str:
    """What stands in that column of a conference that is made like the model, in SQL."""
    position = _PERSON % ("position" if table == "participants" else "0")
    match name:
        case "conference_id":
            return "printf('%016x', n)"
        case "channel_id":
            return "channel.id"
        case "created_at" | "dialed_at" | "ended_at" | "begun_at" | "received_at":
            return _AT
        case "caller_id":
            return f"printf('U0P%07d', {position})"
        case "people":
            return f"printf('[\"U0P%07d\"]', {position})"
        case "number" if table == "participants":
            return f"printf('+6591%06d', {position})"
        case "user_id":
            return f"printf('U0P%07d', {_PERSON % 'CAST(substr(model.user_id, 4) AS INTEGER)'})"
        case "txn_ref":
            return "model.txn_ref || '-' || n"
        case "ts":
            return "printf('%d.%06d', :begun + n * :every, n)"
        case _:
            return f"model.{name}"


async def _store_model(path: Path, at: datetime, channel: str) -> None:
    people = range(PEOPLE_PER_CONFERENCE)
    model = Conference(
        team_id=TEAM,
        conference_id=_MODEL,
        channel_id=channel,
        caller_id=user_id(0),
        invitation=Invitation(tuple(Person(user_id(place)) for place in people[1:])),
        room="R0000000",
        notify_secret="secret-of-the-past",
        created_at=at,
        state=ConferenceState.ENDED,
        told=ConferenceState.ENDED,
        dialed_at=at,
        ended_at=at,
        participants=tuple(
            Participant(
                number(place),
                (user_id(place),),
                CallState.ANSWERED,
                txn_ref=f"AA-P-{place}",
                minutes=3,
                charge=Charge("SGD", Decimal("0.105")),
                ended_at=at,
                told=CallState.ANSWERED,
                dialed_at=at,
            )
            for place in people
        ),
    )
    storage = await Storage.open(path)

    def work() -> None:
        with storage._transaction():
            write_conference(storage._db, None, model)
            for call in model.participants:
                fields = {"txn_ref": str(call.txn_ref), "dest": call.number, "call_status_dest": "answered"}
                write_notification(storage._db, model.key, Notification(fields, at), has_forgotten=False)
            mark_taken(storage._db, model.key)
            for name in ("board", "reply 1", "reply 2"):
                storage._insert(model.key, name, "", at)
            storage._db.execute("UPDATE posts SET ts = '1.000001', drawn_version = 1")
            storage._db.execute("UPDATE conferences SET shown_version = version")

    await storage._run(work)
    await storage.close()
