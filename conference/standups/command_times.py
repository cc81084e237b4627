"""What the words of a standup's command say of when it rings: days, times, zones, and what is none of these. Pure."""

import re
from datetime import time

from conference.standups.command import EVERY_DAY, SlipKind, written_days
from conference.standups.command_pieces import Found, Tokens, Zone, keys_of, similar_word, slipped
from conference.standups.recurrence import Weekday
from conference.standups.vocabulary import (
    DAYS,
    FOREIGN_DAYS,
    INTERVALS,
    LONGER_UNITS,
    ONCE,
    RANGE_WORDS,
    SOME,
    TIME_WORDS,
    UNITS,
)
from conference.standups.zones import ABBREVIATIONS, OFFSETS, OTHER_PLACES, zone_named


def interval_at(tokens: Tokens, _region: str | None) -> Found | None:
    """`every day`; and what is neither daily nor weekly, such as `every other week`."""
    keys = keys_of(tokens, 3)
    if keys[:1] and keys[0] in INTERVALS:
        return slipped(SlipKind.INTERVAL, tokens[:1])
    if keys[:1] == ("every",):
        some = keys[1:2] and (keys[1] in SOME or re.fullmatch(r"\d{1,2}", keys[1], re.ASCII))
        if some and keys[2:] and (keys[2] in UNITS or keys[2] in DAYS):
            return slipped(SlipKind.INTERVAL, tokens[:3], DAYS.get(keys[2]))
        if keys[1:2] and keys[1] in LONGER_UNITS:
            return slipped(SlipKind.INTERVAL, tokens[:2])
        if keys[1:2] == ("day",):
            return Found(tuple(tokens[:2]), EVERY_DAY)
    elif len(keys) > 1 and keys[0] in SOME and keys[1] in DAYS:
        return slipped(SlipKind.INTERVAL, tokens[:2], DAYS[keys[1]])
    return None


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.(?:0?[1-9]|1[0-2])\.(?:\d{2,4})?|\d{1,2}/\d{1,2}(?:/\d{2,4})?", re.ASCII
)
_DAY_OF_MONTH = re.compile(r"\d{1,2}(?:st|nd|rd|th|\.)?", re.ASCII)


def once_at(tokens: Tokens, _region: str | None) -> Found | None:
    """A date, or a word such as `tomorrow`: nothing that recurs."""
    keys = keys_of(tokens, 2)
    if keys and keys[0] in ONCE:
        return slipped(SlipKind.ONCE, tokens[:1])
    if keys and (_DATE.fullmatch(keys[0]) or _DATE.fullmatch(tokens[0].text)):
        return slipped(SlipKind.DATE, tokens[:1])
    if len(keys) == 2 and any(
        month[:3] in _MONTHS and month.isalpha() and _DAY_OF_MONTH.fullmatch(day) for month, day in (keys, keys[::-1])
    ):
        return slipped(SlipKind.DATE, tokens[:2])
    return None


def days_at(tokens: Tokens, _region: str | None) -> Found | None:
    """Days in one word, which may be a range or joined with `/`, or a range of three words."""
    keys = keys_of(tokens, 3)
    if len(keys) == 3 and keys[1] in RANGE_WORDS:
        found = _day_range(keys[0], keys[2], tokens[:3])
        if found:
            return found
    if not keys:
        return None
    if "-" in keys[0] or "–" in keys[0] or "—" in keys[0]:
        first, last = re.split(r"[-–—]", keys[0], maxsplit=1)
        return _day_range(first, last, tokens[:1])
    parts = re.split(r"[/+&]", keys[0])
    known = [DAYS.get(part) or FOREIGN_DAYS.get(part) for part in parts]
    days = frozenset[Weekday]().union(*(day for day in known if day))
    if not all(known):
        return None
    if all(part in DAYS for part in parts):
        return Found((tokens[0],), days)
    return slipped(SlipKind.DAY_FOREIGN, tokens[:1], days, (written_days(days),))


