"""What is still to happen, on the moved clock."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

from sandbox.clock import MovedClock

_Result = TypeVar("_Result")


class Agenda:
    """Keeps every task of the stand-in, so that stopping it leaves none behind."""

    def __init__(self, clock: MovedClock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[object]] = set()

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do `act` so many seconds from now; the seconds count from this very call."""
        called_at = self._clock.monotonic()

        async def later() -> None:
            # The clock may be moved between this call and the task's first step. The difference is taken
            # only then: taking it always would add a rounding error that puts a wake-up past its moment.
            late = self._clock.monotonic() - called_at
            await self._clock.sleep(seconds - late if late else seconds)
            act()

        self.spawn(later())

    def spawn(self, work: Coroutine[object, object, _Result]) -> asyncio.Task[_Result]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def clear(self) -> None:
        """Cancel all that is pending, and wait until it is gone."""
        while self._tasks:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._tasks.difference_update(tasks)
