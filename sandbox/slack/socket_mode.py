"""Socket Mode: the WebSocket through which the app gets envelopes and acknowledges them."""

import asyncio
import json
from typing import Final

from aiohttp import WSMsgType, web

from sandbox.slack.faults import Faults
from sandbox.slack.model import JsonObject
from sandbox.slack.workspace import Workspace

HANDSHAKE: Final = "handshake"
"""The name under which a fault strikes the opening of a WebSocket; its ticket is used up all the same."""

_CONNECT_SECONDS: Final = 10
_CLOSE_SECONDS: Final = 1.0
"""How long, in real time, a client has to answer the closing of its socket."""


class SocketMode:
    """The app's sockets. Deliveries go to the newest."""

    def __init__(self, workspace: Workspace, faults: Faults) -> None:
        self._workspace = workspace
        self._faults = faults
        self._connected = asyncio.Event()
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._leaving: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Future[JsonObject]] = {}

    @property
    def connected(self) -> bool:
        return bool(self._sockets)

    def new_ticket(self) -> str:
        """For one connection, as the URL of apps.connections.open is."""
        ticket = f"{self._workspace.serial():032x}"
        self._tickets.add(ticket)
        return ticket

    async def wait_connected(self) -> None:
        """Return once the app has a socket; `TimeoutError` after 10 real seconds without."""
        async with asyncio.timeout(_CONNECT_SECONDS):
            await self._connected.wait()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket's whole life."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        if fault := self._faults.strike(HANDSHAKE).breaking:
            return web.Response(status=fault.status)
        socket = web.WebSocketResponse(timeout=_CLOSE_SECONDS)
        await socket.prepare(request)
        await socket.send_json(self._hello())
        self._sockets.append(socket)
        self._connected.set()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._forget(socket)
            if socket in self._leaving:
                self._leaving.remove(socket)
        return socket

    async def send(self, kind: str, payload: JsonObject, retry: tuple[int, str] | None = None) -> JsonObject:
        """Send an envelope; what the app acknowledges it with. `ConnectionError` when the socket is gone."""
        envelope_id = f"00000000-0000-4000-8000-{self._workspace.serial():012x}"
        answers = kind == "slash_commands" or payload.get("type") == "view_submission"
        envelope: JsonObject = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": answers,
        }
        if kind == "events_api":
            number, reason = retry or (0, "")
            envelope |= {"retry_attempt": number, "retry_reason": reason}
        acknowledged: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
        self._acks[envelope_id] = acknowledged
        try:
            await self._sockets[-1].send_json(envelope)
            return await acknowledged
        finally:
            del self._acks[envelope_id]

    async def drop(self, *, announced: bool) -> None:
        """Close every socket; or, `announced`, ask the app to come back on a new one and leave the old to it."""
        for socket in list(self._sockets):
            self._forget(socket)
            if announced:
                self._leaving.append(socket)
                notice = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "sandbox"}}
                await socket.send_json(notice)
            else:
                await socket.close()

    async def close(self) -> None:
        for socket in [*self._sockets, *self._leaving]:
            await socket.close()

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)
        if not self._sockets:
            self._connected.clear()

    def _hello(self) -> JsonObject:
        return {
            "type": "hello",
            "num_connections": len(self._sockets) + 1,
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._workspace.app_id},
        }

    def _acknowledged(self, text: str) -> None:
        try:
            message = json.loads(text)
        except json.JSONDecodeError:
            return
        if not isinstance(message, dict):
            return
        waiting = self._acks.get(str(message.get("envelope_id")))
        if waiting is not None and not waiting.done():
            payload = message.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else {})
