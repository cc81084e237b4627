"""Words to whoever pressed a button: for every reason a sentence, and no number in any."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.additions import Added, NotAdded
from conference.calls import CallState, Participant
from conference.limits import Limit, LimitReached
from conference.lines import LinesHeld, LinesShort
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason
from messages import number_form
from messages.board_buttons import WAIT_ACTION
from messages.mrkdwn import Message
from messages.running import (
    not_in,
    not_in_charge,
    not_in_charge_of,
    not_invited,
    not_moderated,
    not_rung_again,
    not_rung_in,
    over,
)
from sandbox.slack.block_kit import message_problems
from tests.unit.exchange import LIVE, phone, talk
from tests.unit.generated import BEGUN_AT, conferences, limits_reached, lines_shorts
from tests.unit.test_board import full_numbers_in

EXAMPLE = "+65 9123 4567"

ME = "U1"
MINE, HERS = phone(1, CallState.RINGING), phone(2, CallState.RINGING)
GUEST = Participant("+6591234567", (), CallState.RINGING)
NO_NUMBER = LeftOut(LeftOutReason.NO_NUMBER, "U9")
SHORT = LinesShort(2, 1, (LinesHeld("T1", "U0BOB", 7, BEGUN_AT),))
LIMIT = LimitReached(Limit.RINGS_PER_HOUR, "60", BEGUN_AT)
REASONS: list[NotAdded | LimitReached] = [*NotAdded, LIMIT]
SAID = (not_rung_in, not_rung_again, not_invited)


def added(why_not: NotAdded | LimitReached) -> Added:
    """Nobody was rung, for that reason."""
    return Added(
        talk(MINE),
        left_out=(LeftOut(LeftOutReason.NOT_WANTED, "U9"),) if why_not is NotAdded.NOBODY else (),
        in_already=(MINE,) if why_not is NotAdded.ALREADY_IN else (),
        why_not=why_not,
        short=SHORT if why_not is NotAdded.NO_LINES else None,
    )


@st.composite
def any_added(draw: st.DrawFn) -> Added:
    conference = draw(conferences())
    why_not = draw(st.none() | st.sampled_from(NotAdded) | limits_reached)
    some = st.lists(st.sampled_from(conference.participants), max_size=4) if conference.participants else st.just([])
    return Added(
        conference,
        rung=() if why_not else tuple(draw(some)),
        left_out=conference.left_out[:8],
        in_already=tuple(draw(some)),
        why_not=why_not,
        short=draw(lines_shorts) if why_not is NotAdded.NO_LINES else None,
    )


@given(any_added(), st.sampled_from(SAID))
def test_slack_takes_every_word_and_no_number_is_in_any(one: Added, said: type) -> None:
    message: Message | None = said(one, ME)
    if message is None:
        assert one.rung
        return
    assert message_problems(list(message.blocks)) == []
    assert message.text.strip()
    # An example of how a number is written is nobody's.
    blocks = json.loads(json.dumps(message.blocks).replace(EXAMPLE, ""))
    assert not full_numbers_in(Message(message.text.replace(EXAMPLE, ""), tuple(blocks)))


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.__name__)
def test_for_every_reason_there_is_a_sentence_of_its_own_that_says_that_nobody_was_rung(said: type) -> None:
    texts = [said(added(why_not), ME).text for why_not in REASONS]
    assert len(set(texts)) == len(REASONS)
    for text in texts:
        assert text.endswith(".")
        assert text not in {"Nobody was rung.", "You were not rung."}
        assert any(words in text for words in ("were not rung", "obody was rung", "Nothing was done", "already"))


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.__name__)
def test_whoever_is_about_to_be_rung_is_told_nothing(said: type) -> None:
    assert said(Added(talk(MINE, HERS), rung=(MINE, HERS)), ME) is None


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.__name__)
@pytest.mark.parametrize("why_not", REASONS)
def test_waiting_is_offered_exactly_where_a_line_or_a_place_is_wanting(
    said: type, why_not: NotAdded | LimitReached
) -> None:
    message = said(added(why_not), ME)
    offered = [one["action_id"] for block in message.blocks if block["type"] == "actions" for one in block["elements"]]
    assert offered == [WAIT_ACTION] * (why_not in {NotAdded.NO_LINES, NotAdded.ROOM_FULL})


def test_who_has_no_number_on_file_is_offered_to_add_it() -> None:
    one = Added(talk(MINE), left_out=(replace(NO_NUMBER, user_id=ME),), why_not=NotAdded.NOBODY)
    message = not_rung_in(one, ME)
    assert message is not None
    assert "there is no number of yours on file" in message.text
    assert message.blocks[1]["elements"] == [number_form.button(None)]


def test_who_is_rung_and_who_is_not_are_both_named() -> None:
    one = Added(talk(MINE, HERS, GUEST), rung=(HERS, GUEST), left_out=(NO_NUMBER,), in_already=(MINE, MINE))
    for said in (not_rung_again, not_invited):
        message = said(one, ME)
        assert message is not None
        assert message.text == (
            "<@U2> and +65 •••• 4567 are being rung. <@U9> has no number on file. Already in, or being rung: <@U1>."
        )
    alone = not_invited(replace(one, rung=(HERS,), in_already=()), ME)
    assert alone is not None
    assert alone.text == "<@U2> is being rung. <@U9> has no number on file."


def test_lines_that_are_short_are_counted_and_their_holders_named() -> None:
    message = not_invited(added(NotAdded.NO_LINES), ME)
    assert message is not None
    assert "Nobody was rung: the call needs 2 lines at once, and only 1 is free." in message.text
    assert "<@U0BOB>'s conference holds 7 since <!date^" in message.text


@pytest.mark.parametrize("state", ConferenceState)
def test_only_a_board_that_has_the_button_is_pointed_to(state: ConferenceState) -> None:
    assert ("*Call again*" in over(talk(MINE, state=state)).text) is (state is ConferenceState.ENDED)
    assert over(talk(MINE, state=state)).text.startswith("Nothing was done")


@pytest.mark.parametrize("call", [MINE, GUEST, Participant("", (), CallState.BUSY)])
def test_what_could_not_be_done_to_a_call_says_to_whose(call: Participant) -> None:
    conference: Conference = talk(call, state=LIVE)
    messages = [not_in(call), not_moderated(call), not_in_charge(conference), not_in_charge_of(conference, call)]
    assert not any(map(full_numbers_in, messages))
    assert all(message_problems(list(message.blocks)) == [] for message in messages)
    assert "<@U0CALLER>" in messages[2].text
    assert "<@U0CALLER>" in messages[3].text
