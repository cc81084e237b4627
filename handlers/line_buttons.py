"""A person presses *Ring as lines get free* or *Stop waiting*."""

from slack_bolt.async_app import AsyncApp

from handlers.clicks import Click, on_click
from handlers.parts import Parts
from messages import running
from messages.board_buttons import STOP_WAITING_ACTION, WAIT_ACTION, read_wait
from messages.mrkdwn import Message


def register(app: AsyncApp, parts: Parts) -> None:
    async def wait(click: Click) -> Message | None:
        key, only_of = read_wait(click.value, click.team_id)
        why_not = await parts.conferences.queue.wait(key, only_of=only_of)
        if why_not is None:
            return None
        return running.not_queued(why_not, await parts.storage.conference(key), click.user_id)

    async def stop_waiting(click: Click) -> Message | None:
        return None if await parts.conferences.queue.stop_waiting(click.key) else running.nobody_waits()

    on_click(app, parts, WAIT_ACTION, wait)
    on_click(app, parts, STOP_WAITING_ACTION, stop_waiting)
