"""A person presses *Add my number* or *Change my number*, fills in the form, and enters the code that is sent to it."""

import asyncio
import logging
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from conference.carrier import CarrierError
from conference.numbers import NumberUnreadableError, read_number
from conference.registration import CodeSent, Kept, NoCode, NotAllowed, TooManyCodes, Undelivered
from handlers.filled_in import filled_in
from handlers.forms import behind, open_form, opens
from handlers.home_opened import show_home
from handlers.parts import Parts
from messages import number_form, own_number
from messages.slack import SlackError

log = logging.getLogger(__name__)

PROFILE_WITHIN_SECONDS = 1.0
"""How long a form waits for the number in somebody's profile: its trigger is good for three seconds."""

ACKNOWLEDGED_WITHIN_SECONDS = 1.0
"""A form is changed only once Slack has surely shown what the acknowledgement puts in its place."""


class NumberForms:
    """The form for a number and the form for its code."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def open_number_form(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        user_id = body["user"]["id"]
        person = await self._parts.registration.on_file(str(context.team_id), user_id)
        number = person.number.number if person.number else await self._from_profile(user_id)
        await open_form(self._parts, body["trigger_id"], number_form.form(number))

    async def _from_profile(self, user_id: str) -> str | None:
        """The number in somebody's Slack profile, where it is one: free text that its owner typed."""
        try:
            async with asyncio.timeout(PROFILE_WITHIN_SECONDS):
                return read_number(await self._parts.gateway.phone(user_id), self._parts.default_region)
        except (SlackError, TimeoutError, NumberUnreadableError):
            return None

    async def open_code_form(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        unproved = (await self._parts.registration.on_file(str(context.team_id), body["user"]["id"])).unproved
        view = (
            number_form.code_form(unproved) if unproved else number_form.said(own_number.not_entered(NoCode.NEVER_SENT))
        )
        await open_form(self._parts, body["trigger_id"], view)

    async def keep_number(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        try:
            number = read_number(
                filled_in(view, number_form.NUMBER_BLOCK, number_form.NUMBER_ACTION, "value"),
                self._parts.default_region,
            )
        except NumberUnreadableError as error:
            await ack(response_action="errors", errors=number_form.errors(str(error)))
            return
        proposal = await self._parts.registration.propose(
            str(context.team_id),
            body["user"]["id"],
            number,
            undelivered=self._undelivered(view["id"], body["user"]["id"], number),
        )
        if isinstance(proposal, (Kept, CodeSent)):
            await ack(response_action="update", view=self._answered(proposal))
        else:
            await ack(response_action="errors", errors=number_form.errors(self._refusal(proposal)))

    def _answered(self, proposal: Kept | CodeSent) -> dict[str, Any]:
        return self._kept(proposal.number) if isinstance(proposal, Kept) else number_form.code_form(proposal.number)

    def _kept(self, number: str) -> dict[str, Any]:
        message = own_number.kept(number, self._parts.card_url)
        return number_form.said(message.text, *message.blocks[1:])

    def _refusal(self, proposal: NotAllowed | TooManyCodes) -> str:
        now = self._parts.clock.now()
        when = own_number.wait(proposal.opens_at, now) if isinstance(proposal, TooManyCodes) else ""
        return own_number.not_taken(proposal, when)

    def _undelivered(self, view_id: str, user_id: str, number: str) -> Undelivered:
        async def undelivered(error: CarrierError) -> None:
            await self._parts.clock.sleep(ACKNOWLEDGED_WITHIN_SECONDS)
            problem = own_number.code_not_sent_because(number, error)
            try:
                await self._parts.gateway.update_view(view_id, number_form.form(number, problem=problem))
            except SlackError:
                # They have closed it.
                await self._parts.gateway.post(user_id, own_number.code_not_sent(number, error))

        return undelivered

    async def send_another_code(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        team_id, user_id, view_id = str(context.team_id), body["user"]["id"], body["view"]["id"]
        unproved = (await self._parts.registration.on_file(team_id, user_id)).unproved
        if unproved is None:
            await self._show(view_id, number_form.said(own_number.not_entered(NoCode.NEVER_SENT)))
            return
        proposal = await self._parts.registration.propose(
            team_id, user_id, unproved, undelivered=self._undelivered(view_id, user_id, unproved)
        )
        if isinstance(proposal, Kept):
            await self._show(view_id, self._kept(proposal.number))
        elif isinstance(proposal, CodeSent):
            await self._show(view_id, number_form.code_form(unproved, is_another=True))
        else:
            await self._show(view_id, number_form.code_form(unproved, problem=self._refusal(proposal)))

    async def _show(self, view_id: str, view: dict[str, Any]) -> None:
        try:
            await self._parts.gateway.update_view(view_id, view)
        except SlackError as error:
            log.warning("a form could not be changed: %s", error)

    async def enter_code(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        entry = await self._parts.registration.enter(
            str(context.team_id),
            body["user"]["id"],
            filled_in(view, number_form.CODE_BLOCK, number_form.CODE_ACTION, "value"),
        )
        if isinstance(entry, Kept):
            await ack(response_action="update", view=self._kept(entry.number))
        else:
            why = own_number.not_entered(entry)
            await ack(response_action="errors", errors=number_form.errors(why, block=number_form.CODE_BLOCK))

    async def show_at_home(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await show_home(self._parts, str(context.team_id), body["user"]["id"])


def register(app: AsyncApp, parts: Parts) -> None:
    """Open the forms, and take what is filled in."""
    forms = NumberForms(parts)

    for action, work in (
        (number_form.OPEN_ACTION, forms.open_number_form),
        (number_form.OPEN_CODE_ACTION, forms.open_code_form),
        (number_form.SEND_AGAIN_ACTION, forms.send_another_code),
    ):
        opens(parts, app.action(action), work)
    show_at_home = behind(parts, forms.show_at_home)
    app.view(number_form.CALLBACK_ID)(ack=forms.keep_number, lazy=[show_at_home])
    app.view(number_form.CODE_CALLBACK_ID)(ack=forms.enter_code, lazy=[show_at_home])
