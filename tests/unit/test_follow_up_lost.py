"""The calls of a request whose answer was lost are searched for."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from conference.calls import CallState, Report
from conference.carrier import AnswerLost
from conference.follow_up import QUESTIONS_PER_MINUTE, SEARCH_FOR, SEARCH_UNREADABLE_FOR
from conference.model import Conference
from tests.unit.exchange import LIVE, phone, settle, talk
from tests.unit.follow_up_desk import UNCONFIRMED, Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.follow_up.close()


async def lost(desk: Desk, *, first: bool = True) -> Conference:
    """A request's answer was lost just now; whether the carrier took it, `known` will tell."""
    in_doubt = [phone(place, why="ReadTimeout", dialed_at=desk.clock.now()) for place in (1, 2)]
    others = [] if first else [phone(3, CallState.IN_CALL, txn_ref="AA-3")]
    conference = talk(*others, *in_doubt, state=UNCONFIRMED if first else LIVE, dialed_at=desk.clock.now())
    if not first:
        desk.carrier.known["AA-3"] = Report(CallState.IN_CALL, "AA-3", "+6591230003")
    desk.storage.kept[conference.key] = conference
    desk.follow_up.hear(conference)
    await settle()
    return conference


def took(desk: Desk, tag: str, state: CallState = CallState.RINGING) -> None:
    """The carrier took the request, with that tag."""
    for place in (1, 2):
        desk.carrier.known[f"AA-{place}"] = Report(state, f"AA-{place}", f"+659123000{place}", tag=tag)


@pytest.mark.parametrize("first", [True, False])
async def test_the_calls_of_a_request_whose_answer_was_lost_are_found_by_their_tag(desk: Desk, first: bool) -> None:
    conference = await lost(desk, first=first)
    took(desk, "c0ffee")
    await desk.go_on(5)
    after = desk.storage.kept[conference.key]
    assert after.state is LIVE
    assert [call.txn_ref for call in after.participants][-2:] == ["AA-1", "AA-2"]
    assert {call.state for call in after.participants[-2:]} == {CallState.RINGING}
    # From then on they are calls like any others.
    took(desk, "c0ffee", CallState.BUSY)
    await desk.go_on(15)
    assert {call.state for call in desk.storage.kept[conference.key].participants[-2:]} == {CallState.BUSY}


@pytest.mark.parametrize("first", [True, False])
async def test_the_calls_of_somebody_elses_request_are_not_taken_for_lost_ones(desk: Desk, first: bool) -> None:
    conference = await lost(desk, first=first)
    took(desk, "another", CallState.IN_CALL)
    await desk.go_on(60)
    assert [call.is_in_doubt for call in desk.storage.kept[conference.key].participants[-2:]] == [True] * 2


@pytest.mark.parametrize(("readable", "most"), [(True, SEARCH_FOR), (False, SEARCH_UNREADABLE_FOR)])
@pytest.mark.parametrize("first", [True, False])
async def test_a_search_without_a_trace_is_given_up_after_a_while(
    desk: Desk, readable: bool, most: timedelta, first: bool
) -> None:
    conference = await lost(desk, first=first)
    if not readable:
        desk.carrier.errors["history"] = [AnswerLost("http_500")] * 999
    await desk.go_on(most.total_seconds() - 1)
    assert [call.is_in_doubt for call in desk.storage.kept[conference.key].participants[-2:]] == [True] * 2
    await desk.go_on(60)
    after = desk.storage.kept[conference.key]
    assert {call.state for call in after.participants[-2:]} == {CallState.UNKNOWN}
    assert after.can_be_rung_anew is first
    if first:
        asked = len(desk.carrier.asked)
        await desk.go_on(3600)
        assert len(desk.carrier.asked) == asked


async def test_a_lost_request_that_comes_after_another_is_searched_for_as_long(desk: Desk) -> None:
    conference = await lost(desk, first=False)
    await desk.go_on(300)
    later = phone(4, why="ReadTimeout", dialed_at=desk.clock.now())
    await desk.ledger.update(conference.key, lambda one, _: replace(one, participants=(*one.participants, later)))
    await desk.go_on(SEARCH_FOR.total_seconds() - 300 + 60)
    states = [call.state for call in desk.storage.kept[conference.key].participants]
    assert states == [CallState.IN_CALL, CallState.UNKNOWN, CallState.UNKNOWN, CallState.WAITING]
    await desk.go_on(300)
    assert desk.storage.kept[conference.key].participants[-1].state is CallState.UNKNOWN


async def test_what_is_searched_for_and_what_is_asked_share_one_budget(desk: Desk) -> None:
    for place in range(20):
        conference = await lost(desk)
        del desk.storage.kept[conference.key]
        moved = replace(conference, conference_id=f"lost{place}")
        desk.storage.kept[moved.key] = moved
        desk.follow_up.hear(moved)
        await desk.rings(f"c{place}", 8)
    await desk.go_on(SEARCH_FOR.total_seconds())
    assert desk.most_in_a_minute <= QUESTIONS_PER_MINUTE
    assert len(desk.carrier.asked) > 200
