"""What can go wrong on the way: refusals, cut connections, slow answers, and points to hold a request at."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sandbox.clock import MovedClock

When = Literal["before", "after"]
"""Before the request has its effect, or after it had, with the answer still to come."""

_REACHED_SECONDS: Final = 5
"""How long, in real time, a test waits for a request to come to a hold."""


@dataclass(eq=False)
class Fault:
    """One thing going wrong with calls of one method ("*": all), for `times` calls or until a moment.

    `hits` counts the calls it struck; `end()` takes it away.
    """

    method: str
    kind: Literal["fail", "reset", "slow"]
    when: When
    times: int | None
    until: datetime | None
    status: int = 200
    error: str = ""
    retry_after: int | None = None
    seconds: float = 0.0
    hits: int = 0
    ended: bool = False

    def end(self) -> None:
        self.ended = True

    def strikes(self, method: str, now: datetime) -> bool:
        return (
            not self.ended
            and self.method in {method, "*"}
            and (self.times is None or self.hits < self.times)
            and (self.until is None or now < self.until)
        )


@dataclass(frozen=True)
class Struck:
    """What one request will meet."""

    slow: Fault | None
    breaking: Fault | None


_ERRORS: Final = {429: "ratelimited", 500: "internal_error", 503: "service_unavailable"}


class Faults:
    """The faults in force. Each function returns its `Fault`; without `times` or `until` it strikes once."""

    def __init__(self, clock: MovedClock) -> None:
        self._clock = clock
        self._all: list[Fault] = []

    def fail(
        self,
        method: str,
        *,
        status: int = 200,
        error: str | None = None,
        retry_after: int | None = None,
        when: When = "before",
        times: int | None = None,
        until: datetime | None = None,
    ) -> Fault:
        """Answer with that HTTP status, or with 200 and that Slack error. A 429 says Retry-After, 30 unless told."""
        if status == 200 and error is None:
            raise ValueError("A failure needs a status other than 200, or one of Slack's errors.")
        fault = Fault(method, "fail", when, times, until, status, error or _ERRORS.get(status, "fatal_error"))
        fault.retry_after = 30 if status == 429 and retry_after is None else retry_after
        return self._add(fault)

    def reset(
        self, method: str, when: When = "before", *, times: int | None = None, until: datetime | None = None
    ) -> Fault:
        """Reset the connection instead of answering."""
        return self._add(Fault(method, "reset", when, times, until))

    def slow(
        self,
        method: str,
        seconds: float,
        when: When = "after",
        *,
        times: int | None = None,
        until: datetime | None = None,
    ) -> Fault:
        """Answer that many seconds of the sandbox clock late; comes on top of another fault."""
        return self._add(Fault(method, "slow", when, times, until, seconds=seconds))

    def clear(self) -> None:
        self._all.clear()

    def strike(self, method: str) -> Struck:
        """What the request now coming in meets; counts as a hit."""
        now = self._clock.now()
        striking = [fault for fault in self._all if fault.strikes(method, now)]
        struck = Struck(
            next((fault for fault in striking if fault.kind == "slow"), None),
            next((fault for fault in striking if fault.kind != "slow"), None),
        )
        for fault in (struck.slow, struck.breaking):
            if fault is not None:
                fault.hits += 1
        return struck

    def _add(self, fault: Fault) -> Fault:
        if fault.times is None and fault.until is None:
            fault.times = 1
        self._all.append(fault)
        return fault


class Hold:
    """Stops the next call of a method, before or after its effect, until `release()`.

    `abandoned` is true once the client has left while it was held.
    """

    def __init__(self, method: str, when: When) -> None:
        self.method = method
        self.when = when
        self.taken = False
        self.abandoned = False
        self._reached = asyncio.Event()
        self._released = asyncio.Event()

    async def reached(self) -> None:
        """Wait until a request stands there; `TimeoutError` when none comes within 5 real seconds."""
        async with asyncio.timeout(_REACHED_SECONDS):
            await self._reached.wait()

    @property
    def is_reached(self) -> bool:
        return self._reached.is_set()

    def release(self) -> None:
        self._released.set()

    async def stand(self) -> None:
        """Keep the request here until released; cancelled when its client leaves."""
        self._reached.set()
        try:
            await self._released.wait()
        except asyncio.CancelledError:
            self.abandoned = True
            raise


class Holds:
    """The points at which requests are to be held, first set first met."""

    def __init__(self) -> None:
        self._all: list[Hold] = []

    def add(self, method: str, when: When) -> Hold:
        hold = Hold(method, when)
        self._all.append(hold)
        return hold

    async def stand(self, method: str, when: When) -> None:
        """Held here if a hold is waiting for this."""
        for hold in self._all:
            if not hold.taken and hold.method in {method, "*"} and hold.when == when:
                hold.taken = True
                await hold.stand()
                return
