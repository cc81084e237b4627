"""Who is not rung into a call that runs: it is over, a limit is reached, places or lines are short."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conference.additions import NotAdded
from conference.barring import Barring
from conference.calls import CallState, NotRung
from conference.carrier import Refused
from conference.invitation import Guest, Person
from conference.limits import Limit, LimitReached
from conference.lines import LinesHeld, LinesShort
from conference.model import ConferenceState, LeftOut, LeftOutReason
from storage import Storage
from tests.unit.additions_desk import BUSY, ENDED, GONE, GUEST, LACKING, RINGS, Desk, numbers
from tests.unit.exchange import DIALING, LIVE, NO_LIMITS, QUEUED, phone, talk
from tests.unit.generated import BEGUN_AT


@pytest.fixture
def desk(storage: Storage) -> Desk:
    return Desk(storage)


# When nobody can be added


@pytest.mark.parametrize(
    ("state", "hung_up_by", "why_not"),
    [
        (ConferenceState.NEW, None, NotAdded.NOT_YET),
        (QUEUED, None, NotAdded.NOT_YET),
        (DIALING, None, NotAdded.NOT_YET),
        (ConferenceState.UNCONFIRMED, None, NotAdded.OVER),
        (ENDED, None, NotAdded.OVER),
        (ConferenceState.REFUSED, None, NotAdded.OVER),
        (ConferenceState.ABANDONED, None, NotAdded.OVER),
        (LIVE, "U9", NotAdded.ENDING),
    ],
)
async def test_nobody_is_rung_into_a_call_that_does_not_run(
    desk: Desk, state: ConferenceState, hung_up_by: str | None, why_not: NotAdded
) -> None:
    conference = await desk.has(BUSY, LACKING, state=state, hung_up_by=hung_up_by)
    asked = [
        await desk.additions.ring_me(conference.key, "U9"),
        await desk.additions.ring_again(conference.key, "U9"),
        await desk.additions.ring_again(conference.key, "U9", 0),
        await desk.invite(conference, Person("U9"), Person("U0NEW"), by="U1"),
    ]
    assert [added.why_not for added in asked] == [why_not] * 4
    assert (await desk.now(), desk.rung) == (conference, [])


# Limits, places and lines


async def test_phones_that_are_added_count_for_whoever_has_them_rung(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    # Whoever has started as many as they may can still bring people into one that runs.
    await desk.storage.add(talk(GONE, name="before", state=ENDED, caller_id="U1"))
    desk.open(limits=replace(NO_LIMITS, rings_per_hour=3, conferences_per_hour=1))
    assert len((await desk.invite(conference, Person("U2"), Person("U3"))).rung) == 2
    refused = await desk.invite(conference, Person("U4"), Person("U0NEW"))
    assert isinstance(refused.why_not, LimitReached)
    assert (refused.why_not.limit, refused.why_not.most) == (Limit.RINGS_PER_HOUR, "3")
    assert len((await desk.now()).participants) == 3
    assert (await desk.additions.ring_me(conference.key, "U4")).rung


async def test_a_number_that_was_rung_often_is_left_alone_for_a_while(desk: Desk) -> None:
    desk.open(limits=replace(NO_LIMITS, rings_per_number=2))
    conference = await desk.has(RINGS, BUSY)
    assert (await desk.additions.ring_again(conference.key, "U1")).rung
    current = await desk.now()
    await desk.storage.update(
        current.key,
        lambda one, _: one.with_participant(one.participants[2], replace(one.participants[2], state=CallState.BUSY)),
    )
    added = await desk.additions.ring_again(conference.key, "U1")
    (left,) = added.left_out
    assert (added.rung, left.reason, left.most) == ((), LeftOutReason.RUNG_TOO_OFTEN, 2)
    assert left.until == BEGUN_AT + timedelta(minutes=10)


async def test_a_country_that_is_not_rung_here_is_not_rung_into_a_call_either(desk: Desk) -> None:
    desk.open(barring=Barring(frozenset({"SG"})))
    conference = await desk.has(RINGS)
    added = await desk.invite(conference, Guest("+60312345678"), Guest(GUEST))
    assert added.left_out == (LeftOut(LeftOutReason.NOT_ALLOWED, number="+60312345678", asked_by="U1"),)
    await desk.now()
    assert desk.rung == [GUEST]


async def test_a_ninth_phone_does_not_ring_and_may_wait(desk: Desk) -> None:
    desk.open(lines=50)
    seven = [phone(place, CallState.IN_CALL, txn_ref=f"AA-y{place}") for place in range(1, 8)]
    conference = await desk.has(*seven)
    added = await desk.invite(conference, Person("U8"), Person("U9"))
    assert (added.rung, added.why_not) == ((), NotAdded.ROOM_FULL)
    after = await desk.now()
    assert [(call.state, call.why) for call in after.participants[7:]] == [(CallState.NOT_RUNG, NotRung.ROOM_FULL)] * 2
    assert after.waits_for_lines
    # Once more changes nothing but who asked; and one of the two still fits.
    assert (await desk.invite(conference, Person("U8"), Person("U9"))).why_not is NotAdded.ROOM_FULL
    assert len((await desk.now()).participants) == 9
    assert (await desk.additions.ring_me(conference.key, "U9")).rung
    assert (await desk.additions.ring_me(conference.key, "U8")).why_not is NotAdded.ROOM_FULL
    await desk.now()
    assert desk.rung == numbers(9)


async def test_nobody_is_rung_where_lines_are_short_and_it_is_said_who_holds_them(desk: Desk) -> None:
    desk.open(lines=4)
    conference = await desk.has(RINGS)
    other = [phone(place, CallState.IN_CALL, txn_ref=f"AA-y{place}") for place in (6, 7)]
    await desk.storage.add(talk(*other, name="other", caller_id="U0BOB"))
    added = await desk.invite(conference, Person("U2"), Person("U3"))
    assert (added.rung, added.why_not) == ((), NotAdded.NO_LINES)
    held = (LinesHeld("T1", "U0CALLER", 1, BEGUN_AT), LinesHeld("T1", "U0BOB", 2, BEGUN_AT))
    assert added.short is not None
    assert replace(added.short, held=()) == LinesShort(2, 1)
    assert sorted(added.short.held, key=lambda one: one.lines) == list(held)
    after = await desk.now()
    assert {call.why for call in after.participants[1:]} == {NotRung.NO_LINES}
    assert (await desk.additions.ring_me(conference.key, "U2")).rung
    assert (await desk.additions.ring_me(conference.key, "U3")).why_not is NotAdded.NO_LINES


async def test_whoever_waits_for_a_line_comes_before_who_wants_in_now(desk: Desk) -> None:
    desk.open(lines=3)
    conference = await desk.has(RINGS)
    queue = [phone(place, CallState.QUEUED, asked_at=BEGUN_AT) for place in (6, 7)]
    await desk.storage.add(talk(*queue, state=QUEUED, name="queue"))
    added = await desk.additions.ring_me(conference.key, "U2")
    assert (added.why_not, added.short and added.short.ahead) == (NotAdded.NO_LINES, 2)


async def test_who_the_carrier_will_not_ring_leaves_the_call_as_it_was(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    desk.carrier.errors["call"] = [Refused("error_dest_not_supported")]
    assert (await desk.additions.ring_me(conference.key, "U2")).rung
    after = await desk.now()
    assert (after.state, after.participants[0]) == (LIVE, RINGS)
    assert (after.participants[1].state, after.participants[1].why) == (CallState.NOT_RUNG, "error_dest_not_supported")
    # Whoever presses again may be rung.
    assert (await desk.additions.ring_me(conference.key, "U2")).rung
    assert len((await desk.now()).participants) == 2
