"""Holidays in an ICS calendar (RFC 5545): its events that last whole days.

CalendarError
└── UnreadableCalendarError
    ├── NotACalendarError      it is no ICS file, or not all of one
    ├── BrokenCalendarError    an event of whole days says something that can't be understood
    └── OversizedCalendarError more than any calendar of holidays has

Nothing is left out silently: a holiday that is not understood would have phones ring on it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from icalendar.parser import Contentline, Contentlines

from calendars.recurrence import Rule, read_rule
from conference.standups.holidays import CalendarError

MAX_LINES = 50_000
MAX_LINE_CHARACTERS = 20_000
MAX_EVENTS = 2_000
"""Events of whole days that may fall in the time that is asked for."""
MAX_EVENT_DAYS = 366
MAX_DAYS_LOOKED_AT = 300_000
MAX_NAME_CHARACTERS = 80
MAX_QUOTED_CHARACTERS = 60
UNNAMED = "Holiday"

MAX_COMPONENT_CHARACTERS = 100
"""Of a line that begins or ends something."""

_EVENT = ["VCALENDAR", "VEVENT"]
"""Within what an event stands."""

_PROPERTY = re.compile(r"[A-Za-z-]+")
_DATE = re.compile(r"([0-9]{8})(T[0-9]{6}Z?)?")
_MIDNIGHT = re.compile(r"[0-9]{8}T000000Z?")
_DURATION = re.compile(r"\+?P(?:([0-9]{1,4})W)?(?:([0-9]{1,4})D)?(?:T(?:0+[HMS])*)?")
_IS_WHOLE_DAYS = "X-MICROSOFT-CDO-ALLDAYEVENT"
_USED = frozenset(
    {
        "UID",
        "DTSTART",
        "DTEND",
        "DURATION",
        "SUMMARY",
        "STATUS",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        _IS_WHOLE_DAYS,
    }
)


class UnreadableCalendarError(CalendarError):
    """What was got is no calendar whose holidays can be told."""


class NotACalendarError(UnreadableCalendarError):
    """It is no ICS file, or not all of one."""


class BrokenCalendarError(UnreadableCalendarError):
    """An event of whole days says something that can't be understood."""


class OversizedCalendarError(UnreadableCalendarError):
    """It has more than any calendar of holidays."""


Event = dict[str, list[Contentline]]
"""The lines of an event that matter here, by the name of their property."""


@dataclass(frozen=True)
class _WholeDays:
    """An event that lasts whole days, `length` of them; `instead_of`: the day of its series whose place it takes."""

    name: str
    uid: str
    start: date
    length: int
    rules: tuple[Rule, ...]
    more: tuple[date, ...]
    fewer: frozenset[date]
    instead_of: date | None
    is_cancelled: bool


class _Effort:
    """How many days have been looked at for one calendar."""

    def __init__(self) -> None:
        self._days = 0

    def spend(self, days: int) -> None:
        self._days += days
        if self._days > MAX_DAYS_LOOKED_AT:
            raise OversizedCalendarError("its events repeat too often")


def read_holidays(text: bytes, first: date, last: date) -> dict[date, str]:
    """The holidays from `first` to `last`, both included, by day; of two on one day the one that comes first in it.

    Takes at most about a second, in which it does not wait for anything. Raises UnreadableCalendarError.
    """
    effort = _Effort()
    events = list(_whole_days(_events(_lines(text)), first, last))
    moved: defaultdict[str, set[date]] = defaultdict(set)
    for event in events:
        if event.instead_of:
            moved[event.uid].add(event.instead_of)
    holidays: dict[date, str] = {}
    for event in events:
        if event.is_cancelled:
            continue
        fewer = event.fewer if event.instead_of else event.fewer | moved[event.uid]
        for start in _starts(event, first - timedelta(days=event.length - 1), last, effort):
            if start in fewer:
                continue
            effort.spend(event.length)
            for number in range(start.toordinal(), start.toordinal() + event.length):
                day = date.fromordinal(number)
                if first <= day <= last:
                    holidays.setdefault(day, event.name)
    return holidays


def _lines(text: bytes) -> Contentlines:
    """Its lines, unfolded."""
    try:
        decoded = text.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError:
        raise NotACalendarError("it is not written in UTF-8") from None
    if decoded[:15].upper() != "BEGIN:VCALENDAR":
        raise NotACalendarError("it is no calendar (ICS)")
    if decoded.count("\n") > MAX_LINES:
        raise OversizedCalendarError(f"it has more than {MAX_LINES} lines")
    lines: Contentlines = Contentlines.from_ical(decoded)  # type: ignore[no-untyped-call]
    return lines


def _events(lines: Iterable[Contentline]) -> Iterator[Event]:
    """The events that stand in a calendar, without what stands in them in turn, such as alarms."""
    within: list[str] = []
    event: Event = {}
    for line in filter(str.strip, lines):
        word, _, name = line.strip().upper().partition(":") if len(line) < MAX_COMPONENT_CHARACTERS else ("", "", "")
        if word == "BEGIN":
            within.append(name)
            event = {} if within == _EVENT else event
            continue
        if not within or (word == "END" and name != within[-1]):
            raise NotACalendarError(f"it has a line out of place: {_quoted(line)}")
        if word == "END":
            if within == _EVENT:
                yield event
            within.pop()
        elif within == _EVENT and (found := _PROPERTY.match(line)) and found[0].upper() in _USED:
            event.setdefault(found[0].upper(), []).append(line)
    if within:
        raise NotACalendarError("it ends too early")


