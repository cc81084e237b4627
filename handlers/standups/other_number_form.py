"""A person presses *Ring me on another number* below a standup's reminder, and types the number."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from conference.numbers import NumberUnreadableError, read_number
from conference.standups.model import OccurrenceKey, UnknownStandupError
from conference.standups.wishes import NotDone
from handlers.filled_in import filled_in, readable
from handlers.forms import open_form, opens
from handlers.parts import Parts
from handlers.standups.outlook import naming
from messages import private
from messages.mrkdwn import Message
from messages.standups import menu, other_number_form, reminder_answers
from messages.standups.reminder import OTHER_NUMBER_ACTION


class OtherNumberForm:
    """The form, opened and sent."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def open(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        key = OccurrenceKey(str(context.team_id), readable(body["actions"][0].get("value")))
        try:
            view = await self._view(key, body["user"]["id"])
        except UnknownStandupError:
            view = private.as_view(menu.gone())
        await open_form(self._parts, body["trigger_id"], view)

    async def _view(self, key: OccurrenceKey, user_id: str) -> dict[str, Any]:
        standup, occurrence, _ = await self._parts.storage.standup_of(key)
        if occurrence.state.is_over or self._parts.clock.now() >= occurrence.due_at:
            return private.as_view(reminder_answers.too_late(standup, occurrence))
        if not self._parts.barring.guests:
            return private.as_view(other_number_form.typed_numbers_off())
        if not (await naming(self._parts, key, user_id)).is_named:
            return private.as_view(reminder_answers.not_named(standup))
        return other_number_form.form(standup, occurrence, occurrence.other_numbers.get(user_id))

    async def send(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext) -> None:
        typed = filled_in(view, other_number_form.NUMBER_BLOCK, other_number_form.NUMBER_ACTION, "value").strip()
        number = self._read(typed) if typed else None
        if isinstance(number, dict):
            await ack(response_action="errors", errors=number)
            return
        key = OccurrenceKey(str(context.team_id), readable(view.get("private_metadata")))
        try:
            message = await self._kept(key, body["user"]["id"], number)
        except UnknownStandupError:
            message = menu.gone()
        await ack(response_action="update", view=private.as_view(message))

    def _read(self, typed: str) -> str | dict[str, str]:
        """The number, or what is to stand under the field."""
        try:
            number = read_number(typed, self._parts.default_region)
        except NumberUnreadableError as error:
            return other_number_form.unreadable(str(error))
        barred = self._parts.barring.why_not(number)
        return other_number_form.refused(barred) if barred else number

    async def _kept(self, key: OccurrenceKey, user_id: str, number: str | None) -> Message:
        if number and not self._parts.barring.guests:
            return other_number_form.typed_numbers_off()
        named = await naming(self._parts, key, user_id)
        if number and not named.is_named:
            return reminder_answers.not_named((await self._parts.storage.standup_of(key))[0])
        result = await self._parts.timetable.ring_on(key, user_id, number)
        standup, occurrence, _ = await self._parts.storage.standup_of(key)
        if result is NotDone.TOO_LATE:
            return reminder_answers.too_late(standup, occurrence)
        return other_number_form.kept(standup, occurrence, number, named.if_in)


def register(app: AsyncApp, parts: Parts) -> None:
    form = OtherNumberForm(parts)

    opens(parts, app.action(OTHER_NUMBER_ACTION), form.open)
    app.view(other_number_form.CALLBACK_ID)(form.send)
