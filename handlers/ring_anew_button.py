"""A person presses *Ring everybody anew* on the board of a conference that was never confirmed."""

from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from conference.model import ConferenceKey
from handlers.parts import Parts
from messages import private
from messages.board import RING_ANEW_ACTION
from messages.slack import SlackError


def register(app: AsyncApp, parts: Parts) -> None:
    @app.action(RING_ANEW_ACTION)
    async def ring_anew(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], context: AsyncBoltContext) -> None:
        key = ConferenceKey(str(context.team_id), _readable(action.get("value")))
        begun = await parts.conferences.ring_anew(
            key, user_id=body["user"]["id"], response_url=body.get("response_url")
        )
        await ack()
        if begun is None and body.get("response_url"):
            with suppress(SlackError):
                await parts.gateway.respond(body["response_url"], private.ring_anew_too_late())


def _readable(value: object) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