def _whole_days(events: Iterable[Event], first: date, last: date) -> Iterator[_WholeDays]:
    """Those that last whole days and may have to do with the time from `first` to `last`."""
    count = 0
    for event in events:
        begins = _one(event, "DTSTART")
        if begins is None:
            raise BrokenCalendarError("it has an event without a beginning")
        value = _raw_value(begins)
        if (found := _DATE.fullmatch(value)) and found[2] and not _lasts_whole_days(event, begins):
            continue
        start = _day(begins, value)
        length = _length(event, start)
        repeats = event.keys() & {"RRULE", "RDATE", "RECURRENCE-ID"}
        if not repeats and (start > last or (first - start).days >= length):
            continue
        if length > MAX_EVENT_DAYS:
            raise OversizedCalendarError(f"its event “{_name(event)}” lasts longer than a year")
        count += 1
        if count > MAX_EVENTS:
            raise OversizedCalendarError(f"it has more than {MAX_EVENTS} events")
        yield _read_event(event, start, length)


def _lasts_whole_days(event: Event, begins: Contentline) -> bool:
    """Whether an event with a time of day lasts from midnight to midnight, as Exchange writes those of whole days."""
    says = "".join(_raw_value(line).upper() for line in event.get(_IS_WHOLE_DAYS, []))
    if not _MIDNIGHT.fullmatch(_raw_value(begins)) or says == "FALSE":
        return False
    if ends := event.get("DTEND"):
        until = _raw_value(ends[0])
        return bool(_MIDNIGHT.fullmatch(until)) and until > _raw_value(begins) and _zone(begins) == _zone(ends[0])
    if lasts := event.get("DURATION"):
        found = _DURATION.fullmatch(_raw_value(lasts[0]))
        return bool(found and (found[1] or found[2]))
    return says == "TRUE"


def _zone(line: Contentline) -> tuple[str, bool]:
    """What is the same of two moments in one time zone."""
    parameters = line[: line.value_separator_index()].partition(";")[2]
    return parameters.upper(), _raw_value(line).endswith("Z")


def _read_event(event: Event, start: date, length: int) -> _WholeDays:
    instead_of = _one(event, "RECURRENCE-ID")
    return _WholeDays(
        name=_name(event),
        uid=_value(_one(event, "UID")),
        start=start,
        length=length,
        rules=tuple(map(_rule, event.get("RRULE", []))),
        more=tuple(_days(event.get("RDATE", []))),
        fewer=frozenset(_days(event.get("EXDATE", []))),
        instead_of=_day(instead_of, _raw_value(instead_of)) if instead_of else None,
        is_cancelled=_value(_one(event, "STATUS")).upper() == "CANCELLED",
    )


def _starts(event: _WholeDays, first: date, last: date, effort: _Effort) -> Iterator[date]:
    """The days from `first` to `last` on which it begins."""
    if event.rules and not event.instead_of:
        for rule in event.rules:
            yield from rule.days(event.start, first, last, effort.spend)
    elif first <= event.start <= last:
        yield event.start
    yield from (day for day in event.more if first <= day <= last)


def _length(event: Event, start: date) -> int:
    """In days; one that ends before it has begun lasts a day, as programs that leave out the exclusive end mean it."""
    if ends := _one(event, "DTEND"):
        return max(1, (_day(ends, _raw_value(ends)) - start).days)
    if lasts := _one(event, "DURATION"):
        found = _DURATION.fullmatch(_raw_value(lasts))
        if not found:
            raise _broken(lasts)
        return max(1, 7 * int(found[1] or 0) + int(found[2] or 0))
    return 1


def _name(event: Event) -> str:
    """The summary as one line of characters that can be seen."""
    seen = "".join(one if one.isprintable() else " " for one in _value(_one(event, "SUMMARY")))
    name = " ".join(seen.split()) or UNNAMED
    return name if len(name) <= MAX_NAME_CHARACTERS else name[: MAX_NAME_CHARACTERS - 1] + "…"


def _rule(line: Contentline) -> Rule:
    try:
        return read_rule(_raw_value(line))
    except ValueError:
        raise _broken(line) from None


def _days(lines: Iterable[Contentline]) -> Iterator[date]:
    for line in lines:
        for value in _raw_value(line).split(","):
            # Of a period of time, its beginning.
            yield _day(line, value.partition("/")[0])


def _day(line: Contentline, value: str) -> date:
    found = _DATE.fullmatch(value)
    try:
        if found:
            return date.fromisoformat(found[1])
    except ValueError:
        pass
    raise _broken(line)


def _one(event: Event, name: str) -> Contentline | None:
    """The line with this property, of which an event has one at most."""
    match event.get(name, []):
        case []:
            return None
        case [line]:
            return line
        case lines:
            raise _broken(lines[1])


def _raw_value(line: Contentline) -> str:
    """What stands after the parameters, where it has no escaped characters."""
    at = _bounded(line).value_separator_index()
    return line[at + 1 :].strip() if at >= 0 else ""


def _value(line: Contentline | None) -> str:
    """What stands after the parameters, unescaped; empty for no line."""
    if line is None:
        return ""
    try:
        _, _, value = _bounded(line).parts()
    except ValueError:
        raise _broken(line) from None
    return str(value)


def _bounded(line: Contentline) -> Contentline:
    """The line, if it can be read in a moment."""
    if len(line) > MAX_LINE_CHARACTERS:
        raise OversizedCalendarError(f"it has a line of more than {MAX_LINE_CHARACTERS} characters")
    return line


def _broken(line: Contentline) -> BrokenCalendarError:
    return BrokenCalendarError(f"a line in it can't be understood: {_quoted(line)}")


def _quoted(line: Contentline) -> str:
    shown = "".join(one if one.isprintable() else "?" for one in line[: MAX_QUOTED_CHARACTERS + 1])
    return f"“{shown[:MAX_QUOTED_CHARACTERS]}{'…' if len(shown) > MAX_QUOTED_CHARACTERS else ''}”"
