"""Somebody asks whether the bot is well. They are told no more than that: anybody may ask.

`/healthz` answers 200 while the storage does, and says how the rest stands.
`/healthz/live` answers while the process does anything at all: one that doesn't is to be started anew.
`/healthz/ready` answers 200 once there is work for it: the storage can be written, and Slack has been reached. A Slack
that is away after that makes nobody unready: Hoiio's notifications come in by the same way, and must not be kept out.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from conference.ports import StorageUnavailableError
from handlers.slack_socket import SocketMode
from messages.slack import SlackError, SlackGateway
from storage import Storage

log = logging.getLogger(__name__)

ANSWER_WITHIN_SECONDS = 2.0

PATH = "/healthz"
LIVE_PATH = "/healthz/live"
READY_PATH = "/healthz/ready"


def register(app: web.Application, *, storage: Storage, gateway: SlackGateway, socket_mode: SocketMode | None) -> None:
    # By which `check` knows that what answers at PUBLIC_URL is what answers at HOST and PORT.
    instance = secrets.token_hex(8)

    def stands() -> dict[str, str]:
        if socket_mode:
            return {"instance": instance, "slack": "connected" if socket_mode.is_connected else "not connected"}
        return {"instance": instance, "slack": "has answered" if gateway.has_answered else "has not answered yet"}

    async def healthz(_: web.Request) -> web.Response:
        if await _answers(storage.check):
            return web.json_response({"status": "ok", "storage": "answers", **stands()})
        return web.json_response({"status": "storage does not answer", **stands()}, status=503)

    async def ready(_: web.Request) -> web.Response:
        if not await _answers(storage.check_writable):
            return web.json_response({"status": "storage can't be written", **stands()}, status=503)
        if not await _has_reached_slack(gateway, socket_mode):
            return web.json_response({"status": "Slack has not been reached yet", **stands()}, status=503)
        return web.json_response({"status": "ready", **stands()})

    app.router.add_get(PATH, healthz)
    app.router.add_get(LIVE_PATH, live)
    app.router.add_get(READY_PATH, ready)


async def live(_: web.Request) -> web.Response:
    return web.json_response({"status": "lives"})


async def _answers(ask_storage: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            await ask_storage()
    except Exception as error:
        foreseen = isinstance(error, (StorageUnavailableError, TimeoutError))
        log.warning("the storage does not answer: %s", str(error) or "not in time", exc_info=not foreseen)
        return False
    return True


async def _has_reached_slack(gateway: SlackGateway, socket_mode: SocketMode | None) -> bool:
    if socket_mode:
        return socket_mode.has_connected
    if gateway.has_answered:
        return True
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            # Nobody else may ask before somebody's command has come in, which it can't before this is ready.
            await gateway.identity()
    except (SlackError, TimeoutError):
        return False
    return True
