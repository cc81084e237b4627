"""Which report it is, and what is said in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.standups.model import next_report
from conference.standups.reports import Report, ReportKey, Turnout, read_report_key, weekly_report
from messages.standups import report as words
from sandbox.slack.block_kit import message_problems
from tests.unit.test_reports import DUE, GUEST, MONDAY, STANDUP, day

# Which one it is


@given(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), st.sampled_from(["", "0123456789abcdef"]))
def test_which_report_it_is_stands_in_its_button(standup_id: str, occurrence_id: str) -> None:
    key = ReportKey(standup_id, DUE, occurrence_id)
    assert read_report_key(str(key)) == key


@given(st.text() | st.from_regex(r"\S+ [0-9]+( \S+)?", fullmatch=True))
def test_anything_else_in_a_button_is_no_report_or_one(text: str) -> None:
    key = read_report_key(text)
    assert key is None or read_report_key(str(key)) == key


@pytest.mark.parametrize("place", range(-6, 8))
def test_a_day_stands_for_the_report_of_its_own_week(place: int) -> None:
    """Weeks of reports end on Friday evening."""
    occurrence = day(place=place).occurrence
    key = weekly_report(STANDUP, occurrence)
    friday = MONDAY + timedelta(days=4 if -2 <= place <= 4 else -3 if place < -2 else 11)
    assert key == ReportKey(
        "s1", datetime(friday.year, friday.month, friday.day, 9, tzinfo=UTC), occurrence.occurrence_id
    )
    began = replace(STANDUP, reports_weekly=True, reported=key.until - timedelta(days=7))
    assert next_report(began) == key.until


# Words
KEY = ReportKey("a" * 16, DUE, "b" * 16)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Report("platform"), "It has not rung in the last four weeks."),
        (Report("platform", skipped=2), "It has not rung in the last four weeks. It was skipped on 2 days."),
        (
            Report("platform", rang=1, missed=2, length=timedelta(minutes=9.4), costs={"SGD": Decimal("1.20")}),
            "It rang on 1 day and was missed on 2 days. A call lasted 9 min on average. Cost SGD 1.20.",
        ),
    ],
)
def test_a_report_begins_with_how_often_it_rang(found: Report, said: str) -> None:
    message = words.report(found, KEY)
    assert message.text.splitlines()[1] == said
    assert message.blocks[1]["text"]["text"] == said


@pytest.mark.parametrize(
    ("turnout", "said"),
    [
        (Turnout(4, 5), "in on 4 of 5 days"),
        (Turnout(0, 1), "in on 0 of 1 day"),
        (Turnout(1, 1, 2), "in on 1 of 1 day, out on 2 days"),
        (Turnout(out=1), "out on 1 day"),
    ],
)
def test_each_person_has_a_row_which_screen_readers_get_as_a_sentence(turnout: Turnout, said: str) -> None:
    message = words.report(Report("platform", {"U1": turnout}), KEY)
    assert [field["text"] for field in message.blocks[2]["fields"]] == ["<@U1>", said]
    assert f"<@U1>: {said}." in message.text.splitlines()


def test_guests_are_named_by_masked_numbers_while_they_are_few() -> None:
    few, many = ((GUEST,) * count for count in (3, 4))
    assert "Guests +65 •••• 9999, +65 •••• 9999 and +65 •••• 9999: in 1 of 3 times." in _text(few)
    assert "Guests: in 1 of 3 times." in _text(many)


def _text(numbers: tuple[str, ...]) -> str:
    return words.report(Report("platform", guests=Turnout(1, 3), guest_numbers=numbers), KEY).text


@pytest.mark.parametrize("count", [0, 1, 5, 6, 100, 101, 3_000])
def test_slack_takes_a_report_of_however_many(count: int) -> None:
    people = {f"U{place:010}": Turnout(1_000, 1_000, 1_000) for place in range(count)}
    costs = {currency: Decimal("1234567.123456") for currency in ("SGD", "USD", "EUR")}
    found = Report("p" * 30, people, Turnout(1, 9), (GUEST,) * 9, 9, 28, 28, 28, timedelta(hours=9), costs)
    message = words.report(found, KEY)
    assert message_problems(list(message.blocks)) == []
    assert len(message.text) < 40_000
    assert (f"And {count - words.MOST_PEOPLE} more." in message.text) is (count > words.MOST_PEOPLE)
