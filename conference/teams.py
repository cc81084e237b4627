"""Saved groups of people, which a command or a form rings by name. Pure."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from conference.invitation import JOINING_WORDS, Invitee, Person, Verb, as_name

LONGEST_NAME = 40
"""Characters in a team's name."""
MOST_INVITEES = 50
"""People, user groups and guests in one team: few enough that one message names all of them."""

_ACTS = "add change create delete leave list new pause remove report resume save set show skip"
_DAYS = (
    "mon monday mondays tue tues tuesday tuesdays wed weds wednesday wednesdays thu thur thurs thursday thursdays "
    "fri friday fridays sat saturday saturdays sun sunday sundays day days daily every everyday weekday weekdays "
    "weekend weekends workday workdays weekly today tomorrow at on off"
)
RESERVED = frozenset(f"me with without hang hang-up from to in teams standup standups {_ACTS} {_DAYS}".split()) | (
    JOINING_WORDS
)
"""Words that the command reads otherwise, besides the verbs; those of standups among them, which name teams too."""


@dataclass(frozen=True)
class Team:
    """People, user groups and guests under a name that is unique in the workspace `team_id`."""

    team_id: str
    name: str
    invitees: tuple[Invitee, ...]
    made_by: str
    """Slack id."""
    made_at: datetime


class NameProblem(Enum):
    """Why a word can't be a team's name."""

    TAKEN = "a word of the command"
    TOO_LONG = "too long"
    FIRST = "begins with no letter"
    CHARACTER = "holds something else than letters, digits, - and _"


def read_team_name(text: str) -> str | NameProblem:
    """The name that a word stands for, in small letters, or why it can't be one."""
    name = as_name(text)
    if name in RESERVED or name in set(Verb):
        return NameProblem.TAKEN
    if not name[:1].isalpha():
        return NameProblem.FIRST
    if not all(map(_may_stand_in_name, name)):
        return NameProblem.CHARACTER
    return name if len(name) <= LONGEST_NAME else NameProblem.TOO_LONG


def similar_name(text: str) -> str | None:
    """What of a text can be a team's name, if anything can."""
    kept = "".join(filter(_may_stand_in_name, as_name(text))).lstrip("-_0123456789")[:LONGEST_NAME]
    name = read_team_name(kept)
    return name if isinstance(name, str) else None


def _may_stand_in_name(character: str) -> bool:
    # Many scripts write vowels as marks upon a letter.
    return character in "-_" or unicodedata.category(character)[0] in "LM" or character.isdecimal()


@dataclass(frozen=True)
class Editor:
    """Somebody who changes a team, and whether they are known to be an admin."""

    user_id: str
    is_admin: bool = False

    def is_in_charge(self, team: Team) -> bool:
        return self.is_admin or self.user_id == team.made_by


class Unchanged(Enum):
    """Why a team was left as it was."""

    UNKNOWN = "no such team"
    NOT_THEIRS = "not theirs to change"
    TOO_MANY = "more than one team holds"
    NOBODY_LEFT = "nobody would be left in it"


class TeamInUseError(Exception):
    """It was not deleted, since standups ring it. `standups` are their names."""

    def __init__(self, standups: Sequence[str]) -> None:
        super().__init__(", ".join(standups))
        self.standups = standups


class TeamUnchangedError(Exception):
    """A team was left as it was, and why; `team` is the one, if there is one."""

    def __init__(self, why: Unchanged, team: Team | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.team = team


TeamChange = Callable[[Team | None], Team]
"""What becomes of a team, given as None where there is none yet. Raises TeamUnchangedError."""


def saving(new: Team, by: Editor) -> TeamChange:
    """Put a team's people in the place of whoever was in it; whoever made it first remains its maker."""

    def save(team: Team | None) -> Team:
        if team is not None:
            _in_charge(team, by)
        return _sized(new if team is None else replace(team, invitees=new.invitees))

    return save


def adding(invitees: Iterable[Invitee], by: Editor) -> TeamChange:
    def add(team: Team | None) -> Team:
        team = _in_charge(team, by)
        return _sized(replace(team, invitees=tuple(dict.fromkeys((*team.invitees, *invitees)))))

    return add


def removing(invitees: Iterable[Invitee], by: Editor) -> TeamChange:
    """Take people out; themselves anybody may."""
    gone = set(invitees)

    def remove(team: Team | None) -> Team:
        team = _known(team) if gone == {Person(by.user_id)} else _in_charge(team, by)
        left = tuple(invitee for invitee in team.invitees if invitee not in gone)
        if not left:
            raise TeamUnchangedError(Unchanged.NOBODY_LEFT, team)
        return replace(team, invitees=left)

    return remove


def deleting(by: Editor) -> TeamChange:
    """The team that is to be deleted, which also may whoever is alone in it: there is no other way out of it."""

    def delete(team: Team | None) -> Team:
        team = _known(team)
        return team if team.invitees == (Person(by.user_id),) else _in_charge(team, by)

    return delete


def _known(team: Team | None) -> Team:
    if team is None:
        raise TeamUnchangedError(Unchanged.UNKNOWN)
    return team


def _in_charge(team: Team | None, by: Editor) -> Team:
    team = _known(team)
    if not by.is_in_charge(team):
        raise TeamUnchangedError(Unchanged.NOT_THEIRS, team)
    return team


def _sized(team: Team) -> Team:
    if len(team.invitees) > MOST_INVITEES:
        raise TeamUnchangedError(Unchanged.TOO_MANY, team)
    return team
