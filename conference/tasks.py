"""Work that goes on behind an answer, and must not be forgotten while it does."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


class Tasks:
    """Tasks that were started and have not ended. One that fails is logged."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, _Result]) -> asyncio.Task[_Result]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("something that was begun could not go on", exc_info=error)

    @property
    def running(self) -> set[asyncio.Task[Any]]:
        return set(self._running)

    async def close(self) -> None:
        """Break off whatever has not ended."""
        tasks = self.running
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
