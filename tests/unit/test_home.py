"""The Home tab: what stands there for whom, and that Slack takes it."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from conference.model import ConferenceState
from conference.overview import Bill, PersonalOverview, WorkspaceBill
from conference.people import PersonOnFile
from messages import home
from messages.board_buttons import RING_ME_ACTION
from messages.mrkdwn import Message
from sandbox.slack.block_kit import view_problems
from tests.unit.generated import amounts, conference_of, several_conferences
from tests.unit.test_board import full_numbers_in, shown
from tests.unit.test_status import ALICE, READER, accessories

weeks = st.lists(st.tuples(st.just(date(2026, 11, 2)), st.builds(Bill, st.integers(0, 10**6))), min_size=5, max_size=5)
bills = st.builds(
    Bill,
    st.integers(0, 10**6),
    st.dictionaries(st.sampled_from(["SGD", "USD"]), amounts),
)


overviews = st.builds(
    PersonalOverview,
    st.just(READER),
    st.just(date(2026, 11, 1)),
    several_conferences(12).map(tuple),
    several_conferences(5).map(tuple),
    bills,
    st.none() | st.builds(WorkspaceBill, bills, weeks.map(tuple)),
)


@given(overviews)
def test_slack_takes_any_home_tab_and_no_number_is_in_it(overview: PersonalOverview) -> None:
    blocks = list(home.home(PersonOnFile(), None, overview))
    assert view_problems({"type": "home", "blocks": blocks}, "home") == []
    numbers = list(home.home(PersonOnFile(), None, PersonalOverview(READER, overview.month)))
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
