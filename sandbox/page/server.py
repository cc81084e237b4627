"""The page's server: static files, and one WebSocket a browser that carries the state and the acts."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from sandbox.page import picture
from sandbox.page.acts import ActError, Acts
from sandbox.page.faults import FaultSwitches
from sandbox.page.pace import RATES, Pace
from sandbox.page.wire import Wire
from sandbox.slack import ApiCall, JsonObject, Message, Person, SentDelivery, View
from sandbox.world import NextLook, World

_STATIC: Final = Path(__file__).with_name("static")
_TOLD_TIME_EVERY_SECONDS: Final = 0.5
_CLOSE_SECONDS: Final = 1.0
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class _Window:
    """One browser window: whose eyes it sees with, and the channel it looks at."""

    def __init__(self, viewer: Person) -> None:
        self.viewer = viewer
        self.looks_at = ""
        self.outbox: asyncio.Queue[JsonObject] = asyncio.Queue()

    def tell(self, kind: str, **content: Any) -> None:
        self.outbox.put_nowait({"type": kind, **content})


class Page:
    """The world as its windows see it."""

    def __init__(self, world: World, pace: Pace, next_look: NextLook) -> None:
        self._world = world
        self._pace = pace
        self._windows: set[_Window] = set()
        self._unread: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._known: set[str] = set()
        self._faults = FaultSwitches(world.slack, world.hoiio)
        self._acts = Acts(world, pace, next_look, self._faults, self._refresh)
        self._tasks: set[asyncio.Task[None]] = set()
        self._sockets: set[web.WebSocketResponse] = set()
        self._told: dict[str, Any] = {}
        self.wire = Wire(lambda entry: self._tell_all("wire", entry=entry))

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self._index)
        app.router.add_get("/socket", self._socket)
        app.router.add_static("/static", _STATIC)
        app.on_response_prepare.append(_add_headers)
        app.on_shutdown.append(self._close_sockets)
        app.cleanup_ctx.append(self._telling_time)
        return app

    def watch(self) -> None:
        """From now on, show what happens."""
        self._known = {message.ts for message in self._world.slack.workspace.messages}
        self._world.slack.on_change = self._slack_changed
        self._world.hoiio.on_change = self._refresh
        self._world.hoiio.on_traffic = self.wire.carried

    # Changes in the world

    def _slack_changed(self, what: str, thing: object) -> None:
        match thing:
            case Message():
                self._message_changed(thing)
            case View():
                for window in self._seen_by(thing.person):
                    window.tell("views", **picture.views(self._world, thing.person))
            case ApiCall():
                self.wire.called(thing)
            case SentDelivery():
                self.wire.delivered(thing)

    def _message_changed(self, message: Message) -> None:
        is_new = message.ts not in self._known
        self._known.add(message.ts)
        if is_new:
            self._count_unread(message)
        for window in self._windows:
            if picture.sees(self._world, window.viewer, message):
                window.tell("message", message=picture.message(message), is_new=is_new)
            else:
                window.tell("gone", ts=message.ts)

    def _count_unread(self, message: Message) -> None:
        channel = message.channel
        for reader in channel.members:
            looking = any(w.looks_at == channel.id for w in self._seen_by(reader))
            if reader is not message.user and not looking and picture.sees(self._world, reader, message):
                self._unread[reader.id][channel.id] += 1
                self._tell_all("unread", unread=self._unread)

    def _refresh(self) -> None:
        """Tell everybody of phones, faults, channels and clock, as far as they have changed."""
        for kind, content in self._common().items():
            written = json.dumps(content)
            if self._told.get(kind) != written:
                self._told[kind] = written
                self._tell_all(kind, **{kind: content})
        self._tell_all("clock", clock=self._clock())

    def _common(self) -> dict[str, Any]:
        phones = enumerate(self._world.hoiio.phones)
        silenced = self._acts.silenced.__contains__
        return {
            "phones": [picture.phone(self._world, phone, place, silenced) for place, phone in phones],
            "faults": self._faults.picture(),
            "all_channels": picture.all_channels(self._world),
            "has_rung": bool(self._world.hoiio.rings),
        }

    def _clock(self) -> JsonObject:
        return {
            "now": self._world.clock.now().timestamp(),
            "rate": self._pace.now(),
            "chosen": self._pace.chosen,
            "rates": list(RATES),
        }

    def _seen_by(self, person: Person) -> list[_Window]:
        return [window for window in self._windows if window.viewer is person]

    def _tell_all(self, kind: str, **content: Any) -> None:
        for window in self._windows:
            window.tell(kind, **content)

    def _whole_state(self, viewer: Person) -> JsonObject:
        return {
            "workspace": picture.workspace(self._world),
            "me": picture.me(self._world, viewer),
            "channels": picture.channels(self._world, viewer),
            "messages": picture.messages(self._world, viewer),
            "views": picture.views(self._world, viewer),
            "unread": self._unread,
            "wire": list(self.wire.entries),
            "clock": self._clock(),
            **self._common(),
        }

    # A window's life

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(_STATIC / "index.html")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        # Another site's page must not act in here.
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="This socket is for the demo's own page.")
        socket = web.WebSocketResponse(timeout=_CLOSE_SECONDS, heartbeat=20)
        await socket.prepare(request)
        first, *_ = self._world.people.values()
        window = _Window(self._world.slack.workspace.people.get(request.query.get("as", ""), first))
        if window.viewer.name not in self._world.people:
            window.viewer = first
        window.tell("state", state=self._whole_state(window.viewer))
        self._windows.add(window)
        self._sockets.add(socket)
        writer = asyncio.create_task(_write(socket, window))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._asked(window, message.data)
        finally:
            self._windows.discard(window)
            self._sockets.discard(socket)
            writer.cancel()
        return socket

    def _asked(self, window: _Window, text: str) -> None:
        try:
            asked = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(asked, dict):
            return
        match asked.get("act"):
            case "become":
                self._become(window, str(asked.get("person")))
            case "look":
                window.looks_at = str(asked.get("channel", ""))
                if self._unread[window.viewer.id].pop(window.looks_at, 0):
                    self._tell_all("unread", unread=self._unread)
            case _:
                # Apart, so that one slow answer does not hold up the next act.
                # As whoever the window is now: it may be somebody else by the time that this is done.
                task = asyncio.create_task(self._do(window, window.viewer, asked))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _become(self, window: _Window, person_id: str) -> None:
        person = self._world.slack.workspace.people.get(person_id)
        if person is not None and person.name in self._world.people:
            window.viewer = person
            window.tell("state", state=self._whole_state(person))

    async def _do(self, window: _Window, person: Person, asked: JsonObject) -> None:
        try:
            result = await self._acts.do(person, asked)
        except ActError as error:
            result = {"error": str(error)}
        window.tell("done", id=asked.get("id"), **result)

    async def _telling_time(self, _: web.Application) -> AsyncIterator[None]:
        async def tell() -> None:
            while True:
                await asyncio.sleep(_TOLD_TIME_EVERY_SECONDS)
                self._tell_all("clock", clock=self._clock())

        telling = asyncio.create_task(tell())
        yield
        telling.cancel()

    async def _close_sockets(self, _: web.Application) -> None:
        for task in self._tasks:
            task.cancel()
        for socket in list(self._sockets):
            await socket.close()


async def _write(socket: web.WebSocketResponse, window: _Window) -> None:
    while not socket.closed:
        try:
            await socket.send_json(await window.outbox.get())
        except ConnectionError:
            return


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
