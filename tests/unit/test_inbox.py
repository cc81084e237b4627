"""Notifications are acknowledged when they are kept, and taken in together behind that."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from conference.calls import CallState, Report
from conference.inbox import Inbox
from conference.ledger import STORE_AGAIN_AFTER_SECONDS, Ledger
from conference.model import Conference, ConferenceKey, ConferenceState
from conference.ports import Change, Notification, StorageUnavailableError
from conference.right_of_way import RightOfWay
from sandbox.clock import MovedClock
from storage import Storage
from telephony.hoiio import read_notification
from tests.unit.exchange import MemoryStorage, phone, settle, talk
from tests.unit.generated import BEGUN_AT

AN_HOUR = 3600.0
EIGHT = talk(*(phone(place, CallState.RINGING, txn_ref=f"AA-{place}") for place in range(8)))
KEY = EIGHT.key


@dataclass
class SlowStorage(MemoryStorage):
    """Tells of a change only when it may."""

    may_tell: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        super().__init__(EIGHT)

    async def update(
        self, key: ConferenceKey, change: Change, *, successor: Conference | None = None, takes_in: bool = False
    ) -> tuple[Conference, Conference]:
        outcome = await super().update(key, change, successor=successor, takes_in=takes_in)
        await self.may_tell.wait()
        return outcome


def read(fields: Mapping[str, str]) -> Report | None:
    """What a notification of Hoiio's says, but for one that nobody has foreseen."""
    if fields["call_status_dest"] == "nonsense":
        raise RuntimeError("unforeseen")
    return read_notification(fields)


