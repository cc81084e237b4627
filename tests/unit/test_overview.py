"""What runs, what ran and what it came to, in words: to whom it is shown, and that Slack takes it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conference.calls import CallState, NotRung, Participant
from conference.invitation import Verb
from conference.limits import Billed
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason
from conference.overview import (
    Bill,
    LinesInUse,
    Page,
    PersonalOverview,
    WorkspaceBill,
    added_up,
    begun_by,
    month_of,
    named,
    needed_since,
    weeks_of,
    workspace_bill,
)
from conference.people import PersonOnFile
from messages import hangup, history, home, status
from messages.board_buttons import RING_ME_ACTION
from messages.mrkdwn import Block, Message, moment
from sandbox.slack.block_kit import message_problems, view_problems
from tests.unit.generated import BEGUN_AT, charge, conference_of, conferences, moments
from tests.unit.test_board import full_numbers_in, shown

BEGAN = moment(BEGUN_AT, with_date=True)
ALICE = Participant("+6591230001", ("U1",), CallState.IN_CALL, answered_at=BEGUN_AT)
BOB = Participant("+6591230002", ("U2",), CallState.RINGING)
GUEST = Participant("+6591234567", (), CallState.BUSY)
READER = "U0READER"
USE = LinesInUse(2, 0)

weeks = st.lists(st.tuples(st.just(date(2026, 11, 2)), st.builds(Bill, st.integers(0, 10**6))), min_size=5, max_size=5)
bills = st.builds(
    Bill,
    st.integers(0, 10**6),
    st.dictionaries(st.sampled_from(["SGD", "USD"]), st.decimals(0, 1000, places=3)),
)


def accessories(blocks: Sequence[Block]) -> list[str]:
    return [block["accessory"]["action_id"] for block in blocks if "accessory" in block]


# What runs


@given(st.lists(conferences(), max_size=14), st.integers(0, 9), st.integers(0, 20))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


# What ran


@given(st.lists(conferences(), max_size=5), st.booleans(), st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


# Ending one


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


# What it came to


NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
"""A Sunday."""


def billed(*when: int, minutes: int = 10, hour: int = 0, debit: str | None = "0.5") -> Billed:
    at = datetime(*when, hour, tzinfo=UTC)  # type: ignore[misc, arg-type]
    return Billed(at, minutes, {"SGD": Decimal(debit)} if debit else {})


def test_a_workspace_is_billed_by_the_month_and_by_weeks_that_begin_on_mondays() -> None:
    everything = [
        billed(2026, 10, 18, hour=23),
        billed(2026, 10, 19),
        billed(2026, 10, 31, hour=23, minutes=7),
        billed(2026, 11, 1, minutes=3, debit=None),
        billed(2026, 11, 15, hour=23, minutes=20),
        billed(2026, 11, 16, minutes=30),
        billed(2026, 11, 22, hour=2, minutes=40),
    ]
    found = workspace_bill(everything, NOW)
    assert found.month == Bill(93, {"SGD": Decimal("1.5")})
    assert [(monday.isoformat(), bill.minutes) for monday, bill in found.weeks] == [
        ("2026-10-19", 10),
        ("2026-10-26", 10),
        ("2026-11-02", 0),
        ("2026-11-09", 20),
        ("2026-11-16", 70),
    ]


@given(moments)
@example(datetime(2026, 11, 30, tzinfo=UTC))
def test_all_that_a_bill_needs_is_asked_for(now: datetime) -> None:
    monday, *_, this_week = weeks_of(now)
    assert needed_since(now).date() == min(monday, month_of(now))
    assert (monday.weekday(), this_week - monday) == (0, timedelta(weeks=4))
    assert timedelta(0) <= now.date() - this_week < timedelta(weeks=1)
    assert (month_of(now).year, month_of(now).month, month_of(now).day) == (now.year, now.month, 1)


def test_what_was_taken_back_is_nothing() -> None:
    there_and_back = [Bill(3, {"USD": Decimal(1), "SGD": Decimal(2)}), Bill(-3, {"USD": Decimal(-1)})]
    assert added_up(there_and_back) == Bill(0, {"SGD": Decimal(2)})


# The Home tab


overviews = st.builds(
    PersonalOverview,
    st.just(READER),
    st.just(date(2026, 11, 1)),
    st.lists(conferences(), max_size=12).map(tuple),
    st.lists(conferences(), max_size=5).map(tuple),
    bills,
    st.none() | st.builds(WorkspaceBill, bills, weeks.map(tuple)),
)


@given(overviews)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_slack_takes_any_home_tab_and_no_number_is_in_it(overview: PersonalOverview) -> None:
    blocks = list(home.home(PersonOnFile(), None, overview))
    assert view_problems({"type": "home", "blocks": blocks}, "home") == []
    numbers = list(home.home(PersonOnFile(), None))
    assert not full_numbers_in(Message("", tuple(block for block in blocks if block not in numbers)))


def headers(overview: PersonalOverview) -> list[str]:
    blocks = home.home(PersonOnFile(), None, overview)
    return [block["text"]["text"] for block in blocks if block["type"] == "header"]


def test_only_what_there_is_has_a_header() -> None:
    month = date(2026, 11, 1)
    assert headers(PersonalOverview(READER, month)) == ["Your phone", "This month", "Start a conference"]
    everything = PersonalOverview(
        READER, month, (conference_of(ALICE),), (conference_of(ALICE, state=ConferenceState.ENDED),)
    )
    assert headers(everything) == [
        "Running now",
        "Your phone",
        "Your last conferences",
        "This month",
        "Start a conference",
    ]
    assert accessories(home.home(PersonOnFile(), None, everything)) == [RING_ME_ACTION]


def read(overview: PersonalOverview) -> str:
    return shown(Message("", tuple(home.home(PersonOnFile(), None, overview)))).replace("\\n", "\n")


def test_what_one_spent_is_said_with_the_month() -> None:
    month = date(2026, 2, 1)
    assert "*February:* the conferences that you started have come to no minutes yet." in read(
        PersonalOverview(READER, month)
    )
    own = Bill(45, {"SGD": Decimal("1.575"), "USD": Decimal("0.20")})
    said = read(PersonalOverview(READER, month, own=own))
    assert "the conferences that you started came to 45 min of calls, and cost SGD 1.575, USD 0.20." in said
    assert "everybody:" not in said


def test_an_admin_sees_a_bar_for_each_week_as_long_as_its_part_of_the_longest() -> None:
    weeks = (
        (date(2026, 10, 19), Bill(1, {"SGD": Decimal("0.035")})),
        (date(2026, 10, 26), Bill(0)),
        (date(2026, 11, 2), Bill(123, {"SGD": Decimal("4.31"), "USD": Decimal(2)})),
        (date(2026, 11, 9), Bill(62)),
        (date(2026, 11, 16), Bill(37)),
    )
    overview = PersonalOverview(
        READER, date(2026, 11, 1), workspace=WorkspaceBill(Bill(222, {"SGD": Decimal("4.345")}), weeks)
    )
    said = read(overview)
    assert "*November, everybody:* all conferences together came to 222 min of calls, and cost SGD 4.345." in said
    assert (
        "```19 Oct ▇▁▁▁▁▁▁▁▁▁   1 min, SGD 0.035\n"
        "26 Oct ▁▁▁▁▁▁▁▁▁▁   0 min\n"
        "2 Nov  ▇▇▇▇▇▇▇▇▇▇ 123 min, SGD 4.31, USD 2\n"
        "9 Nov  ▇▇▇▇▇▁▁▁▁▁  62 min\n"
        "16 Nov ▇▇▇▁▁▁▁▁▁▁  37 min```"
    ) in said


def test_who_is_named() -> None:
    left = (LeftOut(LeftOutReason.NO_NUMBER, "U5"),)
    conference = replace(conference_of(ALICE, replace(BOB, people=("U2", "U3"))), left_out=left)
    assert named(conference) == {"U0CALLER", "U1", "U2", "U3"}
