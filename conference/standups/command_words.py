"""What each word of a standup's command says, without a look at the rest of the text. Pure."""

import re
from collections.abc import Callable, Collection, Iterator

from conference.invitation import as_name
from conference.numbers import E164_MAX_DIGITS, NumberUnreadableError, read_number
from conference.standups.command import SlipKind, StandupAct, written_days
from conference.standups.command_pieces import (
    MENTION,
    Found,
    SavedTeam,
    Tokens,
    Zone,
    is_phrase,
    keys_of,
    similar_word,
    slipped,
)
from conference.standups.command_times import days_at, interval_at, once_at, time_at, zone_at
from conference.standups.vocabulary import (
    ACTS,
    ACTS_ALIKE,
    DAYS,
    DONT,
    FILLERS,
    IN_FORM,
    LEAVE,
    NO_ACTS,
    REPORTS,
    WITHOUT,
)
from conference.standups.zones import OTHER_PLACES, similar_zones

_Reader = Callable[[Tokens, str | None], Found | None]
"""Says what the first of some tokens are, None if nothing that it knows; given the region that numbers belong to."""


def _slack_piece(tokens: Tokens, _region: str | None) -> Found | None:
    first = tokens[0]
    if first.is_slack:
        is_channel = first.text.startswith("<#")
        return slipped(SlipKind.CHANNEL, tokens[:1]) if is_channel else Found((first,), MENTION)
    if first.key.startswith("@") and len(first.key) > 1:
        return Found((first,), MENTION)
    if first.key == "me":
        return Found((first,), MENTION)
    if first.key in {"with", WITHOUT}:
        count = 2 if keys_of(tokens[1:], 1) == ("me",) else 1
        # `with alice` says no more than `alice`; who else than oneself is left out can't be said.
        is_said = count == 2 or first.key == WITHOUT
        return Found(tuple(tokens[:count]), MENTION) if is_said else None
    return None


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
        following = time_at(tokens[count:], region)
        if following and not following.slip:
            break
        count += 1
    return Found(tuple(tokens[:count]), MENTION)


def act_at(tokens: Tokens, _region: str | None) -> Found | None:
    """What is to be done with a standup; and words that may be typed for that."""
    keys = keys_of(tokens, 2)
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
        return slipped(kind, tokens[:count], StandupAct.CHANGE)
    if acts := NO_ACTS.get(keys[0]):
        return slipped(SlipKind.ACT_UNKNOWN, tokens[:1], acts[0], acts)
    return None


def _report(tokens: Tokens) -> Found:
    for words, act in REPORTS.items():
        if keys_of(tokens[1:], len(words)) == words:
            return Found(tuple(tokens[: len(words) + 1]), act)
    rest = tuple(tokens[1:])
    if not rest:
        return Found((tokens[0],), StandupAct.REPORT)
    return slipped(SlipKind.REPORT_HOW, tokens, StandupAct.REPORT, tuple(" ".join(words) for words in REPORTS))


_READERS: tuple[_Reader, ...] = (
    _slack_piece,
    act_at,
    interval_at,
    once_at,
    days_at,
    _number,
    time_at,
    zone_at,
    _unread_number,
)
"""The first that knows a token has the word."""


def pieces_of(tokens: Tokens, region: str | None, teams: Collection[str] = frozenset()) -> Iterator[Found]:
    """What tokens say; `teams` are the names of the workspace's teams."""
    place = 0
    while place < len(tokens):
        rest = tokens[place:]
        found = None
        if not is_phrase(rest[0].text):
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


def guessed(word: Found, teams: Collection[str], *, may_be_zone: bool) -> Found:
    """A word that says nothing, as the day, the act, the team or the zone that is spelt alike."""
    key = word.key
    if day := similar_word(key, DAYS):
        return slipped(SlipKind.DAY_MISSPELT, word.tokens, DAYS[day], (written_days(DAYS[day]),))
    if act := similar_word(key, ACTS_ALIKE):
        return slipped(SlipKind.ACT_UNKNOWN, word.tokens, ACTS_ALIKE[act], (ACTS_ALIKE[act],))
    if team := similar_word(as_name(key), teams):
        return slipped(SlipKind.TEAM_MISSPELT, word.tokens, SavedTeam(team), (team,))
    is_path = "/" in key
    if (may_be_zone or is_path or key in OTHER_PLACES) and (zones := similar_zones(key)):
        zone = Zone(zones[0], may_be_name=False)
        return slipped(SlipKind.ZONE_UNKNOWN, word.tokens, zone, zones)
    return slipped(SlipKind.ZONE_UNKNOWN, word.tokens) if is_path else word
