"""Whoever waits for an answer goes before what nobody waits for."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

ONE_STEP_EVERY_SECONDS = 0.01
"""However much comes in, what goes on behind does not stand still: real time, since it is the machine that is busy."""

QUIET_AFTER_SECONDS = 0.005
"""Whoever sends many has sent the next one by then: a moment in which nothing is owed is no end of a burst."""

IS_BEHIND: ContextVar[bool] = ContextVar("IS_BEHIND", default=False)
"""Whether nobody outside waits for what a task does: it was begun to go on behind an answer."""


class RightOfWay:
    """Slack waits three seconds for an answer, and Hoiio for its 200; boards and phones have a moment.

    So, while an answer is owed, the next steps of all that goes on behind wait, and are let go one by one.
    """

    def __init__(
        self,
        *,
        one_step_every_seconds: float = ONE_STEP_EVERY_SECONDS,
        quiet_after_seconds: float = QUIET_AFTER_SECONDS,
    ) -> None:
        self._one_step_every_seconds = one_step_every_seconds
        self._quiet_after_seconds = quiet_after_seconds
        self._owed = 0
        self._nothing_owed = asyncio.Event()
        self._nothing_owed.set()
        self._one_by_one = asyncio.Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Within, somebody waits for an answer."""
        self._owed += 1
        self._nothing_owed.clear()
        try:
            yield
        finally:
            self._owed -= 1
            if not self._owed:
                self._nothing_owed.set()

    async def given(self) -> None:
        """Wait for one's turn: at once when nobody waits for an answer, else one at a time, now and then."""
        async with self._one_by_one:
            if self._owed:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._one_step_every_seconds):
                        await self._nothing_owed.wait()
            # What has come in meanwhile is looked at before the next is let go.
            await asyncio.sleep(0)

    async def quiet(self) -> None:
        """Wait until a burst of those who wait for an answer is over, but no longer than for one step.

        For whoever goes one by one anyway: however many boards and phones wait for their turn, this is behind none.
        """
        is_burst = self._owed > 1
        with suppress(TimeoutError):
            async with asyncio.timeout(self._one_step_every_seconds):
                await self._nothing_owed.wait()
                while is_burst:
                    await asyncio.sleep(self._quiet_after_seconds)
                    is_burst = self._owed > 0
