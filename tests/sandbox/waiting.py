"""Waiting in real time."""

import asyncio
from collections.abc import Callable

_POLL_SECONDS = 0.002
_POLLS = 2500


async def until(condition: Callable[[], object]) -> None:
    """Wait, in real time, until that is so: for what goes over a real connection."""
    for _ in range(_POLLS):
        if condition():
            return
        await asyncio.sleep(_POLL_SECONDS)
    raise AssertionError("what was waited for did not come about")
