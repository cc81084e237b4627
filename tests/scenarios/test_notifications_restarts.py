"""The plug is pulled when a notification has been acknowledged and not taken in: the next start takes it in."""

import sqlite3
from contextlib import closing

import aiohttp
import pytest

from conference.ports import Notification
from storage import Storage
from tests.harness.world import World


@pytest.fixture
async def unasked_world(world: World) -> World:
    """Alice and Bob are being rung, and what Hoiio does not tell by itself is not to be had by asking either."""
    world.hoiio.faults.notifications.drop = "all"
    for method in ("voice/query_status", "voice/get_history"):
        world.hoiio.rate_limits[method] = 0
    world.hoiio.ring_gap_seconds = 0.0
    await world.alice.types("/conference @bob")
    await world.board_shows("@alice: ringing", "@bob: ringing")
    return world


def outcome(world: World, **changes: str) -> dict[str, str]:
    """Bob was in the call for three minutes."""
    leg = next(leg for leg in world.hoiio.legs if leg.number == world.bob.number)
    fields = {"dest": world.bob.number, "txn_ref": leg.txn_ref, "call_status_dest": "answered", "duration": "3"}
    return fields | changes


async def notify(world: World, fields: dict[str, str]) -> int | None:
    """The status that Hoiio gets; None if it gets no answer."""
    try:
        return await world.hoiio.notify(fields, world.call_requests[0]["notify_url"])
    except aiohttp.ClientError:
        return None


def count(world: World, sql: str) -> int:
    with closing(sqlite3.connect(world.database)) as database:
        (rows,) = database.execute(sql).fetchone()
    return int(rows)


def untaken(world: World) -> int:
    return count(world, "SELECT count(*) FROM notifications WHERE untaken = 1")


async def keep(world: World, fields: dict[str, str]) -> None:
    """Do the last thing that a bot did: it kept this, said so, and died."""
    conference_id, secret = world.call_requests[0]["notify_url"].split("/")[-2:]
    storage = await Storage.open(world.database)
    assert await storage.keep(conference_id, secret, Notification(fields, world.now))
    await storage.close()


async def test_what_a_killed_bot_had_acknowledged_is_taken_in_at_the_next_start(unasked_world: World) -> None:
    world = unasked_world
    await world.kill_bot()
    await keep(world, outcome(world))
    await world.start_bot()
    await world.board_shows("@bob: was in the call, 3 min", "@alice: ringing")
    await world.thread_says("@bob: was in the call, 3 min")
    assert untaken(world) == 0


async def test_one_on_file_that_is_damaged_stands_in_the_way_of_no_other(unasked_world: World) -> None:
    world = unasked_world
    await world.kill_bot()
    conference_id = world.call_requests[0]["tag"]
    with closing(sqlite3.connect(world.database)) as database, database:
        for damaged in ("{", "[]", '"busy"'):
            database.execute(
                "INSERT INTO notifications (team_id, conference_id, digest, fields, received_at, untaken) "
                "SELECT team_id, conference_id, ?, ?, created_at, 1 FROM conferences WHERE conference_id = ?",
                [damaged, damaged, conference_id],
            )
    await keep(world, outcome(world))
    await world.start_bot()
    await world.board_shows("@bob: was in the call, 3 min", "@alice: ringing")
    assert world.log.count(f"conference {conference_id}: a notification on file can't be read") == 3
    assert (untaken(world), count(world, "SELECT count(*) FROM notifications")) == (0, 4)


@pytest.mark.parametrize(
    ("kill_at", "status"),
    [("before:1", None), ("after:1", None), ("before:2", 200), ("after:2", 200)],
    ids=["before it was kept", "before it was acknowledged", "before it was taken in", "when it was taken in"],
)
async def test_killed_between_the_keeping_and_the_showing(
    unasked_world: World, kill_at: str, status: int | None
) -> None:
    """The conference is over: of itself, a start would not look at it."""
    world = unasked_world
    await notify(world, outcome(world))
    alices = next(leg for leg in world.hoiio.legs if leg.number == world.alice.number)
    await notify(world, {"txn_ref": alices.txn_ref, "call_status_dest": "busy"})
    await world.board_shows("Ended at", "@bob: was in the call, 3 min")
    # From there on nothing is written but what is told next.
    await world.until(lambda: not count(world, "SELECT count(*) FROM conferences WHERE shown_version < version"))
    await world.kill_bot()
    await world.start_bot(kill_at=kill_at)
    assert await notify(world, outcome(world, duration="5")) == status
    await world.until(lambda: not world.bot_is_running)
    assert untaken(world) == (kill_at in {"after:1", "before:2"})
    await world.start_bot()
    if kill_at == "before:1":
        # It was not acknowledged.
        assert await notify(world, outcome(world, duration="5")) == 200
    await world.board_shows("Ended at", "@bob: was in the call, 5 min")
    await world.until(lambda: not untaken(world))


async def test_one_that_was_refused_is_known_to_have_rung(world: World) -> None:
    world.hoiio.faults.refuse_with = "error_invalid_caller_id"
    # The stand-in knows no such call, and would say so before the board is drawn.
    world.hoiio.rate_limits["voice/query_status"] = 0
    await world.alice.types("/conference @bob")
    await world.board_shows("Nobody was rung")
    await world.kill_bot()
    await keep(world, {"dest": world.bob.number, "txn_ref": "AA-C-99", "call_status_dest": "answered"})
    await world.start_bot()
    await world.board_shows("@bob: in the call")


async def test_one_that_came_before_hoiios_answer_is_known_before_that_answer_is_given_up(world: World) -> None:
    """Phones rang: so nobody has to decide whether to ring them again."""
    world.hoiio.faults.notifications.drop = "all"
    hold = world.hoiio.hold("conference/call", "after")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    await keep(world, {"dest": world.bob.number, "txn_ref": "AA-C-99", "call_status_dest": "busy"})
    await world.start_bot()
    await world.board_shows("@bob: busy", "@alice: ringing")
    assert ": unconfirmed" not in world.log
    assert len(world.call_requests) == 1
