"""What can be pressed on a board: each button and each act exactly while it would do something."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.additions import _why_closed
from conference.calls import CallState, NotRung, Participant
from conference.line_queue import _may_wait, unqueued
from conference.model import Conference, ConferenceKey, ConferenceState, Reason
from conference.moderation import hung_up
from messages.board import MOST_MENUS, board
from messages.board_buttons import (
    CALL_AGAIN_ACTION,
    CALL_MENU_ACTION,
    HANG_UP_ACTION,
    INVITE_ACTION,
    RING_AGAIN_ACTION,
    RING_ANEW_ACTION,
    RING_ME_ACTION,
    STOP_WAITING_ACTION,
    WAIT_ACTION,
    CallAct,
    board_buttons,
    call_menu,
    read_call_act,
)
from sandbox.slack.block_kit import message_problems
from tests.unit.exchange import LIVE, phone, talk
from tests.unit.generated import BEGUN_AT, conferences

NEW, QUEUED, DIALING = ConferenceState.NEW, ConferenceState.QUEUED, ConferenceState.DIALING
UNCONFIRMED, ENDED = ConferenceState.UNCONFIRMED, ConferenceState.ENDED
RINGS, TALKS = phone(1, CallState.RINGING, txn_ref="AA-1"), phone(2, CallState.IN_CALL, txn_ref="AA-2")
BUSY, LACKING = phone(3, CallState.BUSY), phone(4, CallState.NOT_RUNG, why=NotRung.NO_LINES)
WAITS, IN_DOUBT, LOST = phone(5, CallState.QUEUED), phone(6, why="ReadTimeout"), phone(7, CallState.UNKNOWN)


def pressed(conference: Conference) -> dict[str, str]:
    """The buttons below a board: for each action what it says."""
    row: dict[str, Any] = board_buttons(conference) or {"elements": []}
    assert all(button["value"] == conference.conference_id for button in row["elements"])
    return {button["action_id"]: button["text"]["text"] for button in row["elements"]}


@pytest.mark.parametrize(
    ("conference", "actions"),
    [
        (talk(phone(1), state=NEW), [HANG_UP_ACTION]),
        (talk(phone(1), state=DIALING), [HANG_UP_ACTION]),
        (talk(WAITS, state=QUEUED), [STOP_WAITING_ACTION]),
        (talk(RINGS, TALKS), [RING_ME_ACTION, INVITE_ACTION, HANG_UP_ACTION]),
        (talk(RINGS, BUSY), [RING_ME_ACTION, RING_AGAIN_ACTION, INVITE_ACTION, HANG_UP_ACTION]),
        (talk(TALKS, LACKING), [RING_ME_ACTION, INVITE_ACTION, WAIT_ACTION, HANG_UP_ACTION]),
        (talk(TALKS, WAITS), [RING_ME_ACTION, INVITE_ACTION, STOP_WAITING_ACTION, HANG_UP_ACTION]),
        (talk(RINGS, BUSY, LACKING, hung_up_by="U1"), []),
        (talk(IN_DOUBT, state=UNCONFIRMED), [HANG_UP_ACTION]),
        (talk(IN_DOUBT, state=UNCONFIRMED, hung_up_by="U1"), []),
        (talk(LOST, state=UNCONFIRMED), [RING_ANEW_ACTION]),
        (talk(LOST, state=UNCONFIRMED, hung_up_by="U1"), [RING_ANEW_ACTION]),
        (talk(BUSY, LACKING, state=ENDED), [CALL_AGAIN_ACTION]),
        (talk(LACKING, state=ConferenceState.ABANDONED, reason=Reason.NO_LINES), [WAIT_ACTION]),
        (talk(LACKING, state=ConferenceState.ABANDONED, reason=Reason.CALLED_OFF), []),
        (talk(phone(1, why="error_x"), state=ConferenceState.REFUSED, detail="error_x"), []),
    ],
)
def test_each_board_has_its_buttons(conference: Conference, actions: list[str]) -> None:
    assert list(pressed(conference)) == actions


@pytest.mark.parametrize("missed", [1, 3])
def test_the_button_says_how_many_are_rung_again(missed: int) -> None:
    calls = [phone(place, CallState.FAILED) for place in range(3, 3 + missed)]
    rung_again = replace(calls[0], number=RINGS.number)
    conference = talk(rung_again, RINGS, *calls, LACKING)
    assert pressed(conference)[RING_AGAIN_ACTION] == f"Ring {missed} again"


def test_hanging_up_for_everybody_and_ringing_anew_ask_first() -> None:
    for conference in (talk(RINGS), talk(LOST, state=UNCONFIRMED)):
        row = board_buttons(conference) or {}
        asks = {button["action_id"]: "confirm" in button for button in row["elements"]}
        assert {action: is_asked for action, is_asked in asks.items() if is_asked} == {
            action: True for action in (HANG_UP_ACTION, RING_ANEW_ACTION) if action in asks
        }


def as_it_may_be(conference: Conference) -> Conference:
    """The conference with phones that stand as they can in one of that state."""
    match conference.state:
        case ConferenceState.NEW | ConferenceState.QUEUED:
            may, instead = {CallState.WAITING, CallState.NOT_RUNG, CallState.QUEUED}, CallState.QUEUED
        case ConferenceState.ENDED | ConferenceState.REFUSED | ConferenceState.ABANDONED:
            may, instead = set(CallState) - {CallState.QUEUED}, CallState.NOT_RUNG
        case _:
            may = set(CallState) - ({CallState.QUEUED} if conference.hung_up_by else set())
            instead = CallState.NOT_RUNG
    return conference.with_participants(lambda call: call if call.state in may else replace(call, state=instead))


@given(conferences().map(as_it_may_be))
def test_each_button_is_there_exactly_while_it_would_do_something(conference: Conference) -> None:
    shown = pressed(conference)
    is_open = _why_closed(conference) is None
    assert (RING_ME_ACTION in shown) is (INVITE_ACTION in shown) is is_open
    assert (RING_AGAIN_ACTION in shown) is (is_open and bool(conference.missed))
    assert (WAIT_ACTION in shown) is bool(_may_wait(conference, None))
    assert (STOP_WAITING_ACTION in shown) is (unqueued(conference, BEGUN_AT) != conference)
    if conference.state is not QUEUED:
        changes = conference.hung_up_by is None and hung_up(conference, "U0BOSS", BEGUN_AT) != conference
        assert (HANG_UP_ACTION in shown) is changes or conference.state is NEW
    came_to_nothing = conference.state in {ConferenceState.REFUSED, ConferenceState.ABANDONED}
    is_given_up = conference.standup is not None and came_to_nothing and conference.reason is not Reason.RUNG_ANEW
    assert (CALL_AGAIN_ACTION in shown) is (conference.state is ENDED or is_given_up)
    if conference.state is ENDED:
        assert list(shown) == [CALL_AGAIN_ACTION]
    assert (RING_ANEW_ACTION in shown) is conference.can_be_rung_anew


# One person's menu


def acts(conference: Conference, place: int) -> list[CallAct]:
    menu = call_menu(conference, place)
    if menu is None:
        return []
    assert menu["action_id"] == CALL_MENU_ACTION
    chosen = [read_call_act(option["value"], "T1") for option in menu["options"]]
    assert all(one and one[1:] == (place, conference.key) for one in chosen)
    return [one[0] for one in chosen if one]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (TALKS, [CallAct.MUTE, CallAct.REMOVE]),
        (replace(TALKS, is_muted=True), [CallAct.UNMUTE, CallAct.REMOVE]),
        (replace(TALKS, hang_up=True), []),
        (RINGS, [CallAct.HANG_UP]),
        (replace(RINGS, hang_up=True), []),
        (phone(1), []),
        (IN_DOUBT, []),
        (WAITS, []),
        (LACKING, []),
        *((phone(1, state), [CallAct.RING_AGAIN]) for state in CallState if state.is_final),
        (phone(1, CallState.UNANSWERED, hang_up=True), [CallAct.RING_AGAIN]),
        (LOST, [CallAct.RING_AGAIN]),
        (Participant("", ("U1",), CallState.BUSY), []),
    ],
)
def test_to_each_call_can_be_done_what_does_something(call: Participant, expected: list[CallAct]) -> None:
    assert acts(talk(phone(9, CallState.IN_CALL), call), 1) == expected
    assert acts(talk(phone(9, CallState.IN_CALL), call, hung_up_by="U1"), 1) == []
    for state in set(ConferenceState) - {LIVE}:
        assert acts(talk(phone(9, CallState.IN_CALL), call, state=state), 1) == []


def test_no_two_acts_are_called_the_same() -> None:
    menus = [call_menu(talk(call), 0) or {} for call in (TALKS, replace(TALKS, is_muted=True), RINGS, BUSY)]
    names = {option["text"]["text"] for menu in menus for option in menu["options"]}
    assert len(names) == len(CallAct)


@given(st.sampled_from(CallAct), st.integers(0, 9999), st.from_regex(r"[0-9a-f]{16}", fullmatch=True))
def test_what_was_chosen_comes_back_as_it_was_written(act: CallAct, place: int, conference_id: str) -> None:
    assert read_call_act(f"{act}:{place}:{conference_id}", "T1") == (act, place, ConferenceKey("T1", conference_id))


@given(st.text(max_size=40) | st.from_regex(r"(mute|hang_up|kick|):[-0-9٣²]{0,6}:?[a-z:]{0,4}", fullmatch=True))
def test_what_nobody_could_choose_is_nothing(value: str) -> None:
    chosen = read_call_act(value, "T1")
    if chosen is not None:
        act, place, key = chosen
        written, number, *name = value.split(":", 2)
        assert (written, int(number), "".join(name)) == (act.value, place, key.conference_id)


@pytest.mark.parametrize(
    "value", ["", ":", "::", "mute", "mute:", "mute:x:c0ffee", "mute:-1:c", "kick:0:c", "mute:99999:c"]
)
def test_garbage_is_no_act(value: str) -> None:
    assert read_call_act(value, "T1") is None


@pytest.mark.parametrize("rows", [1, MOST_MENUS, 100])
def test_slack_takes_the_board_of_a_call_into_which_people_were_rung_all_day(rows: int) -> None:
    calls = [
        phone(0, state, number=f"+65{place:08}", people=(f"U{place}",), why=why)
        for place in range(rows)
        for state, why in ((CallState.BUSY, None), (CallState.NOT_RUNG, NotRung.ROOM_FULL))
    ]
    distinct = [replace(call, number=f"+65{place:08}") for place, call in enumerate(calls)]
    message = board(talk(TALKS, *distinct))
    assert message_problems(list(message.blocks)) == []
