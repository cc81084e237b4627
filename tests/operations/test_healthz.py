"""What is told of the bot to whoever watches over it: whether it lives, and whether it is ready."""

import signal
import sqlite3
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.harness.world import TAKES_OVER, World
from tests.scenarios.test_turns import turn_of_somebody_else

WAITS = "waits for its turn: another Rollcall works on the database"


class Watcher:
    """Somebody who asks."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self.heard: dict[str, str] = {}
        """What was answered last."""

    async def asks(self, about: str) -> int:
        """The status of the answer, 0 if there is none."""
        try:
            async with self._http.get(f"/healthz{about}") as answer:
                assert answer.content_type == "application/json"
                self.heard = await answer.json()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def hears(self, world: World, status: int, about: str = "/ready") -> None:
        """Ask until that is the answer."""
        while await self.asks(about) != status:
            await world.advance(0.1)


@pytest.fixture
async def watcher(quiet_world: World) -> AsyncIterator[Watcher]:
    async with aiohttp.ClientSession(quiet_world.url, timeout=aiohttp.ClientTimeout(10)) as http:
        yield Watcher(http)


async def test_it_lives_and_is_ready(quiet_world: World, watcher: Watcher) -> None:
    await quiet_world.start_bot()
    assert await watcher.asks("/live") == 200
    assert watcher.heard == {"status": "lives"}
    assert await watcher.asks("") == 200
    assert (watcher.heard["status"], watcher.heard["storage"]) == ("ok", "answers")
    assert watcher.heard["slack"] == "has answered"
    assert await watcher.asks("/ready") == 200
    assert watcher.heard["status"] == "ready"


async def test_a_storage_that_does_not_answer(quiet_world: World, watcher: Watcher) -> None:
    await quiet_world.start_bot()
    with sqlite3.connect(quiet_world.database) as db:
        db.execute("DROP TABLE conferences")
    assert await watcher.asks("") == 503
    assert watcher.heard["status"] == "storage does not answer"
    assert await watcher.asks("/live") == 200


async def test_a_storage_that_cannot_be_written(quiet_world: World, watcher: Watcher) -> None:
    await quiet_world.start_bot()
    with quiet_world.locked_database():
        assert (await watcher.asks(""), await watcher.asks("/live")) == (200, 200)
        assert await watcher.asks("/ready") == 503
        assert watcher.heard["status"] == "storage can't be written"
    assert await watcher.asks("/ready") == 200
    assert "Traceback" not in quiet_world.log


async def test_it_is_ready_once_slack_has_been_reached(quiet_world: World, watcher: Watcher) -> None:
    world = quiet_world
    world.slack.faults.fail("auth.test", status=500, times=2)
    await world.start_bot()
    assert (await watcher.asks("/ready"), await watcher.asks("")) == (503, 200)
    assert watcher.heard["slack"] == "has not answered yet"
    assert await watcher.asks("/ready") == 200
    await world.slack.stop()
    assert await watcher.asks("/ready") == 200, "Hoiio's notifications come in by the same way"


async def test_over_socket_mode_it_is_ready_once_the_socket_has_stood(quiet_world: World, watcher: Watcher) -> None:
    world = quiet_world
    world.socket_mode = True
    await world.start_bot()
    await watcher.hears(world, 200)
    assert watcher.heard["slack"] == "connected"


async def test_one_that_waits_lives_and_is_not_ready(quiet_world: World, watcher: Watcher) -> None:
    world = quiet_world
    with turn_of_somebody_else(world):
        await world.start_spare()
        await watcher.hears(world, 200, "/live")
        for about in ("", "/ready"):
            assert await watcher.asks(about) == 503
            assert watcher.heard == {"status": WAITS}
        async with aiohttp.ClientSession() as http, http.post(f"{world.url}/slack/events") as answer:
            assert answer.status == 503
        assert (world.slack.calls, world.hoiio.requests) == ([], [])
    await world.spare_takes_over()
    await watcher.hears(world, 200)


async def test_one_that_starts_lives_and_is_not_ready(quiet_world: World, watcher: Watcher) -> None:
    hold = quiet_world.slack.hold("auth.test")
    process = await quiet_world._start(quiet_world.log_path)
    quiet_world.spares.append(process)
    await watcher.hears(quiet_world, 200, "/live")
    assert await watcher.asks("/ready") == 503
    assert watcher.heard == {"status": "starts"}
    hold.release()
    await watcher.hears(quiet_world, 200)


async def test_a_spare_on_the_same_port_is_not_heard_and_listens_when_its_turn_has_come(
    quiet_world: World, watcher: Watcher
) -> None:
    world = quiet_world
    await world.start_bot()
    await watcher.asks("")
    first = watcher.heard["instance"]
    spare = await world.start_spare()
    for _ in range(5):
        assert await watcher.asks("/ready") == 200
        assert watcher.heard["instance"] == first
    await world.kill_bot()
    await world.spare_takes_over()
    assert await watcher.asks("/ready") == 200
    assert watcher.heard["instance"] != first
    assert spare.returncode is None


async def test_one_that_waits_gives_its_port_to_whoever_gets_the_turn(quiet_world: World, watcher: Watcher) -> None:
    world = quiet_world
    with turn_of_somebody_else(world):
        first = await world.start_spare()
        await watcher.hears(world, 200, "/live")
        second = await world.start_spare()
        first.send_signal(signal.SIGSTOP)
    await world.until_really(lambda: TAKES_OVER in second.log)
    first.send_signal(signal.SIGCONT)
    await watcher.hears(world, 200)
    assert (first.returncode, second.returncode) == (None, None)
    assert TAKES_OVER not in first.log
