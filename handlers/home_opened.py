"""A person opens the app's Home tab."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp

from conference.overview import (
    PAGE,
    PersonalOverview,
    WorkspaceBill,
    begin_of,
    month_of,
    needed_since,
    workspace_bill,
)
from handlers.admins import is_surely_admin
from handlers.parts import Parts
from handlers.standups.access import seen_by
from messages import home
from messages.slack import SlackError

log = logging.getLogger(__name__)


async def show_home(parts: Parts, team_id: str, user_id: str) -> None:
    """Draw somebody's Home tab anew; that it fails is logged: opening it once more tries again."""
    person = await parts.registration.on_file(team_id, user_id)
    overview = await _overview(parts, team_id, user_id)
    standups = await seen_by(parts, team_id, user_id, channel_id=None)
    try:
        await parts.gateway.publish_home(user_id, home.home(person, parts.card_url, overview, standups))
    except SlackError as error:
        log.warning("the Home tab could not be shown: %s", error)


async def _overview(parts: Parts, team_id: str, user_id: str) -> PersonalOverview:
    """What they are shown of conferences."""
    month = month_of(parts.clock.now())
    is_admin = await is_surely_admin(parts, user_id, team_id)
    return PersonalOverview(
        user_id,
        month,
        running=tuple(await parts.storage.running(team_id, user_id)),
        past=tuple(await parts.storage.past_of(team_id, user_id, at_most=PAGE)),
        own=await parts.storage.bill_of(team_id, user_id, since=begin_of(month)),
        workspace=await _workspace_bill(parts, team_id) if is_admin else None,
    )


async def _workspace_bill(parts: Parts, team_id: str) -> WorkspaceBill:
    now = parts.clock.now()
    return workspace_bill(await parts.storage.billed(team_id, since=needed_since(now)), now)


def redraw_home(parts: Parts, team_id: str, user_id: str) -> None:
    """Have it show what has just changed, behind whatever is being answered, if it may stand open."""
    if user_id in parts.homes:
        parts.behind.start(show_home(parts, team_id, user_id))


def register(app: AsyncApp, parts: Parts) -> None:
    @app.event("app_home_opened")
    async def home_opened(event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            parts.homes.add(event["user"])
            redraw_home(parts, body["team_id"], event["user"])
