"""A carrier with a stopwatch: what is asked of it, how long that takes, and what comes of it."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Literal

from conference.calls import Report
from conference.carrier import Balance, Carrier, CarrierError, Moderation, Placed
from conference.clock import Clock

CarrierMethod = Literal[
    "conference/call",
    "conference/moderate",
    "sms/send",
    "user/get_balance",
    "voice/get_history",
    "voice/hangup",
    "voice/query_status",
]

Asked = Callable[[CarrierMethod, float, CarrierError | None], None]
"""Called with what was asked, the seconds that it took, and how it failed if it did."""


class MeasuredCarrier:
    """A `Carrier` that is another one, and tells how each request to that went."""

    def __init__(self, carrier: Carrier, clock: Clock, asked: Asked) -> None:
        self._carrier = carrier
        self._clock = clock
        self._asked = asked

    async def call(self, dests: Sequence[str], *, room: str, tag: str, notify_url: str) -> Placed:
        async with self._measured("conference/call"):
            return await self._carrier.call(dests, room=room, tag=tag, notify_url=notify_url)

    async def hang_up(self, txn_ref: str) -> None:
        async with self._measured("voice/hangup"):
            await self._carrier.hang_up(txn_ref)

    async def moderate(self, txn_ref: str, action: Moderation) -> None:
        async with self._measured("conference/moderate"):
            await self._carrier.moderate(txn_ref, action)

    async def text(self, number: str, message: str) -> None:
        async with self._measured("sms/send"):
            await self._carrier.text(number, message)

    async def status(self, txn_ref: str) -> Report:
        async with self._measured("voice/query_status"):
            return await self._carrier.status(txn_ref)

    async def balance(self) -> Balance:
        async with self._measured("user/get_balance"):
            return await self._carrier.balance()

    async def history(self, since: datetime, until: datetime) -> AsyncGenerator[list[Report]]:
        async with aclosing(self._carrier.history(since, until)) as pages:
            is_first = True
            while (page := await self._next_page(pages, is_first=is_first)) is not None:
                yield page
                is_first = False

    async def _next_page(self, pages: AsyncGenerator[list[Report]], *, is_first: bool) -> list[Report] | None:
        began = self._clock.monotonic()
        try:
            page = await anext(pages, None)
        except CarrierError as error:
            self._asked("voice/get_history", self._clock.monotonic() - began, error)
            raise
        if page is not None or is_first:
            # After the last one nothing is asked.
            self._asked("voice/get_history", self._clock.monotonic() - began, None)
        return page

    @asynccontextmanager
    async def _measured(self, method: CarrierMethod) -> AsyncIterator[None]:
        began = self._clock.monotonic()
        failure: CarrierError | None = None
        try:
            yield
        except CarrierError as error:
            failure = error
            raise
        finally:
            self._asked(method, self._clock.monotonic() - began, failure)
