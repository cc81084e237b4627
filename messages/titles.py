"""What a conference is called, wherever it is named. Pure."""

from conference.model import Conference
from messages.mrkdwn import escape, mention


def called_conference(conference: Conference) -> str:
    """`Conference by @alice`, or `Standup platform`."""
    return _standup(conference) or f"Conference by {mention(conference.caller_id)}"


def whose_conference(conference: Conference, user_id: str) -> str:
    """The same within a sentence to somebody: `your conference`, `@alice's conference`, or `the standup platform`."""
    if name := _standup(conference):
        return f"the {name[0].lower()}{name[1:]}"
    return "your conference" if conference.caller_id == user_id else f"{mention(conference.caller_id)}'s conference"


def answerable(conference: Conference) -> str:
    """Who is answerable for it, and why: `@alice, who started the call`."""
    did = "set the standup up" if conference.is_by_itself else "started the call"
    return f"{mention(conference.caller_id)}, who {did}"


def set_up_by(conference: Conference) -> str:
    """What a title adds where the name does not say who is answerable: `, set up by @alice`, else nothing."""
    if conference.standup is None:
        return ""
    return f", {'set up' if conference.is_by_itself else 'called again'} by {mention(conference.caller_id)}"


def _standup(conference: Conference) -> str:
    return f"Standup {escape(conference.standup)}" if conference.standup else ""
