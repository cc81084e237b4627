"""One bot and its world for all rows: each begins with every phone at rest and nothing on record."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from sandbox.hoiio import Faults
from tests.harness.world import NO_LIMITS, World
from tests.serving import serving


@dataclass(frozen=True)
class WireRequest:
    """A request as its bytes came over the wire."""

    method: str
    path: str
    content_type: str
    body: bytes


def states(world: World) -> list[str]:
    """Where each conference stands, as stored, oldest first."""
    with sqlite3.connect(world.database) as db:
        return [str(state) for (state,) in db.execute("SELECT state FROM conferences ORDER BY rowid")]


def is_at_rest(world: World) -> bool:
    """No call is open, and Slack shows everything."""
    with sqlite3.connect(world.database) as db:
        busy = db.execute(
            "SELECT 1 FROM conferences WHERE state IN ('new', 'dialing', 'live') OR shown_version < version"
        ).fetchone()
    return busy is None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The bot is running, and Alice, Bob, Carol and Dave have numbers on file."""
    world = World(tmp_path_factory.mktemp("world"))
    # One world for all rows has more conferences than people would.
    world.settings |= NO_LIMITS
    await world.open()
    try:
        await world.start_bot()
        for actor in (world.alice, world.bob, world.carol, world.dave):
            await actor.has_number()
        yield world
    finally:
        await world.close()


@pytest_asyncio.fixture(loop_scope="module")
async def world(running_world: World) -> AsyncIterator[World]:
    """The shared world, brought to rest again afterwards."""
    yield running_world
    hoiio = running_world.hoiio
    hoiio.faults, hoiio.txn_refs_as_text = Faults(), False
    for phone in hoiio.phones:
        phone.does_nothing()
    for leg in hoiio.legs:
        hoiio.hang_up(leg)
    await running_world.until(lambda: is_at_rest(running_world), within=600)
    hoiio.legs.clear()
    hoiio.rings.clear()
    hoiio.requests.clear()


@pytest_asyncio.fixture(loop_scope="module")
async def set_world(tmp_path: Path) -> AsyncIterator[World]:
    """A world with no bot running yet: it starts with whatever `settings` says then."""
    world = World(tmp_path)
    await world.open()
    try:
        yield world
    finally:
        await world.close()


@pytest_asyncio.fixture(loop_scope="module")
async def wire(set_world: World) -> AsyncIterator[WireRequest]:
    """What the bot sends to Hoiio when Alice wants Bob, as its bytes went over the wire."""
    requests: list[WireRequest] = []

    async def keep(request: web.Request) -> web.Response:
        if "get_balance" not in request.path:
            requests.append(WireRequest(request.method, request.path_qs, request.content_type, await request.read()))
        return web.json_response({"status": "error_insufficient_credit"})

    app = web.Application()
    app.router.add_route("*", "/open/{area}/{verb}", keep)
    async with serving(app) as url:
        set_world.settings["HOIIO_API_URL"] = f"{url}/open"
        await set_world.start_bot()
        await set_world.alice.has_number()
        await set_world.bob.has_number()
        await set_world.alice.types("/conference @bob")
        await set_world.until(lambda: requests)
        yield requests[0]
