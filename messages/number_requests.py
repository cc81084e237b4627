"""Asks people for their number because an admin wanted it, one after another, across restarts and outages."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from conference.clock import Clock
from conference.people import NumberRequest
from messages import private
from messages.outbox import FINAL_CODES, KEEP_TRYING_FOR
from messages.slack import SlackAnswerLost, SlackGateway, SlackRefused
from messages.whenever import whenever

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 1.0
"""Direct messages go at the pace of Slack's limit for one channel, so that the boards have the rest."""

TRY_AGAIN_AFTER_SECONDS = 30.0

ASK_AGAIN_AFTER = timedelta(days=7)
"""Somebody who did not add a number is left alone for that long, whoever misses it and however often."""


class NumberRequestStorage(Protocol):
    """Where the requests are kept."""

    async def unsent_number_requests(self) -> Sequence[NumberRequest]:
        """Those that were not sent yet, oldest first."""

    async def number_request_sent(self, request: NumberRequest, now: datetime) -> None:
        """Note that one was sent, perhaps was, or never will be."""


class NumberRequests:
    """Sends what is stored. `wake` it when there is more.

    `is_missing` says whether the number of somebody, by workspace and Slack id, is still wanted.
    """

    def __init__(
        self,
        storage: NumberRequestStorage,
        gateway: SlackGateway,
        clock: Clock,
        is_missing: Callable[[str, str], Awaitable[bool]],
    ) -> None:
        self._storage = storage
        self._is_missing = is_missing
        self._gateway = gateway
        self._clock = clock
        self._more = asyncio.Event()
        self._more.set()

    def wake(self) -> None:
        """There may be people to ask."""
        self._more.set()

    async def run(self) -> None:
        """Send whatever is due, now and whenever woken. Returns never; cancel it."""
        await whenever(
            self._more,
            self._send_all,
            clock=self._clock,
            try_again_after_seconds=TRY_AGAIN_AFTER_SECONDS,
            undone="somebody was not asked for their number yet",
        )

    async def _send_all(self) -> None:
        requests = await self._storage.unsent_number_requests()
        if requests:
            # That Slack is down is better learnt from a question than from a message that nobody may send twice.
            await self._gateway.identity()
        refused: SlackRefused | None = None
        for request in requests:
            try:
                await self._send(request)
            except SlackRefused as error:
                # It may be about this person alone.
                refused = error
            await self._clock.sleep(SECONDS_BETWEEN)
        if refused:
            raise refused

    async def _send(self, request: NumberRequest) -> None:
        """Ask somebody. Raises SlackRefused if it is tried again later, another SlackError if the others wait too."""
        try:
            if await self._is_missing(request.team_id, request.user_id):
                message = private.ask_for_number_by_admin(request.admin_id, request.channel_id)
                await self._gateway.post(request.user_id, message)
        except SlackRefused as error:
            if error.code not in FINAL_CODES and self._clock.now() - request.asked_at <= KEEP_TRYING_FOR:
                raise
            log.warning("somebody can't be asked for their number: %s", error)
        except SlackAnswerLost as error:
            # Perhaps they were asked; twice would be once too often.
            log.warning("somebody was perhaps not asked for their number: %s", error)
            await self._storage.number_request_sent(request, self._clock.now())
            raise
        await self._storage.number_request_sent(request, self._clock.now())
