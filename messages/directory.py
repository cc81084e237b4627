"""Who people are, as Slack tells it. Implements `conference.ports.Directory`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar

from conference.clock import Clock
from conference.dests import Profile
from conference.ports import GroupUnreadableError
from messages.slack import SlackError, SlackGateway, SlackRateLimited, SlackRefused

_Answer = TypeVar("_Answer")

log = logging.getLogger(__name__)

PROFILE_GOOD_FOR_SECONDS = 600.0
"""Somebody deactivated within the last ten minutes may still be rung; asking each time would cost a call a person."""

SLACKBOT = "USLACKBOT"
"""The one bot of which users.info says that it is none."""

QUESTIONS_AT_ONCE = 8
TRIES = 3
WAIT_BETWEEN_TRIES_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 20.0
"""A rate limit longer than this is not waited for: the phones are to ring within a minute."""


class SlackDirectory:
    """Looks people and user groups up, and remembers people for a while."""

    def __init__(self, gateway: SlackGateway, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock
        self._remembered: dict[str, tuple[float, Profile]] = {}
        self._at_once = asyncio.Semaphore(QUESTIONS_AT_ONCE)

    async def members(self, group_id: str) -> tuple[str, ...]:
        try:
            return await self._ask(lambda: self._gateway.group_members(group_id))
        except SlackError as error:
            raise GroupUnreadableError(str(error)) from None

    async def _ask(self, question: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Ask Slack, again if it is busy or does not answer. Raises SlackError."""
        for left in reversed(range(TRIES)):
            try:
                return await question()
            except SlackRefused:
                raise
            except SlackError as error:
                wait = error.retry_after if isinstance(error, SlackRateLimited) else WAIT_BETWEEN_TRIES_SECONDS
                if not left or wait > LONGEST_WAIT_SECONDS:
                    raise
                await self._clock.sleep(wait)
        raise AssertionError("the last try returns or raises")

    async def profiles(self, user_ids: Iterable[str]) -> Mapping[str, Profile]:
        """A profile that cannot be had is missing: without the scope for it, everybody counts as a person."""
        user_ids = list(user_ids)
        profiles = await asyncio.gather(*map(self._profile, user_ids))
        return {user_id: profile for user_id, profile in zip(user_ids, profiles, strict=True) if profile}

    async def _profile(self, user_id: str) -> Profile | None:
        remembered = self._remembered.get(user_id)
        if remembered and self._clock.monotonic() - remembered[0] < PROFILE_GOOD_FOR_SECONDS:
            return remembered[1]
        try:
            async with self._at_once:
                user = await self._ask(lambda: self._gateway.user(user_id))
        except SlackError as error:
            log.warning("users.info: %s", error)
            return None
        profile = Profile(
            is_bot=bool(user.get("is_bot")) or user_id == SLACKBOT, is_deactivated=bool(user.get("deleted"))
        )
        self._remembered[user_id] = (self._clock.monotonic(), profile)
        return profile
