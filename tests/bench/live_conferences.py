"""Conferences whose phones ring: in the database, at Hoiio, and on boards in Slack, without having been typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from conference.calls import CallState, Participant
from conference.invitation import Invitation, Person
from conference.model import Conference, ConferenceState
from sandbox.hoiio import SIGNATURE_HEADER, gmt8, signature
from storage import Storage
from storage.rows import write_conference
from tests.bench.load import request
from tests.bench.people import PEOPLE_PER_CONFERENCE, number, user_id
from tests.bench.surroundings import FORM, TEAM, StandInsProcess
from tests.harness.world import ACCESS_TOKEN


@dataclass(frozen=True)
class Live:
    """A conference as notifications know it."""

    conference_id: str
    secret: str
    calls: tuple[tuple[str, str], ...]
    """The number and the txn_ref of each."""


async def made_live(
    path: Path, around: StandInsProcess, channels: Sequence[str], count: int, *, first_person: int = 0
) -> list[Live]:
    """Put so many into a database, each of eight people and with its board in one of the channels."""
    made = list[Live]()
    conferences = list[Conference]()
    now = datetime.now(UTC)
    asked = []
    for place in range(count):
        people = range(first_person + place * PEOPLE_PER_CONFERENCE, first_person + (place + 1) * PEOPLE_PER_CONFERENCE)
        asked.append(
            (f"f{first_person + place:015x}", channels[place % len(channels)], [number(person) for person in people])
        )
    placed: list[tuple[str, list[str]]] = await around.ask("place", asked)
    for place, ((conference_id, channel, numbers), (ts, txn_refs)) in enumerate(zip(asked, placed, strict=True)):
        first = first_person + place * PEOPLE_PER_CONFERENCE
        conferences.append(
            Conference(
                team_id=TEAM,
                conference_id=conference_id,
                channel_id=channel,
                caller_id=user_id(first),
                invitation=Invitation(tuple(Person(user_id(first + one)) for one in range(1, PEOPLE_PER_CONFERENCE))),
                room=f"R{place:07}",
                notify_secret=f"secret-of-{conference_id}",
                created_at=now,
                state=ConferenceState.LIVE,
                dialed_at=now,
                board_ts=ts,
                participants=tuple(
                    Participant(a_number, (user_id(first + one),), CallState.RINGING, txn_ref, dialed_at=now)
                    for one, (a_number, txn_ref) in enumerate(zip(numbers, txn_refs, strict=True))
                ),
            )
        )
        made.append(Live(conference_id, f"secret-of-{conference_id}", tuple(zip(numbers, txn_refs, strict=True))))
    await _store(path, conferences)
    return made


async def _store(path: Path, conferences: Sequence[Conference]) -> None:
    storage = await Storage.open(path)

    def work() -> None:
        with storage._transaction():
            for conference in conferences:
                write_conference(storage._db, None, conference)
                storage._insert(conference.key, "board", "", conference.created_at)
                storage._db.execute(
                    "UPDATE posts SET ts = ?, drawn_version = 1 WHERE team_id = ? AND conference_id = ?",
                    [conference.board_ts, *conference.key],
                )
                storage._db.execute(
                    "UPDATE conferences SET shown_version = version WHERE team_id = ? AND conference_id = ?",
                    list(conference.key),
                )

    await storage._run(work)
    await storage.close()


def notifications(live: Sequence[Live]) -> list[bytes]:
    """Hoiio's words that all their calls have ended: the first of each conference, then the second, and so on."""
    requests = []
    for call in range(PEOPLE_PER_CONFERENCE):
        for conference in live:
            a_number, txn_ref = conference.calls[call]
            body = urlencode(
                {
                    "dest": a_number,
                    "call_status_dest": "answered",
                    "txn_ref": txn_ref,
                    "tag": conference.conference_id,
                    "date": gmt8(datetime.now(UTC)),
                    "duration": "3",
                    "currency": "SGD",
                    "rate": "0.035",
                    "debit": "0.105",
                }
            ).encode()
            headers = {"Content-Type": FORM, SIGNATURE_HEADER: signature(ACCESS_TOKEN, body)}
            path = f"/hoiio/notifications/{conference.conference_id}/{conference.secret}"
            requests.append(request("POST", path, body, headers))
    return requests
