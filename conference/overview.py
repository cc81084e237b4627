"""What is running, what ran, and what it came to: as somebody is shown it who may see it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from conference.limits import Billed
from conference.model import Conference

PAGE = 5
"""Past conferences that are shown together."""

WEEKS = 5
"""Weeks of which a workspace's use is shown, this one among them."""

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Page:
    """Some of a channel's past conferences, newest first, and whether there are more on either side."""

    conferences: tuple[Conference, ...]
    has_newer: bool = False
    has_older: bool = False


@dataclass(frozen=True)
class LinesInUse:
    """How many lines of the carrier's account are in use, and how many phones wait for one."""

    in_use: int
    waiting: int


@dataclass(frozen=True)
class Bill:
    """What calls came to: minutes as the carrier bills them, and decimal money by currency code."""

    minutes: int = 0
    debits: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkspaceBill:
    """What a workspace's calls came to: this month, and in each of the last weeks, by their Mondays, oldest first."""

    month: Bill
    weeks: tuple[tuple[date, Bill], ...]


@dataclass(frozen=True)
class PersonalOverview:
    """What one person is shown of conferences: those in which they are named, and what those that they began cost."""

    user_id: str
    month: date
    """Its first day."""
    running: tuple[Conference, ...] = ()
    past: tuple[Conference, ...] = ()
    own: Bill = field(default_factory=Bill)
    workspace: WorkspaceBill | None = None
    """For admins."""


def named(conference: Conference) -> set[str]:
    """Slack ids of whoever started a conference or has a phone in it.

    Not of those left out: they may not be in its channel, and were told only that somebody wanted them.
    """
    return {conference.caller_id} | {user_id for call in conference.participants for user_id in call.people}


def begun_by(user_id: str, running: Iterable[Conference], channel_id: str) -> Conference | None:
    """Which of the running conferences, newest first, somebody means by theirs; None if they began none.

    One that is being hung up already is meant only where there is no other.
    """
    own = [conference for conference in running if conference.caller_id == user_id]
    return min(own, key=lambda one: (one.hung_up_by is not None, one.channel_id != channel_id), default=None)


def month_of(now: datetime) -> date:
    """The first day of a month, in UTC."""
    return now.astimezone(UTC).date().replace(day=1)


def weeks_of(now: datetime) -> Sequence[date]:
    """The Mondays of the last weeks, in UTC, oldest first."""
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - back * _WEEK for back in reversed(range(WEEKS))]


def begin_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def needed_since(now: datetime) -> datetime:
    """From when on a `workspace_bill` needs to know what was billed."""
    return begin_of(min(month_of(now), weeks_of(now)[0]))


def workspace_bill(billed: Iterable[Billed], now: datetime) -> WorkspaceBill:
    """What was billed by the hour, by month and week."""
    billed = list(billed)
    this_month = added_up(one for one in billed if month_of(one.hour) == month_of(now))
    weeks = (
        (monday, added_up(one for one in billed if begin_of(monday) <= one.hour < begin_of(monday + _WEEK)))
        for monday in weeks_of(now)
    )
    return WorkspaceBill(this_month, tuple(weeks))


def added_up(billed: Iterable[Billed | Bill]) -> Bill:
    """The sum, without currencies of which nothing is left."""
    minutes, debits = 0, dict[str, Decimal]()
    for one in billed:
        minutes += one.minutes
        for currency, debit in one.debits.items():
            debits[currency] = debits.get(currency, Decimal(0)) + debit
    return Bill(minutes, {currency: debit for currency, debit in sorted(debits.items()) if debit})
