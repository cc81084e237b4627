"""What can be asked of standups in a command, and what can be wrong with one. Pure."""

from dataclasses import dataclass
from datetime import time
from enum import Enum, StrEnum

from conference.invitation import NOBODY, Invitation, Problem
from conference.standups.recurrence import Weekday


class StandupAct(StrEnum):
    """What is typed after a standup's name."""

    SHOW = ""
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    DONT_SKIP = "don't skip"
    DELETE = "delete"
    CHANGE = "change"
    REPORT = "report"
    REPORT_WEEKLY = "report weekly"
    REPORT_OFF = "report off"
    REPORT_WITHOUT_ME = "report without me"
    REPORT_WITH_ME = "report with me"


VERB = "standup"
EXAMPLE_NAME, EXAMPLE_TIME = "platform", time(9, 30)
"""What stands in a command that is proposed where nothing could be read."""

EVERY_DAY = frozenset(Weekday)
WEEKENDS = frozenset({Weekday.SATURDAY, Weekday.SUNDAY})
WEEKDAYS = EVERY_DAY - WEEKENDS
_DAY_SETS = {"weekdays": WEEKDAYS, "daily": EVERY_DAY, "weekends": WEEKENDS}


def written_days(days: frozenset[Weekday]) -> str:
    """Days of the week as they may be typed: `weekdays`, or `mon,thu`."""
    whole = next((word for word, known in _DAY_SETS.items() if known == days), None)
    return whole or ",".join(map(str, sorted(days)))


@dataclass(frozen=True)
class Listing:
    """The workspace's standups are to be shown."""

    def __str__(self) -> str:
        return f"{VERB} list"


@dataclass(frozen=True)
class Help:
    """What can be typed is to be shown."""

    def __str__(self) -> str:
        return f"{VERB} help"


@dataclass(frozen=True)
class NewForm:
    """The form for a new standup is to be opened, with the name that was typed, if one was."""

    name: str = ""

    def __str__(self) -> str:
        return f"{VERB} new {self.name}".rstrip()


@dataclass(frozen=True)
class StandupCall:
    """Something to be done with the standup of that name."""

    act: StandupAct
    name: str

    def __str__(self) -> str:
        return f"{VERB} {self.name} {self.act}".rstrip()


@dataclass(frozen=True)
class Planned:
    """A standup as it was typed; without a `zone` it goes by its maker's.

    With neither `team_names` nor anybody in `whom`, the team that is called like the standup is meant.
    """

    name: str
    days: frozenset[Weekday]
    at: time
    zone: str | None = None
    team_names: tuple[str, ...] = ()
    whom: Invitation = NOBODY

    def __str__(self) -> str:
        """The same as a command's text, guests' numbers in full."""
        recurrence = f"{written_days(self.days)} {self.at:%H:%M}"
        return " ".join(filter(None, [VERB, self.name, *self.team_names, str(self.whom), recurrence, self.zone]))


class SlipKind(Enum):
    """What is wrong with a text, or with a piece of it."""

    NAME = "no name"
    NAME_IS_MENTION = "somebody is mentioned in the place of the name"
    NAME_UNREADABLE = "the name begins with no letter, or holds something else than letters, digits, - and _"
    NAME_TAKEN = "the name is a word of the command"
    NAME_OF_WORDS = "the name may be two words"
    DAYS = "no days"
    TIME = "no time"
    DAYS_AND_TIME = "neither days nor a time"
    DAY_MISSPELT = "a day that is misspelt"
    DAY_FOREIGN = "a day in another language, or cut short"
    TIME_WRONG = "no time of day"
    TIME_UNCLEAR = "maybe a time"
    TWO_TIMES = "two times"
    ZONE_UNKNOWN = "a time zone that is not known"
    ZONE_NO_PLACE = "an abbreviation or an offset, which does not say when clocks change"
    TWO_ZONES = "two time zones"
    ONCE = "today, tomorrow or now: a standup recurs"
    DATE = "a date: a standup recurs"
    INTERVAL = "neither daily nor weekly"
    ACT_FIRST = "the act stands before the name"
    ACT_UNKNOWN = "no act, or a misspelt one"
    IN_FORM = "what is changed in the form alone"
    LEAVE = "whoever types is to be taken out"
    SKIP_AND_MORE = "something stands beside skip"
    PAUSE_AND_MORE = "something stands beside pause"
    ACT_AND_MORE = "something stands beside an act"
    REPORT_HOW = "no way to report"
    CHANNEL = "a channel"
    PEOPLE = "somebody is named in a way that can't be read"
    TEAM_MISSPELT = "no team, but one is spelt alike"
    NOBODY = "a word among the people that is neither a team nor somebody"
    WORD = "a word that says nothing here"
    TOO_LONG = "too long"


@dataclass(frozen=True)
class Slip:
    """Something that is wrong: the piece of the text, and what may stand in its place, the likeliest first.

    `problem` says more about PEOPLE.
    """

    kind: SlipKind
    piece: str = ""
    choices: tuple[str, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True)
class Misread:
    """Nothing is done with a text that holds a slip.

    `meant` is the command as it may be typed, made from what could be read, and examples in the place of the rest.
    """

    slips: tuple[Slip, ...]
    meant: str
