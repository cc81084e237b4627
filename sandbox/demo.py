"""The demo."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from sandbox.clock import MovedClock


async def play(serve: Callable[[Mapping[str, str], MovedClock, asyncio.Event], Awaitable[None]]) -> int:
    return 0
