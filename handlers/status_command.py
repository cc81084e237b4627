"""A person types `/conference status`."""

from conference.invitation import Verb
from handlers.parts import Parts
from messages import status
from messages.mrkdwn import Message


async def status_answer(parts: Parts, rest: str, team_id: str, user_id: str, channel_id: str) -> Message:
    """What runs in that channel and, of what that person is named in, elsewhere. `rest` stood after the verb."""
    if rest:
        return status.stands_alone(Verb.STATUS, rest)
    running = await parts.storage.running(team_id, user_id, channel_id)
    return status.status(running, user_id, channel_id, await parts.storage.lines_in_use(), of=parts.lines)
