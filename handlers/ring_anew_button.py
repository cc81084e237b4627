"""A person presses *Ring everybody anew* on the board of a conference that was never confirmed."""

from slack_bolt.async_app import AsyncApp

from handlers.clicks import Click, on_click
from handlers.parts import Parts
from messages import private
from messages.board_buttons import RING_ANEW_ACTION
from messages.mrkdwn import Message


def register(app: AsyncApp, parts: Parts) -> None:
    async def ring_anew(click: Click) -> Message | None:
        begun = await parts.conferences.ring_anew(click.key, user_id=click.user_id, response_url=click.response_url)
        return None if begun else private.ring_anew_too_late()

    on_click(app, parts, RING_ANEW_ACTION, ring_anew)
