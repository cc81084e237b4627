"""When a limit is reached, which, and when it opens again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conference.limits import Billed, Limit, LimitReached, Limits, Rung, Usage, reached, read_limit
from tests.unit.generated import limits_reached

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
NONE = Limits(None, None, None, None, None)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DAY_OF_AN_HOUR = DAY + HOUR
"""For how long what was billed counts, from the beginning of the hour in which it was."""


def began(*minutes_ago: int, phones: int = 2) -> Usage:
    times = tuple(NOW - ago * MINUTE for ago in minutes_ago)
    return Usage(times, tuple(Rung(at, phones) for at in times))


ADDED = replace(began(50, 20, phones=4), started=())


def billed(*hours: tuple[int, int, str]) -> Usage:
    """Hours ago, minutes, and what they cost, like `10 SGD`."""
    return Usage(billed=tuple(Billed(NOW - ago * HOUR, minutes, _debits(cost)) for ago, minutes, cost in hours))


def _debits(cost: str) -> dict[str, Decimal]:
    amount, _, currency = cost.partition(" ")
    return {currency: Decimal(amount)} if currency else {}


@pytest.mark.parametrize(
    ("limits", "usage", "phones", "expected"),
    [
        (Limits(), Usage(), 8, None),
        (replace(NONE, conferences_per_hour=3), began(50, 20), 8, None),
        (replace(NONE, conferences_per_hour=3), began(50, 20, 10), 2, ("conferences_per_hour", "3", 10 * MINUTE)),
        # More than are allowed now, as after an operator lowered it: two have to pass.
        (replace(NONE, conferences_per_hour=2), began(50, 20, 10), 2, ("conferences_per_hour", "2", 40 * MINUTE)),
        (replace(NONE, rings_per_hour=10), began(50, 20, phones=4), 2, None),
        (replace(NONE, rings_per_hour=10), began(50, 20, phones=4), 3, ("rings_per_hour", "10", 10 * MINUTE)),
        (replace(NONE, rings_per_hour=10), began(50, 20, phones=4), 7, ("rings_per_hour", "10", 40 * MINUTE)),
        # Phones that were added to a conference are rung like any others, and start none.
        (replace(NONE, rings_per_hour=10), ADDED, 3, ("rings_per_hour", "10", 10 * MINUTE)),
        (replace(NONE, conferences_per_hour=1), ADDED, 8, None),
        (replace(NONE, minutes_per_day=60), billed((24, 30, ""), (2, 29, "")), 8, None),
        (replace(NONE, minutes_per_day=60), billed((24, 30, ""), (2, 30, "")), 1, ("minutes_per_day", "60", HOUR)),
        (replace(NONE, minutes_per_day=60), billed((24, 30, ""), (2, 90, "")), 1, ("minutes_per_day", "60", 23 * HOUR)),
        (replace(NONE, spend_per_day=Decimal(20)), billed((3, 9, "19.999 SGD")), 8, None),
        (replace(NONE, spend_per_day=Decimal(20)), billed((3, 9, "20 SGD")), 1, ("spend_per_day", "20 SGD", 22 * HOUR)),
        # Each currency counts apart.
        (replace(NONE, spend_per_day=Decimal(20)), billed((3, 9, "19 SGD"), (2, 9, "19 USD")), 8, None),
        (
            replace(NONE, spend_per_day=Decimal("9.50")),
            billed((5, 1, "9 SGD"), (3, 1, "1 USD"), (2, 1, "0.60 SGD")),
            1,
            ("spend_per_day", "9.50 SGD", 20 * HOUR),
        ),
    ],
)
def test_a_limit_is_reached_when_one_more_would_pass_it(
    limits: Limits, usage: Usage, phones: int, expected: tuple[str, str, timedelta] | None
) -> None:
    result = reached(limits, usage, phones)
    assert result == (LimitReached(Limit(expected[0]), expected[1], NOW + expected[2]) if expected else None)


def test_of_several_limits_the_one_that_opens_last_is_named() -> None:
    limits = Limits(conferences_per_hour=1, rings_per_hour=8, minutes_per_day=1, spend_per_day=Decimal(1))
    usage = replace(began(30, phones=8), billed=billed((2, 5, "2 SGD"), (1, 5, "2 USD")).billed)
    assert reached(limits, usage, 8) == LimitReached(Limit.MINUTES_PER_DAY, "1", NOW + 24 * HOUR)
    assert reached(replace(limits, minutes_per_day=None), usage, 8) == LimitReached(
        Limit.SPEND_PER_DAY, "1 USD", NOW + 24 * HOUR
    )


some_limits = st.builds(
    Limits,
    st.none() | st.integers(1, 5),
    st.none() | st.integers(8, 20),
    st.none() | st.integers(1, 5),
    st.none() | st.integers(1, 50),
    st.none() | st.decimals(1, 50, places=2),
)
ago = st.integers(0, 89_999).map(lambda seconds: NOW - timedelta(seconds=seconds))
within_the_hour = st.integers(0, 3_599).map(lambda seconds: NOW - timedelta(seconds=seconds))
some_usage = st.builds(
    Usage,
    st.lists(within_the_hour, max_size=8).map(lambda started: tuple(sorted(started))),
    st.lists(st.builds(Rung, within_the_hour, st.integers(1, 8)), max_size=8).map(
        lambda rung: tuple(sorted(rung, key=lambda one: one.at))
    ),
    st.lists(
        st.builds(
            Billed,
            ago,
            st.integers(0, 40),
            st.dictionaries(st.sampled_from(["SGD", "USD"]), st.decimals(0, 40, places=3)),
        ),
        max_size=8,
    ).map(lambda billed: tuple(sorted(billed, key=lambda one: one.hour))),
)


def at(moment: datetime, usage: Usage) -> Usage:
    """What of it still counts at a later moment, if nothing new comes."""
    return Usage(
        tuple(at for at in usage.started if at > moment - HOUR),
        tuple(one for one in usage.rung if one.at > moment - HOUR),
        tuple(one for one in usage.billed if one.hour > moment - DAY_OF_AN_HOUR),
    )


def fits(limits: Limits, usage: Usage, phones: int, *, is_begun: bool) -> bool:
    """Added up anew, without thinking of when."""
    spent = [sum(one.debits.get(currency, 0) for one in usage.billed) for currency in ("SGD", "USD")]
    return (
        (is_begun or limits.conferences_per_hour is None or len(usage.started) + 1 <= limits.conferences_per_hour)
        and (limits.rings_per_hour is None or sum(one.phones for one in usage.rung) + phones <= limits.rings_per_hour)
        and (limits.minutes_per_day is None or sum(one.minutes for one in usage.billed) < limits.minutes_per_day)
        and (limits.spend_per_day is None or max(spent) < limits.spend_per_day)
    )


@given(some_limits, some_usage, st.integers(1, 8), st.booleans())
def test_a_limit_is_reached_exactly_if_something_does_not_fit(
    limits: Limits, usage: Usage, phones: int, is_begun: bool
) -> None:
    limit = reached(limits, usage, phones, is_begun=is_begun)
    assert (limit is None) is fits(limits, usage, phones, is_begun=is_begun)


@given(some_limits, some_usage, st.integers(1, 8), st.booleans())
def test_when_it_opens_again_everything_fits_and_a_moment_earlier_it_does_not(
    limits: Limits, usage: Usage, phones: int, is_begun: bool
) -> None:
    limit = reached(limits, usage, phones, is_begun=is_begun)
    assume(limit)
    assert limit is not None
    assert NOW < limit.opens_at <= NOW + limit.limit.window
    assert reached(limits, at(limit.opens_at, usage), phones, is_begun=is_begun) is None
    earlier = limit.opens_at - timedelta(microseconds=1)
    assert reached(limits, at(earlier, usage), phones, is_begun=is_begun) is not None


@given(some_usage, st.integers(1, 8))
def test_what_is_off_is_never_reached(usage: Usage, phones: int) -> None:
    assert reached(NONE, usage, phones) is None


@given(limits_reached)
def test_a_limit_reached_comes_back_as_it_was_written(limit: LimitReached) -> None:
    assert read_limit(str(limit)) == limit


@pytest.mark.parametrize("text", ["", "x|1|2026-11-20", "rings_per_hour|60", "rings_per_hour|60|soon", "a|b|c|d"])
def test_what_is_no_limit_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_limit(text)


def test_people_have_an_hour_and_workspaces_a_day_after_the_hour_in_which_it_began() -> None:
    assert {limit: (limit.window, limit.is_of_one_person) for limit in Limit} == {
        Limit.CONFERENCES_PER_HOUR: (HOUR, True),
        Limit.RINGS_PER_HOUR: (HOUR, True),
        Limit.MINUTES_PER_DAY: (DAY_OF_AN_HOUR, False),
        Limit.SPEND_PER_DAY: (DAY_OF_AN_HOUR, False),
    }
