"""What conferences came to, by month and week, and who is named in one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import example, given

from conference.limits import Billed
from conference.model import LeftOut, LeftOutReason
from conference.overview import Bill, added_up, month_of, named, needed_since, weeks_of, workspace_bill
from tests.unit.generated import conference_of, moments
from tests.unit.test_status import ALICE, BOB

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


def test_who_is_named() -> None:
    left = (LeftOut(LeftOutReason.NO_NUMBER, "U5"),)
    conference = replace(conference_of(ALICE, replace(BOB, people=("U2", "U3"))), left_out=left)
    assert named(conference) == {"U0CALLER", "U1", "U2", "U3"}
