"""Lines in words: how many are missing, who holds the others, and what to do. Pure."""

from conference.lines import LinesHeld, LinesShort, read_lines_short
from conference.model import Conference
from messages.mrkdwn import capitalized, listed, mention, moment


def no_lines(conference: Conference) -> str:
    """Why a conference that was not rung for want of lines was not, and what to do."""
    wait = "Press *Ring as lines get free*, and each phone rings as soon as there is a line for it."
    try:
        short = read_lines_short(conference.detail or "")
    except ValueError:
        return f"the account's lines are taken by something else than Rollcall's conferences. {wait}"
    return f"{lines_short(short, conference.team_id)} {wait}"


def lines_short(short: LinesShort, team_id: str) -> str:
    """How many lines are missing, and who in this workspace holds the others since when."""
    needed = "the call needs a line" if short.needed == 1 else f"the call needs {short.needed} lines at once"
    free = "none is free" if not short.free else f"only {short.free} {'is' if short.free == 1 else 'are'} free"
    held = listed(_holder(one, team_id) for one in short.held)
    who = f" {capitalized(held)}." if held else ""
    ahead = ""
    if short.ahead:
        ahead = f" {short.ahead} {'phone waits' if short.ahead == 1 else 'phones wait'} for a line already."
    return f"{needed}, and {free}.{who}{ahead}"


def _holder(one: LinesHeld, team_id: str) -> str:
    whose = f"{mention(one.caller_id)}'s conference" if one.team_id == team_id else "another workspace"
    return f"{whose} holds {one.lines} since {moment(one.since)}"
