"""Work that is done whenever there is news, and anew after a while where something kept it from being done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from conference.clock import Clock
from conference.ports import StorageUnavailableError
from messages.slack import SlackError, SlackRateLimited

log = logging.getLogger(__name__)


async def whenever(
    news: asyncio.Event,
    work: Callable[[], Awaitable[None]],
    *,
    clock: Clock,
    try_again_after_seconds: float,
    undone: str,
) -> None:
    """Do the work whenever there is `news`. `undone` is logged where it fails. Returns never; cancel it."""
    while True:
        await news.wait()
        news.clear()
        try:
            await work()
        except Exception as error:
            # Whatever it was, the rest is still owed.
            foreseen = isinstance(error, (SlackError, StorageUnavailableError))
            log.warning("%s: %s", undone, error, exc_info=not foreseen)
            await clock.sleep(error.retry_after if isinstance(error, SlackRateLimited) else try_again_after_seconds)
            news.set()
