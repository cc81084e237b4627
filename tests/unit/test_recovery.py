"""The start after a crash, with much that was not finished."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from conference.barring import Barring
from conference.calls import CallState
from conference.carrier import Refused
from conference.right_of_way import RightOfWay
from conference.seating import Seating
from conference.service import Conferences
from sandbox.clock import MovedClock
from storage import Storage
from storage.connection import BEHIND_AT_ONCE
from telephony.hoiio import read_notification
from tests.unit.conftest import keep_number
from tests.unit.exchange import ADDRESS, NO_LIMITS, StubCarrier, StubDirectory, phone, states, talk
from tests.unit.generated import BEGUN_AT


async def test_a_phone_that_is_rung_right_after_a_crash_is_not_taken_for_one_that_was_rung_before_it(
    storage: Storage,
) -> None:
    """However many conferences there are to be gone on with before its own."""
    clock = MovedClock(BEGUN_AT)
    carrier = StubCarrier(clock)
    conferences = Conferences(
        storage=storage,
        carrier=carrier,
        seating=Seating(storage, StubDirectory(), clock, Barring(), NO_LIMITS, lines=1000),
        clock=clock,
        notify_address=ADDRESS,
        read_notification=read_notification,
        watched=(),
        heard=(),
        right_of_way=RightOfWay(),
    )
    before = (
        talk(phone(3, CallState.IN_CALL, txn_ref=f"AB-{place}"), name=f"{place:06}")
        for place in range(4 * BEHIND_AT_ONCE)
    )
    await asyncio.gather(*map(storage.add, before))
    last = talk(phone(1, CallState.IN_CALL, txn_ref="AC-1"), phone(2, CallState.BUSY))
    await storage.add(replace(last, created_at=BEGUN_AT + timedelta(seconds=1)))
    await keep_number(storage, "U2", phone(2).number)
    carrier.answers.clear()
    carrier.errors["call"].append(Refused("error_unable_to_dial"))
    await conferences.recover()
    # What is not shown is looked up next, before the first command is taken.
    await storage.unshown()
    await storage.unshown_occurrences()
    await conferences.additions.ring_again(last.key, "U1", 1)
    # Until all that was unfinished has been looked at, its request is under way.
    await asyncio.gather(*conferences._tasks.running)
    carrier.answers.set()
    await asyncio.gather(*conferences.in_hand)
    found = await storage.conference(last.key)
    assert states(found)[2:] == ["not_rung: error_unable_to_dial"]
    await conferences.close()
