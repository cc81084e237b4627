"""The demo's page over real HTTP, and windows that look at it. Tests share this."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot import DemoBot
from sandbox.page.pace import Pace
from sandbox.page.server import Page
from sandbox.slack import JsonObject
from sandbox.world import World, running
from tests.serving import serving

PATIENCE_SECONDS = 20


@dataclass
class Window:
    """A window of the page: what it was told and has not looked at yet, oldest first."""

    socket: aiohttp.ClientWebSocketResponse
    told: list[JsonObject] = field(default_factory=list)
    asked: int = 0

    async def hears(self, kind: str, fits: Callable[[JsonObject], object] = lambda _: True) -> JsonObject:
        """The next thing of that kind that fits."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for place, thing in enumerate(self.told):
                    if thing["type"] == kind and fits(thing):
                        return self.told.pop(place)
                self.told.append(await self.socket.receive_json())

    async def hears_message(self, text: str) -> JsonObject:
        message: JsonObject = (await self.hears("message", lambda told: text in json.dumps(told)))["message"]
        return message

    async def does(self, act: str, **fields: Any) -> JsonObject:
        """Do it; what came of it."""
        self.asked += 1
        serial = self.asked
        await self.socket.send_json({"act": act, "id": serial, **fields})
        return await self.hears("done", lambda told: told["id"] == serial)

    async def asks(self, act: str, **fields: Any) -> None:
        """Say it; nothing is answered."""
        await self.socket.send_json({"act": act, **fields})


@dataclass
class Site:
    """The page's server, with a world and the real bot behind it."""

    world: World
    http: aiohttp.ClientSession
    url: str

    async def window(self, name: str = "") -> tuple[Window, JsonObject]:
        """A new window of that person's, and the state that it is told first."""
        person_id = self.world.people[name].id if name else ""
        window = Window(await self.http.ws_connect(f"{self.url}socket?as={person_id}"))
        state: JsonObject = (await window.hears("state"))["state"]
        return window, state

    def channel_id(self, name: str = "standup") -> str:
        return self.world.channels[name].id


@asynccontextmanager
async def running_site() -> AsyncIterator[Site]:
    world, pace, bot = World(), Pace(), DemoBot()
    async with running(world, bot.serve, pace.now):
        await world.put_on_file(*sorted(world.on_file))
        page = Page(world, pace, bot.next_look)
        page.watch()
        async with serving(page.app()) as url, aiohttp.ClientSession() as http:
            yield Site(world, http, f"{url}/")
        pace.end()


async def texted_code(window: Window, place: int) -> str:
    """The code in the first text on the phone that lies there."""
    told = await window.hears("phones", lambda told: told["phones"][place]["texts"])
    (code,) = re.findall(r"\d{6}", told["phones"][place]["texts"][0]["text"])
    return str(code)
