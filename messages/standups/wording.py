"""How standups are spoken of: when they ring, whom, and the command that sets one up. Pure."""

import re
from collections.abc import Mapping

from conference.invitation import Invitation
from conference.numbers import mask_number
from conference.standups.command import EVERY_DAY, WEEKDAYS, WEEKENDS
from conference.standups.command import Planned as Typed
from conference.standups.model import DayOff, Planned, Standup
from conference.standups.recurrence import Recurrence, Weekday
from conference.teams import LONGEST_NAME
from messages.mrkdwn import escape, invitee_name, listed, moment, quoted, unmarked

EXAMPLE_TIMES = "weekdays 09:30"
EXAMPLE_ZONE = "Asia/Singapore"

_DAYS_IN_WORDS: Mapping[frozenset[Weekday], str] = {
    EVERY_DAY: "every day",
    WEEKDAYS: "weekdays",
    WEEKENDS: "weekends",
}


def in_words(recurrence: Recurrence) -> str:
    """When it rings, as people say it: `weekdays at 09:30, Singapore time`."""
    return f"{_days(recurrence.days)} at {recurrence.at:%H:%M}, {_place(recurrence.zone)}"


def _days(days: frozenset[Weekday]) -> str:
    return _DAYS_IN_WORDS.get(days) or listed(f"{day.name.capitalize()}s" for day in sorted(days))


def _place(zone: str) -> str:
    """`Singapore time` for `Asia/Singapore`, and the name itself where it names no place."""
    area, _, city = zone.rpartition("/")
    return f"{city.replace('_', ' ')} time" if area and area != "Etc" else zone


def rings_next(planned: Planned) -> str:
    """When it rings next, or why it does not."""
    if planned.standup.is_paused:
        return "It is paused."
    if planned.next_at is None:
        return "No day lies ahead on which it would ring."
    day_off = planned.day_off
    but = f", and not on {day_in_words(day_off)}" if day_off else ""
    return f"It rings next at {moment(planned.next_at, with_date=True)}{but}."


def day_in_words(day_off: DayOff) -> str:
    """A day off and its name: `Fri 25 December: Christmas Day`."""
    name = f": {escape(unmarked(day_off.name))}" if day_off.name else ""
    return f"{day_off.day:%a %-d %B}{name}"


def whom_it_rings(standup: Standup) -> str:
    """The teams and people that it names, and where it appears."""
    if not (standup.team_names or standup.invitees):
        return f"It names nobody any more: `/conference standup {standup.name} change` opens its form."
    return f"It rings {_people(standup)} in <#{standup.channel_id}>."


def _people(standup: Standup) -> str:
    teams = [f"the team `{name}`" for name in standup.team_names]
    return listed([*teams, *map(invitee_name, standup.invitees)])


def another_name(name: str) -> str:
    """A name like one that is taken."""
    return f"{name[: LONGEST_NAME - 2]}-2"


def command(standup: Standup) -> str:
    """The command that sets up a standup like this one."""
    recurrence = standup.recurrence
    # A team called like the standup goes without saying, unless others are named.
    is_said = standup.invitees or standup.team_names != (standup.name,)
    team_names = standup.team_names if is_said else ()
    whom = Invitation(standup.invitees)
    return as_command(str(Typed(standup.name, recurrence.days, recurrence.at, recurrence.zone, team_names, whom)))


def as_command(meant: str) -> str:
    """A command as it is typed, with people as they are known again, and guests' numbers masked."""
    pieces = _NO_CODE.split(f"/conference {meant}")
    return " ".join(_as_code(piece.strip()) for piece in pieces if piece.strip())


_NO_CODE = re.compile(r"(<[@!][^<>]*>|\+\d{5,15}(?!\S))")
"""Pieces that say nothing to a reader as they are typed."""


def _as_code(piece: str) -> str:
    if not _NO_CODE.fullmatch(piece):
        return f"`{quoted(piece, at_most=None)}`"
    return mask_number(piece) if piece.startswith("+") else piece
