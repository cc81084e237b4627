"""Everything that people do in Slack, and what answers it."""

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from handlers import (
    call_menu,
    conference_command,
    errors,
    hang_up_button,
    history_command,
    home_opened,
    invite_form,
    line_buttons,
    number_admin,
    number_form,
    own_workspace,
    preferences_form,
    ring_anew_button,
    ring_buttons,
    start_form,
)
from handlers.parts import Parts
from handlers.standups import other_number_form, reminder_buttons, report_command, standup_form, standup_menu

_HANDLERS = (
    own_workspace,
    conference_command,
    history_command,
    home_opened,
    number_form,
    number_admin,
    preferences_form,
    ring_buttons,
    ring_anew_button,
    invite_form,
    hang_up_button,
    call_menu,
    line_buttons,
    start_form,
    standup_form,
    standup_menu,
    reminder_buttons,
    other_number_form,
    report_command,
    errors,
)
"""In this order: the first decides who is answered at all."""


def made_slack_app(parts: Parts, *, bot_token: str, signing_secret: str, api_url: str) -> AsyncApp:
    """Bolt's app, with all handlers. It asks Slack nothing by itself."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        # Asking Slack who we are would put a request before the first acknowledgement.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=bot_token)

    # Its warnings quote the bodies of requests, and with them what people typed.
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    slack_app = AsyncApp(
        logger=logger,
        # Bolt copies it for work that goes on after an acknowledgement, and our pooled connections can't be copied.
        client=AsyncWebClient(base_url=api_url),
        signing_secret=signing_secret,
        authorize=authorize,
        # The answer to a command is its acknowledgement; what takes time goes on behind it.
        process_before_response=True,
    )
    for handler in _HANDLERS:
        handler.register(slack_app, parts)
    return slack_app
