"""Lines that get free are given to those who wait for one, first come first served."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from conference.calls import CallState, NotRung
from conference.carrier import AnswerLost, LinesTaken, Refused
from conference.line_queue import LOOK_EVERY_SECONDS, WAIT_AT_MOST, NotQueued
from conference.model import ConferenceState, LeftOut, LeftOutReason, Reason
from conference.moderation import hung_up
from conference.preferences import Preferences
from storage import Storage
from tests.unit.conftest import keep_number
from tests.unit.exchange import LIVE, QUEUED, phone, settle, states, talk, until
from tests.unit.generated import BEGUN_AT
from tests.unit.line_queue_desk import ABANDONED, IN, LACKING, SHORT, Desk, waiting


@pytest.fixture
async def desk(storage: Storage) -> AsyncIterator[Desk]:
    desk = Desk(storage)
    yield desk
    await desk.queue.close()


async def test_first_come_is_first_served_and_the_others_are_told_their_place(desk: Desk) -> None:
    desk.lines = 3
    desk.open()
    await desk.has(waiting("later", 4, 5, minute=2), waiting("first", 1, 2, minute=1), waiting("last", 6, minute=3))
    await desk.serve()
    assert await desk.shown("first", "later", "last") == [["ringing"] * 2, ["ringing", "queued"], ["queued"]]
    assert [(await desk.now(name)).phones_ahead for name in ("first", "later", "last")] == [None, 0, 1]
    assert desk.carrier.met("call") == ["+6591230001,+6591230002", "+6591230004"]


async def test_a_line_that_gets_free_is_given_to_the_next_one_alone(desk: Desk) -> None:
    desk.lines = 1
    desk.open()
    await desk.has(talk(IN, name="running"), waiting("first", 1, 2), waiting("later", 3, minute=1))
    await desk.serve()
    assert desk.carrier.asked == []
    assert [(await desk.now(name)).phones_ahead for name in ("first", "later")] == [0, 2]
    await desk.ledger.update(
        (await desk.now("running")).key,
        lambda conference, _: conference.with_participant(
            conference.participants[0], replace(IN, state=CallState.ANSWERED)
        ).settled(BEGUN_AT),
    )
    await desk.serve()
    assert await desk.shown("first", "later") == [["ringing", "queued"], ["queued"]]
    assert (await desk.now("first")).state is LIVE


async def test_a_line_that_gets_free_while_the_queue_is_gone_through_is_theirs_who_came_first(desk: Desk) -> None:
    desk.lines = 1
    desk.open()
    await desk.has(waiting("first", 1), waiting("later", 2, minute=1))
    # The first one was looked at before there was a line.
    await desk.storage.update((await desk.now("later")).key, desk.queue._served(1, 8))
    assert await desk.shown("first", "later") == [["queued"], ["queued"]]


async def test_a_change_anywhere_has_the_queue_looked_at(desk: Desk) -> None:
    await desk.has(waiting("first", 1))
    desk.queue.hear(await desk.now("first"))
    await until(lambda: desk.carrier.asked)


async def test_who_came_late_is_not_rung_into_a_room_that_is_full(desk: Desk) -> None:
    desk.lines = 20
    desk.open()
    talking = [phone(place, CallState.IN_CALL, txn_ref=f"AA-9{place}") for place in range(10, 17)]
    late = [phone(place, CallState.QUEUED, asked_at=BEGUN_AT, asked_by="U10") for place in (1, 2)]
    await desk.has(talk(*talking, *late, name="full"))
    await desk.serve()
    assert states(await desk.now("full"))[-2:] == ["ringing", "queued"]


async def test_after_half_an_hour_nobody_waits_any_more(desk: Desk) -> None:
    await desk.has(waiting("all", 1, 2), talk(IN, *waiting("x", 3).participants, name="one"))
    await desk.clock.advance(WAIT_AT_MOST.total_seconds())
    desk.lines = 0
    desk.open()
    await desk.serve()
    assert await desk.shown("all", "one") == [["queued"] * 2, ["in_call", "queued"]]
    await desk.clock.advance(1)
    await desk.serve()
    over = "not_rung: waited_too_long"
    assert await desk.shown("all", "one") == [[over] * 2, ["in_call", over]]
    given_up = await desk.now("all")
    assert (given_up.state, given_up.reason, given_up.phones_ahead) == (ABANDONED, Reason.WAITED_TOO_LONG, None)
    assert desk.carrier.asked == []


@pytest.mark.parametrize("others", [1, 2])
async def test_nobody_is_rung_into_a_room_that_everybody_has_left(desk: Desk, others: int) -> None:
    gone = phone(9, CallState.ANSWERED, minutes=3)
    late = [phone(place, CallState.QUEUED, asked_at=BEGUN_AT) for place in range(1, 1 + others)]
    await desk.has(talk(gone, *late, name="gone"))
    await desk.serve()
    after = await desk.now("gone")
    if others == 1:
        assert (after.state, states(after)[1:]) == (ConferenceState.ENDED, ["not_rung: call_over"])
    else:
        assert (after.state, states(after)[1:]) == (LIVE, ["ringing"] * 2)


async def test_whoever_must_not_be_rung_any_more_is_not_and_is_named(desk: Desk) -> None:
    await desk.has(waiting("all", 1, 2, 3))
    await desk.storage.set_preferences("T1", "U1", Preferences(wants_rings=False))
    await keep_number(desk.storage, "U2", "+6591239999")
    await desk.serve()
    after = await desk.now("all")
    assert states(after) == ["not_rung: not_any_more"] * 2 + ["ringing"]
    left = {LeftOut(LeftOutReason.NOT_WANTED, "U1"), LeftOut(LeftOutReason.NUMBER_CHANGED, "U2")}
    assert set(after.left_out) == left


async def test_who_is_rung_in_another_call_by_now_is_not_rung_twice(desk: Desk) -> None:
    await desk.has(waiting("all", 1, 2), talk(phone(1, CallState.IN_CALL, txn_ref="AA-1"), name="other"))
    await desk.serve()
    assert states(await desk.now("all")) == ["not_rung: not_any_more", "ringing"]


async def test_who_is_in_another_call_on_another_number_is_not_rung_twice(desk: Desk) -> None:
    elsewhere = phone(1, CallState.IN_CALL, txn_ref="AA-1", number="+6591239999")
    await desk.has(talk(elsewhere, name="other"), waiting("all", 1, 2))
    await desk.serve()
    after = await desk.now("all")
    assert states(after) == ["not_rung: not_any_more", "ringing"]
    assert after.left_out == (LeftOut(LeftOutReason.IN_ANOTHER_CALL, "U1"),)


async def test_who_came_in_on_another_number_while_they_waited_is_not_rung_once_more(desk: Desk) -> None:
    """Theirs was changed, and changed back."""
    elsewhere = phone(1, CallState.IN_CALL, txn_ref="AA-1", number="+6591239999")
    calls = [phone(place, CallState.QUEUED, asked_at=BEGUN_AT) for place in (1, 2)]
    await desk.has(talk(elsewhere, *calls, name="all"))
    await desk.serve()
    after = await desk.now("all")
    assert states(after) == ["in_call", "not_rung: not_any_more", "ringing"]
    assert after.left_out == ()


async def test_whose_number_waits_as_a_guests_while_they_are_in_the_call_is_not_rung_once_more(desk: Desk) -> None:
    """They have put it on file meanwhile."""
    elsewhere = phone(1, CallState.IN_CALL, txn_ref="AA-1", number="+6591239999")
    guest = phone(1, CallState.QUEUED, asked_at=BEGUN_AT, people=())
    await desk.has(talk(elsewhere, guest, name="all"))
    await keep_number(desk.storage, "U1", guest.number)
    await desk.serve()
    assert states(await desk.now("all")) == ["in_call", "not_rung: not_any_more"]


async def test_who_shares_the_number_of_somebody_who_came_in_on_another_is_rung_alone(desk: Desk) -> None:
    elsewhere = phone(1, CallState.IN_CALL, txn_ref="AA-1", number="+6591239999")
    shared = phone(1, CallState.QUEUED, asked_at=BEGUN_AT, people=("U1", "U2"))
    await desk.has(talk(elsewhere, shared, name="all"))
    await desk.serve()
    after = await desk.now("all")
    assert states(after) == ["in_call", "ringing"]
    assert after.participants[1].people == ("U2",)


async def test_a_conference_of_which_nobody_may_be_rung_any_more_is_given_up(desk: Desk) -> None:
    await desk.has(waiting("all", 1))
    await desk.storage.set_preferences("T1", "U1", Preferences(wants_rings=False))
    await desk.serve()
    after = await desk.now("all")
    assert (after.state, after.reason, after.queued) == (ABANDONED, Reason.NOBODY_TO_RING, ())


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (ConferenceState.REFUSED, None),
        (ABANDONED, Reason.NOT_SENT),
        (ABANDONED, Reason.RUNG_ANEW),
        (ConferenceState.ENDED, None),
    ],
)
async def test_nobody_is_rung_from_the_queue_for_a_conference_that_is_over(
    desk: Desk, state: ConferenceState, reason: Reason | None
) -> None:
    await desk.has(replace(waiting("over", 1, 2), state=state, reason=reason))
    await desk.serve()
    after = await desk.now("over")
    assert (desk.carrier.asked, after.queued, after.state, after.reason) == ([], (), state, reason)


async def test_who_is_hung_up_while_a_line_is_asked_for_does_not_go_back_into_the_queue(desk: Desk) -> None:
    await desk.has(waiting("all", 1, 2))
    desk.carrier.answers.clear()
    desk.carrier.errors["call"] = [LinesTaken("error_lines")]
    serving = asyncio.create_task(desk.serve())
    await until(lambda: desk.carrier.asked)
    key = (await desk.now("all")).key
    await desk.ledger.update(key, lambda conference, _: hung_up(conference, "U1", BEGUN_AT))
    desk.carrier.answers.set()
    await serving
    await desk.serve()
    after = await desk.now("all")
    assert (after.state, after.reason, after.queued) == (ABANDONED, Reason.CALLED_OFF, ())
    assert len(desk.carrier.asked) == 1


# Where the carrier says no


async def test_where_the_carrier_has_no_line_after_all_nobody_else_is_tried_and_all_wait_on(desk: Desk) -> None:
    await desk.has(waiting("first", 1, 2), waiting("later", 3, minute=1))
    desk.carrier.errors["call"] = [LinesTaken("error_lines"), LinesTaken("error_lines")]
    desk.queue.hear(await desk.now("first"))
    await until(lambda: desk.clock._sleepers)
    assert await desk.shown("first", "later") == [["queued"] * 2, ["queued"]]
    assert (await desk.now("first")).state is QUEUED
    # There might have been a line for one of them.
    assert desk.carrier.met("call") == ["+6591230001,+6591230002", "+6591230001"]
    # However much happens elsewhere, it is tried again only after a while.
    desk.queue.hear(await desk.now("later"))
    await settle()
    await desk.clock.advance(LOOK_EVERY_SECONDS - 1)
    await settle()
    assert len(desk.carrier.asked) == 2
    await desk.clock.advance(1)
    await until(lambda: len(desk.carrier.asked) == 4)
    assert {at for at, *_ in desk.carrier.asked[2:]} == {LOOK_EVERY_SECONDS}
    assert desk.carrier.met("call")[2:] == ["+6591230001,+6591230002", "+6591230003"]


async def test_where_something_else_takes_lines_those_that_are_left_are_found_one_by_one(desk: Desk) -> None:
    await desk.has(waiting("first", 1, 2, 3), waiting("later", 4, minute=1))
    desk.carrier.errors["call"] = [LinesTaken("error_lines"), None, LinesTaken("error_lines")]
    desk.ledger.listeners.clear()
    assert not await desk.queue._go_through()
    assert await desk.shown("first", "later") == [["ringing", "queued", "queued"], ["queued"]]
    assert desk.carrier.met("call") == ["+6591230001,+6591230002,+6591230003", "+6591230001", "+6591230002"]


async def test_one_conference_that_can_not_be_served_does_not_hold_up_the_others(desk: Desk) -> None:
    await desk.has(waiting("first", 1), waiting("later", 2, minute=1))
    first = await desk.now("first")
    nameless = replace(first.participants[0], number="")
    await desk.ledger.storage.update(first.key, lambda one, _: replace(one, participants=(nameless,)))
    await desk.serve()
    assert await desk.shown("first", "later") == [["not_rung: not_any_more"], ["ringing"]]


async def test_whoever_waits_while_nothing_is_heard_is_thought_of_again(desk: Desk) -> None:
    desk.lines = 1
    desk.open()
    await desk.has(talk(IN, name="running"), waiting("first", 1))
    desk.queue.hear(await desk.now("first"))
    await until(lambda: desk.clock._sleepers)
    running = await desk.now("running")
    gone = replace(running, state=ConferenceState.ENDED, participants=(replace(IN, state=CallState.ANSWERED),))
    await desk.storage.update(running.key, lambda conference, _: gone)
    await desk.clock.advance(LOOK_EVERY_SECONDS)
    await until(lambda: desk.carrier.asked)


@pytest.mark.parametrize("error", [Refused("error_x"), AnswerLost("ReadTimeout")])
async def test_a_request_that_failed_for_some_takes_no_line_from_the_next_ones(desk: Desk, error: Exception) -> None:
    desk.lines = 1
    desk.open()
    await desk.has(waiting("first", 1, 2), waiting("later", 3, minute=1))
    desk.carrier.errors["call"] = [error]
    await desk.serve()
    first = await desk.now("first")
    if isinstance(error, Refused):
        # Nothing waits for what the carrier will not have; and the line is free.
        assert (first.state, first.queued) == (ConferenceState.REFUSED, ())
        assert await desk.shown("later") == [["ringing"]]
    else:
        # The phone may be ringing: its line is taken, and the request is not repeated.
        assert (first.state, states(first)) == (ConferenceState.UNCONFIRMED, ["waiting: ReadTimeout", "queued"])
        assert await desk.shown("later") == [["queued"]]
    await desk.serve()
    assert desk.carrier.met("call").count("+6591230001") == 1


async def test_while_nobody_knows_what_became_of_a_request_no_other_is_sent(desk: Desk) -> None:
    in_doubt = phone(1, why="ReadTimeout")
    late = phone(2, CallState.QUEUED, asked_at=BEGUN_AT)
    lost = talk(in_doubt, late, state=ConferenceState.UNCONFIRMED, detail="ReadTimeout", name="lost")
    await desk.has(lost, waiting("later", 3, minute=1))
    await desk.serve()
    assert desk.carrier.met("call") == ["+6591230003"]
    assert states(await desk.now("lost")) == ["waiting: ReadTimeout", "queued"]
    found = replace(in_doubt, state=CallState.IN_CALL, txn_ref="AA-9", why=None)
    await desk.ledger.update(
        lost.key, lambda conference, _: replace(conference, state=LIVE, participants=(found, late), detail=None)
    )
    await desk.serve()
    assert states(await desk.now("lost")) == ["in_call", "ringing"]


# What people press


async def test_waiting_and_waiting_no_more_do_something_once(desk: Desk) -> None:
    before = talk(LACKING, state=ABANDONED, reason=Reason.NO_LINES, detail=SHORT, name="short")
    await desk.has(before)
    desk.ledger.listeners.clear()
    assert await desk.queue.stop_waiting(before.key) is None
    assert await desk.queue.wait(before.key) is None
    assert (await desk.now("short")).queued
    assert await desk.queue.wait(before.key) is NotQueued.NOBODY
    taken = await desk.queue.stop_waiting(before.key)
    assert taken is not None
    assert not taken.queued
    assert await desk.queue.stop_waiting(before.key) is None


async def test_those_alone_are_put_into_the_queue_whom_that_person_had_rung(desk: Desk) -> None:
    calls = [replace(phone(place, CallState.NOT_RUNG, why=NotRung.ROOM_FULL), asked_by=f"U{place}") for place in (1, 2)]
    before = talk(IN, *calls, name="full")
    await desk.has(before)
    desk.ledger.listeners.clear()
    assert await desk.queue.wait(before.key, only_of="U3") is NotQueued.NOBODY
    assert await desk.queue.wait(before.key, only_of="U2") is None
    assert states(await desk.now("full"))[1:] == ["not_rung: room_full", "queued"]


async def test_after_half_an_hour_nobody_is_put_into_the_queue(desk: Desk) -> None:
    before = talk(LACKING, state=ABANDONED, reason=Reason.NO_LINES, detail=SHORT, name="short")
    await desk.has(before)
    await desk.clock.advance(WAIT_AT_MOST.total_seconds() + 60)
    assert await desk.queue.wait(before.key) is NotQueued.TOO_LATE
    assert not (await desk.now("short")).queued


async def test_who_waits_is_found_again_by_the_next_start(desk: Desk) -> None:
    desk.lines = 0
    desk.open()
    await desk.has(waiting("first", 1))
    desk.queue.hear(await desk.now("first"))
    await until(lambda: desk.clock._sleepers)
    await desk.queue.close()
    desk.lines = 1
    desk.open()
    for key in await desk.storage.unfinished():
        desk.ledger.tell(await desk.storage.conference(key))
    await until(lambda: desk.carrier.asked)
