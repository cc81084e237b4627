"""Who is in the workspaces that are measured: people by number, each with a phone."""

PEOPLE_PER_CONFERENCE = 8


def user_id(place: int) -> str:
    return f"U0P{place:07}"


def number(place: int) -> str:
    return f"+6591{place:06}"


def mention(place: int) -> str:
    """As Slack sends a mention in a command's text."""
    return f"<@{user_id(place)}|p{place}>"


def channel_name(place: int) -> str:
    return f"c{place}"
