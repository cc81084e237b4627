"""Who has no number on file, and which of them could add one."""

import asyncio
from collections.abc import Iterable, Sequence

from handlers.parts import Parts


async def without_number(parts: Parts, team_id: str, user_ids: Iterable[str]) -> list[str]:
    """Those of these people who can't be rung for want of a number, in their order."""
    return await parts.storage.without_number(team_id, user_ids, believed=parts.barring.believed)


async def able_to_add(
    parts: Parts, team_id: str, user_ids: Sequence[str], *, within_seconds: float | None
) -> list[str]:
    """Those of these people who could add a number: no bots, nobody who has left or is of another workspace.

    Whoever Slack does not tell of within those seconds, None for however long it takes, counts as one who could.
    """
    try:
        async with asyncio.timeout(within_seconds):
            profiles = await parts.directory.profiles(user_ids)
    except TimeoutError:
        return list(user_ids)
    return [
        user_id
        for user_id in user_ids
        if not (profile := profiles.get(user_id))
        or not (profile.is_bot or profile.is_deactivated or profile.is_external(team_id))
    ]
