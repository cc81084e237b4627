"""Words about what could not be read of `/conference standup …`, or of a time zone in its form. Pure."""

import re
from collections.abc import Mapping

from conference.standups.command import Misread, Slip, SlipKind
from conference.teams import LONGEST_NAME
from messages.mrkdwn import Message, bulleted, lines, quoted, section
from messages.private import problem
from messages.standups.wording import EXAMPLE_ZONE, as_command


def misread(found: Misread) -> Message:
    """What could not be taken as it was typed, and the right form of what was most likely meant."""
    said = bulleted(found.slips, _slip, at_most=_MOST_SLIPS)
    text = lines(["Nothing was done, because the command could not be read:", *said, f"Try {as_command(found.meant)}."])
    return Message(text, (section(text),))


_MOST_SLIPS = 5

_SLIPS: Mapping[SlipKind, str] = {
    SlipKind.NAME: "The standup's name is missing, one word such as `platform`.",
    SlipKind.NAME_IS_MENTION: (
        "{piece} stands where the standup's name is to be: one word such as `platform`, and after it who is rung."
    ),
    SlipKind.NAME_UNREADABLE: (
        f"{{piece}} can't be a standup's name, which begins with a letter and has only letters, digits, `-` and `_` in "
        f"it, at most {LONGEST_NAME}."
    ),
    SlipKind.NAME_TAKEN: "{piece} is a word that the command reads otherwise, so no standup can be called that.",
    SlipKind.NAME_OF_WORDS: (
        "{piece} is two words, and a standup's name is one, such as {choices}. If the second is somebody: type `@` and "
        "pick the name from Slack's list."
    ),
    SlipKind.DAYS: "It is not said on which days it rings: `weekdays`, `daily`, or some as in `mon,thu`.",
    SlipKind.TIME: "It is not said at what time it rings, as in `09:30`.",
    SlipKind.DAYS_AND_TIME: "It is not said when it rings: on which days and at what time, as in `weekdays 09:30`.",
    SlipKind.DAY_MISSPELT: "{piece} is no day of the week; most likely it is to be {choices}.",
    SlipKind.DAY_FOREIGN: "{piece}: days are typed in English, here {choices}.",
    SlipKind.TIME_WRONG: "{piece} is no time of day.",
    SlipKind.TIME_UNCLEAR: "{piece} may be a time, which is typed with its minutes: {choices}.",
    SlipKind.TWO_TIMES: "{both} are two times, and a standup rings once a day: the other one takes another standup.",
    SlipKind.ZONE_UNKNOWN: "{piece} is no time zone that is known{closest}.",
    SlipKind.ZONE_NO_PLACE: "{piece} does not say when the clocks change: name a place that does, such as {choices}.",
    SlipKind.TWO_ZONES: "{both} are two time zones, and a standup goes by one.",
    SlipKind.ONCE: (
        "{piece} comes once, and a standup rings every week. A call that begins now is `/conference @alice @bob`."
    ),
    SlipKind.DATE: (
        "{piece} comes once, and a standup rings every week. Days on which it does not ring stand in its form."
    ),
    SlipKind.INTERVAL: "{piece} can't be had: a standup rings on the same days every week.",
    SlipKind.ACT_FIRST: "The standup's name comes first, and {piece} after it.",
    SlipKind.ACT_UNKNOWN: "{piece} is nothing that can be done with a standup; maybe it is to be {choices}.",
    SlipKind.IN_FORM: (
        "{piece} is not typed after a standup's name: who is rung, when, and on which days not, is changed in its form."
    ),
    SlipKind.LEAVE: (
        "{piece} can't be typed: whoever set it up, or an admin, takes you out by `change`. On a day when you are "
        "out, press *I'm out today* before it rings."
    ),
    SlipKind.SKIP_AND_MORE: "{piece} is too much: `skip` skips the next one, on whichever day that is.",
    SlipKind.PAUSE_AND_MORE: "{piece} is too much: a pause begins at once, and lasts until `resume`.",
    SlipKind.ACT_AND_MORE: "{piece} is too much: with this, nothing else is typed. `change` opens the form.",
    SlipKind.REPORT_HOW: "{piece} can't be read: after `report` stands nothing, or {choices}.",
    SlipKind.CHANNEL: (
        "{piece} is a channel: a standup appears in the one in which it is typed, and its form moves it to another."
    ),
    SlipKind.TEAM_MISSPELT: "{piece} is no team{closest}.",
    SlipKind.NOBODY: ("{piece} is no team, and no link to a person: type `@` and pick the name from Slack's list."),
    SlipKind.WORD: "{piece} says nothing here.",
    SlipKind.TOO_LONG: "It is too long to be read. Save the people as a team, with `/conference team`, and name that.",
}


def _slip(slip: Slip) -> str:
    if slip.problem is not None:
        return problem(slip.problem)
    choices = " or ".join(f"`{quoted(choice)}`" for choice in slip.choices) or f"`{EXAMPLE_ZONE}`"
    closest = f"; the closest is {choices}" if slip.choices else ""
    piece = slip.piece if _MENTION.fullmatch(slip.piece) else f"`{quoted(slip.piece)}`"
    both = " and ".join(f"`{choice}`" for choice in slip.choices)
    return _SLIPS[slip.kind].format(piece=piece, choices=choices, both=both, closest=closest)


_MENTION = re.compile(r"<(?:@|!subteam\^)[A-Z0-9]+(?:\|[^<>`]*)?>")


def wrong_zone(slip: Slip) -> str:
    """The same about a time zone alone, as plain text."""
    return f"Nothing was saved. {_slip(slip)}".replace("`", "")
