"""What can go wrong between the bot and Hoiio, each switched on by setting a field."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

When = Literal["before", "after"]
"""Before a request is taken, when nobody is rung, or after it, when phones ring and the answer goes wrong."""

Count = int | Literal["all"]
"""The next so many, or all from now on."""


@dataclass
class NotificationFaults:
    """What becomes of Hoiio's own notifications; forged ones are not touched."""

    drop: Count | Callable[[Mapping[str, str]], bool] = 0
    """Never send the next so many, all, or those whose fields the function says yes to."""
    duplicate: Count = 0
    """Send the next so many, or all, twice."""
    delay: float = 0.0
    """Seconds, on the moved clock, before one is sent."""
    reorder: int = 0
    """Hold back so many, then send them last first; 0 again afterwards."""

    def drops(self, fields: Mapping[str, str]) -> bool:
        """Whether this one is lost; counts it."""
        if callable(self.drop):
            return self.drop(fields)
        struck, self.drop = _count_down(self.drop)
        return struck

    def duplicates(self) -> bool:
        """Whether this one is sent twice; counts it."""
        struck, self.duplicate = _count_down(self.duplicate)
        return struck


@dataclass(frozen=True)
class Accident:
    """What befalls one request."""

    delay: float = 0.0
    lost: When | None = None
    http_5xx: tuple[When, int] | None = None
    refuse_with: str | None = None
    garbled_answer: bool = False
    missing_txn_refs: bool = False


@dataclass
class Faults:
    """What befalls the next requests to `paths`. A fault with a count is off again once used up."""

    delay: float = 0.0
    """Seconds, on the moved clock, between taking a request and answering it; stays on."""
    answer_lost: When | None = None
    """The connection is closed without an answer, before or after the request is taken."""
    answer_lost_calls: int = 1
    """How many requests `answer_lost` strikes."""
    http_5xx: tuple[When, int] | None = None
    """The answer is that HTTP status and no JSON, before or after the request is taken."""
    http_5xx_calls: int = 1
    """How many requests `http_5xx` strikes."""
    refuse_with: str | None = None
    """The request is not taken but answered with that status code, documented or not."""
    refuse_calls: int = 1
    """How many requests `refuse_with` strikes."""
    garbled_answer: int = 0
    """The next so many requests are taken and answered 200 with something that is not JSON."""
    missing_txn_refs: int = 0
    """The next so many requests are taken and answered without `txn_refs`."""
    paths: set[str] = field(default_factory=lambda: {"conference/call"})
    """The calls that the faults above strike."""
    notifications: NotificationFaults = field(default_factory=NotificationFaults)

    def draw(self, path: str) -> Accident:
        """What befalls a request to that path; counts it."""
        if path not in self.paths:
            return Accident()
        accident = Accident(
            delay=self.delay,
            lost=self.answer_lost,
            http_5xx=self.http_5xx,
            refuse_with=self.refuse_with,
            garbled_answer=self.garbled_answer > 0,
            missing_txn_refs=self.missing_txn_refs > 0,
        )
        self._use_up(accident)
        return accident

    def _use_up(self, accident: Accident) -> None:
        if accident.lost:
            self.answer_lost_calls -= 1
            if self.answer_lost_calls <= 0:
                self.answer_lost, self.answer_lost_calls = None, 1
        if accident.http_5xx:
            self.http_5xx_calls -= 1
            if self.http_5xx_calls <= 0:
                self.http_5xx, self.http_5xx_calls = None, 1
        if accident.refuse_with:
            self.refuse_calls -= 1
            if self.refuse_calls <= 0:
                self.refuse_with, self.refuse_calls = None, 1
        self.garbled_answer = max(0, self.garbled_answer - 1)
        self.missing_txn_refs = max(0, self.missing_txn_refs - 1)


class Hold:
    """Holds one request at a point, until released.

    A request held before it is taken is never taken if it is not released, whatever becomes of its client;
    released after the client has gone, it is taken, as a request that was long on its way would be.
    """

    def __init__(self, path: str, when: When) -> None:
        self.path = path
        self.when: When = when
        self._reached = asyncio.Event()
        self._released = asyncio.Event()

    @property
    def is_reached(self) -> bool:
        return self._reached.is_set()

    async def reached(self) -> None:
        """Wait until a request is held here."""
        await self._reached.wait()

    def release(self) -> None:
        """Let it go on; a hold that is released before it is reached holds nothing."""
        self._released.set()

    async def wait(self) -> None:
        """Stay here until released."""
        self._reached.set()
        await self._released.wait()


def _count_down(count: Count) -> tuple[bool, Count]:
    if count == "all":
        return True, count
    return count > 0, max(0, count - 1)
