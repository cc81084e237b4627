"""A person opens the app's Home tab."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp

from handlers.parts import Parts
from messages import home
from messages.slack import SlackError

log = logging.getLogger(__name__)


async def show_home(parts: Parts, team_id: str, user_id: str) -> None:
    """Draw somebody's Home tab anew; that it fails is logged: opening it once more tries again."""
    person = await parts.registration.on_file(team_id, user_id)
    try:
        await parts.gateway.publish_home(user_id, home.home(person, parts.card_url))
    except SlackError as error:
        log.warning("the Home tab could not be shown: %s", error)


def redraw_home(parts: Parts, team_id: str, user_id: str) -> None:
    """Have it show what has just changed, behind whatever is being answered, if it may stand open."""
    if user_id in parts.homes:
        parts.behind.start(show_home(parts, team_id, user_id))


def register(app: AsyncApp, parts: Parts) -> None:
    @app.event("app_home_opened")
    async def home_opened(event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            parts.homes.add(event["user"])
            await show_home(parts, body["team_id"], event["user"])
