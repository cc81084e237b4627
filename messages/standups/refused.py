"""Words about a standup that could be read and not be set up. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from conference.invitation import CallerWish
from conference.standups.command import Planned as Typed
from conference.standups.model import Planned
from conference.teams import MOST_INVITEES
from messages.mrkdwn import Message, lines, mention, plain
from messages.standups.wording import EXAMPLE_TIMES, EXAMPLE_ZONE, another_name, as_command, in_words


def no_team(typed: Typed, name: str, names: Sequence[str]) -> Message:
    """One that is to be rung is no team; `names` are those of all teams."""
    said = [f"Nothing was set up: there is no team `{name}`."]
    if close := get_close_matches(name, names, n=1):
        instead = tuple(close[0] if one == name else one for one in typed.team_names or (typed.name,))
        said.append(f"The closest name is `{close[0]}`: {as_command(str(replace(typed, team_names=instead)))}.")
    said.append(f"`/conference team {name} @alice @bob` saves one; then type {as_command(str(typed))} again.")
    if not typed.team_names:
        people = as_command(str(typed)).replace(f"standup {typed.name}", f"standup {typed.name} @alice @bob", 1)
        said.append(f"Or name people: {people}.")
    return plain(lines(said))


def no_channel(typed: Typed) -> Message:
    """It was typed in a direct message."""
    return plain(
        f"Nothing was set up: a standup appears in a channel, and this is a direct message. Type "
        f"{as_command(str(typed))} in the channel where it is to appear, or choose that in the form: "
        "`/conference standup new`."
    )


def no_zone(typed: Typed) -> Message:
    """Neither was a zone typed, nor is one known of the maker."""
    right = as_command(str(replace(typed, zone=EXAMPLE_ZONE)))
    return plain(f"Nothing was set up: Slack did not say in which time zone you are. Add it at the end: {right}.")


def without_me(typed: Typed) -> Message:
    """`without me` was typed, which a standup can't keep."""
    right = as_command(str(replace(typed, whom=replace(typed.whom, caller=CallerWish.IF_POSSIBLE))))
    return plain(
        f"Nothing was set up: a standup rings you only if you are named, or are in one of its teams, and then every "
        f"time. {right} sets it up; on a day when you are out, press *I'm out today* before it rings."
    )


def too_many(count: int) -> Message:
    return plain(
        f"Nothing was set up: {count} people, groups and numbers were named, and a standup takes at most "
        f"{MOST_INVITEES}. Save some as a team, with `/conference team`, and name that."
    )


def name_taken(name: str, theirs: Planned | None) -> Message:
    """There is one of that name; `theirs` if whoever typed may see it."""
    other = f"`/conference standup {another_name(name)} {EXAMPLE_TIMES}`"
    if theirs is None:
        return plain(f"Nothing was set up: another standup is called `{name}`. Choose another name, as in {other}.")
    return plain(
        f"Nothing was set up: there is a standup `{name}` already, by {mention(theirs.standup.maker_id)}, "
        f"{in_words(theirs.standup.recurrence)}. `/conference standup {name} change` opens its form; one more takes "
        f"another name, as in {other}."
    )
