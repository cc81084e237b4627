"""Who is an admin, where there is no time to wait for Slack to say so."""

import asyncio

from handlers.parts import Parts
from messages.slack import SlackError

ADMIN_WITHIN_SECONDS = 1.5
"""How long Slack may take to say who is an admin, of the 3 seconds that it waits itself."""


async def is_surely_admin(parts: Parts, user_id: str, team_id: str) -> bool:
    """Whether somebody is an admin. If Slack does not say so in time, they are none."""
    try:
        async with asyncio.timeout(ADMIN_WITHIN_SECONDS):
            return await parts.directory.is_admin(user_id, team_id)
    except (SlackError, TimeoutError):
        return False


async def is_in_charge(parts: Parts, user_id: str, team_id: str, *others: str | None) -> bool:
    """Whether somebody is one of these others, or surely an admin."""
    return user_id in others or await is_surely_admin(parts, user_id, team_id)
