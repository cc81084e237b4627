"""Something that came from Slack could not be handled."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Literal

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse

from conference.ports import StorageUnavailableError
from handlers.parts import Parts
from messages import private
from messages.mrkdwn import Message
from messages.slack import SlackError

log = logging.getLogger(__name__)


Behind = Callable[[dict[str, Any], AsyncBoltContext], Coroutine[Any, Any, None]]


def told(parts: Parts, work: Behind) -> Behind:
    """Work that goes on behind an acknowledgement; where it fails, the person is told, in a form of its own."""

    async def or_tell(body: dict[str, Any], context: AsyncBoltContext) -> None:
        try:
            await work(body, context)
        except Exception as error:
            log.error("what was to follow a click could not be done", exc_info=error)  # noqa: TRY400
            if trigger_id := body.get("trigger_id"):
                with suppress(SlackError):
                    await show_as_view(parts, trigger_id, _message(error), is_in_modal=is_in_modal(body))

    return or_tell


def is_in_modal(body: Mapping[str, Any]) -> bool:
    """Whether something was pressed in a form, and not in a message or on the Home tab."""
    view = body.get("view")
    return isinstance(view, dict) and view.get("type") == "modal"


async def show_as_view(parts: Parts, trigger_id: str, message: Message, *, is_in_modal: bool) -> None:
    """Put a message before whoever pressed something: before their form, if it was in one. Raises SlackError."""
    show = parts.gateway.push_view if is_in_modal else parts.gateway.open_view
    await show(trigger_id, private.as_view(message))


async def answered(
    parts: Parts, body: Mapping[str, object], message: Message, *, in_form: Literal["push", "update"]
) -> BoltResponse | None:
    """Say something to whoever submitted a form, which acknowledges it, or to whoever pressed a button elsewhere."""
    if body.get("type") == "view_submission":
        return BoltResponse(
            status=200,
            body={"response_action": in_form, "view": private.as_view(message)},
            headers={"content-type": ["application/json"]},
        )
    if isinstance(url := body.get("response_url"), str):
        with suppress(SlackError):
            await parts.gateway.respond(url, message)
    return None


def _message(error: Exception) -> Message:
    return private.not_kept() if isinstance(error, StorageUnavailableError) else private.went_wrong()


def register(app: AsyncApp, parts: Parts) -> None:
    """Tell whoever typed a command or pressed a button: Slack would only say that the app did not respond."""

    @app.error
    async def not_handled(error: Exception, body: dict[str, object]) -> BoltResponse | None:
        log.error("%s could not be handled", body.get("command") or body.get("type"), exc_info=error)
        message = _message(error)
        if "command" in body:
            return BoltResponse(
                status=200,
                body={"response_type": "ephemeral", "text": message.text},
                headers={"content-type": ["application/json"]},
            )
        # Before a form, which keeps what was filled in.
        return await answered(parts, body, message, in_form="push")
