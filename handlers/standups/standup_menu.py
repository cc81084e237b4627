"""A person chooses something from the menu below a standup."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from slack_bolt.async_app import AsyncApp

from conference.ports import StorageUnavailableError
from conference.standups.command import StandupAct
from conference.standups.model import Planned, StandupKey, UnknownStandupError
from handlers.clicks import Click, on_click
from handlers.parts import Parts
from handlers.standups.access import Meant, as_planned, in_charge_of, may_change, meant, seen_by, wished
from messages.mrkdwn import Message
from messages.slack import SlackError
from messages.standups import listing, menu

log = logging.getLogger(__name__)


class StandupButtons:
    """Does what was chosen, and redraws what it stood below."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def choose(self, click: Click) -> Message | None:
        chosen = menu.read_chosen(click.value)
        found = await self._meant(click, chosen.standup_id) if chosen else None
        if chosen is None or found is None:
            return menu.gone()
        standup = found.standup
        if not await may_change(self._parts, found, click.user_id):
            return menu.not_in_charge(standup)
        if chosen.act is StandupAct.DELETE:
            return menu.ask_before_deleting(standup)
        try:
            result = await wished(self._parts, chosen.act, standup.key, click.user_id)
        except UnknownStandupError:
            return menu.gone()
        said = menu.done(chosen.act, result, standup.name)
        self._replace(click, partial(self._redrawn, click, found.planned, chosen.scope, said))
        return None

    async def delete(self, click: Click) -> Message | None:
        found = await self._meant(click, click.value)
        if found is None:
            return menu.gone()
        standup = found.standup
        if not await may_change(self._parts, found, click.user_id):
            return menu.not_in_charge(standup)
        try:
            await self._parts.timetable.delete(standup.key, click.user_id)
        except UnknownStandupError:
            return menu.gone()

        async def deleted() -> Message:
            return menu.deleted(standup)

        self._replace(click, deleted)
        return None

    async def _meant(self, click: Click, standup_id: str) -> Meant | None:
        key = StandupKey(click.team_id, standup_id)
        seen = await seen_by(self._parts, click.team_id, click.user_id, click.channel_id)
        return await meant(self._parts, seen, click.team_id, click.user_id, lambda standup: standup.key == key)

    async def _redrawn(self, click: Click, before: Planned, scope: menu.Scope, said: str) -> Message:
        if scope is menu.Scope.ONE:
            planned = await as_planned(self._parts, before.standup.key)
            return listing.shown(planned or before, is_in_charge=True, said=said)
        seen = await seen_by(self._parts, click.team_id, click.user_id, click.channel_id)
        in_charge = await in_charge_of(self._parts, seen, click.team_id, click.user_id)
        return listing.all_standups(seen, in_charge, said=said)

    def _replace(self, click: Click, draw: Callable[[], Awaitable[Message]]) -> None:
        """Have what somebody clicked in show something else, behind the acknowledgement: Slack may be asked for it."""

        async def replace(response_url: str) -> None:
            try:
                await self._parts.gateway.respond(response_url, await draw(), replace=True)
            except (SlackError, StorageUnavailableError) as error:
                log.warning("a standup could not be shown anew: %s", error)

        if click.response_url:
            self._parts.behind.start(replace(click.response_url))


def register(app: AsyncApp, parts: Parts) -> None:
    buttons = StandupButtons(parts)

    on_click(app, parts, menu.MENU_ACTION, buttons.choose)
    on_click(app, parts, menu.DELETE_ACTION, buttons.delete)
