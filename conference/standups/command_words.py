"""What each word of a standup's command says, without a look at the rest of the text. Pure."""

import html
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from itertools import takewhile

from conference.invitation import as_name
from conference.numbers import E164_MAX_DIGITS, NumberUnreadableError, read_number
from conference.standups.command import EVERY_DAY, Slip, SlipKind, StandupAct, written_days
from conference.standups.recurrence import Weekday
from conference.standups.vocabulary import (
    ACTS,
    ACTS_ALIKE,
    DAYS,
    DONT,
    FILLERS,
    FOREIGN_DAYS,
    IN_FORM,
    INTERVALS,
    LEAVE,
    LONGER_UNITS,
    NO_ACTS,
    ONCE,
    RANGE_WORDS,
    REPORTS,
    SOME,
    TIME_WORDS,
    UNITS,
    WITHOUT,
    read_name,
)
from conference.standups.zones import ABBREVIATIONS, OFFSETS, OTHER_PLACES, similar_zones, zone_named

_QUOTES = '"“”„‟«»‹›`'
_TOKEN = re.compile(
    rf"""
      (?P<comma>[,;])
    | (?P<slack><[^<>]*>)
    | [{_QUOTES}](?P<quoted>[^{_QUOTES}<>]*[^{_QUOTES}<>\s,;][^{_QUOTES}<>]*)[{_QUOTES}]
    | (?P<word>(?:&(?:amp|lt|gt);|[^\s,;<{_QUOTES}])+|<)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """A word, or what Slack made of a mention; `key` is what it is compared by."""

    text: str
    key: str
    start: int
    end: int
    is_slack: bool = False
    is_quoted: bool = False
    after_comma: bool = False


def tokens_of(text: str) -> list[Token]:
    tokens: list[Token] = []
    after_comma = False
    for match in _TOKEN.finditer(text):
        if match["comma"]:
            after_comma = True
            continue
        words = re.finditer(r"[^\s,;]+", match["quoted"]) if match["quoted"] and not _is_phrase(match["quoted"]) else ()
        spans = [(match.start("quoted") + word.start(), match.start("quoted") + word.end()) for word in words]
        for start, end in spans or [match.span()]:
            inner = match["quoted"].strip() if match["quoted"] and not spans else text[start:end]
            is_slack = bool(match["slack"])
            tokens.append(
                Token(
                    inner, inner if is_slack else _key(inner), start, end, is_slack, bool(match["quoted"]), after_comma
                )
            )
            after_comma = False
    return tokens


def _is_phrase(quoted: str) -> bool:
    """Whether quotes hold several words that say nothing but may be a name together."""
    words = [_key(word) for word in quoted.split()]
    if len(words) < 2 or "," in quoted or not read_name(words[0]):
        return False
    return not any(word in DAYS or zone_named(word) or word[:1].isdigit() for word in words)


def _key(word: str) -> str:
    key = as_name(html.unescape(word)).replace("’", "'").replace("−", "-")
    return key.strip("'").rstrip(".:!?") or key


_LONGEST_SHOWN_PIECE = 40


def shown(tokens: Iterable[Token]) -> str:
    """Pieces as their writer saw them, short enough to be quoted."""
    piece = html.unescape(" ".join(label_of(token) for token in tokens)).replace("`", "'")
    return piece if len(piece) <= _LONGEST_SHOWN_PIECE else piece[:_LONGEST_SHOWN_PIECE] + "…"


def label_of(token: Token) -> str:
    label = re.fullmatch(r"<([#@!])[^|<>]*\|([^<>]*)>", token.text)
    return ("" if label[1] == "!" else label[1]) + label[2].removeprefix(label[1]) if label and label[2] else token.text


@dataclass(frozen=True)
class Zone:
    name: str
    may_be_name: bool
    """Whether a city alone was typed, after which a standup may be called."""


@dataclass(frozen=True)
class Mention:
    """Somebody, to be read as in any other command."""


@dataclass(frozen=True)
class SavedTeam:
    """A team of the workspace."""

    name: str


MENTION = Mention()
Value = frozenset[Weekday] | time | Zone | StandupAct | Mention | SavedTeam | None


@dataclass(frozen=True)
class Found:
    """What tokens say; with a `slip`, what they were most likely to say. Nothing known: a word."""

    tokens: tuple[Token, ...]
    value: Value = None
    slip: Slip | None = None

    @property
    def is_word(self) -> bool:
        return self.value is None and self.slip is None

    @property
    def key(self) -> str:
        return self.tokens[0].key


Tokens = Sequence[Token]
_Reader = Callable[[Tokens, str | None], Found | None]


def _keys(tokens: Tokens, count: int) -> tuple[str, ...]:
    """The first words, up to the first mention."""
    return tuple(token.key for token in takewhile(lambda token: not token.is_slack, tokens[:count]))


def _slip(kind: SlipKind, tokens: Tokens, value: Value = None, choices: tuple[str, ...] = ()) -> Found:
    return Found(tuple(tokens), value, Slip(kind, shown(tokens), choices))


def _slack_piece(tokens: Tokens, _region: str | None) -> Found | None:
    first = tokens[0]
    if first.is_slack:
        is_channel = first.text.startswith("<#")
        return _slip(SlipKind.CHANNEL, tokens[:1]) if is_channel else Found((first,), MENTION)
    if first.key.startswith("@") and len(first.key) > 1:
        return Found((first,), MENTION)
    if first.key == "me":
        return Found((first,), MENTION)
    if first.key in {"with", WITHOUT}:
        count = 2 if _keys(tokens[1:], 1) == ("me",) else 1
        # `with alice` says no more than `alice`; who else than oneself is left out can't be said.
        is_said = count == 2 or first.key == WITHOUT
        return Found(tuple(tokens[:count]), MENTION) if is_said else None
    return None


def _interval(tokens: Tokens, _region: str | None) -> Found | None:
    keys = _keys(tokens, 3)
    if keys[:1] and keys[0] in INTERVALS:
        return _slip(SlipKind.INTERVAL, tokens[:1])
    if keys[:1] == ("every",):
        some = keys[1:2] and (keys[1] in SOME or re.fullmatch(r"\d{1,2}", keys[1], re.ASCII))
        if some and keys[2:] and (keys[2] in UNITS or keys[2] in DAYS):
            return _slip(SlipKind.INTERVAL, tokens[:3], DAYS.get(keys[2]))
        if keys[1:2] and keys[1] in LONGER_UNITS:
            return _slip(SlipKind.INTERVAL, tokens[:2])
        if keys[1:2] == ("day",):
            return Found(tuple(tokens[:2]), EVERY_DAY)
    elif len(keys) > 1 and keys[0] in SOME and keys[1] in DAYS:
        return _slip(SlipKind.INTERVAL, tokens[:2], DAYS[keys[1]])
    return None


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.(?:0?[1-9]|1[0-2])\.(?:\d{2,4})?|\d{1,2}/\d{1,2}(?:/\d{2,4})?", re.ASCII
)
_DAY_OF_MONTH = re.compile(r"\d{1,2}(?:st|nd|rd|th|\.)?", re.ASCII)


def _once(tokens: Tokens, _region: str | None) -> Found | None:
    keys = _keys(tokens, 2)
    if keys and keys[0] in ONCE:
        return _slip(SlipKind.ONCE, tokens[:1])
    if keys and (_DATE.fullmatch(keys[0]) or _DATE.fullmatch(tokens[0].text)):
        return _slip(SlipKind.DATE, tokens[:1])
    if len(keys) == 2 and any(
        month[:3] in _MONTHS and month.isalpha() and _DAY_OF_MONTH.fullmatch(day) for month, day in (keys, keys[::-1])
    ):
        return _slip(SlipKind.DATE, tokens[:2])
    return None


def _days(tokens: Tokens, _region: str | None) -> Found | None:
    """Days in one word, which may be a range or joined with `/`, or a range of three words."""
    keys = _keys(tokens, 3)
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
    return _slip(SlipKind.DAY_FOREIGN, tokens[:1], days, (written_days(days),))


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
    return _slip(kind, tokens, days, (written_days(days),))


_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:(?P<sep>[:.h])(?P<minute>\d{1,2})|(?P<glued>\d\d))?(?P<whole>:00|h)?(?P<half>[ap]\.?m\.?)?",
    re.ASCII,
)
_LIKE_TIME = re.compile(r"\d+(?::\d*)+", re.ASCII)
_HALVES = frozenset({"am", "pm", "a.m", "p.m", "a.m.", "p.m."})
_DAY_MINUTES = 24 * 60


def _time(tokens: Tokens, _region: str | None) -> Found | None:
    keys = _keys(tokens, 2)
    if keys and keys[0] in TIME_WORDS:
        return Found((tokens[0],), TIME_WORDS[keys[0]])
    count = 2 if len(keys) == 2 and keys[1] in _HALVES else 1
    written = _TIME.fullmatch("".join(keys[:count]))
    if not written:
        return _slip(SlipKind.TIME_WRONG, tokens[:1]) if keys and _LIKE_TIME.fullmatch(keys[0]) else None
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
    return _slip(kind, tokens[:count], at, (f"{at:%H:%M}",) if at else ())


_OFFSET = re.compile(r"(?:utc|gmt)?(?P<sign>[+-])(?P<hours>\d|0\d|1[0-4])(?::?(?P<minutes>[0-5]\d))?", re.ASCII)


def zone_at(tokens: Tokens, _region: str | None) -> Found | None:
    keys = _keys(tokens, 4)
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
            return _slip(SlipKind.ZONE_UNKNOWN, tokens[:count], Zone(zone, may_be_name=False), (zone,))
    if keys and keys[0] in ABBREVIATIONS:
        return _no_place(tokens[:1], ABBREVIATIONS[keys[0]])
    return None


def _no_place(tokens: Tokens, likely: str | None) -> Found:
    zone = Zone(likely, may_be_name=False) if likely else None
    return _slip(SlipKind.ZONE_NO_PLACE, tokens, zone, (likely,) if likely else ())


_NUMERIC = re.compile(r"[+(]*\d[\d().\-/]*", re.ASCII)


def _number(tokens: Tokens, region: str | None) -> Found | None:
    """The longest beginning that is a number, before any of it can be taken for a time."""
    count, digits = 0, 0
    for token in tokens:
        digits += sum(map(str.isdecimal, token.key))
        if not _NUMERIC.fullmatch(token.key) or digits > E164_MAX_DIGITS or (count and token.after_comma):
            break
        count += 1
    for length in range(count, 0, -1):
        written = " ".join(token.text for token in tokens[:length])
        try:
            read_number(written, region)
        except NumberUnreadableError:
            continue
        return Found(tuple(tokens[:length]), MENTION)
    return None


def _unread_number(tokens: Tokens, region: str | None) -> Found | None:
    """What is no number, and no time, but can be nothing else than a number that is wrong."""
    if not _NUMERIC.fullmatch(tokens[0].key):
        return None
    count = 1
    while count < len(tokens) and _NUMERIC.fullmatch(tokens[count].key) and not tokens[count].after_comma:
        following = _time(tokens[count:], region)
        if following and not following.slip:
            break
        count += 1
    return Found(tuple(tokens[:count]), MENTION)


def act_at(tokens: Tokens, _region: str | None) -> Found | None:
    keys = _keys(tokens, 2)
    if len(keys) == 2 and keys[0] in DONT and keys[1] == StandupAct.SKIP:
        return Found(tuple(tokens[:2]), StandupAct.DONT_SKIP)
    if not keys:
        return None
    if keys[0] == StandupAct.REPORT:
        return _report(tokens)
    if keys[0] in ACTS:
        return Found((tokens[0],), ACTS[keys[0]])
    if keys[0] in IN_FORM:
        kind = SlipKind.LEAVE if keys[0] == LEAVE else SlipKind.IN_FORM
        count = 2 if keys[0] == "remind" and keys[1:] and keys[1].isdecimal() else 1
        return _slip(kind, tokens[:count], StandupAct.CHANGE)
    if acts := NO_ACTS.get(keys[0]):
        return _slip(SlipKind.ACT_UNKNOWN, tokens[:1], acts[0], acts)
    return None


def _report(tokens: Tokens) -> Found:
    for words, act in REPORTS.items():
        if _keys(tokens[1:], len(words)) == words:
            return Found(tuple(tokens[: len(words) + 1]), act)
    rest = tuple(tokens[1:])
    if not rest:
        return Found((tokens[0],), StandupAct.REPORT)
    return _slip(SlipKind.REPORT_HOW, tokens, StandupAct.REPORT, tuple(" ".join(words) for words in REPORTS))


_READERS: tuple[_Reader, ...] = (
    *(_slack_piece, act_at, _interval, _once, _days, _number, _time, zone_at, _unread_number),
)


def pieces_of(tokens: Tokens, region: str | None, teams: Collection[str] = frozenset()) -> Iterator[Found]:
    """What tokens say; `teams` are the names of the workspace's teams."""
    place = 0
    while place < len(tokens):
        rest = tokens[place:]
        found = None
        if not _is_phrase(rest[0].text):
            found = next(filter(None, (read(rest, region) for read in _READERS)), None)
        found = found or Found((rest[0],))
        if (name := as_name(rest[0].key)) in teams and _yields_to_team(found):
            found = Found((rest[0],), SavedTeam(name))
        if not found.is_word or found.key not in FILLERS:
            yield found
        place += len(found.tokens)


def _yields_to_team(found: Found) -> bool:
    if isinstance(found.value, Zone):
        return len(found.tokens) == 1
    return found.is_word or found.slip is not None


def similar_word(word: str, words: Collection[str], cutoff: float = 0.75) -> str:
    return next(iter(get_close_matches(word, words, 1, cutoff)), "")


def guessed(word: Found, teams: Collection[str], *, may_be_zone: bool) -> Found:
    """A word that says nothing, as the day, the act, the team or the zone that is spelt alike."""
    key = word.key
    if day := similar_word(key, DAYS):
        return _slip(SlipKind.DAY_MISSPELT, word.tokens, DAYS[day], (written_days(DAYS[day]),))
    if act := similar_word(key, ACTS_ALIKE):
        return _slip(SlipKind.ACT_UNKNOWN, word.tokens, ACTS_ALIKE[act], (ACTS_ALIKE[act],))
    if team := similar_word(as_name(key), teams):
        return _slip(SlipKind.TEAM_MISSPELT, word.tokens, SavedTeam(team), (team,))
    is_path = "/" in key
    if (may_be_zone or is_path or key in OTHER_PLACES) and (zones := similar_zones(key)):
        zone = Zone(zones[0], may_be_name=False)
        return _slip(SlipKind.ZONE_UNKNOWN, word.tokens, zone, zones)
    return _slip(SlipKind.ZONE_UNKNOWN, word.tokens) if is_path else word
