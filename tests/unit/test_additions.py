"""Ringing more phones into a call that runs, over a real database and a carrier that does as it is told."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import Any

import pytest

from conference.additions import Added, Additions, NotAdded
from conference.barring import Barring
from conference.calls import CallState, NotRung, Participant
from conference.carrier import Refused
from conference.dests import Profile
from conference.dialing import Dialer
from conference.invitation import CallerWish, Group, Guest, Invitation, Person
from conference.ledger import Ledger
from conference.limits import Limit, LimitReached, Limits
from conference.lines import LinesHeld, LinesShort
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason
from conference.people import NumberOnFile, Source
from conference.ports import GroupUnreadableError
from conference.preferences import Preferences, QuietHours
from conference.seating import Seating
from sandbox.clock import MovedClock
from storage import Storage
from telephony.hoiio import read_notification
from tests.unit.exchange import (
    ADDRESS,
    DIALING,
    LIVE,
    QUEUED,
    StubCarrier,
    StubDirectory,
    phone,
    talk,
)
from tests.unit.generated import BEGUN_AT

ENDED = ConferenceState.ENDED
NONE = Limits(None, None, None, None, None)
GUEST = "+6581234567"
RINGS = phone(1, CallState.RINGING, txn_ref="AA-x")
BUSY, MISSED, GONE = phone(2, CallState.BUSY), phone(3, CallState.UNANSWERED), phone(4, CallState.ANSWERED)
LACKING = phone(5, CallState.NOT_RUNG, why=NotRung.NO_LINES)


@dataclass
class Desk:
    storage: Storage
    clock: MovedClock = field(default_factory=lambda: MovedClock(BEGUN_AT))
    directory: StubDirectory = field(default_factory=StubDirectory)

    def __post_init__(self) -> None:
        self.carrier = StubCarrier(self.clock)
        self.open()

    def open(self, lines: int = 8, limits: Limits = NONE, barring: Barring | None = None) -> None:
        """As the bot starts, with these settings."""
        ledger = Ledger(self.storage, self.clock)
        self.dialer = Dialer(
            ledger=ledger,
            carrier=self.carrier,
            clock=self.clock,
            notify_address=ADDRESS,
            read_notification=read_notification,
        )
        seating = Seating(self.storage, self.directory, self.clock, barring or Barring(), limits, lines)
        self.additions = Additions(ledger=ledger, dialer=self.dialer, seating=seating)

    async def has(self, *calls: Participant, state: ConferenceState = LIVE, **changes: Any) -> Conference:
        """A conference of these calls; U1 to U9 have their numbers on file."""
        for place in range(1, 10):
            await self.number(f"U{place}", phone(place).number)
        conference = talk(*calls, state=state, board_ts=None, **changes)
        await self.storage.add(conference)
        return conference

    async def number(self, user_id: str, number: str) -> None:
        on_file = NumberOnFile(number, Source.SELF, BEGUN_AT)
        await self.storage.proving("T1", user_id, lambda book: book.set_number(on_file))

    async def now(self, name: str = "c0ffee") -> Conference:
        """As it is stored when all that was begun has been done."""
        await asyncio.gather(*self.dialer.in_hand)
        found = await self.storage.find(name)
        assert found is not None
        return found

    @property
    def rung(self) -> list[str]:
        return [number for dests in self.carrier.met("call") for number in dests.split(",")]

    async def invite(self, conference: Conference, *invitees: Person | Group | Guest, by: str = "U1") -> Added:
        """As the form does: whoever fills it in is not asked for."""
        invitation = Invitation(invitees, CallerWish.LEFT_OUT)
        return await self.additions.invite(conference.key, invitation, by, within=10)


@pytest.fixture
def desk(storage: Storage) -> Desk:
    return Desk(storage)


def numbers(*places: int) -> list[str]:
    return [phone(place).number for place in places]


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
    await desk.number("U7", RINGS.number)
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
    await desk.number("U2", "+6591239999")
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
    await desk.number("U0NEW", "+6591239999")
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
    desk.open(limits=replace(NONE, rings_per_hour=3, conferences_per_hour=1))
    assert len((await desk.invite(conference, Person("U2"), Person("U3"))).rung) == 2
    refused = await desk.invite(conference, Person("U4"), Person("U0NEW"))
    assert isinstance(refused.why_not, LimitReached)
    assert (refused.why_not.limit, refused.why_not.most) == (Limit.RINGS_PER_HOUR, "3")
    assert len((await desk.now()).participants) == 3
    assert (await desk.additions.ring_me(conference.key, "U4")).rung


async def test_a_number_that_was_rung_often_is_left_alone_for_a_while(desk: Desk) -> None:
    desk.open(limits=replace(NONE, rings_per_number=2))
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
