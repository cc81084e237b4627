"""The database, as a file on a disk."""

import sqlite3
import stat
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from conference.calls import CallState, Participant
from conference.dialing import under_way
from conference.model import Conference, ConferenceKey, ConferenceState
from conference.people import NumberOnFile, Source
from conference.ports import Notification, Reading
from storage import Storage
from storage.migrations import MIGRATIONS
from tests.unit.conftest import empty_storage, rows
from tests.unit.generated import BEGUN_AT, charge, conference_of, conferences, invitations

ALICE = Participant("+6591230001", ("U1",), CallState.RINGING, "AA-1")
GUEST = Participant("+6591234567")
CONFERENCE = conference_of(ALICE, GUEST)
KEY = CONFERENCE.key


async def keep(
    storage: Storage, conference: Conference, fields: Mapping[str, str], received_at: datetime = BEGUN_AT
) -> None:
    """A notification comes to the conference's own address."""
    notification = Notification(fields, received_at)
    assert await storage.keep(conference.conference_id, conference.notify_secret, notification) == conference.key


async def test_the_files_that_it_makes_are_readable_by_their_owner_alone(database: Path) -> None:
    storage = await Storage.open(database)
    await storage.add(CONFERENCE)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()}
    await storage.close()
    assert modes == dict.fromkeys(["rollcall.db", "rollcall.db-wal", "rollcall.db-shm"], 0o600)


async def test_commits_are_durable(storage: Storage) -> None:
    def pragma(name: str) -> object:
        return storage._db.execute(f"PRAGMA {name}").fetchone()[0]

    assert await storage._run(lambda: (pragma("journal_mode"), pragma("synchronous"))) == ("wal", 2)


async def test_the_file_is_opened_again_as_it_was_left(database: Path) -> None:
    first = await Storage.open(database)
    await first.add(CONFERENCE)
    await first.close()
    shape = rows(database, "SELECT type, name, sql FROM sqlite_master ORDER BY name")
    second = await Storage.open(database)
    assert await second.conference(KEY) == CONFERENCE
    await second.check()
    await second.close()
    assert rows(database, "SELECT type, name, sql FROM sqlite_master ORDER BY name") == shape


async def test_what_people_typed_before_numbers_were_proved_is_believed(database: Path) -> None:
    database.parent.mkdir()
    db = Database(sqlite3.connect(database))
    MIGRATIONS.apply(db, stop_before="m004_proofs")
    assert [migration.name for migration in MIGRATIONS.applied(db)] == [
        "m001_numbers",
        "m002_conferences",
        "m003_posts",
    ]
    set_at = BEGUN_AT.isoformat()
    old = [("T1", "U1", "+6591230001", "self", set_at), ("T1", "U2", "+6591230002", "import", set_at)]
    with db.conn:
        db.conn.executemany("INSERT INTO numbers VALUES (?, ?, ?, ?, ?)", old)
    db.close()
    for _ in range(2):
        storage = await Storage.open(database)
        try:
            assert (await storage.person("T1", "U1")).number == NumberOnFile("+6591230001", Source.BELIEVED, BEGUN_AT)
            assert (await storage.person("T1", "U2")).number == NumberOnFile("+6591230002", Source.IMPORT, BEGUN_AT)
            assert await storage.without_number("T1", ["U1", "U2"], believed=False) == ["U1"]
        finally:
            await storage.close()


