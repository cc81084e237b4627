"""Slack delivers commands, clicks and events over HTTP, where Socket Mode is not used."""

import logging

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

log = logging.getLogger(__name__)

PATH = "/slack/events"


def register(web_app: web.Application, *, slack_app: AsyncApp) -> None:
    async def slack_events(request: web.Request) -> web.Response:
        answer = await to_aiohttp_response(await slack_app.async_dispatch(await to_bolt_request(request)))
        if answer.status == web.HTTPUnauthorized.status_code:
            log.warning(
                "a request that Slack did not sign was turned away; if it was Slack's, see SLACK_SIGNING_SECRET"
            )
        return answer

    web_app.router.add_post(PATH, slack_events)
