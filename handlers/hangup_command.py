"""A person types `/conference hangup`."""

from conference.invitation import Verb
from conference.moderation import Moderated
from conference.overview import begun_by
from handlers.admins import is_surely_admin
from handlers.parts import Parts
from messages import hangup, status
from messages.mrkdwn import Message


async def hangup_answer(parts: Parts, rest: str, team_id: str, user_id: str, channel_id: str) -> Message:
    """End what that person started: in that channel first, else elsewhere. `rest` stood after the verb."""
    if rest:
        return status.stands_alone(Verb.HANGUP, rest)
    running = await parts.storage.running(team_id, user_id, channel_id)
    chosen = begun_by(user_id, running, channel_id)
    if chosen is None:
        here = [conference for conference in running if conference.channel_id == channel_id]
        if not here:
            return hangup.nothing_runs()
        if not await is_surely_admin(parts, user_id, team_id):
            return hangup.not_yours(here)
        if len(here) > 1:
            return hangup.which_one(here)
        chosen = here[0]
    if chosen.hung_up_by:
        return hangup.hung_up_already(chosen, user_id, channel_id)
    done = await parts.conferences.moderator.hang_up_all(chosen.key, user_id)
    say = hangup.hung_up if done is Moderated.DONE else hangup.over
    return say(chosen, user_id, channel_id)
