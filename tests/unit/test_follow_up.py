"""Calls are asked after, often enough and never too often."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conference.calls import CallState
from conference.carrier import CarrierError
from conference.follow_up import ASK_FOR, QUESTIONS_PER_MINUTE, RINGS_FOR, FollowUp
from tests.unit.exchange import phone, settle
from tests.unit.follow_up_desk import ENDED, FAILURES, ON_THE_BOARD_WITHIN_SECONDS, Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.follow_up.close()


# The budget
crowds = st.lists(
    st.tuples(
        st.integers(1, 8),
        st.sampled_from([CallState.RINGING, CallState.IN_CALL]),
        st.floats(0, 20),
        st.booleans(),
        st.sampled_from([None, CallState.IN_CALL, CallState.BUSY]),
        st.booleans(),
    ),
    min_size=1,
    max_size=50,
)
"""Conferences one after another: how many phones, how they stand, how long after the one before, whether the carrier's
history tells of them, what becomes of each, and whether an answer was lost besides."""


@given(crowds, st.lists(st.sampled_from([None, *FAILURES]), max_size=30))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_whatever_is_watched_no_minute_has_more_questions_than_its_number(
    crowd: list[tuple[int, CallState, float, bool, CallState | None, bool]], failures: list[CarrierError | None]
) -> None:
    desk = Desk()
    try:
        for place, (count, state, wait, is_listed, becomes, is_lost) in enumerate(crowd):
            conference = await desk.rings(f"c{place}", count, state)
            if is_lost:
                in_doubt = phone(9, why="ReadTimeout", dialed_at=desk.clock.now())
                desk.follow_up.hear(replace(conference, participants=(*conference.participants, in_doubt)))
            refs = [call.txn_ref or "" for call in conference.participants]
            desk.carrier.unlisted |= set() if is_listed else set(refs)
            failure = failures[place] if place < len(failures) else None
            desk.carrier.errors["history"] += [failure] if failure else []
            desk.carrier.errors["status"] += [failure] if failure else []
            await desk.go_on(wait)
            for ref in refs if becomes else ():
                desk.comes_to(ref, becomes or state)
        await desk.go_on(400)
        assert desk.times
        assert desk.most_in_a_minute <= QUESTIONS_PER_MINUTE
    finally:
        await desk.follow_up.close()


async def test_with_fifty_conferences_that_ring_and_fifty_that_talk_everybody_has_their_turn(desk: Desk) -> None:
    for place in range(50):
        await desk.rings(f"t{place}", 1, CallState.IN_CALL)
    await desk.go_on(300)
    before = len(desk.carrier.met("status"))
    for place in range(50):
        desk.comes_to(f"t{place}-0", CallState.ANSWERED, 2)
        await desk.rings(f"r{place}", 4)
    await desk.go_on(20)
    for place in range(50):
        desk.comes_to(f"r{place}-3", CallState.IN_CALL)
    await desk.go_on(30)
    assert {desk.call(f"r{place}-3").state for place in range(50)} == {CallState.IN_CALL}
    assert {desk.call(f"r{place}-2").state for place in range(50)} == {CallState.RINGING}
    # Those that talk are asked after while the others still ring, and each of them before long.
    assert len(set(desk.carrier.met("status")[before:])) >= 4
    await desk.go_on(500)
    assert {desk.call(f"t{place}-0").state for place in range(50)} == {CallState.ANSWERED}
    assert {one.state for key, one in desk.storage.kept.items() if key.conference_id[0] == "t"} == {ENDED}
    assert desk.most_in_a_minute <= QUESTIONS_PER_MINUTE


# One conference


@given(st.floats(0.1, 110), st.integers(1, 8), st.data())
@settings(max_examples=60, deadline=None)
async def test_who_picks_up_is_shown_in_the_call_within_ten_seconds(at: float, count: int, data: st.DataObject) -> None:
    desk = Desk()
    try:
        place = data.draw(st.integers(0, count - 1))
        others = data.draw(st.lists(st.sampled_from([CallState.RINGING, CallState.IN_CALL]), min_size=8, max_size=8))
        await desk.rings("c1", count)
        for other in range(count):
            if other != place:
                desk.comes_to(f"c1-{other}", others[other])
        await desk.go_on(at)
        picked_up_at = desk.clock.now()
        desk.comes_to(f"c1-{place}", CallState.IN_CALL)
        await desk.go_on(ON_THE_BOARD_WITHIN_SECONDS)
        call = desk.call(f"c1-{place}")
        assert call.state is CallState.IN_CALL
        assert call.answered_at is not None
        assert picked_up_at <= call.answered_at <= picked_up_at + timedelta(seconds=ON_THE_BOARD_WITHIN_SECONDS)
        assert desk.most_in_a_minute <= QUESTIONS_PER_MINUTE
    finally:
        await desk.follow_up.close()


@given(st.integers(1, 400), st.floats(0.1, 60), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
async def test_whoever_is_added_to_a_call_is_shown_in_it_as_soon_however_many_talk(
    after: int, at: float, count: int
) -> None:
    desk = Desk()
    try:
        conference = await desk.rings("c1", 8 - count, CallState.IN_CALL)
        await desk.go_on(after)
        added = await desk.rings("added", count)
        del desk.storage.kept[added.key]
        together = replace(conference, participants=(*conference.participants, *added.participants))
        desk.storage.kept[conference.key] = together
        desk.follow_up.hear(replace(added, state=ENDED))
        desk.follow_up.hear(together)
        await desk.go_on(at)
        desk.comes_to("added-0", CallState.IN_CALL)
        await desk.go_on(ON_THE_BOARD_WITHIN_SECONDS)
        assert desk.call("added-0").state is CallState.IN_CALL
        assert desk.most_in_a_minute <= QUESTIONS_PER_MINUTE
    finally:
        await desk.follow_up.close()


@pytest.mark.parametrize("count", [1, 2, 8])
async def test_an_end_of_which_no_word_came_is_found_out(desk: Desk, count: int) -> None:
    await desk.rings("c1", count)
    for place in range(count):
        desk.comes_to(f"c1-{place}", CallState.UNANSWERED)
    await desk.go_on(30)
    assert next(iter(desk.storage.kept.values())).state is ENDED
    asked = len(desk.carrier.asked)
    await desk.go_on(3600)
    assert len(desk.carrier.asked) == asked


async def test_one_question_tells_of_all_that_ring_and_of_one_it_is_asked_by_itself(desk: Desk) -> None:
    await desk.rings("c1", 8)
    await desk.go_on(10)
    assert desk.carrier.met("history")
    assert desk.carrier.met("status") == []
    for place in range(7):
        desk.comes_to(f"c1-{place}", CallState.BUSY)
    await desk.go_on(10)
    desk.carrier.asked.clear()
    await desk.go_on(20)
    assert desk.carrier.met("history") == []
    assert set(desk.carrier.met("status")) == {"c1-7"}


async def test_a_call_of_which_the_history_does_not_tell_is_asked_after_by_itself(desk: Desk) -> None:
    await desk.rings("c1", 8)
    desk.carrier.unlisted = {"c1-5"}
    desk.comes_to("c1-5", CallState.IN_CALL)
    desk.comes_to("c1-4", CallState.IN_CALL)
    await desk.go_on(20)
    assert desk.call("c1-4").state is CallState.IN_CALL
    assert desk.call("c1-5").state is CallState.IN_CALL
    assert set(desk.carrier.met("status")) == {"c1-5"}


async def test_a_carrier_whose_history_tells_of_no_call_that_goes_on_is_asked_after_each(desk: Desk) -> None:
    await desk.rings("c1", 8)
    desk.carrier.unlisted = {f"c1-{place}" for place in range(8)}
    await desk.go_on(10)
    for place in range(8):
        desk.comes_to(f"c1-{place}", CallState.IN_CALL)
    await desk.go_on(30)
    assert {call.state for call in next(iter(desk.storage.kept.values())).participants} == {CallState.IN_CALL}
    assert len(desk.carrier.met("history")) == 1


async def test_who_is_in_the_call_is_asked_after_less_and_less(desk: Desk) -> None:
    await desk.rings("c1", 1, CallState.IN_CALL)
    await desk.go_on(3600)
    gaps = [later - earlier for earlier, later in zip(desk.times, desk.times[1:], strict=False)]
    assert desk.times[0] >= 60
    assert gaps == sorted(gaps)
    assert 290 <= gaps[-1] <= 310
    # Nothing new was told, so nothing was stored.
    assert desk.stored == []


async def test_a_phone_that_rings_for_ever_is_asked_after_less_after_a_while(desk: Desk) -> None:
    await desk.rings("c1", 1)
    await desk.go_on(RINGS_FOR.total_seconds())
    soon = len(desk.carrier.asked)
    await desk.go_on(RINGS_FOR.total_seconds())
    assert soon >= 25
    assert len(desk.carrier.asked) - soon <= 3


async def test_who_is_being_hung_up_is_asked_after_soon(desk: Desk) -> None:
    conference = await desk.rings("c1", 1, CallState.IN_CALL)
    await desk.go_on(30)
    await desk.ledger.update(
        conference.key, lambda one, _: one.with_participants(lambda call: replace(call, hang_up=True))
    )
    desk.comes_to("c1-0", CallState.ANSWERED, 1)
    await desk.go_on(10)
    assert next(iter(desk.storage.kept.values())).state is ENDED


async def test_what_was_missed_while_the_bot_was_down_is_asked_at_once(desk: Desk) -> None:
    conference = await desk.rings("c1", 1, CallState.IN_CALL)
    await desk.follow_up.close()
    desk.comes_to("c1-0", CallState.ANSWERED, 4)
    follow_up = FollowUp(ledger=desk.ledger, carrier=desk.carrier, clock=desk.clock)
    follow_up.catch_up(conference)
    await settle()
    assert (desk.call("c1-0").state, desk.call("c1-0").minutes) == (CallState.ANSWERED, 4)
    assert desk.times == [0.0]
    await follow_up.close()


@pytest.mark.parametrize("error", [*FAILURES, RuntimeError("oops")])
@pytest.mark.parametrize("count", [1, 8])
async def test_a_question_that_failed_is_asked_again(desk: Desk, error: Exception, count: int) -> None:
    await desk.rings("c1", count)
    desk.carrier.errors["history"] = [error] * 2
    desk.carrier.errors["status"] = [error] * 2
    for place in range(count):
        desk.comes_to(f"c1-{place}", CallState.BUSY)
    await desk.go_on(60)
    assert next(iter(desk.storage.kept.values())).state is ENDED
    assert desk.most_in_a_minute <= QUESTIONS_PER_MINUTE


# What nobody can tell any more


async def test_a_call_that_the_carrier_does_not_know_is_given_up(desk: Desk) -> None:
    await desk.rings("c1", 1)
    desk.carrier.known.clear()
    await desk.go_on(10)
    (after,) = desk.storage.kept.values()
    assert (after.state, after.participants[0].state) == (ENDED, CallState.UNKNOWN)


async def test_after_a_day_a_call_is_given_up_without_a_question(desk: Desk) -> None:
    conference = await desk.rings("c1", 1, CallState.IN_CALL)
    await desk.follow_up.close()
    await desk.clock.advance(ASK_FOR.total_seconds() + 1)
    desk.follow_up = FollowUp(ledger=desk.ledger, carrier=desk.carrier, clock=desk.clock)
    desk.follow_up.catch_up(conference)
    await settle()
    (after,) = desk.storage.kept.values()
    assert (after.state, after.participants[0].state) == (ENDED, CallState.UNKNOWN)
    assert desk.carrier.asked == []
