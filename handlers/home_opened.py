"""A person opens the app's Home tab."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp

from messages import private
from messages.slack import SlackError, SlackGateway
from storage import Storage

log = logging.getLogger(__name__)


class HomeTab:
    """What a person sees on the Home tab."""

    def __init__(self, storage: Storage, gateway: SlackGateway) -> None:
        self._storage = storage
        self._gateway = gateway

    async def show(self, team_id: str, user_id: str) -> None:
        """Draw it anew; that it fails is logged: opening it once more tries again."""
        stored = await self._storage.number(team_id, user_id)
        try:
            await self._gateway.publish_home(user_id, private.help_text(stored.number if stored else None).blocks)
        except SlackError as error:
            log.warning("the Home tab could not be shown: %s", error)


def register(app: AsyncApp, *, home_tab: HomeTab) -> None:
    @app.event("app_home_opened")
    async def home_opened(event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            await home_tab.show(body["team_id"], event["user"])
