"""Words for one person alone."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conference.barring import Barred
from conference.calls import Participant
from conference.invitation import Problem, ProblemKind, Unreadable, read_invitation
from conference.limits import Limit, LimitReached, read_limit
from conference.model import Conference, LeftOut, LeftOutReason, Reason
from conference.numbers import mask_number, show_number
from conference.people import NumberOnFile, PersonOnFile, Source
from messages import private
from messages.mrkdwn import Message, moment, plain
from messages.refusals import BARRED, LIMITS, SETTING_OF, abandoned
from sandbox.slack.block_kit import message_problems
from settings import READERS
from tests.unit.generated import BEGUN_AT, conference_of, conferences, details, numbers
from tests.unit.test_board import full_numbers_in, shown

EXAMPLE = "+65 9123 4567"
"""Stands in the help, and is nobody's number."""

WITHOUT_A_NUMBER = (
    private.accepted(),
    private.accepted_without_caller(),
    private.not_kept(),
    private.ring_anew_too_late(),
    private.help_text(PersonOnFile()),
    private.only_in_own_workspace(),
    private.guests_refused({"+6591234567": None}),
    private.ask_for_number_by_admin("U0ADMIN", "C1"),
)


def sound(messages: Iterable[Message]) -> bool:
    return all(message_problems(list(message.blocks)) == [] and message.text.strip() for message in messages)


def test_slack_takes_each_message_and_each_says_something_else() -> None:
    assert sound(WITHOUT_A_NUMBER)
    assert len({message.text for message in WITHOUT_A_NUMBER}) == len(WITHOUT_A_NUMBER)


@given(numbers)
def test_people_see_their_own_number_in_full(number: str) -> None:
    message = private.help_text(PersonOnFile(NumberOnFile(number, Source.SELF, BEGUN_AT)))
    assert sound([message])
    assert show_number(number) in shown(message)


@given(conferences(), st.sampled_from(Reason), st.data())
def test_slack_takes_every_reason_and_no_number_is_in_it(
    conference: Conference, reason: Reason, data: st.DataObject
) -> None:
    conference = replace(conference, reason=reason, detail=data.draw(details(reason)))
    messages = [
        plain(abandoned(conference)),
        plain(abandoned(conference, to_caller=True)),
        *(private.ask_for_number(conference, left) for left in conference.left_out),
        *map(private.rings_alert, conference.left_out),
    ]
    if reason is Reason.LIMIT:
        messages.append(private.limit_alert(conference.caller_id, read_limit(conference.detail or "")))
    assert sound(messages)
    for message in messages:
        public = Message(message.text.replace(EXAMPLE, ""), ({"text": shown(message).replace(EXAMPLE, "")},))
        assert not full_numbers_in(public)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.RUNG_ANEW])
def test_every_reason_says_that_nobody_was_rung(reason: Reason) -> None:
    detail = str(LimitReached(Limit.RINGS_PER_HOUR, "60", BEGUN_AT)) if reason is Reason.LIMIT else None
    assert "obody was rung" in abandoned(replace(conference_of(), reason=reason, detail=detail))


UNTIL = moment(BEGUN_AT)


