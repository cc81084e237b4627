"""From what a person typed after `/conference` to what they asked for. Pure, and never raises.

Slack's `should_escape` turns mentions into `<@U012ABC|alice>`, user groups into `<!subteam^S012|@oncall>` and
may turn a number into `<tel:+6591234567|+65 9123 4567>` (Slack, "Implementing slash commands").
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from types import MappingProxyType

from conference.numbers import E164_MAX_DIGITS, NumberUnreadableError, read_number


class Verb(StrEnum):
    """First words that are commands of their own."""

    HELP = "help"
    NUMBER = "number"
    STATUS = "status"
    HISTORY = "history"
    HANGUP = "hangup"
    TEAM = "team"
    STANDUP = "standup"


class CallerWish(Enum):
    """Whether the person who typed the command is to be rung."""

    IF_POSSIBLE = ""
    ASKED = "me"
    LEFT_OUT = "without me"
    AS_INVITED = "as invited"
    """Nobody typed it: whoever is responsible for the call is rung if they are among those invited."""


@dataclass(frozen=True)
class Person:
    """Somebody in the workspace."""

    user_id: str


@dataclass(frozen=True)
class Group:
    """A Slack user group; who is in it is looked up when the phones are to ring."""

    group_id: str


@dataclass(frozen=True)
class Guest:
    """A number that was typed, E.164."""

    number: str


Invitee = Person | Group | Guest


@dataclass(frozen=True)
class Invitation:
    """Who is to be rung, in the order typed, each once."""

    invitees: tuple[Invitee, ...]
    caller: CallerWish = CallerWish.IF_POSSIBLE

    def __str__(self) -> str:
        """The same invitation as a command's text: `read_invitation` gives it back."""
        return " ".join(filter(None, [self.caller.value, *map(_written, self.invitees)]))

    def named_by(self, user_id: str) -> tuple[Invitee, ...]:
        """Those whom that person named, each once; `me` is they themselves."""
        themselves = (Person(user_id),) if self.caller is CallerWish.ASKED else ()
        return tuple(dict.fromkeys((*themselves, *self.invitees)))


NOBODY = Invitation(())


@dataclass(frozen=True)
class VerbCall:
    """A verb and what was typed after it."""

    verb: Verb
    rest: str = ""


class ProblemKind(Enum):
    """Why a piece of the text could not be read."""

    WORD = "word"
    UNLINKED_MENTION = "unlinked mention"
    CHANNEL = "channel"
    EVERYONE = "everyone"
    NUMBER = "number"
    WITHOUT_OTHERS = "without others"
    CONTRADICTION = "contradiction"
    TOO_LONG = "too long"


@dataclass(frozen=True)
class Problem:
    """A piece of the text that could not be read.

    `word` is its place, counted in words from 1; `why` is a sentence where the kind alone does not say it.
    """

    kind: ProblemKind
    piece: str
    word: int
    why: str = ""


@dataclass(frozen=True)
class Unreadable:
    """Nothing is done with a text that holds a problem: a person left out by a slip is worse than a question."""

    problems: tuple[Problem, ...]

    @property
    def has_unknown_words(self) -> bool:
        """Whether it may read otherwise to somebody who knows the names of the teams."""
        return any(problem.kind is ProblemKind.WORD for problem in self.problems)


PIECE = re.compile(
    r"""
      <@(?P<person>[UW][A-Z0-9]+)(?:\|[^<>]*)?>
    | <!subteam\^(?P<group>S[A-Z0-9]+)(?:\|[^<>]*)?>
    | <tel:(?P<tel>[^|<>]+)(?:\|[^<>]*)?>
    | (?P<channel><\#[^<>]*>)
    | (?P<everyone><!(?:here|channel|everyone)(?:\|[^<>]*)?>)
    | (?P<number>(?:(?<![^\s,;>])[+(]*\d[\d().\-/]*(?=[\s,;<]|$)\s*)+)
    | (?P<word>(?:&(?:amp|lt|gt);|[^\s,;<])+|<)
    """,
    re.VERBOSE,
)
LONGEST_TEXT = 4_000
"""Characters: room for a hundred people, and read within a moment whatever it holds."""

_HANG_UP = re.compile(r"\A\s*hang[\s-]+up", re.IGNORECASE)
"""The verb as English has it."""

_NUMBER_START = re.compile(r"(?<!\S)(?=\(*\+)")
JOINING_WORDS = frozenset({"and", "&", "&amp;"})

Teams = Mapping[str, tuple[Invitee, ...]]
"""Whom each team's name stands for."""
_NO_TEAMS: Teams = MappingProxyType({})


def read_invitation(text: str, region: str | None, teams: Teams = _NO_TEAMS) -> Invitation | VerbCall | Unreadable:
    """Read a command's text.

    `region` is the ISO country that a number typed without `+` belongs to, or None. A word that is the name of one of
    the `teams` stands for its people. An empty text asks for help.
    """
    asked = _verb_call(text) or too_long(text) or read_invitees(text, region, teams)
    # A text of commas alone asks for nothing.
    return VerbCall(Verb.HELP) if asked == NOBODY else asked


def read_written(text: str) -> Invitation:
    """The Invitation whose `str()` this is, however many it names. Raises ValueError."""
    rest = text.removeprefix(CallerWish.AS_INVITED.value)
    invitation = read_invitees(rest, None)
    if isinstance(invitation, Unreadable):
        raise ValueError("that is no invitation that was written here")  # noqa: TRY004 - its text is wrong, not its type
    return invitation if rest == text else replace(invitation, caller=CallerWish.AS_INVITED)