async def test_calls_that_were_rung_before_each_had_times_of_its_own_are_read_as_what_they_are(database: Path) -> None:
    database.parent.mkdir()
    db = Database(sqlite3.connect(database))
    MIGRATIONS.apply(db, stop_before="m010_running")
    dialed_at = BEGUN_AT + timedelta(seconds=2)
    kept = [
        ("new", "new", None, None, "waiting"),
        ("dialing", "dialing", dialed_at, None, "waiting"),
        ("live", "live", dialed_at, None, "ringing"),
        ("proved", "live", dialed_at, None, "waiting"),
        ("lost", "unconfirmed", dialed_at, "ReadTimeout", "waiting"),
        ("ended", "ended", dialed_at, None, "busy"),
        ("refused", "refused", dialed_at, "error_x", "waiting"),
    ]
    with db.conn:
        for name, state, at, detail, call in kept:
            one = {"team_id": "T1", "conference_id": name}
            texts = dict.fromkeys(["channel_id", "caller_id", "room", "notify_secret"], "x")
            db.table("conferences").insert(
                one
                | texts
                | {"invitation": "<@U1>", "created_at": BEGUN_AT.isoformat(), "state": state, "detail": detail}
                | {"dialed_at": at.isoformat() if at else None, "version": 3, "shown_version": 3}
            )
            for place, txn_ref in enumerate(["AA-1" if call != "waiting" else None, None]):
                person = {"position": place, "number": f"+659123000{place}", "people": "[]", "txn_ref": txn_ref}
                db.table("participants").insert(one | person | {"state": call if place == 0 else "waiting"})
    db.close()
    for _ in range(2):
        storage = await Storage.open(database)
        try:
            read = {name: await storage.conference(ConferenceKey("T1", name)) for name, *_ in kept}
            unfinished = {key.conference_id for key in await storage.unfinished()}
            unshown = await storage.unshown()
        finally:
            await storage.close()
        calls = {name: conference.participants for name, conference in read.items()}
        assert {name: [call.dialed_at for call in of] for name, of in calls.items()} == {
            name: [at, at] for name, _, at, *_ in kept
        }
        # What had left and was not answered is in doubt, and what was about to leave is under way.
        in_doubt = [(name, place) for name, of in calls.items() for place, call in enumerate(of) if call.is_in_doubt]
        assert in_doubt == [("live", 1), ("proved", 0), ("proved", 1), ("lost", 0), ("lost", 1)]
        assert [name for name, of in calls.items() if under_way(read[name])] == ["dialing", "ended", "refused"]
        assert {call.why for of in (calls["lost"],) for call in of} == {"ReadTimeout"}
        assert not any(call.is_muted or call.hang_up or call.asked_by for of in calls.values() for call in of)
        assert unfinished == {"new", "dialing", "live", "proved", "lost"}
        assert (unshown, {one.version for one in read.values()}) == ([], {3})


async def test_who_proves_a_number_is_not_believed_only_from_the_next_start_on(database: Path) -> None:
    proved = NumberOnFile("+6591230001", Source.SELF, BEGUN_AT)
    first = await Storage.open(database)
    await first.proving("T1", "U1", lambda book: book.set_number(proved))
    await first.close()
    second = await Storage.open(database)
    assert (await second.person("T1", "U1")).number == proved
    await second.close()


whole_conferences = st.builds(
    lambda conference, invitation, told, version: replace(
        conference,
        invitation=invitation,
        told=told,
        version=version,
        participants=tuple(replace(call, told=call.state) for call in conference.participants),
    ),
    conferences(),
    invitations,
    st.none() | st.sampled_from(ConferenceState),
    st.integers(1, 9),
)


@given(whole_conferences)
@settings(max_examples=20)
async def test_a_conference_comes_back_as_it_was_kept(whole: Conference) -> None:
    grown = replace(whole, conference_id="grown")
    async with empty_storage() as storage:
        await storage.add(whole)
        assert await storage.conference(KEY) == whole
        assert await storage.find("c0ffee") == whole
        await storage.add(replace(grown, participants=(), left_out=()))
        _, after = await storage.update(grown.key, lambda conference, reading: grown)
        assert await storage.conference(grown.key) == after == replace(grown, version=after.version)


async def test_money_and_moments_keep_every_digit(storage: Storage) -> None:
    await storage.add(conference_of(replace(ALICE, charge=charge("SGD", "0.140"))))
    kept = await storage.conference(KEY)
    assert kept.created_at.isoformat() == "2026-11-20T01:30:00.250000+00:00"
    assert {currency: str(cost) for currency, cost in kept.costs.items()} == {"SGD": "0.140"}


async def test_what_was_never_kept_is_not_found(storage: Storage) -> None:
    await storage.add(CONFERENCE)
    assert await storage.find("c0ffeE") is None
    with pytest.raises(LookupError):
        await storage.conference(ConferenceKey("T2", "c0ffee"))


async def test_a_change_is_stored_with_a_new_version_and_none_without_a_change(storage: Storage) -> None:
    await storage.add(CONFERENCE)
    before, after = await storage.update(KEY, lambda conference, _: replace(conference, detail="x"))
    assert (before, after) == (CONFERENCE, replace(CONFERENCE, detail="x", version=2))
    same, same_again = await storage.update(KEY, lambda conference, _: replace(conference))
    assert same is same_again
    assert await storage.conference(KEY) == after


async def test_a_change_that_raises_leaves_nothing_behind(storage: Storage) -> None:
    await storage.add(CONFERENCE)

    await keep(storage, CONFERENCE, {"dest": "x"})

    def fail(conference: Conference, reading: Reading) -> Conference:
        assert len(reading.notifications(untaken=True)) == 1
        raise RuntimeError("change")

    with pytest.raises(RuntimeError, match="change"):
        await storage.update(KEY, fail, takes_in=True)
    assert await storage.conference(KEY) == CONFERENCE
    assert await storage.untaken() == [KEY]
    await storage.update(KEY, lambda conference, _: replace(conference, detail="still works"))


