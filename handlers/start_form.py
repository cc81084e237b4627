"""A person starts a conference by a shortcut: *Start a conference*, or, at a message, *Conference with thread*."""

import asyncio
import logging
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from handlers.filled_in import chosen, filled_in, readable
from handlers.forms import open_form, opens
from handlers.parts import Parts
from handlers.whom import invitation_of, offered, read_invitees
from messages import conference_form
from messages.slack import SlackError

log = logging.getLogger(__name__)

START_SHORTCUT = "start_conference"
THREAD_SHORTCUT = "conference_with_thread"

AUTHORS_WITHIN_SECONDS = 1.5
"""How long a form waits for who wrote in a thread: its trigger is good for three seconds."""


class StartForm:
    """The form, opened and sent."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def open(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await self._open(body, [], await offered(self._parts, str(context.team_id)), None)

    async def open_for_thread(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        channel, message = body.get("channel"), body.get("message")
        channel_id = readable(channel.get("id")) if isinstance(channel, dict) else ""
        # Together, so that its trigger is still good when both are known.
        people, besides = await asyncio.gather(
            self._authors(channel_id, message if isinstance(message, dict) else {}),
            offered(self._parts, str(context.team_id)),
        )
        others = [user_id for user_id in people if user_id != body["user"]["id"]]
        await self._open(body, others, besides, channel_id or None)

    async def _authors(self, channel_id: str, message: dict[str, Any]) -> list[str]:
        """Who wrote in a thread; without the scope for reading it, whoever wrote the message."""
        try:
            async with asyncio.timeout(AUTHORS_WITHIN_SECONDS):
                return await self._parts.gateway.authors(
                    channel_id, readable(message.get("thread_ts")) or readable(message.get("ts"))
                )
        except (SlackError, TimeoutError) as error:
            log.info("a thread could not be read: %s", str(error) or "not in time")
            author = "" if message.get("bot_id") else readable(message.get("user"))
            return [author] if author else []

    async def _open(
        self, body: dict[str, Any], people: list[str], besides: conference_form.Offered, channel_id: str | None
    ) -> None:
        view = conference_form.start_form(people, besides, channel_id)
        await open_form(self._parts, body["trigger_id"], view)

    async def send(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext) -> None:
        invitees = await read_invitees(view, self._parts, str(context.team_id))
        if isinstance(invitees, dict):
            await ack(response_action="errors", errors=invitees)
            return
        channel_id = filled_in(
            view, conference_form.CHANNEL_BLOCK, conference_form.CHOSEN_ACTION, "selected_conversation"
        )
        if not channel_id:
            await ack(response_action="errors", errors=conference_form.no_channel())
            return
        user_id = body["user"]["id"]
        with_me = bool(chosen(view, conference_form.ME_BLOCK, conference_form.CHOSEN_ACTION, "selected_options"))
        await self._parts.conferences.begin(
            invitation_of(invitees, user_id, with_me=with_me),
            team_id=str(context.team_id),
            channel_id=channel_id,
            caller_id=user_id,
            response_url=None,
        )
        await ack()


def register(app: AsyncApp, parts: Parts) -> None:
    form = StartForm(parts)

    opens(parts, app.shortcut({"type": "shortcut", "callback_id": START_SHORTCUT}), form.open)
    opens(parts, app.shortcut({"type": "message_action", "callback_id": THREAD_SHORTCUT}), form.open_for_thread)
    app.view(conference_form.START_CALLBACK_ID)(form.send)
