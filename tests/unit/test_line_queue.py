"""Who waits for a line: into the queue, and out of it."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import assume, given

from conference.calls import CallState, NotRung
from conference.line_queue import _may_wait, queued, unqueued
from conference.model import Conference, ConferenceState, Reason
from tests.unit.exchange import LIVE, MINUTE, QUEUED, phone, states, talk
from tests.unit.generated import BEGUN_AT, conferences
from tests.unit.line_queue_desk import ABANDONED, IN, LACKING, SHORT

FULL = phone(2, CallState.NOT_RUNG, why=NotRung.ROOM_FULL)
NEVER_RUNG = {CallState.NOT_RUNG, CallState.QUEUED}


def all_queued(conference: Conference, now: datetime) -> Conference:
    """The conference, with all in the queue who may be."""
    places = _may_wait(conference, None)
    return queued(conference, places, now) if places else conference


def test_all_that_no_line_was_free_for_wait_together() -> None:
    before = talk(LACKING, replace(LACKING, number="+65"), state=ABANDONED, reason=Reason.NO_LINES, detail=SHORT)
    after = all_queued(before, BEGUN_AT + MINUTE)
    assert (after.state, after.reason, states(after)) == (QUEUED, None, ["queued"] * 2)
    assert {call.asked_at for call in after.participants} == {BEGUN_AT + MINUTE}
    assert not after.is_over


def test_what_comes_of_the_waiting_is_told_anew() -> None:
    before = talk(LACKING, state=ABANDONED, reason=Reason.NO_LINES, detail=SHORT, told=ABANDONED)
    assert all_queued(before, BEGUN_AT).told is None
    assert all_queued(talk(IN, LACKING, told=LIVE), BEGUN_AT).told is LIVE


def test_those_who_lack_a_line_or_a_place_wait_while_the_others_talk() -> None:
    refused = phone(3, CallState.NOT_RUNG, why="error_dest_invalid")
    after = all_queued(talk(IN, LACKING, FULL, refused), BEGUN_AT)
    assert (after.state, states(after)) == (LIVE, ["in_call", "queued", "queued", "not_rung: error_dest_invalid"])


@pytest.mark.parametrize(
    "conference",
    [
        talk(IN, phone(1, CallState.BUSY)),
        talk(LACKING, state=ConferenceState.ENDED),
        talk(LACKING, state=ABANDONED, reason=Reason.CALLED_OFF),
        talk(IN, LACKING, hung_up_by="U1"),
        talk(phone(1, CallState.QUEUED), state=QUEUED),
    ],
)
def test_nobody_is_put_into_the_queue_who_can_not_be_rung_from_it(conference: Conference) -> None:
    assert all_queued(conference, BEGUN_AT) is conference


def test_who_stops_waiting_may_be_put_into_the_queue_again() -> None:
    before = talk(LACKING, state=ABANDONED, reason=Reason.NO_LINES, detail=SHORT)
    waiting = replace(all_queued(before, BEGUN_AT), phones_ahead=3)
    after = unqueued(waiting, BEGUN_AT)
    assert (after.state, after.reason, after.detail, states(after)) == (
        ABANDONED,
        Reason.NO_LINES,
        SHORT,
        ["not_rung: no_lines"],
    )
    assert (after.phones_ahead, after.waits_for_lines) == (None, True)


def test_a_call_in_which_only_the_queue_was_left_ends_with_it() -> None:
    assert states(unqueued(talk(IN, phone(1, CallState.QUEUED)), BEGUN_AT)) == ["in_call", "not_rung: no_lines"]
    after = unqueued(talk(phone(0, CallState.ANSWERED), phone(1, CallState.QUEUED), phones_ahead=0), BEGUN_AT)
    assert (after.state, after.phones_ahead) == (ConferenceState.ENDED, None)


@given(conferences())
def test_the_queue_takes_and_gives_back_only_those_who_wait(conference: Conference) -> None:
    # A conference is in the queue only as a whole.
    assume(conference.state is not QUEUED or all(call.state in NEVER_RUNG for call in conference.participants))
    for change in (all_queued, unqueued):
        after = change(conference, BEGUN_AT)
        for earlier, later in zip(conference.participants, after.participants, strict=True):
            assert later == earlier or {earlier.state, later.state} <= NEVER_RUNG
        assert (after.queued == ()) is (change is unqueued) or after == conference
