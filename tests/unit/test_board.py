"""The board: whatever is stored, Slack takes it, it tells how things stand, and no number is in it."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from conference.calls import CallState, Participant
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason, Reason
from messages import number_form
from messages.board import board, board_block_id
from messages.board_buttons import HANG_UP_ACTION, RING_ANEW_ACTION
from messages.mrkdwn import Message, escape
from messages.refusals import CARRIER_CODES, carrier_refusal
from sandbox.slack.block_kit import message_problems
from tests.unit.generated import BEGUN_AT, NUMBERS, charge, conference_of, conferences

HOIIO_CODES = (
    *("error_invalid_http_method", "error_malformed_params", "error_invalid_access_token", "error_invalid_app_id"),
    *("error_tag_invalid_length", "error_dest_invalid", "error_dest_not_supported", "error_not_allowed_for_trial"),
    *("error_invalid_room", "error_invalid_notify_url", "error_unable_to_resolve_notify_url"),
    *("error_insufficient_credit", "error_concurrent_call_limit_reached", "error_rate_limit_exceeded"),
    "error_internal_server_error",
)
"""Hoiio conference/call, Result Status; `error_X_param_missing` is apart."""

ALICE = Participant("+6591230001", ("U1",))
GUEST = Participant("+6591234567")


def shown(message: Message) -> str:
    """All that can be read of a message."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def full_numbers_in(message: Message) -> list[str]:
    text = shown(message)
    digits = re.sub(r"[^0-9]", "", text)
    return [number for number in NUMBERS if number in text or number[1:] in digits]


@given(conferences())
def test_slack_takes_the_board_of_any_conference_and_no_number_is_in_it(conference: Conference) -> None:
    message = board(conference)
    assert message_problems(list(message.blocks)) == []
    assert message.text.strip()
    assert not full_numbers_in(message)


def test_the_board_says_who_called_where_and_how_everybody_fares() -> None:
    conference = conference_of(
        replace(ALICE, state=CallState.ANSWERED, minutes=12, charge=charge("SGD", "0.240")),
        Participant("+6591230002", ("U2", "U3"), CallState.BUSY),
        replace(GUEST, state=CallState.UNANSWERED, minutes=0, charge=charge("USD", "0")),
        state=ConferenceState.ENDED,
    )
    message = board(replace(conference, ended_at=BEGUN_AT + timedelta(minutes=13)))
    title, people, status, _ = message.blocks
    assert title["text"]["text"] == "*Conference by <@U0CALLER>* · room `R0000001`"
    assert title["block_id"] == board_block_id(conference)
    assert people["text"]["text"].splitlines() == [
        ":white_check_mark: <@U1>: was in the call, 12 min",
        ":no_entry: <@U2> and <@U3> (one phone): busy, or declined",
        ":zzz: +65 •••• 4567 (guest): did not pick up",
    ]
    assert status["elements"][0]["text"] == "Ended at <!date^1795138980^{time}|01:43 UTC>. Cost SGD 0.240 and USD 0."
    assert "<@U1>: was in the call, 12 min; <@U2> and <@U3>" in message.text


@pytest.mark.parametrize("state", CallState)
def test_each_state_of_a_call_looks_different(state: CallState) -> None:
    lines = {other: board(conference_of(replace(ALICE, state=other))).blocks[1]["text"]["text"] for other in CallState}
    assert [other for other, line in lines.items() if line == lines[state]] == [state]


@pytest.mark.parametrize("state", ConferenceState)
def test_each_state_of_a_conference_is_said_in_the_text_and_on_the_board(state: ConferenceState) -> None:
    conference = replace(conference_of(ALICE, state=state), reason=Reason.TOO_LATE)
    message = board(conference)
    status = message.blocks[2]["elements"][0]["text"]
    assert message.text.endswith(status)
    others = {board(replace(conference, state=other)).blocks[2]["elements"][0]["text"] for other in ConferenceState}
    assert len(others) == len(ConferenceState)


@pytest.mark.parametrize("state", [ConferenceState.REFUSED, ConferenceState.ABANDONED])
def test_nobody_is_about_to_be_rung_by_a_conference_that_never_was(state: ConferenceState) -> None:
    message = board(replace(conference_of(ALICE, state=state), reason=Reason.NOT_SENT))
    assert message.blocks[1]["text"]["text"] == ":heavy_minus_sign: <@U1>: not rung"
    assert "obody was rung" in message.text


def test_those_left_out_stand_together_by_reason_and_are_counted_when_they_are_many() -> None:
    left_out = [LeftOut(LeftOutReason.NO_NUMBER, f"U{number}") for number in range(300)]
    left_out += [LeftOut(LeftOutReason.IN_ANOTHER_CALL, number="+6591234567"), LeftOut(LeftOutReason.BOT, "UBOT")]
    conference = replace(conference_of(replace(ALICE, state=CallState.RINGING)), left_out=tuple(left_out))
    _, ringing, people, no_number, *_ = board(conference).blocks
    assert ringing["text"]["text"].startswith(":bell: <@U1>")
    assert no_number["text"]["text"].startswith(":telephone_receiver: <@U0>, <@U1>, ")
    assert "<@U19> and 280 more: no number on file" in no_number["text"]["text"]
    assert no_number["accessory"] == number_form.button(None)
    bot, busy = people["text"]["text"].splitlines()
    assert bot == ":robot_face: <@UBOT>: a bot, so not rung"
    assert busy.startswith(":telephone_receiver: +65 •••• 4567: in another call already")


@pytest.mark.parametrize(
    ("call_state", "is_offered"), [(CallState.WAITING, False), (CallState.UNKNOWN, True), (CallState.BUSY, True)]
)
def test_ringing_anew_is_offered_only_when_nothing_is_known_any_more(call_state: CallState, is_offered: bool) -> None:
    blocks = board(conference_of(replace(ALICE, state=call_state), state=ConferenceState.UNCONFIRMED)).blocks
    buttons = [button for block in blocks if block["type"] == "actions" for button in block["elements"]]
    assert [button["action_id"] for button in buttons] == [RING_ANEW_ACTION if is_offered else HANG_UP_ACTION]
    assert all(button["value"] == "c0ffee" and button["confirm"] for button in buttons)


def test_every_code_of_hoiios_has_a_sentence_of_its_own() -> None:
    assert set(CARRIER_CODES) == set(HOIIO_CODES)
    sentences = {carrier_refusal(code) for code in HOIIO_CODES} | {carrier_refusal("error_dest_param_missing")}
    assert len(sentences) == len(HOIIO_CODES) + 1
    assert not [sentence for sentence in sentences if "error_" in sentence or not sentence.endswith(".")]


@pytest.mark.parametrize("parameter", ["dest", "app_id", "access_token"])
def test_a_missing_parameter_is_named(parameter: str) -> None:
    assert f"`{parameter}`" in carrier_refusal(f"error_{parameter}_param_missing")


@pytest.mark.parametrize("code", ["error_moon_phase", "<!channel> & co", "x` *y*", "error_<@U1>_param_missing", ""])
def test_an_unknown_code_is_shown_as_it_is_and_calls_nobody(code: str) -> None:
    conference = replace(conference_of(ALICE, state=ConferenceState.REFUSED), detail=code)
    status = board(conference).blocks[2]["elements"][0]["text"]
    parameter = code.removeprefix("error_").removesuffix("_param_missing") if "param" in code else code
    assert f"`{escape(parameter).replace('`', chr(39))}`" in status
    assert "<" not in status
    assert status.endswith("Nobody was rung.")
