"""Which conference is ended by command, and what is said to whoever typed it."""

from dataclasses import replace

import pytest

from conference.model import Conference, ConferenceState
from conference.overview import begun_by
from messages import hangup, history
from messages.mrkdwn import Message
from sandbox.slack.block_kit import message_problems
from tests.unit.generated import conference_of
from tests.unit.test_status import ALICE, BOB, GUEST


def test_ones_own_conference_here_is_meant_first_then_the_newest_elsewhere_then_one_that_is_ending() -> None:
    newest = replace(conference_of(), conference_id="newest", channel_id="C2")
    other = replace(newest, conference_id="other", channel_id="C3")
    here = replace(newest, conference_id="here", channel_id="C1")
    ending = replace(here, conference_id="ending", hung_up_by="U0CALLER")
    strange = replace(here, conference_id="strange", caller_id="U9")
    for running, meant in [
        ([strange, newest, other, ending, here], here),
        ([strange, newest, other, ending], newest),
        ([strange, ending], ending),
        ([strange], None),
        ([], None),
    ]:
        assert begun_by("U0CALLER", running, "C1") is meant


@pytest.mark.parametrize(
    ("conference", "user_id", "channel_id", "says"),
    [
        (
            conference_of(ALICE, BOB, GUEST),
            "U0CALLER",
            "C1",
            "Your conference in this channel, room `R0000001`, is being ended: 2 phones are hung up.",
        ),
        (
            conference_of(BOB),
            "U9",
            "C2",
            "<@U0CALLER>'s conference in <#C1>, room `R0000001`, is being ended: 1 phone is hung up.",
        ),
        (
            conference_of(BOB, state=ConferenceState.QUEUED),
            "U0CALLER",
            "C1",
            "Your conference in this channel, room `R0000001`, is called off. No phone was rung.",
        ),
    ],
)
def test_it_is_said_which_conference_ends(conference: Conference, user_id: str, channel_id: str, says: str) -> None:
    assert hangup.hung_up(conference, user_id, channel_id).text == says


def test_who_cannot_end_anything_is_told_who_can() -> None:
    here = [replace(conference_of(), caller_id=user_id) for user_id in ("U1", "U2", "U1")]
    assert (
        "was started by <@U1> and <@U2>. Only whoever started a conference, and admins" in hangup.not_yours(here).text
    )
    assert "3 conferences are running in this channel, started by <@U1> and <@U2>. Press" in hangup.which_one(here).text
    ending = replace(conference_of(), hung_up_by="U1")
    assert "is being ended already: <@U1> hung up." in hangup.hung_up_already(ending, "U0CALLER", "C1").text
    assert "is being ended already: you hung up." in hangup.hung_up_already(ending, "U1", "C1").text


def test_every_sentence_is_taken_by_slack_and_is_another() -> None:
    one = conference_of(ALICE)
    messages: list[Message] = [
        hangup.nothing_runs(),
        hangup.not_yours([one]),
        hangup.which_one([one, one]),
        hangup.hung_up(one, "U1", "C1"),
        hangup.hung_up_already(one, "U1", "C1"),
        hangup.over(one, "U1", "C1"),
        *map(history.no_such_page, range(3)),
        history.no_page("x"),
    ]
    assert all(message_problems(list(message.blocks)) == [] for message in messages)
    assert len({message.text for message in messages}) == len(messages)
