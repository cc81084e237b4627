"""From what a person typed after `/conference standup` to what they asked for. Pure, and never raises.

A standup's name comes first; the days, the time, the zone and the people may stand in any order, and words such as `at`
and `every` say nothing. What cannot be taken as it is comes back with everything that is wrong with it, and with the
command that was most likely meant.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import time
from itertools import takewhile

from conference.invitation import LONGEST_TEXT, NOBODY, Invitation, Unreadable, VerbCall, as_name, read_invitation
from conference.standups.command import (
    EXAMPLE_NAME,
    EXAMPLE_TIME,
    WEEKDAYS,
    Help,
    Listing,
    Misread,
    NewForm,
    Planned,
    Slip,
    SlipKind,
    StandupAct,
    StandupCall,
)
from conference.standups.command_pieces import (
    MENTION,
    Found,
    SavedTeam,
    Token,
    Zone,
    label_of,
    shown,
    similar_word,
    tokens_of,
)
from conference.standups.command_times import zone_at
from conference.standups.command_words import act_at, guessed, pieces_of
from conference.standups.recurrence import Weekday
from conference.standups.vocabulary import (
    DAYS,
    EXCEPT,
    FILLERS,
    HELP_WORD,
    LIST_WORDS,
    NEW_WORDS,
    REMOVE,
    RESERVED,
    WITHOUT,
    read_name,
    similar_name,
)
from conference.standups.zones import similar_zones

_LONGEST_ZONE = 60
"""Characters in which a zone is looked for."""
MOST_WORDS = 400
"""Words in a text: room for a hundred numbers, and read within a moment whatever they are."""
_MOST_GUESSED = 10
"""Words for which one that is spelt alike is looked for; it takes milliseconds."""


def read_standup(
    text: str, region: str | None, teams: Collection[str] = frozenset()
) -> Listing | Help | NewForm | StandupCall | Planned | Misread:
    """Read what stood after the verb.

    `region` is the ISO country that a number typed without `+` belongs to, or None; `teams` are the names of the
    workspace's teams, which may stand among the people.
    """
    tokens = tokens_of(text) if len(text) <= LONGEST_TEXT else []
    if len(text) > LONGEST_TEXT or len(tokens) > MOST_WORDS:
        return Misread((Slip(SlipKind.TOO_LONG),), str(Planned(EXAMPLE_NAME, WEEKDAYS, EXAMPLE_TIME)))
    said = [token for token in tokens if token.key not in FILLERS]
    if not said or (len(said) == 1 and said[0].key in LIST_WORDS):
        return Listing()
    if len(said) == 1 and said[0].key == HELP_WORD:
        return Help()
    if said[0].key in NEW_WORDS:
        if len(said) == 1:
            return NewForm()
        if len(said) == 2 and (name := read_name(said[1].key)):
            return NewForm(name)
        tokens = tokens[tokens.index(said[0]) + 1 :]
    elif (act := act_at(said, region)) and (count := _act_length(act)) < len(said) and read_name(said[count].key):
        return _with_act_last(text, tokens[tokens.index(said[0]) :], count, region, teams)
    return _judged(text, _named(list(pieces_of(tokens, region, teams)), teams), region)


def _act_length(act: Found) -> int:
    # Before a name, what follows `report` is the name.
    return 1 if act.key == StandupAct.REPORT else len(act.tokens)


def _with_act_last(
    text: str, tokens: Sequence[Token], count: int, region: str | None, teams: Collection[str]
) -> StandupCall | Planned | Misread:
    """`pause platform` read as `platform pause`."""
    name = next(place for place in range(count, len(tokens)) if tokens[place].key not in FILLERS)
    turned = [tokens[name], *tokens[:count], *tokens[name + 1 :]]
    read = _judged(text, _named(list(pieces_of(turned, region, teams)), teams), region)
    if isinstance(read, Misread):
        return read
    return Misread((Slip(SlipKind.ACT_FIRST, shown(tokens[:count])),), str(read))


@dataclass(frozen=True)
class _Named:
    """What was found beside the name; `name` is what it may be where it could not be read, and is empty if nothing."""

    name: str
    found: tuple[Found, ...]
    team_names: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()


def _named(found: list[Found], teams: Collection[str]) -> _Named:
    first = found[0]
    if _may_be_name(first, found):
        name = read_name(first.key)
        slips = () if name else (_wrong_name(first),)
        if name and (joined := _of_two_words(found, teams)):
            slip = Slip(SlipKind.NAME_OF_WORDS, shown(piece.tokens[0] for piece in found[:2]), (joined,))
            rest, team_names = _sorted_out(found[2:], teams)
            return _Named(joined, rest, team_names, (slip,))
        rest, team_names = _sorted_out(found[1:], teams)
        return _Named(name or _proposed_name(first.tokens[0].text) or "", rest, team_names, slips)
    rest, team_names = _sorted_out(found, teams)
    words = [word for word in rest if word.is_word and read_name(word.key)]
    if words:
        others = tuple(piece for piece in rest if piece is not words[0])
        return _Named(read_name(words[0].key) or "", others, team_names)
    if team_names:
        return _Named(team_names[0], rest, team_names[1:])
    label = next((label_of(piece.tokens[0]) for piece in rest if piece.tokens[0].text.startswith(("<#", "<!sub"))), "")
    return _Named(_proposed_name(label) or "", rest, (), _no_name(rest))


def _proposed_name(text: str) -> str | None:
    """A name like a text that is none, if it is read as nothing else."""
    name = similar_name(text)
    return name if name and all(piece.is_word for piece in pieces_of(tokens_of(name), None)) else None


def _of_two_words(found: Sequence[Found], teams: Collection[str]) -> str | None:
    """The name that the first two words make, where the second can be nothing else, and people are named after it."""
    second, third = (*found[1:3], None, None)[:2]
    if not (second and third and second.is_word and third.value == MENTION):
        return None
    if not guessed(second, teams, may_be_zone=False).is_word:
        return None
    return _proposed_name(f"{found[0].key}-{second.key}")


def _may_be_name(first: Found, found: Sequence[Found]) -> bool:
    """Whether the first piece is the name, even if it is spelt like something else."""
    if len(first.tokens) > 1 or first.tokens[0].is_slack:
        return False
    is_alone = len(found) == 1 or any(isinstance(piece.value, StandupAct) for piece in found)
    has_days = any(isinstance(piece.value, frozenset) and not piece.slip for piece in found)
    if first.is_word or isinstance(first.value, SavedTeam):
        return is_alone or has_days or not similar_word(first.key, DAYS)
    if not read_name(first.key):
        return False
    if first.slip:
        is_day = first.slip.kind is SlipKind.DAY_FOREIGN
        return (is_alone or has_days) if is_day else first.slip.kind is SlipKind.ZONE_NO_PLACE
    return isinstance(first.value, Zone) and first.value.may_be_name


def _sorted_out(found: Sequence[Found], teams: Collection[str]) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """Words as what is spelt alike, and the teams among them."""
    rest: list[Found] = []
    team_names: list[str] = []
    count = 0
    is_after_when = False
    for piece in found:
        read = piece
        if piece.is_word and count < _MOST_GUESSED:
            count += 1
            read = guessed(piece, teams, may_be_zone=is_after_when)
        if isinstance(read.value, SavedTeam):
            team_names.append(read.value.name)
        if read.slip or not isinstance(read.value, SavedTeam):
            rest.append(read)
        is_after_when = is_after_when or isinstance(read.value, frozenset | time)
    return tuple(rest), tuple(dict.fromkeys(team_names))


def _wrong_name(word: Found) -> Slip:
    kind = SlipKind.NAME_TAKEN if as_name(word.key) in RESERVED else SlipKind.NAME_UNREADABLE
    similar = _proposed_name(word.tokens[0].text)
    return Slip(kind, shown(word.tokens), (similar,) if similar else ())


def _no_name(found: Sequence[Found]) -> tuple[Slip, ...]:
    first = found[0]
    if first.slip and first.slip.kind is SlipKind.CHANNEL:
        return ()
    if first.value == MENTION and first.key.startswith(("<@", "<!", "@")):
        return (Slip(SlipKind.NAME_IS_MENTION, shown(first.tokens)),)
    acts = [piece for piece in found if isinstance(piece.value, StandupAct)]
    if acts and any(isinstance(piece.value, frozenset | time) for piece in found):
        return (Slip(SlipKind.NAME_TAKEN, shown(acts[0].tokens)),)
    return (Slip(SlipKind.NAME),)


def _judged(text: str, named: _Named, region: str | None) -> StandupCall | Planned | Misread:
    if any(slip.kind is SlipKind.NAME_TAKEN for slip in named.slips):
        others = (piece for piece in named.found if not isinstance(piece.value, StandupAct))
        named = replace(named, found=tuple(others))
    if change := _in_form(named):
        return change
    for piece in named.found:
        if isinstance(piece.value, StandupAct) and not _is_in_form(piece):
            return _called(named, piece, piece.value)
    if all(piece.is_word for piece in named.found) and not named.team_names and named.name:
        slips = named.slips + _slips(named.found)
        call = StandupCall(StandupAct.SHOW, named.name)
        return Misread(slips, str(call)) if slips else call
    return _planned(text, named, region)


def _is_in_form(piece: Found) -> bool:
    return piece.slip is not None and piece.slip.kind in {SlipKind.IN_FORM, SlipKind.LEAVE}


def _in_form(named: _Named) -> Misread | None:
    """What was typed to change a standup, of which the form alone is capable; None where one may be set up."""
    has_days, has_time = (any(isinstance(piece.value, kind) for piece in named.found) for kind in (frozenset, time))
    first = next(iter(named.found), None)
    if first is None or (has_days and has_time) or any(slip.kind is SlipKind.NAME_TAKEN for slip in named.slips):
        return None
    slip = first.slip if _is_in_form(first) else None
    if first.key == WITHOUT and first.value == MENTION:
        slip = Slip(SlipKind.IN_FORM, shown(first.tokens[:1]))
    typed = [token for piece in named.found for token in piece.tokens]
    if slip and [token.key for token in typed] in ([WITHOUT, "me"], [REMOVE, "me"]):
        slip = Slip(SlipKind.LEAVE, shown(typed))
    call = StandupCall(StandupAct.CHANGE, named.name or EXAMPLE_NAME)
    return Misread((*named.slips, slip), str(call)) if slip else None


def _slips(found: Iterable[Found], word: SlipKind = SlipKind.WORD) -> tuple[Slip, ...]:
    slips = (Slip(word, shown(piece.tokens)) if piece.is_word else piece.slip for piece in found)
    return tuple(filter(None, slips))


_AND_MORE = {StandupAct.SKIP: SlipKind.SKIP_AND_MORE, StandupAct.PAUSE: SlipKind.PAUSE_AND_MORE}


def _called(named: _Named, found: Found, act: StandupAct) -> StandupCall | Misread:
    others = [piece for piece in named.found if piece is not found]
    slips = named.slips + _slips([found])
    if others or named.team_names:
        more = shown(others[0].tokens) if others else named.team_names[0]
        slips += (Slip(_AND_MORE.get(act, SlipKind.ACT_AND_MORE), more),)
    call = StandupCall(act, named.name or EXAMPLE_NAME)
    return Misread(slips, str(call)) if slips else call


_DAY_SLIPS = frozenset({SlipKind.ONCE, SlipKind.DATE, SlipKind.INTERVAL})
_TIME_SLIPS = frozenset({SlipKind.TIME_WRONG, SlipKind.TIME_UNCLEAR})


def _planned(text: str, named: _Named, region: str | None) -> Planned | Misread:
    found = named.found
    days = _days_of(found)
    times = {piece.value: piece for piece in found if isinstance(piece.value, time)}
    zones = {piece.value.name: piece for piece in found if isinstance(piece.value, Zone)}
    whom = _whom(text, found, region)
    slips = [*named.slips, *_slips(found, SlipKind.NOBODY)]
    if len(times) > 1:
        second = list(times.values())[1]
        slips.append(Slip(SlipKind.TWO_TIMES, shown(second.tokens), tuple(f"{at:%H:%M}" for at in times)))
    if len(zones) > 1:
        second = list(zones.values())[1]
        slips.append(Slip(SlipKind.TWO_ZONES, shown(second.tokens), tuple(zones)))
    if isinstance(whom, Unreadable):
        slips += (Slip(SlipKind.PEOPLE, problem.piece, problem=problem) for problem in whom.problems)
        whom = _readable(found, region)
    kinds = {slip.kind for slip in slips}
    has_days, has_time = bool(days or kinds & _DAY_SLIPS), bool(times or kinds & _TIME_SLIPS)
    if not (has_days and has_time):
        missing = SlipKind.TIME if has_days else SlipKind.DAYS if has_time else SlipKind.DAYS_AND_TIME
        slips.append(Slip(missing))
    plan = Planned(
        named.name or EXAMPLE_NAME,
        days or WEEKDAYS,
        next(iter(times), EXAMPLE_TIME),
        next(iter(zones), None),
        tuple(name for name in named.team_names if name != named.name),
        whom,
    )
    return Misread(tuple(slips), str(plan)) if slips else plan


def _days_of(found: Sequence[Found]) -> frozenset[Weekday]:
    """The days that are named, but for those after `except`."""
    place = next((place for place, piece in enumerate(found) if piece.key == EXCEPT), len(found))
    named, excepted = (
        frozenset[Weekday]().union(*(piece.value for piece in pieces if isinstance(piece.value, frozenset)))
        for pieces in (found[:place], found[place:])
    )
    return named - excepted or named | excepted


def _whom(text: str, found: Sequence[Found], region: str | None) -> Invitation | Unreadable:
    """Who is mentioned, read as in any other command, with words that say nothing in the place of all others."""
    spans = sorted((token.start, token.end) for piece in found if piece.value == MENTION for token in piece.tokens)
    starts = [word.start() for word in re.finditer(r"\S+", text)]
    parts: list[str] = []
    words = last = 0
    for begin, end in spans:
        place = bisect_right(starts, begin)
        parts += ["&"] * (place - 1 - words)
        comma = "," if set(text[last:begin]) & set(",;") else ""
        parts.append(comma + text[begin:end])
        words, last = place - 1 + len(text[begin:end].split()), end
    return _invitation(" ".join(parts), region)


def _readable(found: Sequence[Found], region: str | None) -> Invitation:
    """Everybody who can be read, but for those after `without`."""
    mentions = (
        _invitation(" ".join(token.text for token in piece.tokens), region)
        for place, piece in enumerate(found)
        if piece.value == MENTION and not _is_left_out(found[:place])
    )
    return Invitation(
        tuple(dict.fromkeys(who for read in mentions if isinstance(read, Invitation) for who in read.invitees))
    )


def _is_left_out(before: Sequence[Found]) -> bool:
    mentions = list(takewhile(lambda piece: piece.value == MENTION, reversed(before)))
    return any(piece.key == WITHOUT and len(piece.tokens) == 1 for piece in mentions)


def _invitation(text: str, region: str | None) -> Invitation | Unreadable:
    # A word that says nothing stands for the verb.
    read = read_invitation(f"& {text}", region)
    return NOBODY if isinstance(read, VerbCall) else read


def read_zone(text: str) -> str | Slip:
    """The IANA name of the zone that is all of a text, or what is wrong with it."""
    tokens = tokens_of(text[:_LONGEST_ZONE])
    found = zone_at(tokens, None)
    if found and len(found.tokens) == len(tokens):
        if found.slip:
            return found.slip
        if isinstance(found.value, Zone):
            return found.value.name
    words = text.strip().lower()[:_LONGEST_ZONE]
    return Slip(SlipKind.ZONE_UNKNOWN, text[:_LONGEST_ZONE], similar_zones(words))
