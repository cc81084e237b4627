"""Slack delivers commands, clicks and events over a WebSocket: Socket Mode."""

import asyncio
import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from messages.slack import SlackError, SlackGateway, SlackRefused

log = logging.getLogger(__name__)

PING_EVERY_SECONDS = 5.0
"""The SDK tries again that long after a connection failed, and takes one for dead after four unanswered pings."""

LOOK_EVERY_SECONDS = 1.0
"""How often it is looked whether the WebSocket stands: real time, as the SDK keeps."""


class SocketMode:
    """The WebSocket to Slack: opened, watched over, and opened again by the SDK whenever it breaks."""

    def __init__(self, slack_app: AsyncApp, gateway: SlackGateway, app_token: str) -> None:
        self._slack_app = slack_app
        self._gateway = gateway
        self._app_token = app_token
        self._handler: AsyncSocketModeHandler | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Begin to connect. Raises SlackRefused; where Slack is only out of reach, it is tried again."""
        # The SDK logs addresses with the ticket in them, and a ticket is a secret; what matters is logged here.
        silent = logging.getLogger(f"{__name__}.sdk")
        silent.setLevel(logging.CRITICAL)
        handler = AsyncSocketModeHandler(
            self._slack_app, self._app_token, logger=silent, ping_interval=PING_EVERY_SECONDS
        )
        self._handler = handler
        try:
            handler.client.wss_uri = await self._gateway.open_socket(self._app_token)
        except SlackRefused:
            await self.close()
            raise
        except SlackError as error:
            log.warning("Slack could not be reached yet: %s", error)
        connecting = handler.connect_async()  # type: ignore[no-untyped-call]
        self._tasks = [asyncio.create_task(connecting), asyncio.create_task(self._watch(handler))]

    async def _watch(self, handler: AsyncSocketModeHandler) -> None:
        was_connected = False
        while True:
            is_connected = await handler.client.is_connected()
            if is_connected != was_connected:
                log.info("connected to Slack") if is_connected else log.warning("Slack is gone; connecting again")
            was_connected = is_connected
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if not is_connected and not await handler.client.is_connected():
                # A ticket is good for one handshake, and the SDK would go on with one that failed.
                handler.client.wss_uri = None

    async def close(self) -> None:
        """Take nothing more in."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._handler:
            await self._handler.close_async()  # type: ignore[no-untyped-call]
