"""What buttons and menus have in common: whose click it is, about what, and how it is answered."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from conference.model import ConferenceKey
from conference.ports import UnknownConferenceError
from handlers.errors import is_in_modal, show_as_view
from handlers.filled_in import readable
from handlers.parts import Parts
from messages import running
from messages.mrkdwn import Message
from messages.slack import SlackError


@dataclass(frozen=True)
class Click:
    """Somebody pressed something. `response_url` is None where it did not stand in a message."""

    team_id: str
    user_id: str
    value: str
    """What the button, or the chosen option of a menu, carries."""
    response_url: str | None
    trigger_id: str | None
    is_in_modal: bool
    channel_id: str | None
    """Where the message stands in which it was pressed, if it was one."""

    @property
    def key(self) -> ConferenceKey:
        """The conference that it is about, where the value is one's id."""
        return ConferenceKey(self.team_id, self.value)


Answer = Callable[[Click], Awaitable[Message | None]]
"""Does what was asked for; returns what only the person who clicked is told, if anything."""


def on_click(app: AsyncApp, parts: Parts, action_id: str, answer: Answer) -> None:
    """Have clicks answered. What has been done is stored before the acknowledgement; the words follow behind it."""

    @app.action(action_id)
    async def clicked(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], context: AsyncBoltContext) -> None:
        option = action.get("selected_option")
        click = Click(
            team_id=str(context.team_id),
            user_id=body["user"]["id"],
            value=readable(option.get("value") if isinstance(option, dict) else action.get("value")),
            response_url=readable(body.get("response_url")) or None,
            trigger_id=readable(body.get("trigger_id")) or None,
            is_in_modal=is_in_modal(body),
            channel_id=channel_of(body),
        )
        try:
            message = await answer(click)
        except UnknownConferenceError:
            message = running.unknown()
        await ack()
        if message:
            parts.behind.start(tell(parts, click, message))


def channel_of(body: Mapping[str, Any]) -> str | None:
    """Where the message stands in which something was pressed, if it was one."""
    channel = body.get("channel")
    return (readable(channel.get("id")) if isinstance(channel, dict) else "") or None


async def tell(parts: Parts, click: Click, message: Message) -> None:
    """Say something to whoever clicked, where they did."""
    with suppress(SlackError):
        if click.response_url:
            await parts.gateway.respond(click.response_url, message)
        elif click.trigger_id:
            await show_as_view(parts, click.trigger_id, message, is_in_modal=click.is_in_modal)