async def test_a_successor_that_can_not_be_kept_undoes_the_change(storage: Storage) -> None:
    await storage.add(CONFERENCE)
    with pytest.raises(sqlite3.IntegrityError):
        await storage.update(KEY, lambda conference, _: replace(conference, detail="x"), successor=CONFERENCE)
    assert await storage.conference(KEY) == CONFERENCE


async def test_a_successor_is_kept_only_with_a_change(storage: Storage) -> None:
    await storage.add(CONFERENCE)
    successor = replace(CONFERENCE, conference_id="c1")
    await storage.update(KEY, lambda conference, _: conference, successor=successor)
    assert await storage.find("c1") is None
    await storage.update(KEY, lambda conference, _: replace(conference, detail="x"), successor=successor)
    assert await storage.find("c1") == successor


_NUMBERS = [ALICE.number, GUEST.number, *(f"+658123000{place}" for place, _ in enumerate(CallState))]


async def reading_of(storage: Storage, key: ConferenceKey) -> tuple[frozenset[str], list[object]]:
    seen: list[tuple[frozenset[str], list[object]]] = []

    def look(conference: Conference, reading: Reading) -> Conference:
        seen.append((reading.open_numbers(_NUMBERS), [one.fields for one in reading.notifications()]))
        return conference

    await storage.update(key, look)
    return seen[0]


@pytest.mark.parametrize("state", ConferenceState)
async def test_numbers_are_open_while_a_conference_may_be_ringing_them(
    storage: Storage, state: ConferenceState
) -> None:
    calls = [Participant(f"+658123000{place}", (), each) for place, each in enumerate(CallState)]
    await storage.add(replace(conference_of(*calls, state=state), conference_id="other"))
    await storage.add(CONFERENCE)
    # Phones that all wait for a line are not rung yet, so that somebody else may ring them first.
    rings_none = {ConferenceState.QUEUED, ConferenceState.ENDED, ConferenceState.REFUSED, ConferenceState.ABANDONED}
    expected = frozenset[str]() if state in rings_none else {call.number for call in calls if call.state.is_open}
    assert (await reading_of(storage, KEY))[0] == expected


async def test_open_numbers_are_those_of_other_conferences_of_the_same_workspace(storage: Storage) -> None:
    await storage.add(CONFERENCE)
    await storage.add(replace(CONFERENCE, team_id="T2", conference_id="elsewhere"))
    assert (await reading_of(storage, KEY))[0] == frozenset()


async def test_a_notification_is_kept_once_however_often_it_comes(storage: Storage) -> None:
    await storage.add(CONFERENCE)
    first, second = {"dest": "+6591230001", "n": "1"}, {"dest": "+6591230001", "n": "2"}
    for seconds, fields in enumerate([first, second, first, dict(reversed(first.items()))]):
        await keep(storage, CONFERENCE, fields, BEGUN_AT + timedelta(seconds=seconds))
    assert (await reading_of(storage, KEY))[1] == [first, second]


async def test_the_board_gets_its_name_from_its_post(storage: Storage) -> None:
    await storage.add(CONFERENCE)
    await storage.begin_post(KEY, "board", "", BEGUN_AT)
    assert (await storage.conference(KEY)).board_ts is None
    await storage.finish_post(KEY, "board", "1.2", drawn_version=1)
    assert (await storage.conference(KEY)) == replace(CONFERENCE, board_ts="1.2")
    await storage.finish_post(KEY, "board", "")
    assert (await storage.conference(KEY)).board_ts is None


async def test_what_the_thread_is_told_is_noted_with_the_post_or_not_at_all(storage: Storage) -> None:
    await storage.add(CONFERENCE)
    told = replace(
        CONFERENCE,
        told=ConferenceState.LIVE,
        participants=tuple(replace(call, told=CallState.BUSY) for call in CONFERENCE.participants),
    )
    await storage.begin_post(KEY, "reply 1", "[]", BEGUN_AT)
    with pytest.raises(sqlite3.IntegrityError):
        await storage.begin_post(KEY, "reply 1", "[]", BEGUN_AT, told=told)
    assert await storage.conference(KEY) == CONFERENCE
    await storage.begin_post(KEY, "reply 2", "[]", BEGUN_AT, told=told)
    assert await storage.conference(KEY) == told


async def test_a_start_finds_what_is_unfinished_and_what_is_not_shown(storage: Storage) -> None:
    for age, state in enumerate(ConferenceState):
        created_at = BEGUN_AT - timedelta(seconds=age)
        await storage.add(replace(CONFERENCE, conference_id=state, state=state, created_at=created_at))
    unfinished = [key.conference_id for key in await storage.unfinished()]
    assert unfinished == ["unconfirmed", "live", "dialing", "queued", "new"]
    assert len(await storage.unshown()) == len(ConferenceState)
    await storage.mark_shown(ConferenceKey("T1", "live"), 1)
    assert ConferenceKey("T1", "live") not in await storage.unshown()