def _verb_call(text: str) -> VerbCall | None:
    first, rest = (*_HANG_UP.sub(Verb.HANGUP, text, count=1).split(maxsplit=1), "", "")[:2]
    if not first:
        return VerbCall(Verb.HELP)
    return VerbCall(Verb(first.lower()), rest.strip()) if first.lower() in set(Verb) else None


def too_long(text: str) -> Unreadable | None:
    """What is wrong with a text that is longer than it may be."""
    if len(text) <= LONGEST_TEXT:
        return None
    return Unreadable((Problem(ProblemKind.TOO_LONG, as_shown(text), 1),))


def read_invitees(text: str, region: str | None, teams: Teams = _NO_TEAMS) -> Invitation | Unreadable:
    """Read a text in which no verb stands; one that names nobody is an invitation of nobody."""
    found: list[Invitee | Problem] = []
    wishes: list[tuple[CallerWish, int]] = []
    for piece, place in (pieces := _pieces(text)):
        word = piece[0].lower()
        if number := piece["tel"] or piece["number"]:
            found.extend(_numbers(number, region, place))
        elif word == "me":
            wishes.append((CallerWish.ASKED, place))
        elif word == "without":
            following, _ = next(pieces, (None, 0))
            if following is not None and following[0].lower() == "me":
                wishes.append((CallerWish.LEFT_OUT, place))
            else:
                found.append(Problem(ProblemKind.WITHOUT_OTHERS, piece[0], place))
        elif (name := as_name(piece[0])) in teams:
            found.extend(teams[name])
        elif word not in JOINING_WORDS:
            found.append(_invitee(piece, place))
    if len({wish for wish, _ in wishes}) > 1:
        found.append(Problem(ProblemKind.CONTRADICTION, wishes[-1][0].value, wishes[-1][1]))
    if problems := tuple(piece for piece in found if isinstance(piece, Problem)):
        return Unreadable(problems)
    invitees = dict.fromkeys(piece for piece in found if isinstance(piece, Invitee))
    return Invitation(tuple(invitees), wishes[0][0] if wishes else CallerWish.IF_POSSIBLE)


def as_name(word: str) -> str:
    """A word as it is compared with a team's name, in whatever case and composition its letters are typed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).lower())


def _pieces(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """The pieces of a text, each with its place in words from 1."""
    word_starts = [word.start() for word in re.finditer(r"\S+", text)]
    for piece in PIECE.finditer(text):
        yield piece, bisect_right(word_starts, piece.start())


def _invitee(piece: re.Match[str], place: int) -> Invitee | Problem:
    """A piece that is no number and no known word: a person, a group, or what is wrong with it."""
    if piece["person"]:
        return Person(piece["person"])
    if piece["group"]:
        return Group(piece["group"])
    if piece["channel"]:
        kind = ProblemKind.CHANNEL
    elif piece["everyone"]:
        kind = ProblemKind.EVERYONE
    elif piece[0].startswith("@") and len(piece[0]) > 1:
        kind = ProblemKind.UNLINKED_MENTION
    else:
        kind = ProblemKind.WORD
    return Problem(kind, as_shown(piece[0]), place)


def _numbers(text: str, region: str | None, place: int) -> Iterator[Guest | Problem]:
    """The numbers in a run of digits and spaces, in which one number may hold spaces and two stand side by side."""
    for run in filter(None, _NUMBER_START.split(text)):
        fields = run.split()
        while fields:
            # The longest beginning that is a number is meant: `+65 9123 4567 8123 4567` is two numbers.
            for length in range(_most_fields(fields), 0, -1):
                try:
                    yield Guest(read_number(" ".join(fields[:length]), region))
                except NumberUnreadableError:
                    continue
                place += length
                fields = fields[length:]
                break
            else:
                written = " ".join(fields)
                try:
                    read_number(written, region)
                except NumberUnreadableError as error:
                    yield Problem(ProblemKind.NUMBER, as_shown(written), place, str(error))
                place += len(fields)
                fields = []


def _most_fields(fields: list[str]) -> int:
    """How many of them can make one number: to try more would be in vain, and takes long."""
    digits = 0
    for count, field in enumerate(fields):
        digits += sum(map(str.isdigit, field))
        if digits > E164_MAX_DIGITS:
            return max(1, count)
    return len(fields)


_LONGEST_SHOWN_PIECE = 40


def as_shown(piece: str) -> str:
    """A piece of the text as its writer saw it, as it may be quoted."""
    label = re.fullmatch(r"<[#!][^|<>]*\|([^<>]*)>", piece)
    everyone = re.fullmatch(r"<!(\w+)>", piece)
    if label:
        piece = ("#" if piece.startswith("<#") else "") + label[1]
    elif everyone:
        piece = "@" + everyone[1]
    return quotable(piece)


def quotable(text: str) -> str:
    """A text that Slack escaped, short enough to be quoted, and without the marks that would end its quotes."""
    text = html.unescape(text).replace("`", "'")
    return text if len(text) <= _LONGEST_SHOWN_PIECE else text[:_LONGEST_SHOWN_PIECE] + "…"


def _written(invitee: Invitee) -> str:
    match invitee:
        case Person(user_id):
            return f"<@{user_id}>"
        case Group(group_id):
            return f"<!subteam^{group_id}>"
        case Guest(number):
            return number
