"""A person types `/conference number …`: sets, shows or removes their own number."""

import html
import re

from conference.clock import Clock
from conference.numbers import NumberUnreadableError, read_number
from messages import private
from messages.mrkdwn import Message
from storage import Storage

REMOVE = "remove"

_TEL_LINK = re.compile(r"<tel:([^|<>]+)(?:\|[^<>]*)?>")
_SOMEBODY = re.compile(r"<@[UW]")


class NumberCommand:
    """Answers the verb `number`. A person's own number is the only one it touches."""

    def __init__(self, storage: Storage, clock: Clock, default_region: str | None) -> None:
        self._storage = storage
        self._clock = clock
        self._default_region = default_region

    async def answer(self, typed: str, *, team_id: str, user_id: str) -> Message:
        """`typed` is what stood after the verb."""
        if not typed:
            stored = await self._storage.number(team_id, user_id)
            return private.number_shown(stored.number if stored else None)
        if typed.lower() == REMOVE:
            return private.number_removed(await self._storage.remove_number(team_id, user_id))
        if _SOMEBODY.search(typed):
            return private.number_of_somebody_else()
        try:
            number = read_number(_TEL_LINK.sub(r"\1", typed), self._default_region)
        except NumberUnreadableError as error:
            return private.number_unreadable(html.unescape(typed), str(error))
        await self._storage.set_numbers([(team_id, user_id, number)], source="self", now=self._clock.now())
        return private.number_kept(number)
