"""What runs, what ran and what it came to, as the database tells it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from conference.calls import CallState, Participant
from conference.limits import Billed
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason, Reason
from conference.overview import PAGE, Bill, LinesInUse, Page, named
from storage import Storage
from storage.migrations import MIGRATIONS
from tests.unit.conftest import empty_storage, query_plans, rows, statements
from tests.unit.generated import BEGUN_AT, charge, conference_of, conferences

MINUTE = timedelta(minutes=1)
TALKED = Participant(
    "+6591230001", ("U1",), CallState.ANSWERED, "AA-1", minutes=3, charge=charge("SGD", "0.105"), ended_at=BEGUN_AT
)
RINGING = Participant("+6591230002", ("U2",), CallState.RINGING, "AA-2", dialed_at=BEGUN_AT)


def held(name: str, *calls: Participant, begun_at: datetime = BEGUN_AT, **changes: object) -> Conference:
    return replace(conference_of(*calls), conference_id=name, created_at=begun_at, **changes)  # type: ignore[arg-type]


def ended(name: str, begun_at: datetime = BEGUN_AT, **changes: object) -> Conference:
    return held(name, TALKED, begun_at=begun_at, **{"state": ConferenceState.ENDED, **changes})


def names(found: Sequence[Conference] | Page) -> list[str]:
    return [one.conference_id for one in (found.conferences if isinstance(found, Page) else found)]


# What runs


@pytest.mark.parametrize("state", ConferenceState)
async def test_what_is_not_over_runs_and_the_rest_but_for_what_was_given_up_is_past(
    storage: Storage, state: ConferenceState
) -> None:
    reason = Reason.NOBODY_TO_RING if state is ConferenceState.ABANDONED else None
    await storage.add(one := held("one", RINGING, state=state, reason=reason))
    await storage.add(two := held("two", TALKED, state=state, reason=reason))
    both = [two, one]
    assert list(await storage.running("T1", "U9", "C1")) == [found for found in both if not found.is_over]
    past = [found for found in both if found.is_over and state is not ConferenceState.ABANDONED]
    assert list((await storage.past("T1", "C1", 1)).conferences) == past


async def test_what_runs_in_other_channels_is_shown_to_those_alone_who_are_named_in_it(storage: Storage) -> None:
    await storage.add(held("here", RINGING))
    await storage.add(
        held("called", replace(RINGING, people=("U8", "U9")), begun_at=BEGUN_AT + MINUTE, channel_id="C2")
    )
    await storage.add(held("begun", RINGING, begun_at=BEGUN_AT + 2 * MINUTE, channel_id="C2", caller_id="U9"))
    left = (LeftOut(LeftOutReason.NO_NUMBER, "U9"),)
    await storage.add(held("left", RINGING, begun_at=BEGUN_AT + 3 * MINUTE, channel_id="C2", left_out=left))
    await storage.add(held("strange", RINGING, begun_at=BEGUN_AT + 4 * MINUTE, channel_id="C2"))
    await storage.add(held("elsewhere", RINGING, team_id="T2", caller_id="U9"))
    assert names(await storage.running("T1", "U9", "C1")) == ["begun", "called", "here"]
    assert names(await storage.running("T1", "U9")) == ["begun", "called"]
    assert names(await storage.running("T1", "U10")) == []


async def test_who_comes_to_be_named_while_it_runs_is_found_and_who_is_not_named_any_more_is_not(
    storage: Storage,
) -> None:
    await storage.add(conference := held("one", RINGING))
    assert names(await storage.running("T1", "U9")) == []
    later = replace(RINGING, people=("U9",), number="+6591230009", txn_ref="AA-9")
    await storage.update(conference.key, lambda one, _: replace(one, participants=(*one.participants, later)))
    assert names(await storage.running("T1", "U9")) == ["one"]
    await storage.update(conference.key, lambda one, _: replace(one, participants=(RINGING, replace(later, people=()))))
    assert names(await storage.running("T1", "U9")) == []


async def test_lines_are_those_of_phones_that_were_dialed_in_whatever_workspace(storage: Storage) -> None:
    queued = Participant("+6591230005", ("U5",), CallState.QUEUED, asked_at=BEGUN_AT)
    about_to = Participant("+6591230006", ("U6",))
    await storage.add(held("one", RINGING, TALKED, queued, about_to))
    await storage.add(held("two", replace(RINGING, state=CallState.IN_CALL), team_id="T2"))
    await storage.add(held("three", RINGING, state=ConferenceState.ABANDONED))
    assert await storage.lines_in_use() == LinesInUse(in_use=2, waiting=1)


async def test_who_takes_anothers_place_is_found(storage: Storage) -> None:
    left = (LeftOut(LeftOutReason.NO_NUMBER, "U5"),)
    await storage.add(conference := held("one", RINGING, left_out=left))
    shared = replace(RINGING, people=("U2", "U7"))
    await storage.update(conference.key, lambda one, _: replace(one, participants=(shared,)))
    for user_id in ("U0CALLER", "U2", "U7"):
        assert names(await storage.running("T1", user_id)) == ["one"]
    # Who was left out may not be in its channel.
    assert names(await storage.running("T1", "U5")) == []


# What ran


async def fill(storage: Storage, count: int) -> list[str]:
    """Past conferences in C1, of which each third began at the same moment as the one before; newest first."""
    for place in range(count):
        await storage.add(ended(f"c{place:02}", BEGUN_AT + (place - (place % 3 == 2)) * MINUTE))
        await storage.add(ended(f"d{place:02}", BEGUN_AT + place * MINUTE, channel_id="C2"))
        await storage.add(ended(f"e{place:02}", BEGUN_AT + place * MINUTE, team_id="T2"))
    return [f"c{place:02}" for place in reversed(range(count))]


@pytest.mark.parametrize(("count", "pages"), [(0, 0), (1, 1), (5, 1), (6, 2), (10, 2), (11, 3)])
async def test_pages_are_as_many_as_there_are(storage: Storage, count: int, pages: int) -> None:
    newest_first = await fill(storage, count)
    assert await storage.pages("T1", "C1") == pages
    for number in range(1, pages + 2):
        page = await storage.past("T1", "C1", number)
        assert names(page) == newest_first[(number - 1) * PAGE : number * PAGE]
        assert page.has_newer is (number > 1)
        assert page.has_older is (number < pages)


async def test_leafing_there_and_back_shows_each_once_whatever_ends_in_the_meantime(storage: Storage) -> None:
    newest_first = await fill(storage, 12)
    pages = [page := await storage.past("T1", "C1", 1)]
    while page.has_older:
        await storage.add(ended(f"f{len(pages)}", BEGUN_AT + timedelta(days=1)))
        pages.append(page := await storage.past_before("T1", "C1", names(page)[-1]))
    assert [name for one in pages for name in names(one)] == newest_first
    assert [len(names(one)) for one in pages] == [5, 5, 2]
    page = await storage.past_after("T1", "C1", names(page)[0])
    assert (names(page), page.has_newer, page.has_older) == (newest_first[5:10], True, True)
    page = await storage.past_after("T1", "C1", names(page)[0])
    assert (names(page), page.has_newer, page.has_older) == (newest_first[:5], True, True)
    # Only two are newer than those: the newest page is a full one all the same.
    page = await storage.past_after("T1", "C1", names(page)[0])
    assert (names(page), page.has_newer, page.has_older) == (["f2", "f1", *newest_first[:3]], False, True)


@pytest.mark.parametrize("name", ["", "nobody", "d03", "e03", "'; --", "🙂"])
async def test_leafing_from_what_is_not_of_this_channel_shows_the_newest(storage: Storage, name: str) -> None:
    newest_first = await fill(storage, 6)
    for page in (await storage.past_before("T1", "C1", name), await storage.past_after("T1", "C1", name)):
        assert (names(page), page.has_newer, page.has_older) == (newest_first[:5], False, True)


@given(st.lists(conferences(), max_size=6), st.sampled_from(["U1", "UX"]))
@settings(max_examples=15)
async def test_a_person_finds_those_they_are_named_in_and_no_others(made: list[Conference], user_id: str) -> None:
    held_here = [
        replace(
            one,
            conference_id=f"c{place}",
            created_at=BEGUN_AT + place * MINUTE,
            caller_id=user_id if place % 3 == 0 else one.caller_id,
        )
        for place, one in enumerate(made)
    ]
    theirs = [one for one in reversed(held_here) if user_id in named(one)]
    gone = {ConferenceState.ABANDONED}
    async with empty_storage() as storage:
        for one in held_here:
            await storage.add(one)
        past = await storage.past_of("T1", user_id, at_most=3)
        running = await storage.running("T1", user_id)
    assert names(past) == [one.conference_id for one in theirs if one.is_over and one.state not in gone][:3]
    assert names(running) == [one.conference_id for one in theirs if not one.is_over]


async def test_who_was_named_before_names_were_kept_is_found_as_well(database: Path) -> None:
    before = await Storage.open(database)
    left = (LeftOut(LeftOutReason.NO_NUMBER, "U8"), LeftOut(LeftOutReason.NOT_ALLOWED, number="+6591234567"))
    await before.add(ended("one", left_out=left))
    await before.close()
    named = rows(database, "SELECT * FROM appearances ORDER BY user_id")
    db = Database(sqlite3.connect(database))
    db.execute("DROP TABLE appearances")
    db.execute("DROP INDEX conferences_past")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm012_overview'")
    MIGRATIONS.apply(db)
    db.close()
    assert [row[1] for row in named] == ["U0CALLER", "U1"]
    assert rows(database, "SELECT * FROM appearances ORDER BY user_id") == named


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ("past", "COVERING INDEX conferences_past (team_id=? AND channel_id=?)"),
        (
            "past_before",
            "COVERING INDEX conferences_past (team_id=? AND channel_id=? AND (created_at,conference_id)<(?,?))",
        ),
        ("past_of", "SEARCH appearances USING PRIMARY KEY (team_id=? AND user_id=?)"),
        ("running", "SCAN conferences USING INDEX conferences_unfinished"),
        ("bill_of", "(team_id=? AND caller_id=? AND created_at>?)"),
    ],
)
async def test_nothing_goes_through_the_whole_past(storage: Storage, asked: str, index: str) -> None:
    await storage.add(ended("one"))
    async with statements(storage) as heard:
        match asked:
            case "past":
                await storage.past("T1", "C1", 2)
            case "past_before":
                await storage.past_before("T1", "C1", "one")
            case "past_of":
                await storage.past_of("T1", "U1", at_most=5)
            case "running":
                await storage.running("T1", "U1", "C1")
            case "bill_of":
                await storage.bill_of("T1", "U1", since=BEGUN_AT)
    plans = await query_plans(storage, [query for query in heard if "conferences" in query])
    assert any(index in step for step in plans), plans
    assert not [step for step in plans if "SCAN" in step and "conferences_unfinished" not in step]


# What it came to


async def test_a_persons_bill_is_that_of_the_conferences_they_began_since(storage: Storage) -> None:
    since = BEGUN_AT
    dollars = replace(TALKED, number="+6591230007", minutes=None, charge=charge("USD", "1.5"))
    await storage.add(held("one", TALKED, dollars, RINGING, caller_id="U9"))
    await storage.add(held("two", TALKED, caller_id="U9", begun_at=BEGUN_AT + MINUTE))
    await storage.add(held("early", TALKED, caller_id="U9", begun_at=BEGUN_AT - MINUTE))
    await storage.add(held("other", replace(TALKED, people=("U9",))))
    await storage.add(held("elsewhere", TALKED, caller_id="U9", team_id="T2"))
    assert await storage.bill_of("T1", "U9", since=since) == Bill(6, {"SGD": Decimal("0.210"), "USD": Decimal("1.5")})
    assert await storage.bill_of("T1", "U1", since=since) == Bill()


async def test_the_workspace_is_billed_by_the_hour(storage: Storage) -> None:
    hour = datetime(2026, 11, 20, 1, tzinfo=UTC)
    await storage.add(held("one", TALKED))
    await storage.add(held("two", TALKED, begun_at=BEGUN_AT + timedelta(hours=1)))
    await storage.add(held("early", TALKED, begun_at=BEGUN_AT - timedelta(hours=1)))
    await storage.add(held("elsewhere", TALKED, team_id="T2"))
    debits = {"SGD": Decimal("0.105")}
    billed = [Billed(hour, 3, debits), Billed(hour + timedelta(hours=1), 3, debits)]
    assert list(await storage.billed("T1", since=hour)) == billed
