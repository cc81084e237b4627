"""The thread: every outcome is told once, to people and in words that Slack takes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from conference.calls import CallState, NotRung, Participant
from conference.model import Conference, ConferenceState, Reason
from messages.thread import reply, untold
from sandbox.slack.block_kit import message_problems
from tests.unit.generated import BEGUN_AT, charge, conference_of, conferences
from tests.unit.test_board import full_numbers_in

ALICE = Participant("+6591230001", ("U1",))
GUEST = Participant("+6591234567")


@given(conferences())
def test_slack_takes_what_the_thread_is_told_and_no_number_is_in_it(conference: Conference) -> None:
    _, said = untold(conference)
    message = reply(said or ["nothing"], block_id="reply 1:c0ffee")
    assert message_problems(list(message.blocks)) == []
    assert message.text.strip()
    assert not full_numbers_in(message)


@given(conferences())
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


# The end


def talked(call: Participant, begin: int, minutes: int, cost: str = "0.1", currency: str = "SGD") -> Participant:
    """Was in the call from that minute on."""
    ended_at = BEGUN_AT + timedelta(minutes=begin + minutes)
    return replace(call, state=CallState.ANSWERED, minutes=minutes, charge=charge(currency, cost), ended_at=ended_at)


def summary(conference: Conference) -> list[str]:
    """What the thread is told at the end, where it has been told how each call went."""
    knows = conference.with_participants(lambda call: replace(call, told=call.state))
    told, said = untold(replace(knows, state=ConferenceState.ENDED))
    assert untold(told) == (told, [])
    return said


def test_the_end_is_one_reply_of_who_was_in_and_for_how_long_who_was_missed_what_it_cost_and_its_length() -> None:
    conference = conference_of(
        talked(ALICE, 0, 12),
        replace(GUEST, state=CallState.BUSY, told=CallState.BUSY),
        talked(Participant("+6591230002", ("U2", "U3")), 4, 11, "0.2", "USD"),
        Participant("+6591230004", ("U4",), CallState.UNANSWERED),
        Participant("+6591230005", ("U5",), CallState.NOT_RUNG, why=NotRung.ROOM_FULL),
        Participant("+6591230006", ("U6",), CallState.NOT_RUNG, why=NotRung.NOT_ANY_MORE),
    )
    said = summary(conference)
    assert said[0] == "The call is over. It lasted 15 min. Cost SGD 0.1 and USD 0.2."
    was_in, missed = said[1], said[2]
    for words in ("<@U1>", "12 min", "<@U2> and <@U3>", "11 min"):
        assert words in was_in
    for words in ("+65 •••• 4567", "<@U4>", "<@U5>"):
        assert words in missed
        assert words not in was_in
    assert "<@U6>" not in "".join(said)


def test_who_was_missed_first_and_came_in_later_was_not_missed() -> None:
    again = replace(talked(ALICE, 3, 5), asked_by="U1")
    said = summary(conference_of(replace(ALICE, state=CallState.BUSY), again))
    assert said[0].startswith("The call is over. It lasted 5 min.")
    assert "".join(said[1:]).count("<@U1>") == 1


def test_who_was_in_and_did_not_come_a_second_time_was_not_missed() -> None:
    again = replace(ALICE, state=CallState.UNANSWERED, asked_by="U1")
    said = summary(conference_of(talked(ALICE, 0, 5), again))
    assert "".join(said[1:]).count("<@U1>") == 1


def test_the_last_outcome_and_the_end_come_together() -> None:
    conference = conference_of(
        replace(ALICE, state=CallState.BUSY, told=CallState.BUSY), talked(GUEST, 0, 5), state=ConferenceState.ENDED
    )
    _, said = untold(conference)
    assert said[0] == "+65 •••• 4567: was in the call, 5 min"
    assert said[1:] == summary(conference)


def test_an_end_with_nobody_in_it_says_so() -> None:
    missed = [replace(call, state=CallState.UNANSWERED) for call in (ALICE, GUEST)]
    said = summary(conference_of(*missed))
    assert said[0] == "The call is over: nobody was in it. No cost was reported."
    assert "<@U1>" in said[1]


def test_a_cost_of_which_not_all_is_known_is_at_least_that() -> None:
    calls = [talked(ALICE, 0, 3), replace(GUEST, state=CallState.UNKNOWN)]
    said = summary(conference_of(*calls))
    assert said[0] == "The call is over. It lasted 3 min. Cost at least SGD 0.1."


@pytest.mark.parametrize(
    ("why", "line"),
    [
        (NotRung.NO_LINES, "<@U1>: not rung: no line was free"),
        ("error_dest_not_supported", "<@U1>: not rung. Hoiio does not call the country or network"),
    ],
)
def test_who_could_not_be_rung_into_a_call_that_runs_is_told_of(why: str, line: str) -> None:
    running = replace(GUEST, state=CallState.IN_CALL)
    _, said = untold(conference_of(running, ALICE.not_rung(why)))
    assert len(said) == 1
    assert said[0].startswith(line)


def test_while_calls_are_being_searched_for_nothing_is_told() -> None:
    assert untold(conference_of(ALICE, state=ConferenceState.UNCONFIRMED))[1] == []


def test_whoever_was_in_is_not_missed_though_their_number_has_been_forgotten_since() -> None:
    forgotten = replace(ALICE, number="")
    guest = replace(GUEST, number="", state=CallState.ANSWERED, minutes=2)
    calls = [
        replace(forgotten, state=CallState.ANSWERED, minutes=1),
        replace(forgotten, state=CallState.UNANSWERED),
        guest,
        replace(guest, state=CallState.BUSY, minutes=None),
    ]
    _, said = untold(conference_of(*calls, state=ConferenceState.ENDED))
    assert said[-2:] == [
        "In it: <@U1> for 1 min and a number since forgotten for 2 min.",
        "Missed: a number since forgotten.",
    ]
