"""Hanging up and muting: what is to be over is stored first, and the carrier is told until it has surely heard."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import assume, given

from conference.calls import CallState, NotRung, Participant
from conference.carrier import AnswerLost, CarrierError, NoSuchCall, NotSent, Refused
from conference.dialing import claimed
from conference.ledger import Ledger
from conference.model import Conference, ConferenceState, Reason
from conference.moderation import (
    REQUESTS_PER_MINUTE,
    TRY_AGAIN_AFTER_SECONDS,
    Moderated,
    Moderator,
    hung_up,
)
from sandbox.clock import MovedClock
from tests.unit.exchange import DIALING, LIVE, QUEUED, MemoryStorage, StubCarrier, dialer_of, phone, settle, talk
from tests.unit.generated import BEGUN_AT, conferences

NOW = BEGUN_AT
BOSS, BOB = "U0BOSS", "U0BOB"
ABANDONED, ENDED = ConferenceState.ABANDONED, ConferenceState.ENDED
RINGS = phone(1, CallState.RINGING, txn_ref="AA-1")
TALKS = phone(2, CallState.IN_CALL, txn_ref="AA-2")
WAITS = phone(3, CallState.QUEUED)
NO_SUCH_CALL = NoSuchCall("error_invalid_txn_ref")
FAILURES: list[CarrierError] = [NotSent("x"), AnswerLost("ReadTimeout"), Refused("error_rate_limit_exceeded")]


# What it means to hang up for everybody


@pytest.mark.parametrize("state", [ConferenceState.NEW, QUEUED])
def test_a_conference_that_rings_nobody_yet_is_called_off(state: ConferenceState) -> None:
    before = talk(phone(1, dialed_at=None) if state is ConferenceState.NEW else WAITS, state=state, phones_ahead=2)
    after = hung_up(before, BOSS, NOW)
    assert (after.state, after.reason, after.hung_up_by, after.phones_ahead) == (
        ABANDONED,
        Reason.CALLED_OFF,
        BOSS,
        None,
    )
    assert {(call.state, call.why) for call in after.participants} == {(CallState.NOT_RUNG, NotRung.CALLED_OFF)}


def test_what_rings_or_talks_is_to_be_over_and_what_waits_is_not_rung() -> None:
    busy, in_doubt = phone(4, CallState.BUSY), phone(5, why="ReadTimeout")
    after = hung_up(talk(RINGS, TALKS, WAITS, busy, in_doubt, phones_ahead=0), BOSS, NOW)
    assert (after.state, after.hung_up_by, after.phones_ahead) == (LIVE, BOSS, None)
    assert [call.hang_up for call in after.participants] == [True, True, False, False, True]
    assert after.participants[2] == WAITS.not_rung(NotRung.CALLED_OFF)
    assert after.participants[3] == busy


def test_a_conference_of_which_only_the_queue_was_left_is_over_at_once() -> None:
    after = hung_up(talk(phone(4, CallState.ANSWERED), WAITS), BOSS, NOW)
    assert (after.state, after.ended_at, after.hung_up_by) == (ENDED, NOW, BOSS)


@given(conferences())
def test_hanging_up_leaves_nothing_that_goes_on_and_doing_it_again_changes_nothing(conference: Conference) -> None:
    if conference.state in {ConferenceState.NEW, QUEUED}:
        never_rung = {CallState.NOT_RUNG, CallState.QUEUED, CallState.WAITING}
        assume(all(call.state in never_rung for call in conference.participants))
    conference = replace(conference, hung_up_by=None)
    after = hung_up(conference, BOSS, NOW)
    assert all(call.hang_up for call in after.open_participants) or conference.is_over
    assert not after.queued or conference.is_over
    assert after == conference if conference.is_over else after.hung_up_by == BOSS
    assert hung_up(after, BOB, NOW) == after
    for earlier, later in zip(conference.participants, after.participants, strict=True):
        if earlier.state.is_final:
            assert later == earlier


# Told to the carrier


@dataclass
class Desk:
    clock: MovedClock = field(default_factory=MovedClock)
    storage: MemoryStorage = field(default_factory=MemoryStorage)

    def __post_init__(self) -> None:
        self.carrier = StubCarrier(self.clock)
        self.open()

    def open(self) -> None:
        """As the bot starts."""
        self.ledger = Ledger(self.storage, self.clock)
        self.moderator = Moderator(ledger=self.ledger, carrier=self.carrier, clock=self.clock)
        self.ledger.listeners.append(self.moderator.hear)

    def has(self, *calls: Participant, state: ConferenceState = LIVE) -> Conference:
        conference = talk(*calls, state=state)
        self.storage.kept[conference.key] = conference
        return conference

    @property
    def calls(self) -> tuple[Participant, ...]:
        (conference,) = self.storage.kept.values()
        return conference.participants


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.moderator.close()


async def test_whoever_rings_or_talks_is_hung_up_for_everybody_once_whoever_presses(desk: Desk) -> None:
    conference = desk.has(RINGS, TALKS, WAITS)
    results = [await desk.moderator.hang_up_all(conference.key, user_id) for user_id in (BOSS, BOSS, BOB)]
    await settle()
    assert results == [Moderated.DONE] * 3
    assert desk.storage.kept[conference.key].hung_up_by == BOSS
    assert sorted(desk.carrier.met("hang_up")) == ["AA-1", "AA-2"]
    assert desk.carrier.met("kick") == []


@pytest.mark.parametrize("state", [ENDED, ABANDONED, ConferenceState.REFUSED])
async def test_what_is_over_is_not_hung_up(desk: Desk, state: ConferenceState) -> None:
    conference = desk.has(phone(1, CallState.BUSY, txn_ref="AA-1"), state=state)
    assert await desk.moderator.hang_up_all(conference.key, BOSS) is Moderated.OVER
    assert await desk.moderator.hang_up(conference.key, 0) is Moderated.OVER
    assert await desk.moderator.mute(conference.key, 0, is_muted=True) is Moderated.OVER
    await settle()
    assert desk.carrier.asked == []


@pytest.mark.parametrize("first", [True, False])
async def test_a_call_whose_request_is_under_way_is_hung_up_as_soon_as_it_is_named(desk: Desk, first: bool) -> None:
    dialer = dialer_of(desk.ledger, desk.carrier)
    others = [] if first else [TALKS]
    before = desk.has(*others, phone(1, dialed_at=None), state=ConferenceState.NEW if first else LIVE)
    after = claimed(before, [len(others)], NOW)
    desk.storage.kept[before.key] = after
    desk.carrier.answers.clear()
    ringing = asyncio.create_task(dialer.ring(before, after))
    await settle()
    assert await desk.moderator.hang_up_all(before.key, BOSS) is Moderated.DONE
    await settle()
    assert desk.storage.kept[before.key].state is (DIALING if first else LIVE)
    assert desk.carrier.met("hang_up") == ([] if first else ["AA-2"])
    desk.carrier.answers.set()
    await ringing
    await settle()
    assert desk.carrier.met("hang_up")[-1] == "AA-0"


async def test_a_call_that_was_in_doubt_is_hung_up_when_it_is_found(desk: Desk) -> None:
    conference = desk.has(phone(1, why="ReadTimeout"), state=ConferenceState.UNCONFIRMED)
    assert await desk.moderator.hang_up_all(conference.key, BOSS) is Moderated.DONE
    found = replace(RINGS, hang_up=True)
    await desk.ledger.update(conference.key, lambda one, _: replace(one, state=LIVE, participants=(found,)))
    await settle()
    assert desk.carrier.met("hang_up") == ["AA-1"]


@pytest.mark.parametrize("failures", [1, 3, len(TRY_AGAIN_AFTER_SECONDS)])
@pytest.mark.parametrize("error", FAILURES)
async def test_hanging_up_is_repeated_until_it_is_surely_heard(desk: Desk, error: CarrierError, failures: int) -> None:
    conference = desk.has(RINGS)
    desk.carrier.errors["hang_up"] = [error] * failures
    assert await desk.moderator.hang_up(conference.key, 0) is Moderated.DONE
    await settle()
    await desk.clock.advance(600)
    assert desk.carrier.met("hang_up") == ["AA-1"] * (failures + 1)
    waits = [sum(TRY_AGAIN_AFTER_SECONDS[:tries]) for tries in range(failures + 1)]
    assert [at for at, *_ in desk.carrier.asked] == waits


async def test_a_carrier_that_does_not_hear_is_told_until_it_does(desk: Desk) -> None:
    conference = desk.has(RINGS)
    desk.carrier.errors["hang_up"] = [NotSent("x")] * 20
    await desk.moderator.hang_up(conference.key, 0)
    await settle()
    for _ in range(40):
        await desk.clock.advance(TRY_AGAIN_AFTER_SECONDS[-1])
        await settle()
    assert len(desk.carrier.asked) == 21


async def test_what_has_ended_by_itself_is_not_hung_up_any_more(desk: Desk) -> None:
    conference = desk.has(RINGS)
    desk.carrier.errors["hang_up"] = [NotSent("x")] * 20
    await desk.moderator.hang_up(conference.key, 0)
    await settle()
    over = replace(RINGS, hang_up=True, state=CallState.UNANSWERED)
    desk.moderator.hear(replace(conference, participants=(over,)))
    for _ in range(10):
        await desk.clock.advance(TRY_AGAIN_AFTER_SECONDS[-1])
        await settle()
    assert len(desk.carrier.asked) == 1


async def test_what_the_carrier_does_not_know_any_more_needs_no_hanging_up(desk: Desk) -> None:
    conference = desk.has(RINGS)
    desk.carrier.errors["hang_up"] = [NO_SUCH_CALL] * 9
    await desk.moderator.hang_up(conference.key, 0)
    await settle()
    await desk.clock.advance(600)
    assert len(desk.carrier.asked) == 1


async def test_after_a_restart_what_is_to_be_over_is_hung_up(desk: Desk) -> None:
    conference = desk.has(replace(RINGS, hang_up=True), replace(TALKS, hang_up=True), phone(4, CallState.RINGING))
    await desk.moderator.close()
    desk.open()
    desk.ledger.tell(conference)
    await settle()
    assert (desk.carrier.met("hang_up"), desk.carrier.met("kick")) == (["AA-1"], ["AA-2"])


# One person


async def test_who_is_in_the_room_is_put_out_of_it_and_who_rings_is_hung_up(desk: Desk) -> None:
    conference = desk.has(RINGS, TALKS)
    for place in (0, 1, 1, 0):
        assert await desk.moderator.hang_up(conference.key, place) is Moderated.DONE
        await settle()
    assert [(name, about) for _, name, about in desk.carrier.asked] == [("hang_up", "AA-1"), ("kick", "AA-2")]
    assert desk.storage.kept[conference.key].hung_up_by is None


async def test_who_can_not_be_put_out_of_the_room_is_hung_up(desk: Desk) -> None:
    conference = desk.has(TALKS)
    desk.carrier.errors["kick"] = [NO_SUCH_CALL]
    await desk.moderator.hang_up(conference.key, 0)
    await settle()
    await desk.clock.advance(600)
    assert [(name, about) for _, name, about in desk.carrier.asked] == [("kick", "AA-2"), ("hang_up", "AA-2")]


@pytest.mark.parametrize("place", [0, 1, 2, 9])
async def test_whoever_is_not_in_the_call_is_left_alone(desk: Desk, place: int) -> None:
    conference = desk.has(phone(4, CallState.BUSY, txn_ref="AA-4"), WAITS, phone(5, CallState.NOT_RUNG, why="x"), RINGS)
    assert await desk.moderator.hang_up(conference.key, place) is Moderated.NOT_IN
    assert await desk.moderator.mute(conference.key, place, is_muted=True) is Moderated.NOT_IN
    await settle()
    assert (desk.carrier.asked, desk.storage.kept[conference.key]) == ([], conference)


async def test_who_is_in_the_call_is_muted_and_heard_again(desk: Desk) -> None:
    conference = desk.has(RINGS, TALKS)
    assert await desk.moderator.mute(conference.key, 1, is_muted=True) is Moderated.DONE
    assert [call.is_muted for call in desk.calls] == [False, True]
    assert await desk.moderator.mute(conference.key, 1, is_muted=False) is Moderated.DONE
    assert [call.is_muted for call in desk.calls] == [False, False]
    assert await desk.moderator.mute(conference.key, 0, is_muted=True) is Moderated.NOT_IN
    assert [(name, about) for _, name, about in desk.carrier.asked] == [("mute", "AA-2"), ("unmute", "AA-2")]


@pytest.mark.parametrize("error", [NO_SUCH_CALL, *FAILURES])
async def test_who_could_not_be_muted_is_not_shown_as_muted(desk: Desk, error: CarrierError) -> None:
    conference = desk.has(TALKS)
    desk.carrier.errors["mute"] = [error]
    expected = Moderated.NOT_IN if error is NO_SUCH_CALL else Moderated.FAILED
    assert await desk.moderator.mute(conference.key, 0, is_muted=True) is expected
    assert desk.storage.kept[conference.key] == conference
    assert len(desk.carrier.asked) == 1


async def test_many_are_hung_up_at_the_pace_that_the_carrier_allows(desk: Desk) -> None:
    everybody = [phone(place, CallState.RINGING, txn_ref=f"AA-{place}") for place in range(3 * REQUESTS_PER_MINUTE)]
    conference = desk.has(*everybody)
    await desk.moderator.hang_up_all(conference.key, BOSS)
    for _ in range(200):
        await settle(300)
        await desk.clock.advance(1)
    times = [at for at, *_ in desk.carrier.asked]
    assert len(times) == len(set(desk.carrier.met("hang_up"))) == len(everybody)
    assert max(sum(begin <= at < begin + 60 for at in times) for begin in times) <= REQUESTS_PER_MINUTE
    assert max(times) <= 120
