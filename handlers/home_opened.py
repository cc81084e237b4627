"""A person opens the app's Home tab."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp

from messages import private
from messages.slack import SlackError, SlackGateway
from storage import Storage

log = logging.getLogger(__name__)


def register(app: AsyncApp, *, storage: Storage, gateway: SlackGateway) -> None:
    @app.event("app_home_opened")
    async def home_opened(event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("tab") != "home":
            return
        stored = await storage.number(body["team_id"], event["user"])
        try:
            await gateway.publish_home(event["user"], private.help_text(stored.number if stored else None).blocks)
        except SlackError as error:
            # Opening it once more tries again.
            log.warning("the Home tab could not be shown: %s", error)
