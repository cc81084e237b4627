"""Numbers that people give up leave the database file, as soon as their calls are over."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from conference.calls import CallState, Participant, Report
from conference.dests import Circumstances
from conference.invitation import Guest, Invitation, Person
from conference.model import Conference, ConferenceKey, ConferenceState, LeftOut, LeftOutReason
from conference.people import AdminAct, LoggedAct, PersonOnFile
from conference.ports import Notification, Reading
from conference.preferences import Preferences
from conference.registration import Proof
from conference.seating import reseated
from conference.standups.model import Step
from conference.teams import Editor, Team, saving
from storage import Storage
from tests.unit.conftest import bytes_on_disk, keep_number
from tests.unit.generated import BEGUN_AT, conference_of
from tests.unit.test_reminder import a_day
from tests.unit.test_standups import a_standup

TEAM, ALICE, BOB = "T1", "U0ALICE", "U0BOB"
HERS, HERS_BEFORE, HIS, GUESTS = "+6591230001", "+6591230009", "+6591230002", "+6581234567"
ENDED = ConferenceState.ENDED


def on_disk(database: Path, number: str) -> bool:
    return number.lstrip("+").encode() in bytes_on_disk(database)


async def forget(storage: Storage, act: LoggedAct | None = None) -> bool:
    """Alice takes her number off file, and it is taken out of wherever else it stands."""
    was_there = await storage.forget(TEAM, ALICE, act)
    while await storage.forget_marked(at_most=1):
        pass
    return was_there


async def keep_proof(storage: Storage, number: str) -> None:
    proof = Proof(number, "salt", "digest", BEGUN_AT)
    await storage.proving(TEAM, ALICE, lambda book: book.keep(proof))


def call(number: str, *people: str, state: CallState = CallState.ANSWERED) -> Participant:
    return Participant(number, people, state, f"AA-{number[-4:]}")


def held(name: str, *calls: Participant, state: ConferenceState = ENDED, guests: tuple[str, ...] = ()) -> Conference:
    """A conference in which these numbers were typed, too."""
    invitation = Invitation((Person(ALICE), *map(Guest, guests)))
    return replace(conference_of(*calls, state=state), conference_id=name, invitation=invitation)


def saved(name: str, *guests: str) -> Team:
    return Team(TEAM, name, tuple(map(Guest, guests)), BOB, BEGUN_AT)


async def notify(storage: Storage, key: ConferenceKey, number: str, state: CallState = CallState.ANSWERED) -> None:
    """News of a call comes in, as the carrier would send it."""
    fields = {"dest": number, "txn_ref": f"AA-{number[-4:]}", "call_status_dest": state}
    report = Report(state, fields["txn_ref"], number, 1)

    def take_in(conference: Conference, _: Reading) -> Conference:
        return conference.with_reports([report], BEGUN_AT)

    await keep_news(storage, key, fields)
    await storage.update(key, take_in, takes_in=True)


async def keep_news(storage: Storage, key: ConferenceKey, fields: Mapping[str, str]) -> None:
    """News is acknowledged, and not taken in yet."""
    conference = await storage.conference(key)
    assert await storage.keep(key.conference_id, conference.notify_secret, Notification(fields, BEGUN_AT)) == key


async def numbers_in(storage: Storage, name: str) -> list[str]:
    return [participant.number for participant in (await storage.conference(ConferenceKey(TEAM, name))).participants]


@pytest.fixture
async def full_storage(storage: Storage, database: Path) -> Storage:
    """Alice's number stands wherever a number can stand."""
    await keep_number(storage, ALICE, HERS_BEFORE)
    await storage.add(held("before", call(HERS_BEFORE, ALICE, BOB), call(GUESTS)))
    await keep_number(storage, ALICE, HERS)
    await keep_number(storage, BOB, HIS)
    await storage.add(held("called", call(HERS, ALICE), call(HIS, BOB)))
    await storage.add(held("typed", call(HERS), call(GUESTS), guests=(HERS, GUESTS)))
    left_out = replace(held("left out", call(HIS, BOB), guests=(HERS,)), state=ConferenceState.LIVE)
    await storage.add(replace(left_out, left_out=(LeftOut(LeftOutReason.NOT_WANTED, number=HERS),)))
    for key in ("called", "typed"):
        for dest in (HERS, HERS.lstrip("+"), f" {HERS.lstrip('+')}"):
            await notify(storage, ConferenceKey(TEAM, key), dest)
        await notify(storage, ConferenceKey(TEAM, key), HIS)
    await keep_proof(storage, "+6591230008")
    for team in (saved("alone", HERS), saved("with others", HERS, GUESTS), saved("without her", GUESTS)):
        await storage.change_team(TEAM, team.name, saving(team, Editor(BOB)))
    assert all(on_disk(database, number) for number in (HERS, HERS_BEFORE, "+6591230008"))
    return storage


