"""Words for one person alone."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conference.invitation import Problem, ProblemKind, Unreadable, read_invitation
from conference.model import Conference, LeftOut, LeftOutReason, Participant, Reason
from conference.numbers import show_number
from messages import private
from messages.mrkdwn import Message, plain
from messages.refusals import abandoned
from sandbox.slack.block_kit import message_problems, view_problems
from tests.unit.generated import conference_of, conferences, numbers
from tests.unit.test_board import full_numbers_in, shown

EXAMPLE = "+65 9123 4567"
"""Stands in the help, and is nobody's number."""

WITHOUT_A_NUMBER = (
    private.number_of_somebody_else(),
    private.number_removed(True),
    private.number_removed(False),
    private.accepted(),
    private.accepted_without_caller(),
    private.not_kept(),
    private.ring_anew_too_late(),
    private.number_shown(None),
    private.help_text(None),
)


def sound(messages: Iterable[Message]) -> bool:
    return all(message_problems(list(message.blocks)) == [] and message.text.strip() for message in messages)


def test_slack_takes_each_message_and_each_says_something_else() -> None:
    assert sound(WITHOUT_A_NUMBER)
    assert len({message.text for message in WITHOUT_A_NUMBER}) == len(WITHOUT_A_NUMBER)


@given(numbers)
def test_people_see_their_own_number_in_full(number: str) -> None:
    messages = [private.number_shown(number), private.number_kept(number), private.help_text(number)]
    assert sound(messages)
    assert all(show_number(number) in shown(message) for message in messages)


def test_the_help_is_a_home_tab_too() -> None:
    view = {"type": "home", "blocks": list(private.help_text("+6581234567").blocks)}
    assert view_problems(view, "home") == []


@given(conferences(), st.sampled_from(Reason))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_slack_takes_every_reason_and_no_number_is_in_it(conference: Conference, reason: Reason) -> None:
    messages = [plain(abandoned(replace(conference, reason=reason))), private.ask_for_number(conference)]
    assert sound(messages)
    for message in messages:
        public = Message(message.text.replace(EXAMPLE, ""), ({"text": shown(message).replace(EXAMPLE, "")},))
        assert not full_numbers_in(public)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.RUNG_ANEW])
def test_every_reason_says_that_nobody_was_rung(reason: Reason) -> None:
    assert "obody was rung" in abandoned(replace(conference_of(), reason=reason))


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        (
            (LeftOut(LeftOutReason.NO_NUMBER, "U0CALLER"),),
            "Nobody was rung. You have no number on file. Add your number with `/conference number +65 9123 4567`.",
        ),
        (
            (LeftOut(LeftOutReason.NO_NUMBER, "U1"), LeftOut(LeftOutReason.BOT, "U2")),
            "Nobody was rung. <@U1> has no number on file. <@U2> is a bot.",
        ),
        (
            (LeftOut(LeftOutReason.DEACTIVATED, "U1"), LeftOut(LeftOutReason.DEACTIVATED, "U2")),
            "Nobody was rung. <@U1> and <@U2> are deactivated.",
        ),
        (
            (LeftOut(LeftOutReason.IN_ANOTHER_CALL, number="+6581234567"),),
            "Nobody was rung. +65 •••• 4567 is in another call already.",
        ),
    ],
)
def test_the_caller_is_told_why_nobody_could_be_rung(left_out: tuple[LeftOut, ...], says: str) -> None:
    assert abandoned(replace(conference_of(), reason=Reason.NOBODY_TO_RING, left_out=left_out)) == says


def test_too_many_are_counted() -> None:
    conference = conference_of(*(Participant(f"+6581230{place:03}") for place in range(11)))
    assert "11 phones, and a conference takes at most 8" in abandoned(replace(conference, reason=Reason.TOO_MANY))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("not_in_channel", "/invite @Rollcall"),
        ("channel_not_found", "/invite @Rollcall"),
        ("is_archived", "archived"),
        ("<!channel>", "`&lt;!channel&gt;`"),
    ],
)
def test_a_board_that_slack_will_not_have_is_explained(code: str, says: str) -> None:
    text = abandoned(replace(conference_of(), reason=Reason.NO_BOARD, detail=code))
    assert says in text
    assert "<!" not in text


@given(st.text(max_size=3_000), st.sampled_from([None, "SG"]))
@settings(max_examples=200, deadline=None)
def test_slack_takes_the_answer_to_any_text_and_nobody_is_called_by_it(text: str, region: str | None) -> None:
    result = read_invitation(text, region)
    if isinstance(result, Unreadable):
        message = private.unreadable(result)
        assert sound([message])
        assert "<" not in message.text


def test_each_problem_is_quoted_with_its_place_and_a_way_out() -> None:
    kinds = [Problem(kind, f"<{kind.value}>`&", place, "Why.") for place, kind in enumerate(ProblemKind, 1)]
    _, *lines = private.unreadable(Unreadable(tuple(kinds))).text.splitlines()
    for line, problem in zip(lines, kinds, strict=True):
        assert line.startswith(f"• `&lt;{problem.kind.value}&gt;'&amp;` (word {problem.word}) ")
    assert len({line.split(") ")[1] for line in lines}) == len(kinds)


def test_of_very_many_problems_some_are_counted_only() -> None:
    problems = tuple(Problem(ProblemKind.WORD, "x" * 40, word) for word in range(1, 500))
    message = private.unreadable(Unreadable(problems))
    assert sound([message])
    assert message.text.endswith("• and 489 more.")
    assert "489 more" in shown(Message("", message.blocks))


def test_a_number_that_is_not_kept_is_quoted_as_typed() -> None:
    message = private.number_unreadable("<!channel>`", "Why.")
    assert message.text == "`&lt;!channel&gt;'` was not kept as your number. Why."
    assert sound([message, private.number_unreadable("9" * 8_000, "Why.")])
