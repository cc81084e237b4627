"""What the database keeps of people: numbers, wishes, the log of admins, whom they had asked."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conference.people import (
    OPERATOR,
    AdminAct,
    LoggedAct,
    NumberOnFile,
    NumberRequest,
    PersonOnFile,
    Source,
)
from conference.preferences import Preferences, QuietHours
from conference.registration import Proof
from storage import Storage
from tests.unit.conftest import empty_storage, rows, statements
from tests.unit.generated import BEGUN_AT, conference_of

TEAM, ALICE, BOB = "T1", "U0ALICE", "U0BOB"
WEEK = timedelta(days=7)


def entry(
    user_id: str, number: str, *, team_id: str = TEAM, source: Source = Source.IMPORT
) -> tuple[str, str, NumberOnFile, LoggedAct]:
    act = LoggedAct(BEGUN_AT, team_id, OPERATOR, AdminAct.IMPORTED, user_id)
    return team_id, user_id, NumberOnFile(number, source, BEGUN_AT), act


async def test_numbers_are_kept_replaced_and_removed(storage: Storage) -> None:
    await storage.vouch_for_all([entry(ALICE, "+6591230001"), entry(ALICE, "+6591230002", team_id="T2")])
    later = NumberOnFile("+6591230003", Source.SELF, BEGUN_AT + timedelta(1))
    await storage.proving(TEAM, ALICE, lambda book: book.set_number(later))
    assert await storage.person(TEAM, ALICE) == PersonOnFile(later)
    assert await storage.person("T2", ALICE) == PersonOnFile(NumberOnFile("+6591230002", Source.IMPORT, BEGUN_AT))
    assert await storage.forget(TEAM, ALICE) is True
    assert await storage.forget(TEAM, ALICE) is False
    assert await storage.person(TEAM, ALICE) == PersonOnFile()


async def test_numbers_are_set_and_logged_all_or_none(storage: Storage) -> None:
    def breaks_off() -> Iterator[tuple[str, str, NumberOnFile, LoggedAct]]:
        yield from (entry(f"U{place}", "+6591230001") for place in range(250))
        raise RuntimeError("file")

    with pytest.raises(RuntimeError, match="file"):
        await storage.vouch_for_all(breaks_off())
    assert await storage.all_numbers() == []
    assert await storage.logged_acts() == []
    await storage.vouch_for_all([entry("U0", "+6591230001")])


async def test_thousands_are_imported_in_one_transaction(storage: Storage, database: Path) -> None:
    many = [entry(f"U{place}", f"+65912{place:05}") for place in range(2_000)]
    proof = Proof("+6591230009", "salt", "digest", BEGUN_AT)
    for user_id in ("U0", "U1999"):
        await storage.proving(TEAM, user_id, lambda book: book.keep(proof))
    async with statements(storage) as heard:
        await storage.vouch_for_all(many)
    assert heard.count("COMMIT") == 1
    assert len(await storage.all_numbers()) == len(await storage.logged_acts()) == len(many)
    assert await storage.person(TEAM, "U1999") == PersonOnFile(NumberOnFile("+6591201999", Source.IMPORT, BEGUN_AT))
    assert rows(database, "SELECT * FROM proofs") == []


async def test_of_thousands_none_is_imported_if_one_can_not_be(storage: Storage, database: Path) -> None:
    await storage.vouch_for_all([entry("U0", "+6591230001", source=Source.ADMIN)])
    before = await storage.person(TEAM, "U0")
    proof = Proof("+6591230009", "salt", "digest", BEGUN_AT)
    await storage.proving(TEAM, "U0", lambda book: book.keep(proof))
    many = [entry(f"U{place}", f"+65912{place:05}") for place in range(2_000)]
    other = sqlite3.connect(database)
    other.execute(
        "CREATE TRIGGER last_is_refused BEFORE INSERT ON admin_log WHEN NEW.whom = 'U1999' "
        "BEGIN SELECT RAISE(ABORT, 'the last one'); END"
    )
    other.close()
    with pytest.raises(sqlite3.IntegrityError, match="the last one"):
        await storage.vouch_for_all(many)
    assert await storage.person(TEAM, "U0") == replace(before, unproved=proof.number)
    assert len(await storage.all_numbers()) == len(await storage.logged_acts()) == 1


async def test_who_vouches_drops_what_waits_for_its_code(storage: Storage) -> None:
    proof = Proof("+6591230009", "salt", "digest", BEGUN_AT, tries=3)
    await storage.proving(TEAM, ALICE, lambda book: book.keep(proof))
    assert await storage.proving(TEAM, ALICE, lambda book: book.pending()) == proof
    await storage.vouch_for_all([entry(ALICE, "+6591230001")])
    assert (await storage.person(TEAM, ALICE)).unproved is None


async def test_proving_is_all_or_nothing(storage: Storage) -> None:
    def work(book: object) -> None:
        book.set_number(NumberOnFile("+6591230001", Source.SELF, BEGUN_AT))  # type: ignore[attr-defined]
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await storage.proving(TEAM, ALICE, work)
    assert await storage.person(TEAM, ALICE) == PersonOnFile()


async def test_all_numbers_and_those_who_have_none(storage: Storage) -> None:
    await storage.vouch_for_all(
        [entry(BOB, "+6591230002"), entry(ALICE, "+6591230001"), entry("U0CAROL", "+6591230003", team_id="T0")]
    )
    assert await storage.all_numbers() == [
        ("T0", "U0CAROL", "+6591230003"),
        (TEAM, ALICE, "+6591230001"),
        (TEAM, BOB, "+6591230002"),
    ]
    everybody = ["U0DAVE", BOB, "U0CAROL", ALICE]
    for believed in (True, False):
        assert await storage.without_number(TEAM, everybody, believed=believed) == ["U0DAVE", "U0CAROL"]


@pytest.mark.parametrize("source", Source)
async def test_a_number_that_was_believed_counts_only_where_no_proof_is_wanted(
    storage: Storage, source: Source
) -> None:
    await storage.vouch_for_all([entry(ALICE, "+6591230001", source=source), entry(BOB, "+6591230002")])
    is_good = source is not Source.BELIEVED
    assert await storage.without_number(TEAM, [ALICE, BOB], believed=True) == []
    assert await storage.without_number(TEAM, [ALICE, BOB], believed=False) == ([] if is_good else [ALICE])
    assert (await storage.person(TEAM, ALICE)).number == NumberOnFile("+6591230001", source, BEGUN_AT)


times = st.times().map(lambda time: time.replace(second=0, microsecond=0))
quiet_hours = st.builds(QuietHours, times, times, st.sampled_from(["Etc/UTC", "Asia/Singapore", "Asia/Kolkata"]))


@given(st.lists(st.builds(Preferences, st.booleans(), st.none() | quiet_hours), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
async def test_what_people_said_of_being_rung_comes_back_as_they_last_said_it(said: list[Preferences]) -> None:
    async with empty_storage() as storage:
        for preferences in said:
            await storage.set_preferences(TEAM, ALICE, preferences)
            assert await storage.person(TEAM, ALICE) == PersonOnFile(preferences=preferences)
        assert await storage.person("T2", ALICE) == PersonOnFile()


# The log of admins


ACTS = [
    LoggedAct(BEGUN_AT + timedelta(seconds=place), TEAM, "U0ADMIN", act, ALICE)
    for place, act in enumerate(reversed(AdminAct))
]


async def test_the_log_of_admins_comes_back_in_the_order_in_which_it_was_written(storage: Storage) -> None:
    await storage.log_acts(ACTS[:3])
    await storage.log_acts(ACTS[3:])
    assert await storage.logged_acts() == ACTS


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE admin_log SET who = 'U0NOBODY'",
        "UPDATE admin_log SET at = at",
        "DELETE FROM admin_log",
        "DELETE FROM admin_log WHERE id = 1",
    ],
)
async def test_the_log_of_admins_can_only_be_added_to(storage: Storage, database: Path, change: str) -> None:
    await storage.log_acts(ACTS)
    other = sqlite3.connect(database)
    try:
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            other.execute(change)
    finally:
        other.close()
    assert await storage.logged_acts() == ACTS


# Whom admins had asked


async def request(storage: Storage, *user_ids: str, after: timedelta = timedelta(0), team_id: str = TEAM) -> list[str]:
    now = BEGUN_AT + after
    return await storage.request_numbers(
        team_id, user_ids, admin_id="U0ADMIN", channel_id="C1", now=now, unless=now - WEEK
    )


async def test_people_are_asked_once_a_week_and_each_time_is_logged(storage: Storage) -> None:
    assert await request(storage, BOB, ALICE) == [BOB, ALICE]
    assert await request(storage, ALICE, "U0CAROL", after=WEEK) == ["U0CAROL"]
    assert await request(storage, ALICE, after=WEEK + timedelta(seconds=1)) == [ALICE]
    logged = [(act.who, act.act, act.whom) for act in await storage.logged_acts()]
    assert logged == [("U0ADMIN", AdminAct.ASKED, user_id) for user_id in (BOB, ALICE, "U0CAROL", ALICE)]


async def test_in_another_workspace_nobody_was_asked(storage: Storage) -> None:
    await request(storage, ALICE)
    assert await request(storage, ALICE, team_id="T2") == [ALICE]


async def test_somebody_who_was_asked_because_a_conference_missed_them_is_not_asked_again(storage: Storage) -> None:
    conference = conference_of()
    await storage.add(conference)
    await storage.begin_post(conference.key, f"ask {ALICE}", "", BEGUN_AT)
    assert await request(storage, ALICE, BOB, after=WEEK) == [BOB]
    assert await request(storage, ALICE, after=WEEK + timedelta(seconds=1)) == [ALICE]


async def test_each_request_is_owed_until_it_is_sent(storage: Storage, database: Path) -> None:
    await request(storage, BOB, ALICE)
    first, second = await storage.unsent_number_requests()
    assert first == NumberRequest(TEAM, BOB, "U0ADMIN", "C1", BEGUN_AT)
    await storage.number_request_sent(first, BEGUN_AT + timedelta(seconds=1))
    assert await storage.unsent_number_requests() == [second]
    await storage.number_request_sent(second, BEGUN_AT + timedelta(seconds=2))
    assert await storage.unsent_number_requests() == []
    assert len(rows(database, "SELECT * FROM number_requests")) == 2