async def test_a_removed_number_stands_nowhere_any_more(full_storage: Storage, database: Path) -> None:
    assert await forget(full_storage) is True
    assert await full_storage.person(TEAM, ALICE) == PersonOnFile()
    assert not [number for number in (HERS, HERS_BEFORE, "+6591230008") if on_disk(database, number)]
    assert await forget(full_storage) is False


async def test_everybody_elses_number_stays(full_storage: Storage) -> None:
    await forget(full_storage)
    assert await numbers_in(full_storage, "before") == ["", GUESTS]
    assert await numbers_in(full_storage, "called") == ["", HIS]
    assert await numbers_in(full_storage, "typed") == ["", GUESTS]
    typed = await full_storage.conference(ConferenceKey(TEAM, "typed"))
    assert typed.invitation == Invitation((Person(ALICE), Guest(GUESTS)))
    bobs = (await full_storage.person(TEAM, BOB)).number
    assert bobs is not None
    assert bobs.number == HIS


async def test_a_removed_number_is_in_no_team_and_nobody_is_left_with_an_empty_one(full_storage: Storage) -> None:
    await forget(full_storage)
    assert await full_storage.teams(TEAM) == [saved("with others", GUESTS), saved("without her", GUESTS)]


async def test_who_was_there_and_how_it_went_is_still_known(full_storage: Storage) -> None:
    await forget(full_storage)
    called = await full_storage.conference(ConferenceKey(TEAM, "called"))
    assert [participant.people for participant in called.participants] == [(ALICE,), (BOB,)]
    assert {participant.state for participant in called.participants} == {CallState.ANSWERED}
    left_out = await full_storage.conference(ConferenceKey(TEAM, "left out"))
    assert left_out.left_out == (LeftOut(LeftOutReason.NOT_WANTED, number=""),)


async def test_of_very_many_conferences_no_byte_is_left(storage: Storage, database: Path) -> None:
    """Pages are split and filled anew as the tables grow, and must leave no copies."""
    await keep_number(storage, ALICE, HERS)
    for place in range(400):
        others = [call(f"+6581{place % 100:02}{seat:04}", BOB * (1 + place % 7)) for seat in range(place % 4)]
        await storage.add(held(f"c{place}", *others, call(HERS, ALICE), guests=(HERS,)))
        if place % 3 == 0:
            await notify(storage, ConferenceKey(TEAM, f"c{place}"), HERS)
    await forget(storage)
    assert not on_disk(database, HERS)


async def test_in_another_workspace_nothing_is_forgotten(storage: Storage) -> None:
    await keep_number(storage, ALICE, HERS, team_id="T2")
    await storage.add(replace(held("theirs", call(HERS, ALICE)), team_id="T2"))
    await keep_number(storage, ALICE, HERS)
    await forget(storage)
    theirs = (await storage.person("T2", ALICE)).number
    assert theirs is not None
    assert theirs.number == HERS
    assert (await storage.conference(ConferenceKey("T2", "theirs"))).participants[0].number == HERS


async def test_a_number_that_waits_for_its_code_is_forgotten_too(storage: Storage, database: Path) -> None:
    await keep_proof(storage, HERS)
    await forget(storage)
    assert await storage.person(TEAM, ALICE) == PersonOnFile()
    assert not on_disk(database, HERS)


async def test_what_somebody_said_of_being_rung_is_no_part_of_their_number(storage: Storage) -> None:
    await keep_number(storage, ALICE, HERS)
    await storage.set_preferences(TEAM, ALICE, Preferences(wants_rings=False))
    await forget(storage)
    assert await storage.person(TEAM, ALICE) == PersonOnFile(preferences=Preferences(wants_rings=False))


async def test_removing_is_logged_only_if_there_was_a_number(storage: Storage) -> None:
    act = LoggedAct(BEGUN_AT, TEAM, "U0ADMIN", AdminAct.REMOVED, ALICE)
    await forget(storage, act)
    assert await storage.logged_acts() == []
    await keep_number(storage, ALICE, HERS)
    await forget(storage, act)
    assert await storage.logged_acts() == [act]


# A call that is going on


@pytest.mark.parametrize("guests", [(), (HERS,)])
@pytest.mark.parametrize("state", [CallState.WAITING, CallState.RINGING, CallState.IN_CALL])
async def test_an_open_call_keeps_its_number_until_the_conference_is_over(
    storage: Storage, database: Path, state: CallState, guests: tuple[str, ...]
) -> None:
    live = held(
        "live", call(HERS, ALICE, state=state), call(HIS, BOB, state=state), state=ConferenceState.LIVE, guests=guests
    )
    await keep_number(storage, ALICE, HERS)
    await storage.add(live)
    await forget(storage)
    assert await numbers_in(storage, "live") == [HERS, HIS]
    await notify(storage, live.key, HERS)
    assert await numbers_in(storage, "live") == [HERS, HIS]
    await notify(storage, live.key, HIS, CallState.BUSY)
    assert (await storage.conference(live.key)).state is ENDED
    assert await numbers_in(storage, "live") == ["", HIS]
    assert not on_disk(database, HERS)


