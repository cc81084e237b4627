"""Slack delivers commands, clicks and events over a WebSocket: Socket Mode."""

import asyncio
import logging
from collections.abc import Callable

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from conference.clock import Clock
from conference.right_of_way import RightOfWay
from messages.slack import SlackError, SlackGateway, SlackRefused

log = logging.getLogger(__name__)

PING_EVERY_SECONDS = 5.0
"""The SDK tries again that long after a connection failed, and takes one for dead after four unanswered pings."""

LOOK_EVERY_SECONDS = 1.0
"""How often it is looked whether the WebSocket stands: real time, as the SDK keeps."""

ANSWERED_WITHIN_SECONDS = 3.0
"""How long Slack waits for an answer, and a stop with it: real time, too."""


class SocketMode:
    """The WebSocket to Slack: opened, watched over, and opened again by the SDK whenever it breaks.

    `acknowledged` is told how many seconds Slack has waited for each answer.
    """

    def __init__(
        self,
        slack_app: AsyncApp,
        gateway: SlackGateway,
        app_token: str,
        right_of_way: RightOfWay,
        clock: Clock,
        acknowledged: Callable[[float], None],
    ) -> None:
        self._slack_app = slack_app
        self._gateway = gateway
        self._app_token = app_token
        self._right_of_way = right_of_way
        self._clock = clock
        self._acknowledged = acknowledged
        self._handler: AsyncSocketModeHandler | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._in_hand: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self.is_connected = False
        self.has_connected = False
        """The WebSocket has stood since the start."""

    async def open(self) -> None:
        """Begin to connect. Raises SlackRefused; where Slack is only out of reach, it is tried again."""
        # The SDK logs addresses with the ticket in them, and a ticket is a secret; what matters is logged here.
        silent = logging.getLogger(f"{__name__}.sdk")
        silent.setLevel(logging.CRITICAL)
        handler = AsyncSocketModeHandler(
            self._slack_app, self._app_token, logger=silent, ping_interval=PING_EVERY_SECONDS
        )
        self._handler = handler

        # The SDK starts a task for whatever comes in, and forgets it.
        async def take_in(client: SocketModeClient, request: SocketModeRequest) -> None:
            task = asyncio.current_task()
            if self._is_closing or task is None:
                return
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
            began = self._clock.monotonic()
            with self._right_of_way.taken():
                await handler.handle(client, request)
            self._acknowledged(self._clock.monotonic() - began)

        handler.client.socket_mode_request_listeners = [take_in]  # type: ignore[list-item]
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
        while True:
            is_connected = await handler.client.is_connected()
            if is_connected != self.is_connected:
                log.info("connected to Slack") if is_connected else log.warning("Slack is gone; connecting again")
            self.is_connected = is_connected
            self.has_connected |= is_connected
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if not is_connected and not await handler.client.is_connected():
                # A ticket is good for one handshake, and the SDK would go on with one that failed.
                handler.client.wss_uri = None

    async def close(self) -> None:
        """Take nothing more in, and answer what has been taken in: afterwards nothing of it is under way."""
        self._is_closing = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand, timeout=ANSWERED_WITHIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._handler:
            await self._handler.close_async()  # type: ignore[no-untyped-call]