def too_often(user_id: str | None = None, number: str | None = None) -> LeftOut:
    return LeftOut(LeftOutReason.RUNG_TOO_OFTEN, user_id, number, until=BEGUN_AT, most=5)


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        ((), "Nobody was rung. The command names nobody who could be."),
        (
            (too_often("U1"),),
            f"Nobody was rung. <@U1> was rung 5 times within ten minutes, and is left alone until {UNTIL}.",
        ),
        (
            (too_often("U1"), too_often(number="+6581234567")),
            "Nobody was rung. <@U1> and +65 •••• 4567 were rung 5 times within ten minutes, and are left alone until "
            f"{UNTIL}.",
        ),
        (
            (LeftOut(LeftOutReason.NUMBER_CHANGED, "U1"),),
            "Nobody was rung. <@U1> changed their number just now: run the command again.",
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
def test_it_is_said_why_nobody_could_be_rung(left_out: tuple[LeftOut, ...], says: str) -> None:
    conference = replace(conference_of(), reason=Reason.NOBODY_TO_RING, left_out=left_out)
    assert abandoned(conference) == abandoned(conference, to_caller=True) == says


@pytest.mark.parametrize(
    ("reason", "left_out", "on_the_board", "to_the_caller"),
    [
        (
            Reason.NOBODY_TO_RING,
            (LeftOut(LeftOutReason.NO_NUMBER, "U0CALLER"),),
            "Nobody was rung. <@U0CALLER> has no number on file.",
            "Nobody was rung. You have no number on file. Add your number with `/conference number +65 9123 4567`.",
        ),
        (
            Reason.NOBODY_TO_RING,
            (LeftOut(LeftOutReason.NOT_WANTED, "U0CALLER"), LeftOut(LeftOutReason.NOT_WANTED, "U1")),
            "Nobody was rung. <@U0CALLER> and <@U1> do not want to be rung.",
            "Nobody was rung. You and <@U1> do not want to be rung.",
        ),
        (
            Reason.NOBODY_TO_RING,
            (
                LeftOut(LeftOutReason.GUESTS_OFF, number="+6581234567"),
                LeftOut(LeftOutReason.IN_ANOTHER_CALL, "U0CALLER"),
            ),
            "Nobody was rung. <@U0CALLER> is in another call already. +65 •••• 4567 was typed as a number, which is "
            "not rung here.",
            "Nobody was rung. You are in another call already. +65 •••• 4567 was typed as a number, which is not rung "
            "here.",
        ),
        (
            Reason.ONLY_THE_CALLER,
            (LeftOut(LeftOutReason.NO_NUMBER, "U1"),),
            "Nobody was rung: <@U0CALLER> would have been alone in the call. <@U1> has no number on file. To be rung "
            "alone all the same, type `/conference me`.",
            "Nobody was rung: you would have been alone in the call. <@U1> has no number on file. To be rung "
            "alone all the same, type `/conference me`.",
        ),
        (
            Reason.ONLY_THE_CALLER,
            (),
            "Nobody was rung: <@U0CALLER> would have been alone in the call. To be rung alone all the same, type "
            "`/conference me`.",
            "Nobody was rung: you would have been alone in the call. To be rung alone all the same, type "
            "`/conference me`.",
        ),
    ],
)
def test_the_caller_is_spoken_to_only_where_nobody_else_reads_it(
    reason: Reason, left_out: tuple[LeftOut, ...], on_the_board: str, to_the_caller: str
) -> None:
    conference = replace(conference_of(), reason=reason, left_out=left_out)
    assert abandoned(conference) == on_the_board
    assert abandoned(conference, to_caller=True) == to_the_caller


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
    of_pieces = [kind for kind in ProblemKind if kind is not ProblemKind.TOO_LONG]
    kinds = [Problem(kind, f"<{kind.value}>`&", place, "Why.") for place, kind in enumerate(of_pieces, 1)]
    _, *lines = private.unreadable(Unreadable(tuple(kinds))).text.splitlines()
    for line, problem in zip(lines, kinds, strict=True):
        assert line.startswith(f"• `&lt;{problem.kind.value}&gt;'&amp;` (word {problem.word}) ")
    assert len({line.split(") ")[1] for line in lines}) == len(kinds)


def test_a_text_that_is_too_long_is_not_quoted() -> None:
    result = read_invitation("<@U1> " * 2_000, None)
    assert isinstance(result, Unreadable)
    message = private.unreadable(result)
    assert sound([message])
    assert "more than 4000 characters" in message.text
    assert "U1" not in message.text


def test_of_very_many_problems_some_are_counted_only() -> None:
    problems = tuple(Problem(ProblemKind.WORD, "x" * 40, word) for word in range(1, 500))
    message = private.unreadable(Unreadable(problems))
    assert sound([message])
    assert message.text.endswith("• and 489 more.")
    assert "489 more" in shown(Message("", message.blocks))


@given(st.dictionaries(numbers, st.sampled_from(Barred), min_size=1))
def test_guests_that_are_never_rung_are_named_masked_with_the_reason(barred: dict[str, Barred]) -> None:
    message = private.guests_refused(barred)
    assert sound([message])
    assert not full_numbers_in(message)
    assert "Nobody was rung." in message.text
    (first, why), *_ = barred.items()
    assert f"• {mask_number(first)}: {BARRED[why]}" in message.text.splitlines()


def test_where_no_number_may_be_typed_none_is_named() -> None:
    message = private.guests_refused({"+6581234567": None, "+6591234567": None})
    assert message.text.startswith("Nobody was rung: numbers typed in the command are not rung here.")
    assert "•" not in message.text


def test_every_barring_and_every_limit_has_words_of_its_own() -> None:
    assert BARRED.keys() == set(Barred)
    assert LIMITS.keys() == SETTING_OF.keys() == set(Limit)
    for words in (BARRED, LIMITS, SETTING_OF):
        assert len(set(words.values())) == len(words)
    assert set(SETTING_OF.values()) <= READERS.keys()


@pytest.mark.parametrize("limit", Limit)
def test_a_limit_says_which_how_much_and_when_it_opens_again(limit: Limit) -> None:
    reached = LimitReached(limit, "100 SGD", BEGUN_AT)
    text = abandoned(replace(conference_of(), reason=Reason.LIMIT, detail=str(reached)))
    assert LIMITS[limit].format(most="100 SGD") in text
    assert f"<!date^{int(BEGUN_AT.timestamp())}^" in text
    whose = "you" if limit.is_of_one_person else "this workspace"
    assert text.startswith(f"Nobody was rung: {whose} would have passed a limit, ")
    assert text.endswith("with fewer people.") is (limit is Limit.RINGS_PER_HOUR)


@pytest.mark.parametrize("limit", Limit)
def test_admins_hear_whose_limit_it_is_and_how_it_is_raised(limit: Limit) -> None:
    reached = LimitReached(limit, "100 SGD", BEGUN_AT)
    text = private.limit_alert("U0CALLER", reached).text
    assert LIMITS[limit].format(most="100 SGD") in text
    assert f"raise `{SETTING_OF[limit]}`" in text
    assert ("{date" in text) or limit.is_of_one_person, "a day is over tomorrow"
    assert ("<@U0CALLER>" in text) is limit.is_of_one_person


@pytest.mark.parametrize(
    ("left", "who"),
    [
        (too_often("U1"), "<@U1>"),
        (too_often(number="+6581234567"), "+65 •••• 4567"),
        (too_often(number=""), "a number since forgotten"),
    ],
)
def test_admins_hear_who_was_rung_too_often_how_often_and_until_when(left: LeftOut, who: str) -> None:
    until = moment(BEGUN_AT, with_date=True)
    assert private.rings_alert(left).text == (
        f"{who} was rung 5 times within ten minutes, a limit of Rollcall, and is left alone until {until}. If that is "
        "too little, whoever runs Rollcall can raise `MAX_RINGS_PER_NUMBER`. You are told this once."
    )
