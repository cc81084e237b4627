"""Something that came from Slack could not be handled."""

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from messages import private

log = logging.getLogger(__name__)


def register(app: AsyncApp) -> None:
    """Tell whoever typed a command: Slack would only say that the app did not respond."""

    @app.error
    async def not_handled(error: Exception, body: dict[str, object]) -> BoltResponse | None:
        log.error("%s could not be handled", body.get("command") or body.get("type"), exc_info=error)
        if "command" not in body:
            return None
        return BoltResponse(
            status=200,
            body={"response_type": "ephemeral", "text": private.not_kept().text},
            headers={"content-type": ["application/json"]},
        )
