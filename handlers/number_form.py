"""A person presses *Add my number* or *Change my number*, and fills in the form."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from conference.clock import Clock
from conference.numbers import NumberUnreadableError, read_number
from handlers.home_opened import HomeTab
from messages import number_form
from messages.slack import SlackError, SlackGateway
from storage import Storage

log = logging.getLogger(__name__)


def register(
    app: AsyncApp,
    *,
    storage: Storage,
    gateway: SlackGateway,
    home_tab: HomeTab,
    clock: Clock,
    default_region: str | None,
) -> None:
    """Open the form, and keep what is filled in."""

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    async def open_form(body: dict[str, Any]) -> None:
        stored = await storage.number(body["team"]["id"], body["user"]["id"])
        try:
            await gateway.open_view(body["trigger_id"], number_form.form(stored.number if stored else None))
        except SlackError as error:
            # A trigger is good for three seconds; pressing the button once more brings another.
            log.warning("the number form could not be opened: %s", error)

    async def keep_number(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        typed = view["state"]["values"][number_form.NUMBER_BLOCK][number_form.NUMBER_ACTION]["value"] or ""
        try:
            number = read_number(typed, default_region)
        except NumberUnreadableError as error:
            await ack(response_action="errors", errors=number_form.errors(str(error)))
            return
        team_id, user_id = body["team"]["id"], body["user"]["id"]
        await storage.set_numbers([(team_id, user_id, number)], source="self", now=clock.now())
        await ack(response_action="update", view=number_form.kept(number))

    async def show_at_home(body: dict[str, Any]) -> None:
        await home_tab.show(body["team"]["id"], body["user"]["id"])

    app.action(number_form.OPEN_ACTION)(ack=acknowledge, lazy=[open_form])
    app.view(number_form.CALLBACK_ID)(ack=keep_number, lazy=[show_at_home])