@dataclass
class Desk:
    """An inbox, and what is heard of its conferences."""

    storage: MemoryStorage | Storage = field(default_factory=lambda: MemoryStorage(EIGHT))
    clock: MovedClock = field(default_factory=MovedClock)
    right_of_way: RightOfWay = field(default_factory=lambda: RightOfWay(one_step_every_seconds=AN_HOUR))
    heard: list[Conference] = field(default_factory=list)

    def __post_init__(self) -> None:
        ledger = Ledger(self.storage, self.clock)
        ledger.listeners.append(self.heard.append)
        self.inbox = Inbox(ledger=ledger, clock=self.clock, read_notification=read, right_of_way=self.right_of_way)

    async def notify(self, place: int, status: str = "busy", received_at: datetime = BEGUN_AT) -> None:
        fields = {"txn_ref": f"AA-{place}", "call_status_dest": status}
        notification = Notification(fields, received_at)
        assert await self.inbox.keep(EIGHT.conference_id, EIGHT.notify_secret, notification)

    async def go_on(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await settle()

    async def call(self, place: int) -> CallState:
        return (await self.storage.conference(KEY)).participants[place].state


async def test_a_burst_is_taken_in_with_one_write_and_told_once() -> None:
    desk = Desk()
    with desk.right_of_way.taken():
        for place in range(8):
            await desk.notify(place)
        await settle()
        assert await desk.storage.conference(KEY) == EIGHT
    await asyncio.gather(*desk.inbox.in_hand)
    (told,) = desk.heard
    assert told == await desk.storage.conference(KEY)
    assert (told.version, told.state) == (EIGHT.version + 1, ConferenceState.ENDED)
    assert {call.state for call in told.participants} == {CallState.BUSY}


async def test_each_is_taken_in_as_of_when_it_came() -> None:
    desk = Desk()
    with desk.right_of_way.taken():
        for place in range(8):
            await desk.notify(place, "answered" if place < 2 else "busy", BEGUN_AT + timedelta(seconds=place))
    await asyncio.gather(*desk.inbox.in_hand)
    first, second, *_ = desk.heard[0].participants
    assert (first.answered_at, second.answered_at) == (BEGUN_AT, BEGUN_AT + timedelta(seconds=1))


async def test_one_that_comes_while_others_are_taken_in_is_taken_in_next() -> None:
    storage = SlowStorage()
    desk = Desk(storage)
    await desk.notify(0)
    await settle()
    await desk.notify(1)
    await settle()
    assert (await desk.call(0), await desk.call(1)) == (CallState.BUSY, CallState.RINGING)
    storage.may_tell.set()
    await asyncio.gather(*desk.inbox.in_hand)
    assert (await desk.call(0), await desk.call(1)) == (CallState.BUSY, CallState.BUSY)
    assert desk.inbox.in_hand == set()


async def test_a_storage_that_fails_on_taking_in_is_asked_until_it_does() -> None:
    storage = MemoryStorage(EIGHT)
    storage.errors += [StorageUnavailableError("database is locked")] * 2
    desk = Desk(storage)
    await desk.notify(0)
    await settle()
    assert await desk.call(0) is CallState.RINGING
    # What came meanwhile is taken in with it.
    await desk.notify(1)
    in_hand = desk.inbox.in_hand
    await desk.clock.advance(sum(STORE_AGAIN_AFTER_SECONDS[:2]))
    await asyncio.gather(*in_hand)
    assert (await desk.call(0), await desk.call(1)) == (CallState.BUSY, CallState.BUSY)
    assert desk.heard[0].version == EIGHT.version + 1


async def test_what_came_in_an_outage_is_taken_in_with_the_first_that_comes_after_it() -> None:
    storage = MemoryStorage(EIGHT)
    storage.errors += [StorageUnavailableError("database is locked")] * 4
    desk = Desk(storage)
    await desk.notify(0)
    await settle()
    for wait in STORE_AGAIN_AFTER_SECONDS[:3]:
        await desk.go_on(wait)
    assert (await desk.call(0), storage.errors) == (CallState.RINGING, [])
    await desk.notify(1)
    await settle()
    assert (await desk.call(0), await desk.call(1)) == (CallState.BUSY, CallState.BUSY)
    assert desk.inbox.in_hand == set()


async def test_an_outage_that_goes_on_is_waited_out_longer_each_time() -> None:
    storage = MemoryStorage(EIGHT)
    storage.errors += [StorageUnavailableError("database is locked")] * 5
    desk = Desk(storage)
    await desk.notify(0)
    await settle()
    for wait in STORE_AGAIN_AFTER_SECONDS:
        left = len(storage.errors)
        await desk.go_on(wait - 0.1)
        assert len(storage.errors) == left
        await desk.go_on(0.1)
        assert len(storage.errors) == max(left - 1, 0)
    await asyncio.gather(*desk.inbox.in_hand)
    assert await desk.call(0) is CallState.BUSY


async def test_one_that_nobody_understood_is_taken_in_when_it_comes_again_and_is_understood(storage: Storage) -> None:
    unnamed = replace(EIGHT, participants=tuple(replace(call, txn_ref=None) for call in EIGHT.participants))
    await storage.add(unnamed)
    desk = Desk(storage)
    await desk.notify(0)
    await asyncio.gather(*desk.inbox.in_hand)
    assert await desk.call(0) is CallState.RINGING
    await storage.update(KEY, lambda conference, _: replace(conference, participants=EIGHT.participants))
    await desk.notify(0)
    await asyncio.gather(*desk.inbox.in_hand)
    assert await desk.call(0) is CallState.BUSY


async def test_one_that_makes_no_sense_stands_in_the_way_of_no_other(storage: Storage) -> None:
    """Neither as it comes, nor at the start after a crash."""
    await storage.add(EIGHT)
    desk = Desk(storage)
    with desk.right_of_way.taken():
        for place, status in enumerate(("busy", "nonsense", "busy")):
            await desk.notify(place, status, BEGUN_AT + timedelta(seconds=place))
        conference = await desk.inbox.recover(KEY)
    assert [call.state for call in conference.participants[:3]] == [CallState.BUSY, CallState.RINGING, CallState.BUSY]
    await asyncio.gather(*desk.inbox.in_hand)
    await desk.notify(1, "nonsense")
    await desk.notify(3)
    await asyncio.gather(*desk.inbox.in_hand)
    assert await desk.call(3) is CallState.BUSY
    assert await storage.untaken() == []


async def test_the_same_one_many_times_changes_it_once(storage: Storage) -> None:
    await storage.add(EIGHT)
    desk = Desk(storage)
    for _ in range(5):
        await asyncio.gather(*(desk.notify(0) for _ in range(20)))
        await asyncio.gather(*desk.inbox.in_hand)
    assert (await storage.conference(KEY)).version == EIGHT.version + 1
    assert len(desk.heard) == 1


async def test_what_came_to_no_address_of_ours_is_not_kept() -> None:
    desk = Desk()
    for conference_id, secret in ((EIGHT.conference_id, "guessed"), ("unknown", EIGHT.notify_secret)):
        assert not await desk.inbox.keep(conference_id, secret, Notification({"txn_ref": "AA-0"}, BEGUN_AT))
    assert desk.inbox.in_hand == set()
