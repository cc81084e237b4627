"""People are rung into a call that runs: who wants in, once more, and invited."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest

from conference.additions import NotAdded
from conference.calls import CallState, Participant
from conference.dests import Profile
from conference.invitation import CallerWish, Group, Guest, Invitation, Person
from conference.model import LeftOut, LeftOutReason
from conference.ports import GroupUnreadableError
from conference.preferences import Preferences, QuietHours
from storage import Storage
from tests.unit.additions_desk import BUSY, GONE, GUEST, LACKING, MISSED, RINGS, Desk, numbers
from tests.unit.conftest import keep_number
from tests.unit.exchange import LIVE, StubDirectory, phone, talk
from tests.unit.generated import BEGUN_AT


@pytest.fixture
def desk(storage: Storage) -> Desk:
    return Desk(storage)


# Who wants in


async def test_whoever_wants_in_is_rung_into_the_same_room_and_the_board_knows_who_asked(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    await desk.clock.advance(60)
    added = await desk.additions.ring_me(conference.key, "U2")
    assert [call.number for call in added.rung] == numbers(2)
    assert (added.why_not, added.left_out, added.in_already) == (None, (), ())
    after = await desk.now()
    assert after.participants[0] == RINGS
    call = after.participants[1]
    assert (call.state, call.people, call.asked_by, call.txn_ref) == (CallState.RINGING, ("U2",), "U2", "AA-0")
    assert call.dialed_at == call.asked_at == BEGUN_AT + timedelta(minutes=1)
    assert after.state is LIVE


async def test_two_who_press_at_once_are_both_rung_and_one_who_presses_twice_is_rung_once(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    results = await asyncio.gather(
        *(desk.additions.ring_me(conference.key, user_id) for user_id in ("U2", "U3", "U2", "U1"))
    )
    await desk.now()
    assert sorted(desk.rung) == numbers(2, 3)
    assert [result.why_not for result in results] == [None, None, NotAdded.ALREADY_IN, NotAdded.ALREADY_IN]
    assert [call.people for call in results[2].in_already] == [("U2",)]


async def test_who_shares_the_phone_of_somebody_in_the_call_is_in_it(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    await keep_number(desk.storage, "U7", RINGS.number)
    assert (await desk.additions.ring_me(conference.key, "U7")).why_not is NotAdded.ALREADY_IN
    assert (await desk.now()) == conference


async def test_whoever_waits_for_a_line_is_in_already(desk: Desk) -> None:
    conference = await desk.has(RINGS, phone(2, CallState.QUEUED, asked_at=BEGUN_AT))
    assert (await desk.additions.ring_me(conference.key, "U2")).why_not is NotAdded.ALREADY_IN
    assert desk.rung == []


async def test_who_asks_for_it_is_rung_whatever_they_said_of_being_rung(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    for user_id in ("U2", "U3"):
        await desk.storage.set_preferences("T1", user_id, Preferences(wants_rings=False))
    assert (await desk.additions.ring_me(conference.key, "U2")).rung
    added = await desk.invite(conference, Person("U3"))
    assert (added.rung, added.left_out) == ((), (LeftOut(LeftOutReason.NOT_WANTED, "U3", asked_by="U1"),))


async def test_who_wants_in_without_a_number_is_told_and_nobody_else_is(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    added = await desk.additions.ring_me(conference.key, "U0NEW")
    assert added.why_not is NotAdded.NOBODY
    assert added.left_out == (LeftOut(LeftOutReason.NO_NUMBER, "U0NEW", asked_by="U0NEW"),)
    # It is nobody's business but theirs: the board stays as it was.
    assert await desk.now() == conference


async def test_who_is_in_another_call_is_not_rung(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    await desk.storage.add(talk(phone(2, CallState.IN_CALL, txn_ref="AA-y"), name="other"))
    added = await desk.additions.ring_me(conference.key, "U2")
    assert added.left_out == (LeftOut(LeftOutReason.IN_ANOTHER_CALL, "U2", asked_by="U2"),)
    assert desk.rung == []


# Again


async def test_those_at_whose_phones_nobody_came_are_rung_again_and_nobody_else(desk: Desk) -> None:
    failed = phone(6, CallState.FAILED)
    guest = Participant(GUEST, (), CallState.BUSY, dialed_at=BEGUN_AT)
    conference = await desk.has(RINGS, BUSY, MISSED, GONE, LACKING, failed, guest)
    added = await desk.additions.ring_again(conference.key, "U1")
    assert [call.number for call in added.rung] == [*numbers(2, 3, 6), GUEST]
    after = await desk.now()
    # What came of the first ring stands as it was.
    assert after.participants[: len(conference.participants)] == conference.participants
    assert [(call.state, call.asked_by) for call in after.participants[7:]] == [(CallState.RINGING, "U1")] * 4
    assert after.missed == ()


async def test_who_was_rung_again_and_missed_again_is_rung_once_more_and_not_twice(desk: Desk) -> None:
    conference = await desk.has(RINGS, BUSY, replace(BUSY, state=CallState.UNANSWERED))
    assert len((await desk.additions.ring_again(conference.key, "U1")).rung) == 1
    assert (await desk.additions.ring_again(conference.key, "U1")).why_not is NotAdded.NOBODY
    await desk.now()
    assert desk.rung == numbers(2)


@pytest.mark.parametrize(("place", "rung"), [(1, numbers(2)), (3, numbers(4)), (4, numbers(5))])
async def test_one_phone_is_rung_again_whatever_came_of_it(desk: Desk, place: int, rung: list[str]) -> None:
    conference = await desk.has(RINGS, BUSY, MISSED, GONE, LACKING)
    assert (await desk.additions.ring_again(conference.key, "U1", place)).why_not is None
    await desk.now()
    assert desk.rung == rung


@pytest.mark.parametrize(("place", "why_not"), [(0, NotAdded.ALREADY_IN), (1, NotAdded.NOBODY), (9, NotAdded.NOBODY)])
async def test_a_phone_that_rings_is_not_rung_again_and_neither_is_one_that_is_not_there(
    desk: Desk, place: int, why_not: NotAdded
) -> None:
    forgotten = Participant("", (), CallState.BUSY)
    conference = await desk.has(RINGS, forgotten)
    assert (await desk.additions.ring_again(conference.key, "U1", place)).why_not is why_not
    assert await desk.now() == conference


async def test_who_has_another_number_by_now_is_rung_there(desk: Desk) -> None:
    conference = await desk.has(RINGS, BUSY)
    await keep_number(desk.storage, "U2", "+6591239999")
    await desk.additions.ring_again(conference.key, "U1")
    await desk.now()
    assert desk.rung == ["+6591239999"]


async def test_a_place_in_which_no_call_came_to_be_is_taken_by_the_next(desk: Desk) -> None:
    conference = await desk.has(RINGS, replace(LACKING, told=CallState.NOT_RUNG, asked_by="U9"), BUSY)
    added = await desk.additions.ring_me(conference.key, "U5")
    after = await desk.now()
    assert len(after.participants) == 3
    call = after.participants[1]
    assert (call.state, call.why, call.told, call.asked_by) == (CallState.RINGING, None, None, "U5")
    assert [call.number for call in added.rung] == numbers(5)


# Invited


async def test_people_groups_and_numbers_are_invited_each_once(desk: Desk) -> None:
    desk.directory.groups = {"S1": ["U1", "U2", "U3"]}
    conference = await desk.has(RINGS)
    added = await desk.invite(conference, Person("U3"), Group("S1"), Guest(GUEST), Guest(phone(2).number))
    assert [call.number for call in added.rung] == [phone(3).number, phone(2).number, GUEST]
    assert [call.people for call in added.in_already] == []
    after = await desk.now()
    assert [call.asked_by for call in after.participants] == [None, "U1", "U1", "U1"]


async def test_who_is_left_out_is_noted_once_and_no_more_when_they_are_rung_after_all(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    for _ in range(2):
        added = await desk.invite(conference, Person("U0NEW"), Person("U2"))
        assert added.left_out == (LeftOut(LeftOutReason.NO_NUMBER, "U0NEW", asked_by="U1"),)
    assert (await desk.now()).left_out == (LeftOut(LeftOutReason.NO_NUMBER, "U0NEW", asked_by="U1"),)
    await keep_number(desk.storage, "U0NEW", "+6591239999")
    assert (await desk.additions.ring_me(conference.key, "U0NEW")).rung
    assert (await desk.now()).left_out == ()


async def test_a_reason_that_has_changed_takes_the_place_of_the_old_one(desk: Desk) -> None:
    conference = await desk.has(RINGS, left_out=(LeftOut(LeftOutReason.NO_NUMBER, "U2"),))
    await desk.storage.set_preferences("T1", "U2", Preferences(wants_rings=False))
    await desk.invite(conference, Person("U2"))
    assert (await desk.now()).left_out == (LeftOut(LeftOutReason.NOT_WANTED, "U2", asked_by="U1"),)


async def test_who_slack_says_is_no_person_is_not_rung(desk: Desk) -> None:
    desk.directory.known = {"U2": Profile(is_bot=True), "U3": Profile(is_deactivated=True)}
    conference = await desk.has(RINGS)
    added = await desk.invite(conference, Person("U2"), Person("U3"), Person("U4"))
    assert [left.reason for left in added.left_out] == [LeftOutReason.BOT, LeftOutReason.DEACTIVATED]
    await desk.now()
    assert desk.rung == numbers(4)


async def test_somebodys_quiet_hours_are_those_of_their_own_clock(desk: Desk) -> None:
    desk.directory.known = {"U2": Profile(zone="Asia/Singapore")}
    conference = await desk.has(RINGS)
    quiet = Preferences(quiet_hours=QuietHours(time(9), time(11), "Europe/London"))
    for user_id in ("U2", "U3"):
        await desk.storage.set_preferences("T1", user_id, quiet)
    # It is half past nine in Singapore, and half past one in London.
    added = await desk.invite(conference, Person("U2"), Person("U3"))
    assert [(left.reason, left.user_id) for left in added.left_out] == [(LeftOutReason.QUIET_HOURS, "U2")]
    assert [call.people for call in added.rung] == [("U3",)]


async def test_a_group_that_can_not_be_read_rings_nobody(desk: Desk) -> None:
    class Unreadable(StubDirectory):
        async def members(self, group_id: str) -> list[str]:
            raise GroupUnreadableError("missing_scope")

    desk.directory = Unreadable()
    desk.open()
    conference = await desk.has(RINGS)
    with pytest.raises(GroupUnreadableError):
        await desk.invite(conference, Group("S1"), Person("U2"))
    assert await desk.now() == conference


async def test_a_slack_that_does_not_answer_rings_nobody(desk: Desk) -> None:
    class Silent(StubDirectory):
        async def members(self, group_id: str) -> list[str]:
            await asyncio.Event().wait()
            return []

    desk.directory = Silent()
    desk.open()
    conference = await desk.has(RINGS)
    with pytest.raises(TimeoutError):
        await desk.additions.invite(conference.key, Invitation((Group("S1"),)), "U1", within=0.01)
    assert await desk.now() == conference


async def test_whoever_invites_is_rung_too_if_they_ask_for_it(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    invitation = Invitation((Person("U2"),), CallerWish.ASKED)
    await desk.additions.invite(conference.key, invitation, "U3", within=10)
    await desk.now()
    assert desk.rung == numbers(3, 2)


# Who is in it on another number than theirs


@pytest.mark.parametrize("state", [CallState.WAITING, CallState.RINGING, CallState.IN_CALL])
@pytest.mark.parametrize("wanted", [(Person("U1"),), (Guest("+6591239999"),), (Person("U1"), Guest("+6591239999"))])
async def test_who_is_in_the_call_is_so_whatever_number_of_theirs_is_on_file_now(
    desk: Desk, state: CallState, wanted: tuple[Person | Guest, ...]
) -> None:
    call = replace(RINGS, state=state, dialed_at=BEGUN_AT)
    conference = await desk.has(call)
    await keep_number(desk.storage, "U1", "+6591239999")
    added = await desk.invite(conference, *wanted, by="U2")
    assert (added.why_not, set(added.in_already), added.left_out) == (NotAdded.ALREADY_IN, {call}, ())
    assert await desk.now() == conference


async def test_a_typed_number_is_rung_if_one_of_those_whose_it_is_is_not_in_the_call(desk: Desk) -> None:
    conference = await desk.has(RINGS)
    for user_id in ("U1", "U2"):
        await keep_number(desk.storage, user_id, "+6591239999")
    added = await desk.invite(conference, Guest("+6591239999"), Person("U1"), by="U3")
    assert [call.number for call in added.rung] == ["+6591239999"]
    assert added.in_already == (RINGS,)


async def test_who_waits_for_a_line_on_an_old_number_may_be_rung_on_the_new_one(desk: Desk) -> None:
    conference = await desk.has(RINGS, phone(2, CallState.QUEUED, asked_at=BEGUN_AT))
    await keep_number(desk.storage, "U2", "+6591239999")
    assert [call.number for call in (await desk.additions.ring_me(conference.key, "U2")).rung] == ["+6591239999"]
