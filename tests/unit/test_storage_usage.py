"""What counts towards the limits, and whose a number is, as a change reads it inside its transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conference.calls import CallState, Participant, Report
from conference.limits import Billed, Rung, Usage
from conference.model import Conference, ConferenceKey, ConferenceState
from conference.people import Source
from conference.ports import Reading
from conference.preferences import Preferences
from storage import Storage
from tests.unit.conftest import empty_storage, keep_number
from tests.unit.generated import BEGUN_AT, charge, conference_of, reports_about

CALLER = "U0CALLER"
HERS = "+6591230001"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGUN_HOUR = BEGUN_AT.replace(minute=0, second=0, microsecond=0)
RINGING = Participant(HERS, ("U1",), CallState.RINGING, "AA-1")
NOT_COUNTED = {ConferenceState.ABANDONED, ConferenceState.REFUSED}

_Read = TypeVar("_Read")


async def read(storage: Storage, look: Callable[[Reading], _Read], *, team_id: str = "T1") -> _Read:
    """What a new conference reads."""
    new = replace(conference_of(state=ConferenceState.NEW), team_id=team_id, conference_id="reader")
    if await storage.find("reader") is None:
        await storage.add(new)
    seen: list[_Read] = []

    def change(conference: Conference, reading: Reading) -> Conference:
        seen.append(look(reading))
        return conference

    await storage.update(new.key, change)
    return seen[0]


async def usage(storage: Storage, now: datetime = BEGUN_AT, caller_id: str = CALLER) -> Usage:
    return await read(storage, lambda reading: reading.usage(caller_id, now))


def held(name: str, *calls: Participant, begun_at: datetime = BEGUN_AT, **changes: object) -> Conference:
    return replace(conference_of(*calls), conference_id=name, created_at=begun_at, **changes)  # type: ignore[arg-type]


# Rings


async def rings(storage: Storage, *numbers: str, since: datetime = BEGUN_AT - HOUR) -> dict[str, tuple[datetime, ...]]:
    return await read(storage, lambda reading: reading.rings(numbers, since=since))


async def test_the_rings_of_a_number_come_from_everybody_and_the_oldest_first(storage: Storage) -> None:
    await storage.add(held("later", RINGING, begun_at=BEGUN_AT + MINUTE, caller_id="U0BOB"))
    await storage.add(held("first", RINGING, Participant("+6591230002")))
    await storage.add(held("elsewhere", RINGING, begun_at=BEGUN_AT + 2 * MINUTE, team_id="T2"))
    assert await rings(storage, HERS, "+6591230003") == {HERS: tuple(BEGUN_AT + n * MINUTE for n in range(3))}


async def test_a_ring_is_when_the_phone_rang_and_before_that_when_it_was_asked_for(storage: Storage) -> None:
    await storage.add(held("dialed", replace(RINGING, dialed_at=BEGUN_AT + 3 * MINUTE)))
    await storage.add(held("asked", RINGING, state=ConferenceState.NEW))
    await storage.add(held("again", replace(RINGING, dialed_at=BEGUN_AT + 9 * MINUTE), dialed_at=BEGUN_AT + MINUTE))
    assert await rings(storage, HERS) == {HERS: (BEGUN_AT, BEGUN_AT + 3 * MINUTE, BEGUN_AT + 9 * MINUTE)}


@pytest.mark.parametrize("state", ConferenceState)
async def test_what_never_rang_is_no_ring(storage: Storage, state: ConferenceState) -> None:
    await storage.add(held("other", RINGING, state=state))
    assert await rings(storage, HERS) == ({} if state in NOT_COUNTED else {HERS: (BEGUN_AT,)})


async def test_rings_are_counted_from_a_moment_on_and_not_at_it(storage: Storage) -> None:
    for place, fraction in enumerate([0, 1, 250_000, 999_999]):
        await storage.add(held(f"c{place}", RINGING, begun_at=BEGUN_AT.replace(microsecond=fraction)))
    assert len((await rings(storage, HERS, since=BEGUN_AT.replace(microsecond=0)))[HERS]) == 3
    assert await rings(storage, HERS, since=BEGUN_AT.replace(microsecond=999_999)) == {}


async def test_a_conference_does_not_count_itself(storage: Storage) -> None:
    await storage.add(held("reader", RINGING, state=ConferenceState.NEW))
    assert await rings(storage, HERS) == {}
    assert await usage(storage) == Usage()


# Owners


async def test_a_number_is_everybodys_who_has_it_on_file_in_this_workspace(storage: Storage) -> None:
    for team_id, user_id, number in [
        *[("T1", "U2", HERS), ("T1", "U1", HERS), ("T2", "U3", HERS)],
        *[("T1", "U4", "+6591230004"), ("T1", "U5", "+6591230005")],
    ]:
        await keep_number(storage, user_id, number, team_id=team_id)
    owners = await read(storage, lambda reading: reading.owners([HERS, "+6591230004", "+6591239999"]))
    assert owners == {HERS: ("U1", "U2"), "+6591230004": ("U4",)}


async def test_a_number_that_nobody_proved_is_read_only_where_it_is_believed(storage: Storage) -> None:
    for place, source in enumerate(Source):
        await keep_number(storage, source, f"+659123000{place}", source=source)
        await keep_number(storage, source, HERS, team_id="T2")
    everybody = {str(source): f"+659123000{place}" for place, source in enumerate(Source)}
    assert await read(storage, lambda reading: reading.numbers([*Source, "U9"], believed=True)) == everybody
    del everybody[Source.BELIEVED]
    assert await read(storage, lambda reading: reading.numbers([*Source, "U9"], believed=False)) == everybody


async def test_who_said_nothing_of_being_rung_is_missing(storage: Storage) -> None:
    await storage.set_preferences("T1", "U1", Preferences(wants_rings=False))
    await storage.set_preferences("T2", "U2", Preferences(wants_rings=False))
    read_back = await read(storage, lambda reading: reading.preferences(["U1", "U2", "U3"]))
    assert read_back == {"U1": Preferences(wants_rings=False)}


# Usage


@pytest.mark.parametrize("state", ConferenceState)
async def test_what_one_person_began_counts_if_phones_rang(storage: Storage, state: ConferenceState) -> None:
    await storage.add(held("two", RINGING, Participant("+6591230002"), state=state))
    await storage.add(held("none", state=state))
    await storage.add(held("bobs", RINGING, state=state, caller_id="U0BOB"))
    await storage.add(held("elsewhere", RINGING, state=state, team_id="T2"))
    counted = Usage() if state in NOT_COUNTED else Usage((BEGUN_AT,), (Rung(BEGUN_AT, 2),))
    assert await usage(storage) == counted


async def test_what_was_begun_counts_for_an_hour(storage: Storage) -> None:
    for minutes in (30, 0, 60):
        await storage.add(held(f"c{minutes}", RINGING, begun_at=BEGUN_AT + minutes * MINUTE))
    counted = await usage(storage, BEGUN_AT + HOUR)
    assert counted.started == (BEGUN_AT + 30 * MINUTE, BEGUN_AT + HOUR)
    assert [one.at for one in counted.rung] == [BEGUN_AT + 30 * MINUTE, BEGUN_AT + HOUR]


@pytest.mark.parametrize("state", CallState)
async def test_a_phone_that_was_not_rung_counts_for_nothing(storage: Storage, state: CallState) -> None:
    await storage.add(held("other", RINGING, replace(RINGING, number="+6591230002", state=state)))
    # One that waits for a line is rung without another look at the limits of whoever wanted it.
    assert (await usage(storage)).rung == (Rung(BEGUN_AT, 1 if state is CallState.NOT_RUNG else 2),)
    rang = state not in {CallState.NOT_RUNG, CallState.QUEUED}
    assert ("+6591230002" in await rings(storage, "+6591230002")) is rang


async def test_phones_that_were_added_count_for_whoever_had_them_rung_from_when_they_rang(storage: Storage) -> None:
    first = replace(RINGING, dialed_at=BEGUN_AT)
    asked_at = BEGUN_AT + 65 * MINUTE
    asked_for = Participant("+6591230010", (), CallState.RINGING, asked_by="U0BOB", asked_at=asked_at)
    added = [replace(asked_for, dialed_at=BEGUN_AT + minutes * MINUTE) for minutes in (70, 70, 100)]
    waiting = replace(asked_for, state=CallState.QUEUED)
    await storage.add(held("other", first, *added, waiting, replace(waiting, state=CallState.NOT_RUNG)))
    assert await usage(storage) == Usage((BEGUN_AT,), (Rung(BEGUN_AT, 1),))
    rung = (Rung(asked_at, 1), Rung(BEGUN_AT + 70 * MINUTE, 2), Rung(BEGUN_AT + 100 * MINUTE, 1))
    assert await usage(storage, BEGUN_AT + 100 * MINUTE, "U0BOB") == Usage((), rung)
    assert await usage(storage, BEGUN_AT + 129 * MINUTE, "U0BOB") == Usage((), rung[1:])
    assert await usage(storage, BEGUN_AT + 130 * MINUTE, "U0BOB") == Usage((), rung[2:])


async def test_the_phones_that_a_conference_has_rung_count_when_it_rings_more(storage: Storage) -> None:
    dialed = replace(RINGING, dialed_at=BEGUN_AT + MINUTE)
    later = BEGUN_AT + 2 * MINUTE
    added = replace(dialed, number="+6591230002", asked_by=CALLER, asked_at=later, dialed_at=later)
    about_to_be = Participant("+6591230003", asked_by=CALLER)
    await storage.add(held("reader", dialed, added, about_to_be))
    assert await usage(storage) == Usage((), (Rung(BEGUN_AT + MINUTE, 1), Rung(later, 1)))
    assert await rings(storage, HERS, "+6591230003") == {HERS: (BEGUN_AT + MINUTE,)}


async def test_what_was_billed_counts_for_a_day_after_its_hour(storage: Storage) -> None:
    ended = replace(RINGING, state=CallState.ANSWERED, minutes=3, charge=charge("SGD", "0.140"))
    await storage.add(held("other", ended, caller_id="U0BOB"))
    await storage.add(held("elsewhere", ended, team_id="T2"))
    billed = Billed(BEGUN_HOUR, 3, {"SGD": Decimal("0.140")})
    assert (await usage(storage, BEGUN_HOUR + HOUR + DAY - timedelta(microseconds=1))).billed == (billed,)
    assert (await usage(storage, BEGUN_HOUR + HOUR + DAY)).billed == ()


async def test_what_was_forgotten_is_counted_all_the_same(storage: Storage) -> None:
    ended = replace(RINGING, state=CallState.ANSWERED, minutes=3)
    await storage.add(held("other", ended, state=ConferenceState.ENDED))
    await storage.forget_old(BEGUN_AT + DAY, at_most=10)
    assert await usage(storage) == Usage((BEGUN_AT,), (Rung(BEGUN_AT, 1),), (Billed(BEGUN_HOUR, 3),))


def _take_in(report: Report, conference: Conference, _: Reading) -> Conference:
    return conference.with_reports([report], BEGUN_AT)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), reports_about("", "")), max_size=20))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_the_sums_are_those_of_all_calls_whatever_is_reported_in_whatever_order(
    news: list[tuple[int, int, Report]],
) -> None:
    keys = [ConferenceKey("T1", f"c{place}") for place in range(3)]
    calls = [Participant(f"+659123000{seat}", (), CallState.RINGING, f"AA-{seat}") for seat in range(3)]
    async with empty_storage() as storage:
        for key in keys:
            await storage.add(held(key.conference_id, *calls))
        for place, seat, report in news:
            about = replace(report, txn_ref=f"AA-{seat}", dest=None)
            await storage.update(keys[place], partial(_take_in, about))
        every_call = [call for key in keys for call in (await storage.conference(key)).participants]
        billed = (await usage(storage)).billed
    assert sum(one.minutes for one in billed) == sum(call.minutes or 0 for call in every_call)
    for currency in ("SGD", "USD"):
        debits = [call.charge.debit for call in every_call if call.charge and call.charge.currency == currency]
        assert sum(one.debits.get(currency, Decimal(0)) for one in billed) == sum(debits)
