"""Who people are, as Slack tells it. Implements `conference.ports.Directory`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conference.clock import Clock
from conference.dests import Profile
from conference.ports import GroupUnreadableError
from messages.slack import SlackError, SlackGateway, SlackRateLimited, SlackRefused

_Answer = TypeVar("_Answer")

log = logging.getLogger(__name__)

PROFILE_GOOD_FOR_SECONDS = 600.0
"""Somebody deactivated within the last ten minutes may still be rung; asking each time would cost a call a person."""

ADMINS_GOOD_FOR_SECONDS = 3600.0
"""For telling them of limits; whether somebody may act as one is asked each time."""

GROUPS_GOOD_FOR_SECONDS = 300.0
"""For the menu of a form; who is in a group is asked each time."""

SLACKBOT = "USLACKBOT"
"""The one bot of which users.info says that it is none."""

QUESTIONS_AT_ONCE = 8
TRIES = 3
WAIT_BETWEEN_TRIES_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 20.0
"""A rate limit longer than this is not waited for: the phones are to ring within a minute."""


class SlackDirectory:
    """Looks people and user groups up, and remembers people for a while."""

    def __init__(self, gateway: SlackGateway, clock: Clock, admins: Sequence[str] = ()) -> None:
        self._gateway = gateway
        self._clock = clock
        self._admins = admins
        self._listed: tuple[float, list[str]] | None = None
        self._listing: asyncio.Task[list[str]] | None = None
        self._groups: tuple[float, dict[str, str]] | None = None
        self._remembered: dict[str, tuple[float, Profile]] = {}
        self._at_once = asyncio.Semaphore(QUESTIONS_AT_ONCE)

    async def members(self, group_id: str) -> tuple[str, ...]:
        try:
            return await self._ask(lambda: self._gateway.group_members(group_id))
        except SlackError as error:
            raise GroupUnreadableError(str(error), may_pass=not isinstance(error, SlackRefused)) from None

    async def groups(self) -> Mapping[str, str]:
        """The handle of each user group, by its id. Raises SlackError."""
        now = self._clock.monotonic()
        if self._groups is None or now - self._groups[0] > GROUPS_GOOD_FOR_SECONDS:
            found = await self._gateway.groups()
            handles = {str(group["id"]): str(group.get("handle") or group["id"]) for group in found if group.get("id")}
            self._groups = (now, handles)
        return self._groups[1]

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
        profile = _profile_of(user)
        self._remembered[user_id] = (self._clock.monotonic(), profile)
        return profile

    async def is_admin(self, user_id: str, team_id: str) -> bool:
        """Whether somebody is an admin here, as of now: remembered for nobody. Raises SlackError."""
        if user_id in self._admins:
            return True
        user = await self._gateway.user(user_id)
        return _is_admin(user) and not _profile_of(user).is_external(team_id)

    async def admins(self) -> Sequence[str]:
        """Whom to tell of what admins should hear: those that the operator named, else all. Raises SlackError.

        While Slack is being asked, whoever else wants to know waits for the same answer.
        """
        if self._admins:
            return self._admins
        if self._listed and self._clock.monotonic() - self._listed[0] <= ADMINS_GOOD_FOR_SECONDS:
            return self._listed[1]
        if self._listing is None or self._listing.done():
            self._listing = asyncio.create_task(self._list_admins())
        return await asyncio.shield(self._listing)

    async def _list_admins(self) -> list[str]:
        now = self._clock.monotonic()
        users = await self._ask(self._gateway.users)
        admins = [str(user["id"]) for user in users if _is_admin(user) and not user.get("deleted")]
        self._listed = (now, admins)
        return admins


def _is_admin(user: Mapping[str, Any]) -> bool:
    return bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner"))


def _profile_of(user: Mapping[str, Any]) -> Profile:
    """Slack's user object, as far as it bears on ringing somebody."""
    # On an Enterprise Grid a person belongs to several workspaces, and `team_id` names one of them.
    teams = [user.get("team_id"), *((user.get("enterprise_user") or {}).get("teams") or [])]
    return Profile(
        is_bot=bool(user.get("is_bot")) or user.get("id") == SLACKBOT,
        is_deactivated=bool(user.get("deleted")),
        zone=_zone(user.get("tz")),
        teams=frozenset(map(str, filter(None, teams))),
    )


def _zone(name: object) -> str | None:
    try:
        return ZoneInfo(str(name)).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None
