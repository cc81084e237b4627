"""A person presses *Ring everybody anew* on the board of a conference that was never confirmed."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from conference.model import ConferenceKey
from conference.service import Conferences
from messages import private
from messages.board import RING_ANEW_ACTION
from messages.slack import SlackGateway


def register(app: AsyncApp, *, conferences: Conferences, gateway: SlackGateway) -> None:
    @app.action(RING_ANEW_ACTION)
    async def ring_anew(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        key = ConferenceKey(body["team"]["id"], action["value"])
        begun = await conferences.ring_anew(key, user_id=body["user"]["id"], response_url=body.get("response_url"))
        await ack()
        if begun is None and body.get("response_url"):
            await gateway.respond(body["response_url"], private.ring_anew_too_late())
