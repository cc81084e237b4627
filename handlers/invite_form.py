"""A person presses *Invite…* on a board, and says whom to ring into the call."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from conference.journal import about
from conference.model import ConferenceKey, ConferenceState
from conference.ports import GroupUnreadableError, UnknownConferenceError
from handlers.filled_in import readable
from handlers.forms import open_form, opens
from handlers.parts import Parts
from handlers.whom import invitation_of, offered, read_invitees
from messages import conference_form, private, running
from messages.board_buttons import INVITE_ACTION
from messages.mrkdwn import Message

log = logging.getLogger(__name__)

LOOK_UP_WITHIN_SECONDS = 2.0
"""How long Slack may take to say who the people are, of the 3 seconds that it waits itself."""


class InviteForm:
    """The form, opened and sent."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def open(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        key = ConferenceKey(str(context.team_id), readable(body["actions"][0].get("value")))
        try:
            conference = await self._parts.storage.conference(key)
        except UnknownConferenceError:
            view = private.as_view(running.unknown())
        else:
            view = (
                conference_form.invite_form(key.conference_id, await offered(self._parts, key.team_id))
                if conference.state is ConferenceState.LIVE
                else private.as_view(running.over(conference))
            )
        await open_form(self._parts, body["trigger_id"], view)

    async def send(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext) -> None:
        invitees = await read_invitees(view, self._parts, str(context.team_id))
        if isinstance(invitees, dict):
            await ack(response_action="errors", errors=invitees)
            return
        user_id = body["user"]["id"]
        key = ConferenceKey(str(context.team_id), readable(view.get("private_metadata")))
        try:
            added = await self._parts.conferences.additions.invite(
                key, invitation_of(invitees, user_id, with_me=False), user_id, within=LOOK_UP_WITHIN_SECONDS
            )
        except TimeoutError:
            await ack(response_action="errors", errors=conference_form.too_slow())
            return
        except GroupUnreadableError as error:
            about(log, key.conference_id).warning("a user group could not be read: %s", error)
            await ack(response_action="errors", errors=conference_form.group_unreadable())
            return
        except UnknownConferenceError:
            await self._turn_into(ack, running.unknown())
            return
        if message := running.not_invited(added, user_id):
            await self._turn_into(ack, message)
        else:
            await ack()

    async def _turn_into(self, ack: AsyncAck, message: Message) -> None:
        await ack(response_action="update", view=private.as_view(message))


def register(app: AsyncApp, parts: Parts) -> None:
    form = InviteForm(parts)

    opens(parts, app.action(INVITE_ACTION), form.open)
    app.view(conference_form.INVITE_CALLBACK_ID)(form.send)
