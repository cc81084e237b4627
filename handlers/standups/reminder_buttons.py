"""A person presses *I'm out today*, *I'm in after all*, *Skip today* or *Ring after all* below a standup's reminder."""

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp

from conference.standups.model import OccurrenceKey, Standup, UnknownStandupError
from conference.standups.wishes import NotDone
from handlers.admins import is_in_charge
from handlers.clicks import Click, on_click
from handlers.parts import Parts
from handlers.standups.outlook import naming
from messages.mrkdwn import Message
from messages.standups import menu, reminder_answers
from messages.standups.reminder import IN_ACTION, OUT_ACTION, RING_AFTER_ALL_ACTION, SKIP_ACTION

_Wish = Callable[[Click, OccurrenceKey, Standup], Awaitable[Message | None]]


class ReminderButtons:
    """Does what is wished for one day of a standup."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def be_out(self, click: Click, key: OccurrenceKey, standup: Standup) -> Message:
        named = await naming(self._parts, key, click.user_id)
        if not named.is_named:
            return reminder_answers.not_named(standup)
        result = await self._parts.timetable.be_out(key, click.user_id, is_out=True)
        occurrence = await self._parts.timetable.occurrence(key)
        if result is NotDone.TOO_LATE:
            return reminder_answers.too_late(standup, occurrence)
        return reminder_answers.out(standup, occurrence, named.if_in)

    async def be_in(self, click: Click, key: OccurrenceKey, standup: Standup) -> Message:
        result = await self._parts.timetable.be_out(key, click.user_id, is_out=False)
        occurrence = await self._parts.timetable.occurrence(key)
        if result is NotDone.TOO_LATE:
            return reminder_answers.too_late(standup, occurrence)
        return reminder_answers.not_out(standup, occurrence)

    async def skip(self, click: Click, key: OccurrenceKey, standup: Standup) -> Message | None:
        if not await is_in_charge(self._parts, click.user_id, click.team_id, standup.maker_id):
            return reminder_answers.not_in_charge(standup)
        match await self._parts.timetable.skip_day(key, click.user_id):
            case NotDone.ALREADY:
                return reminder_answers.skipped_already(standup, await self._parts.timetable.occurrence(key))
            case NotDone():
                return reminder_answers.too_late(standup, await self._parts.timetable.occurrence(key))
        return None

    async def ring_after_all(self, click: Click, key: OccurrenceKey, standup: Standup) -> Message | None:
        if not await is_in_charge(self._parts, click.user_id, click.team_id, standup.maker_id):
            return reminder_answers.not_in_charge(standup)
        match await self._parts.timetable.dont_skip_day(key):
            case NotDone.ALREADY:
                return reminder_answers.not_skipped(standup, await self._parts.timetable.occurrence(key))
            case NotDone.NEVER:
                return reminder_answers.not_due(standup)
            case NotDone():
                return reminder_answers.too_late(standup, await self._parts.timetable.occurrence(key))
        return None


def register(app: AsyncApp, parts: Parts) -> None:
    buttons = ReminderButtons(parts)

    def wished(action_id: str, wish: _Wish) -> None:
        async def answer(click: Click) -> Message | None:
            key = OccurrenceKey(click.team_id, click.value)
            try:
                standup, _, _ = await parts.storage.standup_of(key)
                return await wish(click, key, standup)
            except UnknownStandupError:
                return menu.gone()

        on_click(app, parts, action_id, answer)

    wished(OUT_ACTION, buttons.be_out)
    wished(IN_ACTION, buttons.be_in)
    wished(SKIP_ACTION, buttons.skip)
    wished(RING_AFTER_ALL_ACTION, buttons.ring_after_all)
