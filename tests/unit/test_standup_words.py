"""A standup's call in words: nobody typed a command, many people wait for it, and the board has what helps."""

from dataclasses import replace

import pytest

from conference.calls import CallState, NotRung, Participant
from conference.invitation import CallerWish, Invitation, Person
from conference.limits import Limit, LimitReached
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason, Reason
from messages.board import board
from messages.hangup import over as over_already
from messages.history import past
from messages.private import ask_for_number
from messages.refusals import CARRIER_CODES, abandoned, abandoned_in_private
from messages.running import not_in_charge
from messages.status import running_block
from messages.thread import untold
from tests.unit.generated import BEGUN_AT, conference_of
from tests.unit.test_board import shown

BOB, CAROL = Participant("+6591230002", ("U2",)), Participant("+6591230003", ("U3",))


def standup(*calls: Participant, **changes: object) -> Conference:
    """The call of a standup, which U0CALLER set up, on one of its days."""
    invitation = Invitation((Person("U2"), Person("U3")), CallerWish.AS_INVITED)
    made = replace(conference_of(*calls), standup="platform", occurrence_id="c0ffee", due_at=BEGUN_AT)
    return replace(made, invitation=invitation, response_url=None, **changes)  # type: ignore[arg-type]


def given_up(reason: Reason, *calls: Participant, **changes: object) -> Conference:
    return replace(standup(*calls, **changes), state=ConferenceState.ABANDONED, reason=reason)


DETAILS = {
    Reason.LIMIT: str(LimitReached(Limit.RINGS_PER_HOUR, "60", BEGUN_AT)),
    Reason.NO_BOARD: "not_in_channel",
    Reason.GROUP_UNREADABLE: "missing_scope",
}
"""What is behind a refusal, where something is."""


def test_it_goes_by_its_name_wherever_it_is_named() -> None:
    title = board(standup(BOB, CAROL)).blocks[0]["text"]["text"]
    assert title == "*Standup platform* · room `R0000001`, set up by <@U0CALLER>"
    assert running_block(standup(BOB), "U2", names_channel=True)["text"]["text"].startswith(
        "*Standup platform* in <#C1> · room `R0000001` · since "
    )
    assert past(replace(standup(BOB), state=ConferenceState.ENDED), names_channel=False).startswith(
        "*Standup platform* · "
    )
    assert "The standup platform in this channel" in over_already(standup(BOB), "U0CALLER", "C1").text
    assert "<@U0CALLER>, who set the standup up, and admins" in not_in_charge(standup(BOB)).text


def test_called_again_it_is_still_the_standup_and_names_who_called() -> None:
    title = board(replace(standup(BOB, CAROL), due_at=None)).blocks[0]["text"]["text"]
    assert title == "*Standup platform* · room `R0000001`, called again by <@U0CALLER>"


@pytest.mark.parametrize("reason", Reason)
def test_no_refusal_tells_a_channel_to_run_a_command_or_calls_it_you(reason: Reason) -> None:
    left_out = (LeftOut(LeftOutReason.NUMBER_CHANGED, "U3"),)
    conference = given_up(reason, BOB, detail=DETAILS.get(reason), left_out=left_out)
    said = abandoned(conference)
    if reason not in {Reason.TOO_MANY, Reason.ONLY_THE_CALLER}:
        assert "run the command" not in said.lower()
        assert "you " not in said


@pytest.mark.parametrize("code", CARRIER_CODES)
def test_what_the_carrier_refused_can_be_called_again(code: str) -> None:
    conference = replace(standup(BOB, CAROL), state=ConferenceState.REFUSED, detail=code)
    assert "run the command" not in shown(board(conference))
    assert "call_again" in shown(board(conference))
    _, said = untold(conference)
    assert "run the command" not in "\n".join(said)


def test_everybody_else_is_out() -> None:
    conference = given_up(Reason.ALONE, BOB, left_out=(LeftOut(LeftOutReason.OUT_TODAY, "U3"),))
    assert abandoned(conference) == "Nobody was rung: <@U2> would have been alone in the call. <@U3> is out today."
    assert "<@U3>: out today, so not rung" in board(conference).text


def test_nobody_is_left_in_it() -> None:
    assert abandoned(given_up(Reason.NOBODY_TO_RING)) == "Nobody was rung. It names nobody any more."


def test_it_is_given_five_minutes() -> None:
    said = abandoned(given_up(Reason.TOO_LATE, BOB))
    assert "could not start within five minutes" in said
    assert said.endswith("Press *Call again* on the board if the call is still wanted.")


def test_a_limit_is_that_of_whoever_set_it_up() -> None:
    said = abandoned(given_up(Reason.LIMIT, BOB, detail=DETAILS[Reason.LIMIT]))
    assert said.startswith("Nobody was rung: <@U0CALLER>, who set the standup up, would have passed a limit, 60 phones")
    assert said.endswith("press *Call again* on the board then.")


def test_what_has_no_board_is_told_to_whoever_set_it_up_by_the_name_of_the_standup() -> None:
    said = abandoned_in_private(given_up(Reason.NO_BOARD, BOB, detail="not_in_channel"))
    assert said.startswith("*Standup platform* in <#C1>: Nobody was rung: I am not in that channel")
    assert "/invite @Rollcall" in said


def test_those_without_a_place_are_told_at_once_how_to_come_in() -> None:
    late = replace(CAROL, state=CallState.NOT_RUNG, why=NotRung.ROOM_FULL)
    _, said = untold(standup(replace(BOB, state=CallState.IN_CALL), late))
    assert said[0].startswith("<@U3>: not rung: a call takes at most 8 phones")
    assert "*Ring me* on the board" in said[1]
    assert "*Ring as lines get free*" in said[1]


def test_who_has_no_number_is_asked_in_the_name_of_the_standup() -> None:
    left = LeftOut(LeftOutReason.NO_NUMBER, "U0CALLER")
    assert ask_for_number(standup(BOB), left).text.startswith("*Standup platform* in <#C1> was to ring you, but")