def _day_range(first: str, last: str, tokens: Tokens) -> Found | None:
    ends: list[int] = []
    for word in (first, last):
        days = DAYS.get(word) or FOREIGN_DAYS.get(word) or DAYS.get(similar_word(word, DAYS, 0.6))
        if days is None or len(days) > 1:
            return None
        ends.extend(days)
    length = (ends[1] - ends[0]) % len(Weekday) + 1
    days = frozenset(Weekday((ends[0] - 1 + count) % len(Weekday) + 1) for count in range(length))
    if first in DAYS and last in DAYS:
        return Found(tuple(tokens), days)
    is_foreign = first in FOREIGN_DAYS or last in FOREIGN_DAYS
    kind = SlipKind.DAY_FOREIGN if is_foreign else SlipKind.DAY_MISSPELT
    return slipped(kind, tokens, days, (written_days(days),))


_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:(?P<sep>[:.h])(?P<minute>\d{1,2})|(?P<glued>\d\d))?(?P<whole>:00|h)?(?P<half>[ap]\.?m\.?)?",
    re.ASCII,
)
_LIKE_TIME = re.compile(r"\d+(?::\d*)+", re.ASCII)
_HALVES = frozenset({"am", "pm", "a.m", "p.m", "a.m.", "p.m."})
_DAY_MINUTES = 24 * 60


def time_at(tokens: Tokens, _region: str | None) -> Found | None:
    """A time of day in one word, or in two as in `9 am`."""
    keys = keys_of(tokens, 2)
    if keys and keys[0] in TIME_WORDS:
        return Found((tokens[0],), TIME_WORDS[keys[0]])
    count = 2 if len(keys) == 2 and keys[1] in _HALVES else 1
    written = _TIME.fullmatch("".join(keys[:count]))
    if not written:
        return slipped(SlipKind.TIME_WRONG, tokens[:1]) if keys and _LIKE_TIME.fullmatch(keys[0]) else None
    hour, minute = int(written["hour"]), written["minute"] or written["glued"] or "00"
    if written["glued"] and hour > 29:
        return None
    half = (written["half"] or "")[:1]
    is_right = len(minute) == 2 and hour < 24 and int(minute) < 60 and (not half or 1 <= hour <= 12)
    if half and hour <= 12:
        hour = hour % 12 + 12 * (half == "p")
    minutes = hour * 60 + int(minute.ljust(2, "0"))
    at = time(*divmod(minutes % _DAY_MINUTES, 60)) if minutes <= _DAY_MINUTES else None
    is_clear = half or written["sep"] or written["whole"] or (written["glued"] and len(written["hour"]) == 2)
    if is_right and is_clear:
        return Found(tuple(tokens[:count]), at)
    kind = SlipKind.TIME_UNCLEAR if is_right else SlipKind.TIME_WRONG
    return slipped(kind, tokens[:count], at, (f"{at:%H:%M}",) if at else ())


_OFFSET = re.compile(r"(?:utc|gmt)?(?P<sign>[+-])(?P<hours>\d|0\d|1[0-4])(?::?(?P<minutes>[0-5]\d))?", re.ASCII)


def zone_at(tokens: Tokens, _region: str | None) -> Found | None:
    """A zone's name or place in up to four words; and abbreviations and offsets, which are none."""
    keys = keys_of(tokens, 4)
    for count in (2, 1):
        if len(keys) >= count and (offset := _OFFSET.fullmatch("".join(keys[:count]))):
            minutes = int(offset["hours"]) * 60 + int(offset["minutes"] or 0)
            likely = OFFSETS.get(minutes if offset["sign"] == "+" else -minutes)
            return _no_place(tokens[:count], likely)
    for count in range(len(keys), 0, -1):
        name = " ".join(keys[:count])
        if zone := zone_named(name):
            said = count + (keys[count : count + 1] == ("time",))
            return Found(tuple(tokens[:said]), Zone(zone, may_be_name=said == 1 and "/" not in name))
        if count > 1 and name in OTHER_PLACES:
            zone = OTHER_PLACES[name]
            return slipped(SlipKind.ZONE_UNKNOWN, tokens[:count], Zone(zone, may_be_name=False), (zone,))
    if keys and keys[0] in ABBREVIATIONS:
        return _no_place(tokens[:1], ABBREVIATIONS[keys[0]])
    return None


def _no_place(tokens: Tokens, likely: str | None) -> Found:
    zone = Zone(likely, may_be_name=False) if likely else None
    return slipped(SlipKind.ZONE_NO_PLACE, tokens, zone, (likely,) if likely else ())
