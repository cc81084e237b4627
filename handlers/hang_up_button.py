"""A person presses *Hang up* on a board: for whoever started the conference, and for admins."""

from slack_bolt.async_app import AsyncApp

from conference.moderation import Moderated
from handlers.admins import is_in_charge
from handlers.clicks import Click, on_click
from handlers.parts import Parts
from messages import running
from messages.board_buttons import HANG_UP_ACTION
from messages.mrkdwn import Message


def register(app: AsyncApp, parts: Parts) -> None:
    async def hang_up(click: Click) -> Message | None:
        conference = await parts.storage.conference(click.key)
        if conference.is_over:
            return running.over(conference)
        if not await is_in_charge(parts, click.user_id, click.team_id, conference.caller_id):
            return running.not_in_charge(conference)
        done = await parts.conferences.moderator.hang_up_all(click.key, click.user_id)
        return None if done is Moderated.DONE else running.over(conference)

    on_click(app, parts, HANG_UP_ACTION, hang_up)
