"""What runs, in words: to whom it is shown, and that Slack takes it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.calls import CallState, NotRung, Participant
from conference.invitation import Verb
from conference.model import Conference, ConferenceState
from conference.overview import LinesInUse
from messages import status
from messages.board_buttons import RING_ME_ACTION
from messages.mrkdwn import Block, moment
from sandbox.slack.block_kit import message_problems
from tests.unit.generated import BEGUN_AT, conference_of, several_conferences
from tests.unit.test_board import full_numbers_in

BEGAN = moment(BEGUN_AT, with_date=True)
ALICE = Participant("+6591230001", ("U1",), CallState.IN_CALL, answered_at=BEGUN_AT)
BOB = Participant("+6591230002", ("U2",), CallState.RINGING)
GUEST = Participant("+6591234567", (), CallState.BUSY)
READER = "U0READER"
USE = LinesInUse(2, 0)


def accessories(blocks: Sequence[Block]) -> list[str]:
    return [block["accessory"]["action_id"] for block in blocks if "accessory" in block]


@given(several_conferences(14), st.integers(0, 9), st.integers(0, 20))
def test_slack_takes_whatever_runs_and_no_number_is_in_it(running: list[Conference], in_use: int, waiting: int) -> None:
    message = status.status(running, READER, "C1", LinesInUse(in_use, waiting), of=8)
    assert message_problems(list(message.blocks)) == []
    assert not full_numbers_in(message)


def test_what_runs_here_comes_first_with_each_phone_as_on_its_board() -> None:
    gone = Participant("+6591230004", ("U4",), CallState.NOT_RUNG, why=NotRung.NOT_ANY_MORE)
    here = conference_of(ALICE, gone, BOB, GUEST)
    elsewhere = replace(here, channel_id="C2", caller_id="U2", participants=(BOB,))
    message = status.status([elsewhere, here], READER, "C1", LinesInUse(2, 1), of=8)
    first, second, lines = message.blocks
    assert first["text"]["text"] == (
        f"*Conference by <@U0CALLER>* · room `R0000001` · since {BEGAN}\n"
        f":large_green_circle: <@U1>: in the call since {moment(BEGUN_AT)}\n"
        ":bell: <@U2>: ringing\n"
        ":no_entry: +65 •••• 4567 (guest): busy, or declined"
    )
    assert second["text"]["text"].startswith("*Conference by <@U2>* in <#C2> · room")
    assert lines["elements"][0]["text"] == "2 of the account's 8 lines are in use. 1 phone waits for one."
    assert all(block["text"]["text"] in message.text for block in (first, second))


@pytest.mark.parametrize("state", ConferenceState)
@pytest.mark.parametrize("hung_up_by", [None, "U1"])
def test_one_can_be_rung_into_what_is_live_and_not_being_hung_up(
    state: ConferenceState, hung_up_by: str | None
) -> None:
    message = status.status(
        [replace(conference_of(ALICE, state=state), hung_up_by=hung_up_by)], READER, "C1", USE, of=8
    )
    can = state is ConferenceState.LIVE and hung_up_by is None
    assert accessories(message.blocks) == ([RING_ME_ACTION] if can else [])


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (ConferenceState.NEW, "no phone is ringing yet"),
        (ConferenceState.QUEUED, f"waiting for lines since {BEGAN}"),
        (ConferenceState.DIALING, f"since {BEGAN}"),
        (ConferenceState.LIVE, f"since {BEGAN}"),
        (ConferenceState.UNCONFIRMED, f"since {BEGAN}; whether phones ring is not known yet"),
    ],
)
def test_it_is_said_how_each_stands(state: ConferenceState, says: str) -> None:
    conference = conference_of(ALICE, state=state)
    assert f"`R0000001` · {says}\n" in status.status([conference], READER, "C1", USE, of=8).text
    hung_up = replace(conference, hung_up_by="U1")
    assert "`R0000001` · being hung up by <@U1>\n" in status.status([hung_up], READER, "C1", USE, of=8).text


def test_nothing_runs() -> None:
    message = status.status([], READER, "C1", LinesInUse(0, 0), of=8)
    assert message.text == (
        "Nothing is running in this channel, and you are in no conference elsewhere.\n"
        "None of the account's 8 lines is in use."
    )


@pytest.mark.parametrize(
    ("use", "says"),
    [
        (LinesInUse(1, 0), "1 of the account's 8 lines is in use."),
        (LinesInUse(8, 3), "8 of the account's 8 lines are in use. 3 phones wait for one."),
    ],
)
def test_lines_in_use(use: LinesInUse, says: str) -> None:
    assert status.status([], READER, "C1", use, of=8).text.endswith(says)


def test_what_is_too_much_is_counted() -> None:
    guests = [replace(GUEST, number=f"+65912300{place:02}") for place in range(30)]
    message = status.status([conference_of(*guests)] * 11, READER, "C1", USE, of=8)
    assert message.blocks[0]["text"]["text"].endswith("busy, or declined\nand 10 more")
    assert len(accessories(message.blocks)) == 10
    assert "1 more is running." in message.text


@pytest.mark.parametrize("verb", [Verb.STATUS, Verb.HANGUP])
def test_what_does_not_belong_behind_a_verb_is_quoted_and_nothing_is_done(verb: Verb) -> None:
    message = status.stands_alone(verb, "<@U1|alice> `now`")
    assert message.text.startswith("Nothing was done, because of `alice 'now'`.")
    assert f"type `/conference {verb}`," in message.text