@pytest.mark.parametrize("state", ConferenceState)
async def test_a_number_is_kept_exactly_while_its_conference_is_not_over(
    storage: Storage, state: ConferenceState
) -> None:
    await keep_number(storage, ALICE, HERS)
    for call_state in CallState:
        await storage.add(held(call_state, call(HERS, ALICE, state=call_state), state=state))
    await forget(storage)
    for call_state in CallState:
        conference = await storage.conference(ConferenceKey(TEAM, call_state))
        assert (conference.participants[0].number == "") is conference.is_over


@pytest.mark.parametrize("dest", [HERS, HERS.lstrip("+"), f" {HERS.lstrip('+')}"])
async def test_late_and_repeated_news_does_not_bring_a_number_back(storage: Storage, database: Path, dest: str) -> None:
    await keep_number(storage, ALICE, HERS)
    conference = held("ended", call(HERS, ALICE), call(HIS, BOB))
    await storage.add(conference)
    await notify(storage, conference.key, dest)
    await forget(storage)
    for state in (CallState.ANSWERED, CallState.BUSY):
        await notify(storage, conference.key, dest, state)
        await notify(storage, conference.key, HIS, state)
    assert await numbers_in(storage, "ended") == ["", HIS]
    assert not on_disk(database, HERS)
    assert on_disk(database, HIS)


async def test_a_number_that_was_typed_beside_its_owners_name_goes_with_them(storage: Storage, database: Path) -> None:
    """It is in nobody's call: Alice was named, and left out."""
    live = held("live", call(HIS, BOB, state=CallState.RINGING), state=ConferenceState.LIVE, guests=(HERS,))
    await keep_number(storage, ALICE, HERS)
    await storage.add(replace(live, left_out=(LeftOut(LeftOutReason.QUIET_HOURS, ALICE, until=BEGUN_AT),)))
    await forget(storage)
    await notify(storage, live.key, HIS, CallState.BUSY)
    assert (await storage.conference(live.key)).invitation == Invitation((Person(ALICE),))
    assert not on_disk(database, HERS)


async def test_nobody_elses_number_goes_with_one_that_was_removed_before_the_phones_rang(storage: Storage) -> None:
    """Bob moves up to the place in which Alice was."""
    waiting = [call(HERS, ALICE, state=CallState.WAITING), call(HIS, BOB, state=CallState.WAITING)]
    new = held("new", *waiting, state=ConferenceState.NEW, guests=(HERS,))
    await keep_number(storage, ALICE, HERS)
    await keep_number(storage, BOB, HIS)
    await storage.add(new)
    await forget(storage)

    def dial(conference: Conference, reading: Reading) -> Conference:
        numbers = reading.numbers([ALICE, BOB], believed=True)
        seated = reseated(conference, Circumstances(team_id=TEAM, now=BEGUN_AT, numbers=numbers))
        return replace(seated, state=ConferenceState.LIVE)

    await storage.update(new.key, dial)
    assert await numbers_in(storage, "new") == [HIS]
    await notify(storage, new.key, HIS, CallState.BUSY)
    assert await numbers_in(storage, "new") == [HIS]


# Standups and their days


async def test_numbers_in_standups_and_those_given_for_a_day_go_too(storage: Storage, database: Path) -> None:
    await keep_number(storage, ALICE, HERS)
    others = "+6591230077"
    standup = replace(a_standup(), invitees=(Person(BOB), Guest(HERS), Guest(GUESTS)))
    await storage.add_standup(standup)
    given = {ALICE: HERS_BEFORE, BOB: HERS, "U0CAROL": others}
    day = replace(a_day(), standup_id=standup.standup_id, other_numbers=given)
    await storage.update_standup(standup.key, lambda standup, _: Step(standup, day))
    called = replace(held("0ccu", call(HERS_BEFORE, ALICE), call(others, "U0CAROL")), occurrence_id="0ccu")
    await storage.add(called)

    assert await forget(storage) is True
    kept, left, _ = await storage.standup_of(day.key)
    assert kept.invitees == (Person(BOB), Guest(GUESTS))
    assert left.other_numbers == {"U0CAROL": others}
    assert left.version > day.version
    assert not [number for number in (HERS, HERS_BEFORE) if on_disk(database, number)]
    assert await numbers_in(storage, "0ccu") == ["", others]

    await storage.forget_other_numbers(day.due_at)
    assert (await storage.occurrence(day.key)).other_numbers == {"U0CAROL": others}
    await storage.forget_other_numbers(day.due_at + timedelta(seconds=1))
    while await storage.forget_marked(at_most=1):
        pass
    assert not on_disk(database, others)


async def test_a_number_given_for_a_day_is_given_up_also_by_somebody_with_none_on_file(storage: Storage) -> None:
    await storage.add_standup(a_standup())
    day = replace(a_day(), other_numbers={ALICE: HERS})
    await storage.update_standup(a_standup().key, lambda standup, _: Step(standup, day))
    assert await forget(storage) is True
    assert (await storage.occurrence(day.key)).other_numbers == {}
