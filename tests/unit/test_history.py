"""What ran, in words: to whom it is shown, and that Slack takes it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.calls import CallState, NotRung, Participant
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason
from conference.overview import Page
from messages import history
from sandbox.slack.block_kit import message_problems
from tests.unit.generated import BEGUN_AT, charge, conference_of, several_conferences
from tests.unit.test_board import full_numbers_in
from tests.unit.test_status import ALICE, BEGAN, BOB, GUEST


@given(several_conferences(5), st.booleans(), st.booleans())
def test_slack_takes_whatever_ran_and_no_number_is_in_it(
    ran: list[Conference], has_newer: bool, has_older: bool
) -> None:
    message = history.history(Page(tuple(ran), has_newer, has_older))
    assert message_problems(list(message.blocks)) == []
    assert not full_numbers_in(message)


def test_a_past_conference_tells_who_was_in_for_how_long_who_was_missed_and_what_it_cost() -> None:
    end = BEGUN_AT + timedelta(minutes=12)
    in_call = replace(
        ALICE, state=CallState.ANSWERED, minutes=12, charge=charge("SGD", "0.420"), ended_at=end, answered_at=None
    )
    first = replace(BOB, state=CallState.ANSWERED, minutes=2, ended_at=BEGUN_AT + timedelta(minutes=2))
    again = replace(first, minutes=3, ended_at=end)
    never = Participant("+6591230003", ("U3",), CallState.NOT_RUNG, why=NotRung.NO_LINES)
    gone = Participant("+6591230004", ("U4",), CallState.NOT_RUNG, why=NotRung.NOT_ANY_MORE)
    left = (LeftOut(LeftOutReason.NO_NUMBER, "U5"), LeftOut(LeftOutReason.NOT_ALLOWED, number="+6581234567"))
    conference = replace(
        conference_of(in_call, first, GUEST, again, never, gone, state=ConferenceState.ENDED), left_out=left
    )
    assert history.past(conference, names_channel=True) == (
        f"*Conference by <@U0CALLER>* in <#C1> · {BEGAN} · 12 min · Cost SGD 0.420.\n"
        "In the call: <@U1> 12 min and <@U2> 5 min\n"
        "Missed: +65 •••• 4567 (busy, or declined) and <@U3> (not rung: no line was free)\n"
        "Left out: <@U5> and +65 •••• 4567"
    )


def test_somebody_who_came_in_when_rung_again_was_not_missed() -> None:
    again = replace(GUEST, state=CallState.ANSWERED, minutes=1)
    conference = conference_of(GUEST, again, state=ConferenceState.ENDED)
    said = history.past(conference, names_channel=False)
    assert "In the call: +65 •••• 4567 1 min" in said
    assert "Missed" not in said


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (ConferenceState.ENDED, "No cost was reported.\nNobody was in the call.\nMissed: +65 •••• 4567 (busy, or"),
        (ConferenceState.REFUSED, "has not enough credit for this call. Ask whoever runs Rollcall to top it up"),
        (ConferenceState.UNCONFIRMED, "Hoiio never said whether it took this call"),
    ],
)
def test_what_came_of_it_where_nobody_was_in(state: ConferenceState, says: str) -> None:
    conference = replace(conference_of(GUEST, state=state), detail="error_insufficient_credit")
    assert says in history.past(conference, names_channel=False)


def test_why_the_carrier_did_not_ring_somebody_is_said_within_brackets() -> None:
    refused = replace(GUEST, state=CallState.NOT_RUNG, why="error_insufficient_credit")
    said = history.past(conference_of(refused, state=ConferenceState.ENDED), names_channel=False)
    assert said.endswith("top it up, then run the command again)")


@pytest.mark.parametrize(
    ("has_newer", "has_older", "pressed"),
    [
        (False, False, {}),
        (True, False, {history.NEWER_ACTION: "one"}),
        (False, True, {history.OLDER_ACTION: "two"}),
        (True, True, {history.NEWER_ACTION: "one", history.OLDER_ACTION: "two"}),
    ],
)
def test_there_are_buttons_for_the_pages_that_there_are(
    has_newer: bool, has_older: bool, pressed: dict[str, str]
) -> None:
    ran = tuple(
        replace(conference_of(ALICE, state=ConferenceState.ENDED), conference_id=name) for name in ("one", "two")
    )
    *_, last = history.history(Page(ran, has_newer, has_older)).blocks
    assert {button["action_id"]: button["value"] for button in last.get("elements", [])} == pressed


def test_what_there_is_instead_of_a_page_that_there_is_not() -> None:
    nothing = "No conference has come to its end in this channel yet."
    assert history.history(Page(())).text.startswith(nothing)
    assert history.no_such_page(0).text.startswith(nothing)
    assert "stand on the first one, `/conference history`." in history.no_such_page(1).text
    assert "fill 3, and the oldest stand on `/conference history 3`." in history.no_such_page(3).text
    assert history.no_page("`abc` <#C1|x>").text.startswith("`'abc' x` is no page. `/conference history` shows")
