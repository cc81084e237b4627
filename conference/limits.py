"""How much may be rung. Every limit has a window that moves with the clock, so that it opens again by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RINGS_WINDOW = timedelta(minutes=10)
_LEAST_MONEY = Decimal("0.000001")


@dataclass(frozen=True)
class Limits:
    """The most of each, None where the operator wants no limit."""

    conferences_per_hour: int | None = 20
    """Conferences that one person starts."""
    rings_per_hour: int | None = 60
    """Phones that one person has rung."""
    rings_per_number: int | None = 5
    """Rings of one number within ten minutes, from all callers together."""
    minutes_per_day: int | None = 3000
    """Minutes that a workspace is billed for."""
    spend_per_day: Decimal | None = Decimal(100)
    """What a workspace is billed, in whatever currency the carrier bills; each currency counts apart."""


class Limit(StrEnum):
    """The limits that a whole conference can run into."""

    CONFERENCES_PER_HOUR = "conferences_per_hour"
    RINGS_PER_HOUR = "rings_per_hour"
    MINUTES_PER_DAY = "minutes_per_day"
    SPEND_PER_DAY = "spend_per_day"

    @property
    def window(self) -> timedelta:
        # What is billed is summed up by the hour in which it began: a day has gone by a day after that hour's end.
        return HOUR if self.is_of_one_person else DAY + HOUR

    @property
    def is_of_one_person(self) -> bool:
        """Whether it counts what one person does, and not what the whole workspace does."""
        return self in {Limit.CONFERENCES_PER_HOUR, Limit.RINGS_PER_HOUR}


@dataclass(frozen=True)
class LimitReached:
    """Which limit, how much it allows (`20`, `100 SGD`), and when it opens again."""

    limit: Limit
    most: str
    opens_at: datetime

    def __str__(self) -> str:
        """As it is stored: `read_limit` gives it back."""
        return f"{self.limit}|{self.most}|{self.opens_at.isoformat()}"


def read_limit(text: str) -> LimitReached:
    """The LimitReached whose `str()` this is. Raises ValueError."""
    limit, most, opens_at = text.split("|")
    return LimitReached(Limit(limit), most, datetime.fromisoformat(opens_at))


@dataclass(frozen=True)
class Rung:
    """Phones that were rung together, and when."""

    at: datetime
    phones: int


@dataclass(frozen=True)
class Billed:
    """What the conferences that a workspace began within one hour have cost so far."""

    hour: datetime
    minutes: int = 0
    debits: Mapping[str, Decimal] = field(default_factory=dict)
    """By currency."""


@dataclass(frozen=True)
class Usage:
    """What counts towards the limits, oldest first: the person's last hour, and the workspace's last day."""

    started: tuple[datetime, ...] = ()
    rung: tuple[Rung, ...] = ()
    billed: tuple[Billed, ...] = ()


_Used = list[tuple[datetime, Decimal]]
_Look = tuple[Limit, int | Decimal | None, _Used, Decimal, str]


def reached(limits: Limits, usage: Usage, phones: int, *, is_begun: bool = False) -> LimitReached | None:
    """The limit that a conference would pass by ringing that many phones; of several, the one that opens last.

    `is_begun`: they are added to one that runs already.
    """
    began = [(at, Decimal(1)) for at in usage.started]
    rang = [(one.at, Decimal(one.phones)) for one in usage.rung]
    talked = [(one.hour, Decimal(one.minutes)) for one in usage.billed]
    looks: list[_Look] = [
        (Limit.CONFERENCES_PER_HOUR, None if is_begun else limits.conferences_per_hour, began, Decimal(1), ""),
        (Limit.RINGS_PER_HOUR, limits.rings_per_hour, rang, Decimal(phones), ""),
        # What a call will cost is not known before it ends: there must be room for some.
        (Limit.MINUTES_PER_DAY, limits.minutes_per_day, talked, Decimal(1), ""),
    ]
    for currency in sorted({currency for one in usage.billed for currency in one.debits}):
        spent = [(one.hour, one.debits.get(currency, Decimal(0))) for one in usage.billed]
        looks.append((Limit.SPEND_PER_DAY, limits.spend_per_day, spent, _LEAST_MONEY, f" {currency}"))
    found = [
        LimitReached(limit, f"{most}{unit}", opens_at)
        for limit, most, used, wanted, unit in looks
        if most is not None and (opens_at := _opens_at(used, most - wanted, limit.window))
    ]
    return max(found, key=lambda one: one.opens_at, default=None)


def _opens_at(used: _Used, room: Decimal, window: timedelta) -> datetime | None:
    """When so much of what was used, oldest first, is past that the rest fits into `room`; None if it fits now."""
    total = sum((amount for _, amount in used), Decimal(0))
    opens_at = None
    for at, amount in used:
        if total <= room:
            break
        total -= amount
        opens_at = at + window
    return opens_at
