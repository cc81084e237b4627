"""Slack delivers commands, clicks and events over HTTP, where Socket Mode is not used."""

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"


def register(web_app: web.Application, *, slack_app: AsyncApp) -> None:
    async def slack_events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await slack_app.async_dispatch(await to_bolt_request(request)))

    web_app.router.add_post(PATH, slack_events)
