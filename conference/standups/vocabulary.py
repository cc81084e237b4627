"""The words that a standup's command knows, and which others a standup may be called by. Pure."""

import html
from collections.abc import Mapping
from datetime import time

from conference.standups.command import EVERY_DAY, VERB, WEEKDAYS, WEEKENDS, StandupAct
from conference.standups.recurrence import Weekday
from conference.teams import read_team_name
from conference.teams import similar_name as similar_team_name

_DAY_NAMES = (
    *("mon monday mondays", "tue tues tuesday tuesdays", "wed weds wednesday wednesdays"),
    *("thu thur thurs thursday thursdays", "fri friday fridays", "sat saturday saturdays", "sun sunday sundays"),
)
DAYS: Mapping[str, frozenset[Weekday]] = {
    **{word: frozenset({day}) for day, words in zip(Weekday, _DAY_NAMES, strict=True) for word in words.split()},
    **dict.fromkeys(("weekday", "weekdays", "workday", "workdays"), WEEKDAYS),
    **dict.fromkeys(("daily", "everyday"), EVERY_DAY),
    **dict.fromkeys(("weekend", "weekends"), WEEKENDS),
}
_FOREIGN_DAY_NAMES = (
    "mo mo. montag montags lundi lun lunes lunedì lunedi maandag segunda isnin",
    "tu di dienstag dienstags mardi martes martedì martedi dinsdag terça selasa",
    "we mi mittwoch mittwochs mercredi miércoles miercoles mercoledì mercoledi woensdag quarta rabu",
    "th do donnerstag donnerstags jeudi jueves giovedì giovedi donderdag quinta khamis",
    "fr freitag freitags vendredi viernes venerdì venerdi vrijdag sexta jumaat",
    "sa samstag samstags sonnabend samedi sábado sabado sabato zaterdag sabtu",
    "su so sonntag sonntags dimanche domingo domenica zondag ahad",
)
"""Two letters, and what is typed in German, French, Spanish, Italian, Dutch, Portuguese and Malay."""
FOREIGN_DAYS: Mapping[str, frozenset[Weekday]] = {
    **{
        word: frozenset({day}) for day, words in zip(Weekday, _FOREIGN_DAY_NAMES, strict=True) for word in words.split()
    },
    **dict.fromkeys(("werktags", "wochentags"), WEEKDAYS),
    **dict.fromkeys(("täglich", "taeglich", "diario", "quotidien"), EVERY_DAY),
}
RANGE_WORDS = frozenset({"-", "–", "—", "to", "till", "until", "through", "thru"})

ACTS = {act.value: act for act in StandupAct if act.value and " " not in act.value} | {
    "unskip": StandupAct.DONT_SKIP,
    "show": StandupAct.SHOW,
    "list": StandupAct.SHOW,
}
ACTS_ALIKE = ACTS | dict.fromkeys(("unpause", "un-pause"), StandupAct.RESUME)
"""What a misspelt act is compared with."""
DONT = frozenset({"don't", "dont", "not"})
NO_ACTS = {
    **dict.fromkeys(("stop", "cancel", "end", "quit", "kill"), (StandupAct.PAUSE, StandupAct.DELETE)),
    **dict.fromkeys(("drop", "destroy"), (StandupAct.DELETE,)),
    **dict.fromkeys(("start", "restart", "continue", "unpause", "un-pause"), (StandupAct.RESUME,)),
    **dict.fromkeys(("edit", "update", "set", "move", "reschedule", "rename", "configure"), (StandupAct.CHANGE,)),
    **dict.fromkeys(("disable", "mute", "suspend", "hold"), (StandupAct.PAUSE,)),
    **dict.fromkeys(("enable", "unmute"), (StandupAct.RESUME,)),
    **dict.fromkeys(("reports", "summary", "stats"), (StandupAct.REPORT,)),
}
"""What may be typed for an act, and the acts that it may stand for."""
LEAVE, REMOVE, WITHOUT, EXCEPT = "leave", "remove", "without", "except"
IN_FORM = frozenset(
    {"add", REMOVE, "invite", "time", "remind", EXCEPT, "holiday", "holidays", LEAVE},
)
"""What may be typed for what is changed in the form alone."""
REPORTS = {
    ("weekly",): StandupAct.REPORT_WEEKLY,
    ("off",): StandupAct.REPORT_OFF,
    ("without", "me"): StandupAct.REPORT_WITHOUT_ME,
    ("with", "me"): StandupAct.REPORT_WITH_ME,
}
HELP_WORD = "help"
NEW_WORDS, LIST_WORDS = frozenset({"new", "create", "add"}), frozenset({"list", "show", "all"})

TIME_WORDS = {"noon": time(12), "midday": time(12), "midnight": time(0)}
FILLERS = frozenset(
    {
        *("at", "on", "every", "each", "and", "&", "&amp;", "@", "+", "in", "for", "from", "the", "with"),
        *("week", "weekly", "o'clock", "uhr", "team"),
    }
)
"""Words that say nothing where they stand alone."""
ONCE = frozenset({"today", "tomorrow", "tonight", "now"})
INTERVALS = frozenset(
    {
        *("biweekly", "bi-weekly", "fortnightly", "monthly", "bimonthly", "bi-monthly"),
        *("quarterly", "yearly", "annually", "hourly"),
    }
)
LONGER_UNITS = frozenset(
    ["hour", "hours", "month", "months", "quarter", "quarters", "year", "years", "fortnight", "fortnights"]
)
SOME = frozenset(
    ["other", "second", "third", "fourth", "two", "three", "four", "2nd", "3rd", "4th", "first", "last", "1st"]
)
UNITS = frozenset(["day", "days", "week", "weeks", "weekday", "weekdays"]) | LONGER_UNITS
_CALLER_WORDS = frozenset({"me", "without", "with"})

RESERVED = frozenset(
    {
        *DAYS.keys(),
        *ACTS.keys(),
        *NO_ACTS.keys(),
        *IN_FORM,
        *NEW_WORDS,
        *LIST_WORDS,
        *FILLERS,
        *DONT,
        *ONCE,
        *TIME_WORDS.keys(),
        *INTERVALS,
        *SOME,
        *_CALLER_WORDS,
        *("day", "days", "to", "off", HELP_WORD, "number", "status", "history", "hang", "hangup", "hang-up"),
        *("teams", VERB, f"{VERB}s"),
    }
)
"""Words that can't be a standup's name, as they are read otherwise."""


def read_name(text: str) -> str | None:
    """The name that a word stands for, in small letters, if it can be one: a team's, and none of `RESERVED`."""
    name = read_team_name(text)
    return name if isinstance(name, str) and name not in RESERVED else None


def similar_name(text: str) -> str | None:
    """What of a text, as it is typed or as Slack writes it, can be a name, if anything can."""
    name = similar_team_name("-".join(html.unescape(text).split()))
    return name if name is not None and name not in RESERVED else None
