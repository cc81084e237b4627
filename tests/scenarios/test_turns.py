"""Several processes are started on one database: one works, and the others wait for its end."""

import fcntl
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.harness.world import TAKES_OVER, World

Seen = tuple[int, int, dict[str, tuple[int, int]]]


@contextmanager
def turn_of_somebody_else(world: World) -> Iterator[None]:
    """Another program has the turn, and does nothing with it."""
    descriptor = os.open(f"{world.database}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def seen(world: World) -> Seen:
    """What Slack and Hoiio were asked until now, and how large and old each of the database's files is."""
    files = {path.name: path.stat() for path in world.directory.glob("rollcall.db*")}
    return (
        len(world.slack.calls),
        len(world.hoiio.requests),
        {name: (status.st_size, status.st_mtime_ns) for name, status in files.items()},
    )


async def at_rest(world: World) -> Seen:
    """What is seen once nothing has changed for a while, in which all that was under way has come to its end."""
    rested = None
    while rested != seen(world):
        rested = seen(world)
        await world.advance(5)
    return rested


def files(world: World) -> list[str]:
    return sorted(path.name for path in world.directory.iterdir())


def is_listened(world: World) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", world.port)) == 0


@pytest.fixture
async def busy_world(world: World) -> World:
    """A spare waits beside the bot. Alice will be in the call, Bob will decline, Carol will not pick up."""
    await world.start_spare()
    world.alice.phone.will_answer(stay=50)
    world.bob.phone.will_decline()
    world.carol.phone.will_ignore()
    return world


async def shows_every_outcome(world: World) -> None:
    """The board becomes right, and so does the thread; nobody was rung twice."""
    await world.board_shows("@alice: was in the call, 1 min", "@bob: busy", "@carol: did not pick up", within=300)
    await world.board_shows("Ended at")
    await world.thread_says("@alice: was", "@bob: busy", "@carol: did not pick up")
    assert len(world.boards) == 1
    assert world.rung == world.dests == [world.alice.number, world.bob.number, world.carol.number]


async def test_one_that_waits_opens_nothing_and_asks_nobody(either_world: World) -> None:
    world = either_world
    with turn_of_somebody_else(world):
        spare = await world.start_spare()
        await world.advance(60)
        assert spare.returncode is None
        assert files(world) == ["rollcall.db.lock", "spare1.log"]
        assert (world.slack.calls, world.hoiio.requests) == ([], [])
        assert len(spare.log.splitlines()) == 1
        assert f"another Rollcall works on {world.database}" in spare.log
    await world.spare_takes_over()
    assert is_listened(world)
    assert "rollcall.db" in files(world)


async def test_one_that_comes_second_leaves_the_first_ones_work_alone(world: World) -> None:
    hold = world.hoiio.hold("conference/call", "before")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    before = await at_rest(world)
    assert before[2]["rollcall.db-wal"][0], "whoever opens the database empties this"
    await world.start_spare()
    assert seen(world) == before
    hold.release()
    await world.board_shows("@alice: ringing", "@bob: ringing")
    assert len(world.boards) == 1
    assert world.dests == [world.alice.number, world.bob.number]


async def test_it_takes_over_from_one_that_was_idle(either_world: World) -> None:
    world = either_world
    await world.start_bot()
    await world.start_spare()
    await world.kill_bot()
    await world.spare_takes_over()
    await world.alice.has_number()
    await world.alice.types("/conference me")
    await world.board_shows("@alice: ringing")


@pytest.mark.parametrize("when", ["before", "after"])
async def test_it_takes_over_from_one_that_was_killed_while_it_asked_hoiio_to_ring(
    busy_world: World, when: str
) -> None:
    world = busy_world
    hold = world.hoiio.hold("conference/call", "after" if when == "after" else "before")
    await world.alice.types("/conference @bob @carol")
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    await world.spare_takes_over()
    if when == "after":
        await shows_every_outcome(world)
        return
    await world.board_shows("nothing has been heard of it since", within=900)
    assert (len(world.call_requests), world.rung) == (1, [])


@pytest.mark.parametrize("method", ["users.info", "chat.postMessage"])
async def test_it_takes_over_from_one_that_was_killed_before_it_dialed(busy_world: World, method: str) -> None:
    world = busy_world
    hold = world.slack.hold(method, "after")
    await world.alice.types("/conference @bob @carol")
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    await world.spare_takes_over()
    await shows_every_outcome(world)


async def test_it_takes_over_a_call_that_runs(busy_world: World) -> None:
    world = busy_world
    await world.alice.types("/conference @bob @carol")
    await world.board_shows("@alice: in the call since", "@bob: busy", "@carol: ringing")
    await world.kill_bot()
    await world.advance(10)
    await world.spare_takes_over()
    await shows_every_outcome(world)


async def test_one_that_is_told_to_stop_first_finishes_what_is_in_hand(busy_world: World) -> None:
    world = busy_world
    (spare,) = world.spares
    hold = world.hoiio.hold("conference/call", "after")
    await world.alice.types("/conference @bob @carol")
    await world.until(lambda: hold.is_reached)
    world.tell_bot_to_stop()
    await world.until(lambda: "stopping" in world.log)
    await world.until(lambda: not is_listened(world))
    await world.advance(20)
    assert TAKES_OVER not in spare.log
    hold.release()
    assert await world.terminate_bot() == 0
    await world.spare_takes_over()
    await shows_every_outcome(world)


async def test_of_three_one_works(world: World) -> None:
    spares = [await world.start_spare(), await world.start_spare()]
    await world.kill_bot()
    await world.spare_takes_over()
    await world.advance(30)
    (waiting,) = world.spares
    assert [TAKES_OVER in spare.log for spare in spares].count(True) == 1
    await world.kill_bot()
    await world.spare_takes_over()
    assert TAKES_OVER in waiting.log
    await world.alice.types("/conference @bob")
    await world.board_shows("@alice: ringing", "@bob: ringing")
    assert world.dests == [world.alice.number, world.bob.number]


async def test_one_that_waits_ends_when_told_to_and_the_other_works_on(busy_world: World) -> None:
    world = busy_world
    (spare,) = world.spares
    await world.alice.types("/conference @bob @carol")
    await world.board_shows("@alice: in the call since")
    spare.send_signal(signal.SIGTERM)
    assert await spare.wait() == 0
    assert TAKES_OVER not in spare.log
    await shows_every_outcome(world)


async def test_one_restart_after_another_while_a_call_runs(busy_world: World) -> None:
    world = busy_world
    await world.alice.types("/conference @bob @carol")
    await world.board_shows("@alice: in the call since")
    for _ in range(3):
        assert await world.terminate_bot() == 0
        await world.spare_takes_over()
        await world.start_spare()
    await shows_every_outcome(world)


async def test_a_database_is_known_by_each_of_its_names(world: World) -> None:
    elsewhere = world.directory / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "other.db").symlink_to(world.database)
    (world.directory / "again").symlink_to(elsewhere)
    for name in (Path("rollcall.db"), elsewhere / "other.db", world.directory / "again" / "other.db"):
        world.settings["DATABASE"] = str(name)
        await world.start_spare()
    assert list(elsewhere.iterdir()) == [elsewhere / "other.db"]


async def test_nobody_waits_for_one_that_was_killed_before(world: World) -> None:
    await world.kill_bot()
    assert (world.directory / "rollcall.db.lock").exists()
    await world.start_bot()
    assert "waits" not in world.log
