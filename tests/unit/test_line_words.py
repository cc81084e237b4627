"""Lines in words: how many are missing, who holds the others, and nothing of another workspace."""

import pytest
from hypothesis import given

from conference.lines import LinesHeld, LinesShort
from conference.model import ConferenceState, Reason
from messages.line_words import lines_short, no_lines
from messages.refusals import abandoned
from tests.unit.exchange import talk
from tests.unit.generated import BEGUN_AT, lines_shorts

AT = "<!date^1795138200^{time}|01:30 UTC>"
BOBS, ELSEWHERE = LinesHeld("T1", "U0BOB", 3, BEGUN_AT), LinesHeld("T2", "U0EVE", 1, BEGUN_AT)


@pytest.mark.parametrize(
    ("short", "said"),
    [
        (LinesShort(1, 0), "the call needs a line, and none is free."),
        (LinesShort(4, 1), "the call needs 4 lines at once, and only 1 is free."),
        (
            LinesShort(8, 5, (BOBS,)),
            f"the call needs 8 lines at once, and only 5 are free. <@U0BOB>'s conference holds 3 since {AT}.",
        ),
        (
            LinesShort(8, 4, (ELSEWHERE, BOBS)),
            "the call needs 8 lines at once, and only 4 are free. "
            f"Another workspace holds 1 since {AT} and <@U0BOB>'s conference holds 3 since {AT}.",
        ),
        (LinesShort(1, 0, ahead=1), "the call needs a line, and none is free. 1 phone waits for a line already."),
        (
            LinesShort(2, 0, ahead=9),
            "the call needs 2 lines at once, and none is free. 9 phones wait for a line already.",
        ),
    ],
)
def test_it_is_said_what_is_missing_and_who_has_it(short: LinesShort, said: str) -> None:
    assert lines_short(short, "T1") == said


@given(lines_shorts)
def test_nobody_of_another_workspace_is_named(short: LinesShort) -> None:
    text = lines_short(short, "T1")
    foreign = {one.caller_id for one in short.held if one.team_id != "T1"}
    named = {one.caller_id for one in short.held if one.team_id == "T1"}
    assert not [user_id for user_id in foreign - named if f"<@{user_id}>" in text]
    assert all(f"<@{user_id}>" in text for user_id in named)
    assert text.endswith(".")


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        (
            str(LinesShort(2, 1, (BOBS,))),
            "Nobody was rung: the call needs 2 lines at once, and only 1 is free. <@U0BOB>'s",
        ),
        ("error_concurrent_call_limit_reached", "Nobody was rung: the account's lines are taken by something else"),
        (None, "Nobody was rung: the account's lines are taken by something else"),
    ],
)
def test_a_conference_without_lines_says_why_and_what_to_press(detail: str | None, said: str) -> None:
    conference = talk(state=ConferenceState.ABANDONED, reason=Reason.NO_LINES, detail=detail)
    assert abandoned(conference).startswith(said)
    assert no_lines(conference).endswith(
        "Press *Ring as lines get free*, and each phone rings as soon as there is a line for it."
    )
    assert abandoned(conference, to_caller=True) == abandoned(conference)
