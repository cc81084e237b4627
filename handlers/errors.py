"""Something that came from Slack could not be handled."""

import logging
from contextlib import suppress

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from conference.ports import StorageUnavailableError
from messages import private
from messages.slack import SlackError, SlackGateway

log = logging.getLogger(__name__)


def register(app: AsyncApp, *, gateway: SlackGateway) -> None:
    """Tell whoever typed a command or pressed a button: Slack would only say that the app did not respond."""

    @app.error
    async def not_handled(error: Exception, body: dict[str, object]) -> BoltResponse | None:
        log.error("%s could not be handled", body.get("command") or body.get("type"), exc_info=error)
        message = private.not_kept() if isinstance(error, StorageUnavailableError) else private.went_wrong()
        if "command" in body:
            return BoltResponse(
                status=200,
                body={"response_type": "ephemeral", "text": message.text},
                headers={"content-type": ["application/json"]},
            )
        if isinstance(url := body.get("response_url"), str):
            with suppress(SlackError):
                await gateway.respond(url, message)
        return None
