"""The reminder: Slack takes it whoever is in a standup, it tells what is stored, and no number is in it."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from conference.invitation import Guest, Invitee, Person
from conference.standups.model import Occurrence, OccurrenceState
from messages.mrkdwn import Message
from messages.standups.other_number_form import form, kept
from messages.standups.reminder import REMINDER, block_id, missed, reminder
from messages.standups.reminder_answers import too_late
from sandbox.slack.block_kit import message_problems
from tests.unit.generated import NUMBERS, invitations, user_ids
from tests.unit.test_board import full_numbers_in
from tests.unit.test_standups import MONDAY, a_standup

AT = f"<!date^{int(MONDAY.timestamp())}^{{time}}|01:30 UTC>"


def a_day(**changes: object) -> Occurrence:
    day = Occurrence("T1", "0ccu", "5a", "C1", MONDAY.date(), MONDAY, is_announced=True)
    return replace(day, **changes)  # type: ignore[arg-type]


days = st.builds(
    a_day,
    state=st.sampled_from(OccurrenceState),
    out=st.lists(user_ids, max_size=30, unique=True).map(tuple),
    other_numbers=st.dictionaries(user_ids, st.sampled_from(NUMBERS), max_size=30),
    skipped_by=st.none() | user_ids,
    missed=st.integers(0, 400),
)


@given(days, st.lists(invitations, max_size=9), st.none() | st.integers(-100, 7200), st.booleans())
@settings(deadline=None)
def test_slack_takes_what_is_said_of_any_day_and_no_number_is_in_it(
    day: Occurrence, named: list[object], ahead: int | None, is_paused: bool
) -> None:
    everybody = tuple(dict.fromkeys(one for invitation in named for one in invitation.invitees))  # type: ignore[attr-defined]
    standup = a_standup(is_paused=is_paused, invitees=everybody)
    soon = None if ahead is None else timedelta(seconds=ahead)
    for message in (reminder(standup, day, everybody, ahead=soon), missed(standup, day), too_late(standup, day)):
        assert message_problems(list(message.blocks)) == []
        assert message.text.strip()
        assert not full_numbers_in(message)


def said(day: Occurrence, *everybody: Invitee, ahead: timedelta | None = None) -> Message:
    return reminder(a_standup(), day, everybody, ahead=ahead)


def test_it_is_known_again_by_its_first_block() -> None:
    for state in OccurrenceState:
        assert said(a_day(state=state)).blocks[0]["block_id"] == block_id(REMINDER, a_day())


def test_screen_readers_are_told_all_that_stands_in_it() -> None:
    day = a_day(out=("U3",), other_numbers={"U2": "+6591239999", "U3": "+6591239998"})
    text = said(day, Person("U1"), Person("U2"), Person("U3"), Guest("+6591234567"), ahead=timedelta(minutes=5)).text
    assert text == (
        f"Standup platform in 5 minutes, at {AT}. Rings <@U1>, <@U2> and +65 •••• 4567. Out today: <@U3>. "
        "On another number this once: <@U2>."
    )


def test_how_soon_is_said_only_to_whoever_reads_it_at_once() -> None:
    titles = [
        said(a_day(), ahead=ahead).blocks[0]["text"]["text"]
        for ahead in (None, timedelta(seconds=20), timedelta(seconds=61), timedelta(minutes=30))
    ]
    name = "*Standup platform*"
    assert titles == [
        f"{name} at {AT}",
        f"{name} in a moment, at {AT}",
        f"{name} in 1 minute, at {AT}",
        f"{name} in 30 minutes, at {AT}",
    ]


def test_nobody_may_be_left_in_it() -> None:
    assert "It rings nobody: nobody is in it." in said(a_day()).text


def test_a_skipped_day_can_be_rung_after_all_while_it_is_still_to_come() -> None:
    day = a_day(state=OccurrenceState.SKIPPED, skipped_by="U1")

    def has_button(**changes: object) -> bool:
        return len(reminder(a_standup(**changes), day, ()).blocks) == 2

    assert has_button()
    assert not has_button(dealt_with=day.due_at)
    assert not has_button(is_paused=True)
    assert not has_button(is_deleted=True)


def test_to_call_now_a_team_is_typed_where_it_is_all_that_is_rung() -> None:
    day = a_day(state=OccurrenceState.MISSED, missed=1)
    assert missed(a_standup(invitees=(), team_names=("core",)), day).text.endswith("type `/conference core`.")
    others = missed(a_standup(team_names=("core",)), day).text
    assert others.endswith("use the shortcut *Start a conference*.")


def test_ones_own_number_is_shown_to_oneself_alone() -> None:
    view = form(a_standup(), a_day(), "+6591239999")
    assert view["blocks"][1]["element"]["initial_value"] == "+65 9123 9999"
    assert "+65 9123 9999, this time only" in kept(a_standup(), a_day(), "+6591239999").text
