from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.calendar_server import CalendarServer
from tests.harness.database import lay_empty_database
from tests.harness.world import World


@pytest.fixture
async def quiet_world(tmp_path: Path) -> AsyncIterator[World]:
    """The stand-ins, with no bot running yet."""
    world = World(tmp_path)
    await world.open()
    try:
        yield world
    finally:
        await world.close()


@pytest.fixture
async def world(quiet_world: World) -> World:
    """The bot is running, and Alice, Bob, Carol and Dave have numbers on file; Erin has none."""
    lay_empty_database(quiet_world.database)
    await quiet_world.start_bot()
    for actor in (quiet_world.alice, quiet_world.bob, quiet_world.carol, quiet_world.dave):
        await actor.has_number()
    return quiet_world


@pytest.fixture(params=[False, True], ids=["http", "socket mode"])
def either_world(request: pytest.FixtureRequest, quiet_world: World) -> World:
    """Slack comes in over HTTP, or over a socket; no bot is running yet."""
    quiet_world.socket_mode = request.param
    return quiet_world


@pytest.fixture
async def calendars(quiet_world: World) -> AsyncIterator[CalendarServer]:
    """A server of calendars, to which people may send a bot that is started after this."""
    quiet_world.settings["REACHABLE"] = "127.0.0.1"
    server = CalendarServer()
    await server.start()
    yield server
    await server.stop()
