"""From what a person typed after `/conference team` to what they asked for. Pure, and never raises."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from conference.invitation import (
    JOINING_WORDS,
    NOBODY,
    PIECE,
    CallerWish,
    Invitation,
    Problem,
    ProblemKind,
    Unreadable,
    as_shown,
    read_invitees,
    too_long,
)
from conference.teams import NameProblem, read_team_name


class TeamAct(StrEnum):
    """What can be done with teams."""

    HELP = "help"
    LIST = "list"
    SHOW = "show"
    SAVE = "save"
    ADD = "add"
    REMOVE = "remove"
    DELETE = "delete"


@dataclass(frozen=True)
class TeamCall:
    """Something to be done with the team of that name, and with whom."""

    act: TeamAct
    name: str = ""
    whom: Invitation = NOBODY


class Slip(Enum):
    """What is wrong with a text that could not be taken as it is."""

    NO_NAME = "no name"
    NAME = "no word for a name"
    ORDER = "its words are in another order"
    NOBODY = "nobody is named"
    PEOPLE_TO_DELETE = "people and delete"
    WITHOUT_ME = "without me"
    UNREADABLE = "somebody is named in a way that can't be read"


@dataclass(frozen=True)
class Mistyped:
    """What a text most likely meant, as far as it could be made out: nothing is done with it.

    `typed` is the word in the place of a name, and `why` it can't be one; `problems` are those with who is named.
    """

    slip: Slip
    meant: TeamCall
    typed: str = ""
    why: NameProblem | None = None
    problems: tuple[Problem, ...] = ()


_ACTS = {
    "list": TeamAct.SHOW,
    "show": TeamAct.SHOW,
    "save": TeamAct.SAVE,
    "set": TeamAct.SAVE,
    "new": TeamAct.SAVE,
    "create": TeamAct.SAVE,
    "add": TeamAct.ADD,
    "remove": TeamAct.REMOVE,
    "leave": TeamAct.REMOVE,
    "delete": TeamAct.DELETE,
}
_LEAVE = "leave"
_CANONICAL = frozenset({TeamAct.SHOW, TeamAct.ADD, TeamAct.REMOVE, TeamAct.DELETE})
"""Acts that are typed after a team's name."""

_FILLERS = frozenset({"to", "from", "in", "with"})
_OF_THE_CALLER = frozenset({"me", "without"})


def read_team_call(text: str, region: str | None) -> TeamCall | Mistyped:
    """Read what stood after the verb. `region` is the ISO country that a number typed without `+` belongs to."""
    if found := too_long(text):
        return Mistyped(Slip.UNREADABLE, TeamCall(TeamAct.SHOW), problems=found.problems)
    pieces = [piece for piece in PIECE.finditer(text) if piece[0].lower() not in JOINING_WORDS]
    if not pieces or (len(pieces) == 1 and pieces[0][0].lower() == TeamAct.LIST):
        return TeamCall(TeamAct.LIST)
    if len(pieces) == 1 and pieces[0][0].lower() == TeamAct.HELP:
        return TeamCall(TeamAct.HELP)
    act_place = next((place for place, piece in enumerate(pieces) if _word(piece) in _ACTS), None)
    name_place = _name_place(pieces)
    word = _word(pieces[act_place]) if act_place is not None else ""
    taken = [pieces[place] for place in (act_place, name_place) if place is not None]
    if word:
        taken += [piece for piece in pieces if _word(piece) in _FILLERS and piece not in taken]
    whom = read_invitees(_without(text, taken), region)
    if word == _LEAVE and whom == NOBODY:
        whom = Invitation((), CallerWish.ASKED)
    act = _ACTS.get(word) or (TeamAct.SHOW if whom == NOBODY else TeamAct.SAVE)
    readable = whom if isinstance(whom, Invitation) else NOBODY
    if name_place is None:
        return Mistyped(Slip.NO_NAME, TeamCall(act, whom=readable))
    name = read_team_name(typed := pieces[name_place][0])
    if isinstance(name, NameProblem):
        return Mistyped(Slip.NAME, TeamCall(act, whom=readable), as_shown(typed), name)
    meant = TeamCall(act, name, readable)
    is_in_order = name_place == 0 and act_place in {None, 1} and (not word or (act in _CANONICAL and word != _LEAVE))
    return _judged(meant, whom, is_in_order=is_in_order)


def _judged(meant: TeamCall, whom: Invitation | Unreadable, *, is_in_order: bool) -> TeamCall | Mistyped:
    """A text whose name and act are known, if it can be taken as it is."""
    if isinstance(whom, Unreadable):
        return Mistyped(Slip.UNREADABLE, meant, problems=whom.problems)
    if whom.caller is CallerWish.LEFT_OUT:
        return Mistyped(Slip.WITHOUT_ME, TeamCall(meant.act, meant.name, Invitation(whom.invitees)))
    if meant.act is TeamAct.SHOW:
        # Who is named besides is most likely to be saved.
        return meant if whom == NOBODY else Mistyped(Slip.ORDER, TeamCall(TeamAct.SAVE, meant.name, whom))
    if meant.act is TeamAct.DELETE and whom != NOBODY:
        return Mistyped(Slip.PEOPLE_TO_DELETE, meant)
    if meant.act is not TeamAct.DELETE and whom == NOBODY:
        return Mistyped(Slip.NOBODY, meant)
    return meant if is_in_order else Mistyped(Slip.ORDER, meant)


def _word(piece: re.Match[str]) -> str:
    """A piece that is a word, in small letters; nothing if it is a person, a number or the like."""
    return (piece["word"] or "").lower()


def _name_place(pieces: Sequence[re.Match[str]]) -> int | None:
    """Where a team's name stands: in front, or, where something else does, at the first word that may be one."""
    first = _word(pieces[0])
    if first and first not in _ACTS:
        return 0
    others = _ACTS.keys() | _FILLERS | _OF_THE_CALLER
    words = enumerate(map(_word, pieces))
    return next((place for place, word in words if word not in others and word[:1] not in {"", "@"}), None)


def _without(text: str, pieces: Sequence[re.Match[str]]) -> str:
    """A text with words that say nothing in the place of some of its pieces, so that the others keep their places."""
    for piece in sorted(pieces, key=re.Match[str].start, reverse=True):
        text = f"{text[: piece.start()]}&{text[piece.end() :]}"
    # One more for the verb before it.
    return f"& {text}"


def joined_name(mistyped: Mistyped) -> str | None:
    """The name that two words would make, of which the second was read as somebody."""
    word = next((problem.piece for problem in mistyped.problems if problem.kind is ProblemKind.WORD), None)
    name = read_team_name(f"{mistyped.meant.name}-{word}") if word else NameProblem.FIRST
    return name if isinstance(name, str) else None
