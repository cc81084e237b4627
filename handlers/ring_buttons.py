"""A person presses *Ring me*, *Ring N again* or, when a conference is over, *Call again*."""

from slack_bolt.async_app import AsyncApp

from handlers.clicks import Click, on_click
from handlers.home_opened import redraw_home
from handlers.parts import Parts
from messages import running
from messages.board_buttons import CALL_AGAIN_ACTION, RING_AGAIN_ACTION, RING_ME_ACTION
from messages.mrkdwn import Message


def register(app: AsyncApp, parts: Parts) -> None:
    async def ring_me(click: Click) -> Message | None:
        added = await parts.conferences.additions.ring_me(click.key, click.user_id)
        redraw_home(parts, click.team_id, click.user_id)
        return running.not_rung_in(added, click.user_id)

    async def ring_again(click: Click) -> Message | None:
        added = await parts.conferences.additions.ring_again(click.key, click.user_id)
        return running.not_rung_again(added, click.user_id)

    async def call_again(click: Click) -> Message | None:
        begun = await parts.conferences.call_again(click.key, user_id=click.user_id, response_url=click.response_url)
        return None if begun else running.not_over()

    on_click(app, parts, RING_ME_ACTION, ring_me)
    on_click(app, parts, RING_AGAIN_ACTION, ring_again)
    on_click(app, parts, CALL_AGAIN_ACTION, call_again)
