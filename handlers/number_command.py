"""A person types `/conference number …`: sets, proves, shows or removes their own number."""

import html
import re
from dataclasses import dataclass

from conference.carrier import CarrierError
from conference.numbers import NumberUnreadableError, read_number
from conference.registration import CodeSent, Kept
from handlers.home_opened import redraw_home
from handlers.number_admin import REMOVE, NumberAdmin
from handlers.parts import Parts
from messages import own_number
from messages.mrkdwn import Message

MISSING = "missing"

_TEL_LINK = re.compile(r"<tel:([^|<>]+)(?:\|[^<>]*)?>")
_SOMEBODY = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>\s*(.*)", re.DOTALL)
_CODE = re.compile(r"(?:code\s*)?([0-9]{3}\s?[0-9]{3})|code\s*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Typed:
    """What stood after the verb, and who typed it where."""

    text: str
    team_id: str
    user_id: str
    channel_id: str
    response_url: str | None


class NumberCommand:
    """Answers the verb `number`. What touches other people's numbers goes to the admins' part."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._admin = NumberAdmin(parts)

    async def answer(self, typed: Typed) -> Message:
        message = await self._answer(typed)
        if typed.text.lower() == REMOVE:
            self._parts.behind.start(self._parts.timetable.show_anew(typed.team_id))
        if typed.text:
            redraw_home(self._parts, typed.team_id, typed.user_id)
        return message

    async def _answer(self, typed: Typed) -> Message:
        text = _TEL_LINK.sub(r"\1", typed.text)
        if not text:
            return own_number.shown(await self._parts.registration.on_file(typed.team_id, typed.user_id))
        if text.lower() == REMOVE:
            return own_number.removed(await self._parts.registration.remove(typed.team_id, typed.user_id))
        if text.lower() == MISSING:
            return await self._admin.missing(
                typed.team_id, typed.user_id, channel_id=typed.channel_id, response_url=typed.response_url
            )
        if somebody := _SOMEBODY.fullmatch(text):
            return await self._admin.answer(
                somebody[2].strip(), team_id=typed.team_id, user_id=typed.user_id, whom=somebody[1]
            )
        if text.startswith("@"):
            return own_number.unlinked(html.unescape(text))
        if code := await self._code(text, typed):
            return own_number.entered(
                await self._parts.registration.enter(typed.team_id, typed.user_id, code), self._parts.card_url
            )
        return await self._set(text, typed)

    async def _code(self, text: str, typed: Typed) -> str | None:
        """The code in a text: what follows the word, or six digits on their own while a number waits for some."""
        found = _CODE.fullmatch(text)
        if found is None:
            return None
        is_named = text.lower().startswith("code")
        if not is_named and not (await self._parts.registration.on_file(typed.team_id, typed.user_id)).unproved:
            return None
        return found[1] or found[2] or "none"

    async def _set(self, text: str, typed: Typed) -> Message:
        try:
            number = read_number(text, self._parts.default_region)
        except NumberUnreadableError as error:
            return own_number.unreadable(html.unescape(text), str(error))

        async def undelivered(error: CarrierError) -> None:
            redraw_home(self._parts, typed.team_id, typed.user_id)
            message = own_number.code_not_sent(number, error)
            if typed.response_url:
                await self._parts.gateway.respond(typed.response_url, message)
            else:
                await self._parts.gateway.post(typed.user_id, message)

        proposal = await self._parts.registration.propose(typed.team_id, typed.user_id, number, undelivered=undelivered)
        match proposal:
            case Kept():
                return own_number.kept(number, self._parts.card_url)
            case CodeSent():
                return own_number.code_on_its_way(number)
            case _:
                return own_number.not_kept(proposal)
