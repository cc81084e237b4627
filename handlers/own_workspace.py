"""Somebody of another workspace, who is in a shared channel, presses a button there: it does nothing for them.

Slash commands of theirs never get here, but clicks and forms do (Slack Connect; bolt-python issue 767).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse

from handlers.errors import answered
from handlers.parts import Parts
from messages import private

log = logging.getLogger(__name__)

PROFILE_WITHIN_SECONDS = 1.5
"""How long Slack may take to say where somebody belongs; after that they are taken for a stranger."""


def register(app: AsyncApp, parts: Parts) -> None:
    @app.middleware
    async def own_workspace(
        body: dict[str, Any], context: AsyncBoltContext, next: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        user = body.get("user")
        theirs = user.get("team_id") if isinstance(user, dict) else None
        ours = context.team_id
        if not isinstance(user, dict) or not theirs or theirs == ours:
            await next()
            return None
        # On an Enterprise Grid it may be another of the workspaces that a colleague belongs to.
        try:
            async with asyncio.timeout(PROFILE_WITHIN_SECONDS):
                profile = (await parts.directory.profiles([user["id"]])).get(user["id"])
        except TimeoutError:
            profile = None
        if profile and profile.teams and not profile.is_external(str(ours)):
            await next()
            return None
        log.warning("somebody of another workspace was turned away")
        answer = await answered(parts, body, private.only_in_own_workspace(), in_form="update")
        return answer or BoltResponse(status=200, body="")
