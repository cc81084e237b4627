"""Asking the carrier to ring phones: once, and no call that may be ringing is ever lost."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conference.calls import CallState, NotRung, Participant
from conference.carrier import (
    RESTARTED,
    AnswerLost,
    CarrierError,
    LinesTaken,
    NotEnoughCredit,
    NotSent,
    Refused,
)
from conference.dialing import SEND_AGAIN_AFTER_SECONDS, UNFORESEEN, claimed, failed, under_way, without_lines
from conference.ledger import Ledger
from conference.lines import LinesShort, read_lines_short
from conference.model import Conference, ConferenceState, Reason
from conference.ports import Notification, StorageUnavailableError
from sandbox.clock import MovedClock
from tests.unit.exchange import (
    DIALING,
    LIVE,
    QUEUED,
    MemoryStorage,
    StubCarrier,
    dialer_of,
    phone,
    settle,
    states,
    talk,
)
from tests.unit.generated import BEGUN_AT

NOW = BEGUN_AT + timedelta(seconds=7)
UNCONFIRMED = ConferenceState.UNCONFIRMED
LOST, NO, TAKEN, UNSENT = AnswerLost("ReadTimeout"), Refused("error_x"), LinesTaken("error_lines"), NotSent("x")
ERRORS: list[CarrierError] = [LOST, NO, TAKEN, UNSENT, NotEnoughCredit("error_credit")]
NEW = phone(1, dialed_at=None)
IN_DOUBT = phone(3, why="ReadTimeout")


def claim(conference: Conference, *places: int) -> Conference:
    return claimed(conference, places, NOW)


# What is about to be rung


def test_what_is_claimed_is_under_way_from_then_on_and_the_rest_is_as_it_was() -> None:
    lacking = phone(2, CallState.NOT_RUNG, why=NotRung.NO_LINES)
    before = talk(NEW, lacking, phone(4, CallState.QUEUED), state=ConferenceState.NEW, dialed_at=None)
    after = claim(before, 0, 1)
    assert under_way(after) == {0, 1}
    assert [call.dialed_at for call in after.participants] == [NOW, NOW, None]
    assert after.participants[2] is before.participants[2]
    assert (after.state, after.dialed_at) == (DIALING, NOW)
    assert (after.participants[1].state, after.participants[1].why) == (CallState.WAITING, None)


def test_a_conference_that_runs_goes_on_running_while_more_are_rung() -> None:
    before = talk(phone(0, CallState.IN_CALL), NEW)
    after = claim(before, 1)
    assert (after.state, after.dialed_at) == (LIVE, BEGUN_AT)
    assert under_way(after) == {1}


def test_what_there_were_no_lines_for_says_how_many_there_were() -> None:
    short = LinesShort(2, 1)
    after = without_lines(talk(NEW, phone(2), state=ConferenceState.NEW), str(short))
    assert (after.state, after.reason) == (ConferenceState.ABANDONED, Reason.NO_LINES)
    assert read_lines_short(after.detail or "") == short
    assert states(after) == ["not_rung: no_lines"] * 2
    assert after.waits_for_lines
    assert [call.dialed_at for call in after.participants] == [None, None]


# What becomes of a request that failed


@pytest.mark.parametrize(
    ("error", "were_queued", "state", "reason", "calls"),
    [
        (LOST, False, UNCONFIRMED, None, "waiting: ReadTimeout"),
        (LOST, True, UNCONFIRMED, None, "waiting: ReadTimeout"),
        (NO, False, ConferenceState.REFUSED, None, "waiting: error_x"),
        (NO, True, ConferenceState.REFUSED, None, "waiting: error_x"),
        (TAKEN, False, ConferenceState.ABANDONED, Reason.NO_LINES, "not_rung: no_lines"),
        (TAKEN, True, QUEUED, None, "queued"),
        (UNSENT, False, ConferenceState.ABANDONED, Reason.NOT_SENT, "waiting: not_sent"),
    ],
)
def test_a_first_request_that_failed_decides_for_the_whole_conference(
    error: CarrierError, were_queued: bool, state: ConferenceState, reason: Reason | None, calls: str
) -> None:
    before = claim(talk(NEW, phone(2), state=QUEUED if were_queued else ConferenceState.NEW), 0, 1)
    after = failed(before, [0, 1], error, NOW, were_queued=were_queued)
    assert (after.state, after.reason, states(after)) == (state, reason, [calls] * 2)
    assert after.detail == (error.code if isinstance(error, (Refused, AnswerLost)) and state is not QUEUED else None)


@pytest.mark.parametrize(
    ("error", "were_queued", "call"),
    [
        (LOST, False, "waiting: ReadTimeout"),
        (NO, False, "not_rung: error_x"),
        (NO, True, "not_rung: error_x"),
        (TAKEN, False, "not_rung: no_lines"),
        (TAKEN, True, "queued"),
        (UNSENT, False, "not_rung: not_sent"),
    ],
)
def test_phones_that_could_not_be_added_leave_the_others_alone(
    error: CarrierError, were_queued: bool, call: str
) -> None:
    before = claim(talk(phone(0, CallState.RINGING, txn_ref="AA-0"), NEW), 1)
    after = failed(before, [1], error, NOW, were_queued=were_queued)
    assert (after.state, states(after)) == (LIVE, ["ringing", call])
    assert after.participants[0] is before.participants[0]
    if after.participants[1].state is not CallState.WAITING:
        assert after.participants[1].dialed_at is None


def test_what_more_is_known_stands_for_the_code_of_a_refusal() -> None:
    before = claim(talk(NEW, state=ConferenceState.NEW), 0)
    assert failed(before, [0], NO, NOW, refused_for="error_x|SGD|1").detail == "error_x|SGD|1"
    added = claim(talk(phone(0, CallState.RINGING), NEW), 1)
    assert states(failed(added, [1], NO, NOW, refused_for="error_x|SGD|1"))[1] == "not_rung: error_x|SGD|1"


@pytest.mark.parametrize("error", [NO, TAKEN, UNSENT])
def test_a_call_that_ended_while_nobody_could_be_added_is_over(error: CarrierError) -> None:
    before = claim(talk(phone(0, CallState.ANSWERED), NEW), 1)
    after = failed(before, [1], error, NOW)
    assert (after.state, after.ended_at) == (ConferenceState.ENDED, NOW)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("news", [CallState.IN_CALL, CallState.BUSY])
def test_a_phone_that_rang_all_the_same_proves_the_answer_wrong(error: CarrierError, news: CallState) -> None:
    before = claim(talk(NEW, phone(2), state=ConferenceState.NEW), 0, 1)
    rang = before.with_participant(before.participants[0], replace(before.participants[0], state=news))
    after = failed(rang, [0, 1], error, NOW)
    assert (after.state, after.reason) == (LIVE, None)
    assert after.participants[0].state is news
    # Whether the other one rings has to be found out.
    assert after.participants[1].is_in_doubt


@pytest.mark.parametrize("error", ERRORS)
def test_a_phone_that_was_added_and_rang_all_the_same_leaves_the_other_in_doubt(error: CarrierError) -> None:
    before = claim(talk(phone(0, CallState.IN_CALL), NEW, phone(2)), 1, 2)
    rang = before.with_participant(before.participants[1], replace(before.participants[1], state=CallState.BUSY))
    after = failed(rang, [1, 2], error, NOW, were_queued=True)
    assert (after.state, after.participants[1].state) == (LIVE, CallState.BUSY)
    assert after.participants[2].is_in_doubt


def test_what_somebody_hung_up_meanwhile_does_not_wait_for_a_line_again() -> None:
    everybody = replace(claim(talk(NEW, phone(2), state=QUEUED), 0, 1), hung_up_by="U1").with_participants(
        lambda call: replace(call, hang_up=True)
    )
    after = failed(everybody, [0, 1], TAKEN, NOW, were_queued=True)
    assert (after.queued, after.reason, after.is_over) == ((), Reason.CALLED_OFF, True)
    one = claim(talk(phone(0, CallState.IN_CALL), NEW), 1).with_participants(
        lambda call: replace(call, hang_up=call.state is CallState.WAITING)
    )
    after = failed(one, [1], TAKEN, NOW, were_queued=True)
    assert (after.state, states(after)) == (LIVE, ["in_call", "not_rung: called_off"])


@pytest.mark.parametrize("error", [NO, UNSENT])
def test_who_still_waits_for_a_line_waits_no_more_when_the_carrier_will_not_have_the_first(error: CarrierError) -> None:
    before = claim(talk(phone(1, CallState.QUEUED), phone(2, CallState.QUEUED), state=QUEUED), 0)
    after = failed(before, [0], error, NOW, were_queued=True)
    assert after.is_over
    assert (after.queued, after.participants[1].state) == ((), CallState.NOT_RUNG)


@pytest.mark.parametrize("error", ERRORS)
def test_what_came_of_those_that_waited_leaves_an_earlier_request_in_doubt(error: CarrierError) -> None:
    before = claim(talk(IN_DOUBT, phone(1, CallState.QUEUED), state=UNCONFIRMED, detail="ReadTimeout"), 1)
    after = failed(before, [1], error, NOW, were_queued=True)
    assert after.participants[0] == IN_DOUBT
    assert (after.state, after.detail) == (UNCONFIRMED, "ReadTimeout")


_other_calls = st.sampled_from([*CallState, "in doubt"]).map(
    lambda state: (
        IN_DOUBT
        if state == "in doubt"
        else phone(0, CallState(state), **({"why": "x", "dialed_at": BEGUN_AT} if state == "waiting" else {}))
    )
)


@st.composite
def conferences_under_way(draw: st.DrawFn) -> tuple[Conference, list[int]]:
    """A conference with other calls in any state, of which some were claimed; and the places of those."""
    others = [replace(call, number=f"+658123{place:04}") for place, call in enumerate(draw(st.lists(_other_calls)))]
    new = [phone(place + 20, CallState.QUEUED) for place in range(draw(st.integers(1, 4)))]
    is_live = any(call.state.is_final or call.txn_ref for call in others) or draw(st.booleans())
    state = LIVE if is_live else draw(st.sampled_from([ConferenceState.NEW, QUEUED, UNCONFIRMED]))
    if state is UNCONFIRMED and not any(call.is_in_doubt for call in others):
        others.append(IN_DOUBT)
    if state in {ConferenceState.NEW, QUEUED}:
        others = [call for call in others if call.state in {CallState.NOT_RUNG, CallState.QUEUED}]
    places = list(range(len(others), len(others) + len(new)))
    return claimed(talk(*others, *new, state=state), places, NOW), places


@given(conferences_under_way(), st.sampled_from(ERRORS), st.booleans())
@settings(max_examples=400)
def test_no_call_that_may_be_ringing_is_ever_lost(
    claim: tuple[Conference, list[int]], error: CarrierError, were_queued: bool
) -> None:
    before, places = claim
    assert under_way(before) == set(places)
    after = failed(before, places, error, NOW, were_queued=were_queued)
    for place, (earlier, later) in enumerate(zip(before.participants, after.participants, strict=True)):
        if place not in places:
            assert later == earlier or {earlier.state, later.state} <= {CallState.NOT_RUNG, CallState.QUEUED}
    assert not under_way(after)
    may_ring = [call for place, call in enumerate(before.participants) if place not in places and call.state.is_open]
    may_ring += [after.participants[place] for place in places if isinstance(error, AnswerLost)]
    if may_ring:
        # Only these are followed up.
        assert after.state in {LIVE, UNCONFIRMED}
        assert all(call.state.is_open for call in may_ring)
        assert not after.is_over
    if after.is_over:
        assert not after.queued


# Sending, and what came of it


@dataclass
class Desk:
    """A dialer over a storage in memory."""

    clock: MovedClock = field(default_factory=MovedClock)
    storage: MemoryStorage = field(default_factory=MemoryStorage)

    def __post_init__(self) -> None:
        self.carrier = StubCarrier(self.clock)
        self.ledger = Ledger(self.storage, self.clock)
        self.dialer = dialer_of(self.ledger, self.carrier)

    def ringing(self, before: Conference, *places: int, were_queued: bool = False) -> "asyncio.Task[Conference]":
        """What is to be rung has been stored, and is being rung."""
        after = claimed(before, places, self.clock.now())
        self.storage.kept[after.key] = after
        return asyncio.create_task(self.dialer.ring(before, after, were_queued=were_queued))


@pytest.fixture
def desk() -> Desk:
    return Desk()


BOTH = talk(NEW, phone(2, dialed_at=None), state=ConferenceState.NEW)


async def test_each_phone_gets_the_reference_of_its_own_place(desk: Desk) -> None:
    before = talk(phone(0, CallState.IN_CALL, txn_ref="AA-x"), NEW, phone(2, CallState.BUSY), phone(3, dialed_at=None))
    after = await desk.ringing(before, 1, 3)
    assert desk.carrier.met("call") == ["+6591230001,+6591230003"]
    assert [call.txn_ref for call in after.participants] == ["AA-x", "AA-0", None, "AA-1"]
    assert states(after) == ["in_call", "ringing", "busy", "ringing"]
    assert desk.storage.kept[after.key] == after


async def test_nothing_is_asked_for_where_nothing_was_claimed(desk: Desk) -> None:
    assert await desk.ringing(BOTH) == desk.storage.kept[BOTH.key]
    assert desk.carrier.asked == []


async def test_a_request_that_never_left_is_sent_again_for_a_while(desk: Desk) -> None:
    desk.carrier.errors["call"] = [UNSENT, UNSENT]
    ringing = desk.ringing(BOTH, 0, 1)
    await settle()
    await desk.clock.advance(sum(SEND_AGAIN_AFTER_SECONDS))
    after = await ringing
    assert (after.state, states(after)) == (LIVE, ["ringing"] * 2)
    assert [at for at, *_ in desk.carrier.asked] == [0.0, 1.0, 3.0]


async def test_a_request_that_never_leaves_is_given_up(desk: Desk) -> None:
    desk.carrier.errors["call"] = [UNSENT] * 9
    ringing = desk.ringing(BOTH, 0, 1)
    await settle()
    await desk.clock.advance(60)
    after = await ringing
    assert (after.state, after.reason) == (ConferenceState.ABANDONED, Reason.NOT_SENT)
    assert len(desk.carrier.asked) == 1 + len(SEND_AGAIN_AFTER_SECONDS)


@pytest.mark.parametrize(("error", "code"), [(LOST, "ReadTimeout"), (RuntimeError("oops"), UNFORESEEN)])
async def test_a_request_whose_answer_was_lost_is_never_sent_again(desk: Desk, error: Exception, code: str) -> None:
    desk.carrier.errors["call"] = [error]
    ringing = desk.ringing(BOTH, 0, 1)
    await settle()
    await desk.clock.advance(600)
    after = await ringing
    assert (after.state, after.detail) == (UNCONFIRMED, code)
    assert len(desk.carrier.asked) == 1


async def test_what_came_of_a_request_is_stored_however_long_that_takes(desk: Desk) -> None:
    desk.storage.errors = [StorageUnavailableError("full")] * 3
    ringing = desk.ringing(BOTH, 0, 1)
    await settle()
    assert not ringing.done()
    await desk.clock.advance(60)
    assert states(await ringing) == ["ringing"] * 2
    assert len(desk.carrier.asked) == 1


async def test_news_that_came_before_the_answer_is_taken_in_with_it(desk: Desk) -> None:
    desk.carrier.answers.clear()
    ringing = desk.ringing(BOTH, 0, 1)
    await settle()
    # Without a number, it names a call of which nobody has heard yet.
    for fields in (
        {"txn_ref": "AA-1", "call_status_dest": "busy"},
        {"txn_ref": "AA-9", "dest": NEW.number, "call_status_dest": "failed"},
    ):
        desk.storage.sent.append(Notification(fields, BEGUN_AT))
    desk.carrier.answers.set()
    assert states(await ringing) == ["ringing", "busy"]


async def test_a_call_that_was_hung_up_while_its_request_was_under_way_stays_to_be_hung_up(desk: Desk) -> None:
    desk.carrier.answers.clear()
    ringing = desk.ringing(BOTH, 0, 1)
    await settle()
    await desk.ledger.update(
        BOTH.key, lambda conference, _: conference.with_participants(lambda call: replace(call, hang_up=True))
    )
    desk.carrier.answers.set()
    after = await ringing
    assert [(call.txn_ref, call.hang_up) for call in after.participants] == [("AA-0", True), ("AA-1", True)]


async def test_two_requests_at_once_do_not_take_each_others_phones(desk: Desk) -> None:
    desk.carrier.answers.clear()
    first = talk(phone(0, CallState.IN_CALL), NEW, phone(2, dialed_at=None))
    one = desk.ringing(first, 1)
    await settle()
    second = desk.storage.kept[first.key]
    other = desk.ringing(second, 2)
    await settle()
    assert desk.carrier.met("call") == ["+6591230001", "+6591230002"]
    desk.carrier.errors["call"] = [NO]
    desk.carrier.answers.set()
    await asyncio.gather(one, other)
    assert sorted(states(desk.storage.kept[first.key])) == ["in_call", "not_rung: error_x", "ringing"]


# After a crash


@pytest.mark.parametrize(
    ("conference", "state", "calls"),
    [
        (claim(BOTH, 0, 1), UNCONFIRMED, ["waiting: restart"] * 2),
        (claim(talk(phone(0, CallState.IN_CALL), NEW), 1), LIVE, ["in_call", "waiting: restart"]),
        (talk(phone(0, CallState.RINGING), IN_DOUBT), LIVE, ["ringing", "waiting: ReadTimeout"]),
        (talk(phone(0, CallState.BUSY), state=DIALING), ConferenceState.ENDED, ["busy"]),
        (talk(phone(1, CallState.QUEUED), state=QUEUED), QUEUED, ["queued"]),
    ],
)
async def test_after_a_crash_what_was_under_way_is_not_sent_but_searched_for(
    desk: Desk, conference: Conference, state: ConferenceState, calls: list[str]
) -> None:
    desk.storage.kept[conference.key] = conference
    after = await desk.dialer.recover(conference)
    assert (after.state, states(after)) == (state, calls)
    assert desk.carrier.asked == []
    if state is UNCONFIRMED:
        assert after.detail == RESTARTED


def test_a_phone_is_told_from_others_by_its_place_and_not_its_number() -> None:
    twice: tuple[Participant, ...] = (phone(1, CallState.BUSY), phone(1, dialed_at=None))
    before = claim(talk(*twice), 1)
    assert states(failed(before, [1], UNSENT, NOW)) == ["busy", "not_rung: not_sent"]
