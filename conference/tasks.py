"""Work that goes on behind an answer, and must not be forgotten while it does."""

import asyncio
import logging
from collections.abc import Coroutine
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from conference.journal import about
from conference.right_of_way import IS_BEHIND

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


def begun_behind(work: Coroutine[Any, Any, _Result]) -> asyncio.Task[_Result]:
    """A task that nobody outside waits for: whatever somebody does wait for is done before its steps."""
    context = copy_context()
    context.run(IS_BEHIND.set, True)
    return asyncio.create_task(work, context=context)


class Tasks:
    """Tasks that were started and have not ended. One that fails is logged."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(
        self, work: Coroutine[Any, Any, _Result], conference_id: str | None = None, *, is_behind: bool = True
    ) -> asyncio.Task[_Result]:
        """Start something, about that conference if it is about one; `is_behind`: nobody outside waits for it."""
        task = begun_behind(work) if is_behind else asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(partial(self._done, conference_id=conference_id))
        return task

    def _done(self, task: asyncio.Task[Any], conference_id: str | None) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            told = about(log, conference_id) if conference_id else log
            told.error("something that was begun could not go on", exc_info=error)

    @property
    def running(self) -> set[asyncio.Task[Any]]:
        return set(self._running)

    async def close(self) -> None:
        """Break off whatever has not ended."""
        tasks = self.running
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
