"""Tells admins, once each, that the carrier's account runs low, across restarts and outages."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from conference.carrier import Balance
from conference.clock import Clock
from messages import private
from messages.drawing import Admins
from messages.mrkdwn import Message
from messages.outbox import FINAL_CODES
from messages.slack import SlackGateway, SlackNotReached, SlackRateLimited, SlackRefused
from messages.whenever import whenever

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 1.0
"""As in `messages.number_requests`: the boards have the rest of what Slack allows."""

TRY_AGAIN_AFTER_SECONDS = 60.0


class CreditAlertStorage(Protocol):
    """Where it is kept who was told. Each method is one transaction. Raises StorageUnavailableError."""

    async def credit_alerts(self) -> set[tuple[str, str]]:
        """The admins who were told, or perhaps were: their workspaces and Slack ids."""

    async def begin_credit_alert(self, team_id: str, admin_id: str, now: datetime) -> bool:
        """Note that an admin is about to be told; False if that was noted before."""

    async def take_back_credit_alert(self, team_id: str, admin_id: str) -> None:
        """Note that an admin surely was not told."""

    async def forget_credit_alerts(self, team_id: str) -> None:
        """Have the admins of a workspace told anew, the next time."""


class CreditAlerts:
    """Takes in each balance that is `seen`. Below `low` admins are told; None is for an operator who wants no word."""

    def __init__(
        self,
        storage: CreditAlertStorage,
        gateway: SlackGateway,
        clock: Clock,
        admins: Admins,
        low: Decimal | None,
    ) -> None:
        self._storage = storage
        self._gateway = gateway
        self._clock = clock
        self._admins = admins
        self._low = low
        self._balance: Balance | None = None
        self._had_enough = False
        self._warned_of_no_admins = False
        self._news = asyncio.Event()

    def seen(self, balance: Balance) -> None:
        """What is left in the account, as the carrier has just told it."""
        if self._low is None:
            return
        self._balance = balance
        # Kept until it is noted: the account may be low again by the time that the storage or Slack answers.
        self._had_enough |= balance.amount >= self._low
        self._news.set()

    async def run(self) -> None:
        """Tell whoever is to be told, now and whenever a balance is seen. Returns never; cancel it."""
        await whenever(
            self._news,
            self._take_in,
            clock=self._clock,
            try_again_after_seconds=TRY_AGAIN_AFTER_SECONDS,
            undone="not every admin was surely told of a low balance",
        )

    async def _take_in(self) -> None:
        try:
            await self._tell()
        except SlackRefused as error:
            # Asking again at once would not change its mind.
            log.warning("admins are not told of a low balance before the next one is seen: %s", error)

    async def _tell(self) -> None:
        if self._had_enough:
            if await self._storage.credit_alerts():
                await self._storage.forget_credit_alerts(await self._gateway.team_id())
            self._had_enough = False
        balance = self._balance
        if balance is None or self._low is None or balance.amount >= self._low:
            return
        admins = await self._known_admins()
        team_id = await self._gateway.team_id()
        told = await self._storage.credit_alerts()
        untold = [admin_id for admin_id in admins if (team_id, admin_id) not in told]
        if untold:
            # That Slack is down is better learnt from a question than from a message that nobody may send twice.
            await self._gateway.identity()
        for admin_id in untold:
            if await self._storage.begin_credit_alert(team_id, admin_id, self._clock.now()):
                await self._send(team_id, admin_id, private.credit_alert(balance, self._low))
                await self._clock.sleep(SECONDS_BETWEEN)

    async def _known_admins(self) -> Sequence[str]:
        try:
            admins, why = await self._admins(), "Slack names none"
        except SlackRefused as error:
            admins, why = (), str(error)
        if not admins and not self._warned_of_no_admins:
            log.warning("no admin can be told of a low balance, name some in ADMINS: %s", why)
            self._warned_of_no_admins = True
        return admins

    async def _send(self, team_id: str, admin_id: str, message: Message) -> None:
        """Tell one admin, which has been noted; the note is taken back if they surely were not told.

        After an answer that was lost it stays: perhaps they were told, and twice would be once too often. Raises
        SlackError where the others can't be told either just now.
        """
        try:
            await self._gateway.post(admin_id, message)
        except SlackRefused as error:
            log.warning("an admin can't be told of a low balance: %s", error)
            if error.code not in FINAL_CODES:
                await self._storage.take_back_credit_alert(team_id, admin_id)
        except (SlackRateLimited, SlackNotReached):
            await self._storage.take_back_credit_alert(team_id, admin_id)
            raise
