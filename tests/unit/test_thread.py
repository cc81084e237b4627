"""The thread: every outcome is told once, to people and in words that Slack takes."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from conference.model import CallState, Conference, ConferenceState, Participant, Reason
from messages.thread import reply, untold
from sandbox.slack.block_kit import message_problems
from tests.unit.generated import conference_of, conferences
from tests.unit.test_board import full_numbers_in

ALICE = Participant("+6591230001", ("U1",))
GUEST = Participant("+6591234567")


@given(conferences())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_slack_takes_what_the_thread_is_told_and_no_number_is_in_it(conference: Conference) -> None:
    _, said = untold(conference)
    message = reply(said or ["nothing"], block_id="reply 1:c0ffee")
    assert message_problems(list(message.blocks)) == []
    assert message.text.strip()
    assert not full_numbers_in(message)


@given(conferences())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_has_been_told_is_not_told_again_and_nothing_else_is_changed(conference: Conference) -> None:
    told, said = untold(conference)
    assert untold(told) == (told, [])
    assert (told == conference) is (not said)
    forgotten = replace(told, told=None, participants=tuple(replace(call, told=None) for call in told.participants))
    assert forgotten == conference


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (CallState.WAITING, None),
        (CallState.RINGING, None),
        (CallState.IN_CALL, None),
        (CallState.ANSWERED, "<@U1>: was in the call, 7 min"),
        (CallState.UNANSWERED, "<@U1>: did not pick up, 7 min"),
        (CallState.BUSY, "<@U1>: busy, or declined, 7 min"),
        (CallState.FAILED, "<@U1>: could not be reached, 7 min"),
        (CallState.UNKNOWN, "<@U1>: nobody can tell how it went, 7 min"),
    ],
)
def test_each_outcome_is_a_line_and_what_is_under_way_is_none(state: CallState, line: str | None) -> None:
    _, said = untold(conference_of(replace(ALICE, state=state, minutes=7)))
    assert said == ([line] if line else [])


def test_outcomes_that_come_together_are_one_message() -> None:
    calls = [replace(ALICE, state=CallState.BUSY), replace(GUEST, state=CallState.ANSWERED, minutes=0)]
    _, said = untold(conference_of(*calls))
    message = reply(said, block_id="reply 1:c0ffee")
    assert message.text == "<@U1>: busy, or declined; +65 •••• 4567: was in the call"
    assert message.blocks[0]["text"]["text"] == message.text.replace("; ", "\n")
    assert message.blocks[0]["block_id"] == "reply 1:c0ffee"


def test_an_outcome_that_turns_out_otherwise_is_told_anew() -> None:
    told, _ = untold(conference_of(replace(ALICE, state=CallState.BUSY)))
    (call,) = told.participants
    _, said = untold(replace(told, participants=(replace(call, state=CallState.ANSWERED, minutes=3),)))
    assert said == ["<@U1>: was in the call, 3 min"]


@pytest.mark.parametrize(
    ("state", "reason", "begins"),
    [
        (ConferenceState.REFUSED, None, "Hoiio said no, and gave only the code `error_x`."),
        (ConferenceState.ABANDONED, Reason.TOO_LATE, "This conference could not start within a minute"),
        (ConferenceState.ABANDONED, Reason.NOT_SENT, "Hoiio could not be reached: nobody was rung."),
        (ConferenceState.ABANDONED, Reason.RUNG_ANEW, "Hoiio never confirmed these calls."),
        (ConferenceState.UNCONFIRMED, None, "<@U0CALLER>, Hoiio never said whether it took this call"),
    ],
)
def test_what_concerns_everybody_is_told_once_and_not_for_each(
    state: ConferenceState, reason: Reason | None, begins: str
) -> None:
    calls = [replace(call, state=CallState.UNKNOWN) for call in (ALICE, GUEST)]
    _, said = untold(replace(conference_of(*calls, state=state), reason=reason, detail="error_x"))
    if state is ConferenceState.REFUSED:
        said = said[:1]
    (line,) = said
    assert line.startswith(begins)


def test_while_calls_are_being_searched_for_nothing_is_told() -> None:
    assert untold(conference_of(ALICE, state=ConferenceState.UNCONFIRMED))[1] == []
