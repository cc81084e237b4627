"""An admin types `/conference number @alice …` or `/conference number missing`, or has people asked for theirs."""

import asyncio
import html
import logging
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp

from conference.dests import Profile
from conference.numbers import NumberUnreadableError, read_number
from conference.people import AdminAct, LoggedAct
from conference.ports import StorageUnavailableError
from conference.registration import NotAllowed
from handlers.admins import ADMIN_WITHIN_SECONDS
from handlers.clicks import Click, on_click
from handlers.home_opened import redraw_home
from handlers.parts import Parts
from handlers.without_number import able_to_add, without_number
from messages import admin_words, own_number, private
from messages.mrkdwn import Message, mention
from messages.number_requests import ASK_AGAIN_AFTER
from messages.refusals import BARRED
from messages.slack import SlackError

log = logging.getLogger(__name__)

REMOVE = "remove"

PROFILE_WITHIN_SECONDS = 0.5
"""How long Slack may take to say whether there is anybody to be rung."""

LOOK_UP_AT_MOST = 100
"""So many people are looked up to leave out bots and those who have left; more would take minutes."""


class NumberAdmin:
    """What admins may do with other people's numbers. Everything is logged with who did it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, text: str, *, team_id: str, user_id: str, whom: str) -> Message:
        """`text` stood after the mention of `whom`: nothing, `remove`, or a number."""
        if refusal := await self._refusal(user_id, team_id):
            return refusal
        if not text:
            person = await self._parts.registration.on_file(team_id, whom)
            await self._parts.storage.log_acts(
                [LoggedAct(self._parts.clock.now(), team_id, user_id, AdminAct.SHOWN, whom)]
            )
            return admin_words.shown(whom, person.number)
        if text.lower() == REMOVE:
            was_there = await self._parts.registration.remove(team_id, whom, admin_id=user_id)
            if was_there:
                self._tell(whom, own_number.removed_by_admin(mention(user_id)))
                redraw_home(self._parts, team_id, whom)
            return admin_words.removed(whom, was_there)
        return await self._set(text, team_id=team_id, user_id=user_id, whom=whom)

    async def _set(self, text: str, *, team_id: str, user_id: str, whom: str) -> Message:
        try:
            number = read_number(text, self._parts.default_region)
        except NumberUnreadableError as error:
            return admin_words.unreadable(html.unescape(text), whom, str(error))
        profile = await self._profile(whom)
        if profile and (profile.is_bot or profile.is_deactivated):
            return admin_words.nobody(whom)
        result = await self._parts.registration.vouch(team_id, whom, number, admin_id=user_id)
        if isinstance(result, NotAllowed):
            return admin_words.not_allowed(BARRED[result.why])
        self._tell(whom, own_number.set_by_admin(number, mention(user_id)))
        redraw_home(self._parts, team_id, whom)
        return admin_words.kept(whom, number)

    async def _profile(self, user_id: str) -> Profile | None:
        """What Slack says of somebody, if it says so in time."""
        try:
            async with asyncio.timeout(PROFILE_WITHIN_SECONDS):
                return (await self._parts.directory.profiles([user_id])).get(user_id)
        except TimeoutError:
            return None

    def _tell(self, user_id: str, message: Message) -> None:
        async def tell() -> None:
            try:
                await self._parts.gateway.post(user_id, message)
            except SlackError as error:
                log.warning("somebody was not told what an admin did to their number: %s", error)

        self._parts.behind.start(tell())

    async def _refusal(self, user_id: str, team_id: str) -> Message | None:
        """What to say to somebody who is no admin, or of whom Slack won't tell; None to an admin."""
        try:
            async with asyncio.timeout(ADMIN_WITHIN_SECONDS):
                is_admin = await self._parts.directory.is_admin(user_id, team_id)
        except (SlackError, TimeoutError) as error:
            return admin_words.can_not_tell(str(error) or "no answer in time")
        return None if is_admin else admin_words.not_admin()

    async def missing(self, team_id: str, user_id: str, *, channel_id: str, response_url: str | None) -> Message:
        """Look who in a channel has no number; the answer comes behind the acknowledgement."""
        if refusal := await self._refusal(user_id, team_id):
            return refusal

        now = self._parts.clock.now()
        await self._parts.storage.log_acts([LoggedAct(now, team_id, user_id, AdminAct.LISTED, channel_id)])

        async def look() -> Message:
            return admin_words.missing(await self._without_number(team_id, channel_id), channel_id)

        self._answer_later(response_url, look)
        return admin_words.looking()

    def ask(self, team_id: str, user_id: str, *, channel_id: str, response_url: str | None) -> None:
        """Have everybody in a channel who has no number asked for it, behind the acknowledgement."""

        async def ask() -> Message:
            if refusal := await self._refusal(user_id, team_id):
                return refusal
            missing = await self._without_number(team_id, channel_id)
            now = self._parts.clock.now()
            asked = await self._parts.storage.request_numbers(
                team_id, missing, admin_id=user_id, channel_id=channel_id, now=now, unless=now - ASK_AGAIN_AFTER
            )
            self._parts.number_requests.wake()
            return admin_words.asked(len(asked), len(missing))

        self._answer_later(response_url, ask)

    def _answer_later(self, response_url: str | None, work: Callable[[], Awaitable[Message]]) -> None:
        async def answer() -> None:
            try:
                message = await work()
            except SlackError as error:
                message = admin_words.members_unknown(str(error))
            except StorageUnavailableError:
                message = private.not_kept()
            if not response_url:
                return
            try:
                await self._parts.gateway.respond(response_url, message)
            except SlackError as error:
                log.warning("an admin was not answered: %s", error)

        self._parts.behind.start(answer())

    async def _without_number(self, team_id: str, channel_id: str) -> list[str]:
        """People in a channel with no number on file, without bots and those who have left. Raises SlackError."""
        members = await self._parts.gateway.members(channel_id)
        missing = await without_number(self._parts, team_id, members)
        known, others = missing[:LOOK_UP_AT_MOST], missing[LOOK_UP_AT_MOST:]
        return [*await able_to_add(self._parts, team_id, known, within_seconds=None), *others]


def register(app: AsyncApp, parts: Parts) -> None:
    """Take the click on *Ask them all*."""
    admin = NumberAdmin(parts)

    async def ask_them_all(click: Click) -> None:
        admin.ask(click.team_id, click.user_id, channel_id=click.value, response_url=click.response_url)

    on_click(app, parts, admin_words.ASK_ACTION, ask_them_all)
