"""Which days a recurrence rule names (RFC 5545, 3.3.10), for events that last whole days.

Looking for them is bounded, whatever the rule: libraries search on to the year 9999 for a rule that names no day.
"""

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

MAX_INTERVAL = 1000
MAX_RULE_CHARACTERS = 500

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WHOLE = re.compile(r"[0-9]{1,6}")
_SIGNED = re.compile(r"[+-]?[0-9]{1,3}")
_ON_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"([0-9]{8})(T[0-9]{6}Z?)?")


class Frequency(StrEnum):
    """How long a period is. Shorter ones make no sense for whole days."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True)
class Rule:
    """A recurrence rule; an empty part is one that it does not have.

    `weekdays`: 0 for Monday, each with which one of its period it is, 0 for every one, -1 for the last.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    places: tuple[int, ...] = ()
    week_start: int = 0

    def days(self, start: date, first: date, last: date, look: Callable[[int], None]) -> Iterator[date]:
        """The days that it names from `first` to `last`, for an event that begins on `start`.

        `look` is told, in advance, how many days are about to be looked at; what it raises ends the search.
        """
        return self._completed(start)._days(start, first, min(last, self.until or last), look)  # noqa: SLF001

    def _days(self, start: date, first: date, last: date, look: Callable[[int], None]) -> Iterator[date]:
        period = begun = self._period(start)
        if self.count is None and first > start:
            period += (self._period(first) - begun) // self.interval * self.interval
        left = self.count
        while period <= self._period(last):
            days = self._candidates(period)
            look(len(days) + 1)
            for day in self._chosen(days):
                if day < start:
                    continue
                if day > last or left == 0:
                    return
                left = left if left is None else left - 1
                if day >= first:
                    yield day
            period += self.interval

    def _completed(self, start: date) -> "Rule":
        """What it does not say is as on the event's first day."""
        if self.month_days or self.weekdays:
            return self
        match self.frequency:
            case Frequency.YEARLY:
                return replace(self, months=self.months or (start.month,), month_days=(start.day,))
            case Frequency.MONTHLY:
                return replace(self, month_days=(start.day,))
            case Frequency.WEEKLY:
                return replace(self, weekdays=((start.weekday(), 0),))
            case Frequency.DAILY:
                return self

    def _period(self, day: date) -> int:
        """Periods are counted; this is the number of the one in which a day is."""
        match self.frequency:
            case Frequency.YEARLY:
                return day.year
            case Frequency.MONTHLY:
                return day.year * 12 + day.month - 1
            case Frequency.WEEKLY:
                # Day 1 was a Monday.
                return (day.toordinal() - 1 - self.week_start) // 7
            case Frequency.DAILY:
                return day.toordinal()

    def _candidates(self, period: int) -> Sequence[date]:
        """The days of a period that are in the rule's months."""
        match self.frequency:
            case Frequency.YEARLY:
                months = sorted(set(self.months)) or range(1, 13)
                return [day for month in months for day in _month(period, month)]
            case Frequency.MONTHLY:
                days = _month(period // 12, period % 12 + 1)
            case Frequency.WEEKLY:
                monday = period * 7 + 1 + self.week_start
                days = [date.fromordinal(number) for number in range(max(monday, 1), monday + 7)]
            case Frequency.DAILY:
                days = [date.fromordinal(period)]
        return [day for day in days if not self.months or day.month in self.months]

    def _chosen(self, days: Sequence[date]) -> Sequence[date]:
        """Of a period's days, those that the rule names."""
        named = [day for day in days if self._names(day)]
        if not self.places:
            return named
        # 1 is the first, -1 the last.
        places = {place - 1 if place > 0 else len(named) + place for place in self.places}
        return [named[place] for place in sorted(places) if 0 <= place < len(named)]

    def _names(self, day: date) -> bool:
        if self.month_days:
            length = calendar.monthrange(day.year, day.month)[1]
            if day.day not in self.month_days and day.day - length - 1 not in self.month_days:
                return False
        return not self.weekdays or any(
            day.weekday() == weekday and (not which or which in self._which(day)) for weekday, which in self.weekdays
        )

    def _which(self, day: date) -> tuple[int, int]:
        """Which of its weekdays a day is, counted from the first and from the last, in its month or year."""
        if self.frequency is Frequency.YEARLY and not self.months:
            number, length = day.timetuple().tm_yday, 365 + calendar.isleap(day.year)
        else:
            number, length = day.day, calendar.monthrange(day.year, day.month)[1]
        return (number - 1) // 7 + 1, -((length - number) // 7 + 1)


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1)]


def read_rule(text: str) -> Rule:
    """The rule in an RRULE's value. Raises ValueError if it is none, or none that is understood here."""
    if len(text) > MAX_RULE_CHARACTERS:
        raise ValueError("a rule that long")
    parts = [part.partition("=") for part in text.upper().strip(";").split(";")]
    values = {name: value for name, _, value in parts}
    if len(values) < len(parts) or not values.keys() <= _PARTS:
        raise ValueError("a part twice, or one that is not known")
    frequency = Frequency(values.get("FREQ", ""))
    weekdays = tuple(map(_weekday, _listed(values, "BYDAY")))
    if any(which for _, which in weekdays) and frequency in {Frequency.DAILY, Frequency.WEEKLY}:
        raise ValueError("no week has two of a weekday")
    return Rule(
        frequency,
        interval=_number(values.get("INTERVAL", "1"), MAX_INTERVAL),
        count=_number(values["COUNT"], 999_999) if "COUNT" in values else None,
        until=_until(values["UNTIL"]) if "UNTIL" in values else None,
        months=tuple(_number(month, 12) for month in _listed(values, "BYMONTH")),
        month_days=tuple(_place(day, 31) for day in _listed(values, "BYMONTHDAY")),
        weekdays=weekdays,
        places=tuple(_place(place, 366) for place in _listed(values, "BYSETPOS")),
        week_start=_WEEKDAYS.index(values.get("WKST", "MO")),
    )


_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST"})


def _listed(values: dict[str, str], name: str) -> list[str]:
    return values[name].split(",") if name in values else []


def _number(text: str, most: int) -> int:
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= most:
        raise ValueError(f"not a number from 1 to {most}")
    return int(text)


def _place(text: str, most: int) -> int:
    if not _SIGNED.fullmatch(text) or not 1 <= abs(int(text)) <= most:
        raise ValueError(f"not a place up to {most}")
    return int(text)


def _weekday(text: str) -> tuple[int, int]:
    found = _ON_WEEKDAY.fullmatch(text)
    if not found:
        raise ValueError("not a weekday")
    return _WEEKDAYS.index(found[2]), _place(found[1], 53) if found[1] else 0


def _until(text: str) -> date:
    found = _UNTIL.fullmatch(text)
    if not found:
        raise ValueError("not a date")
    return date.fromisoformat(found[1])
