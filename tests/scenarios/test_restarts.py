"""The plug is pulled, at every step of the way, and the bot started again."""

import asyncio
from datetime import timedelta

import pytest

from sandbox.hoiio.faults import Hold as HoiioHold
from sandbox.slack.faults import Hold as SlackHold
from tests.harness.world import World

TRANSACTIONS = 20
"""As many as a conference of three surely has, from its command to the last thing shown."""


@pytest.fixture
async def stopped_world(world: World) -> World:
    """Numbers are on file, and the bot is stopped, to be started again with its end appointed."""
    await world.terminate_bot()
    return world


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("transaction", range(1, TRANSACTIONS + 1))
async def test_killed_around_a_commit(stopped_world: World, where: str, transaction: int) -> None:
    """No number is rung twice, no outcome is lost, board and thread are right."""
    world = stopped_world
    world.alice.phone.will_answer(stay=20)
    world.bob.phone.will_decline()
    world.carol.phone.will_ignore()

    await world.start_bot(kill_at=f"{where}:{transaction}")
    result = await world.alice.types("/conference @bob @carol")
    await world.until(lambda: not world.bot_is_running, within=120)
    await world.start_bot()

    if (where, transaction) == ("before", 1):
        # Nothing was stored, so nothing was promised, and nothing may happen.
        assert not result.acked
        await world.advance(90)
        assert (world.dests, world.boards) == ([], [])
        return
    await world.until(lambda: is_complete(world) or is_left_to_people(world), within=900)
    await world.advance(10)
    assert len(world.rung) == len(set(world.rung)), "somebody was rung twice"
    assert len(world.boards) == 1
    if is_left_to_people(world):
        assert world.dests == [], "phones rang, and the board does not know"
        return
    said = "\n".join(world.replies)
    assert [said.count(f"@{name}:") for name in ("alice", "bob", "carol")] == [1, 1, 1]


def is_complete(world: World) -> bool:
    """Every outcome stands on the board and in the thread."""
    said = "\n".join(world.replies)
    outcomes = ("@alice: was in the call, 1 min", "@bob: busy", "@carol: did not pick up", "Ended at")
    return all(outcome in world.board_text for outcome in outcomes) and all(outcome in said for outcome in outcomes[:3])


def is_left_to_people(world: World) -> bool:
    """The request may have left just before the kill, and Hoiio knows nothing of it: people decide."""
    return "nothing has been heard of it since" in world.board_text


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["users.info", "chat.postMessage", "chat.update"])
async def test_killed_while_slack_is_asked(world: World, method: str, when: str) -> None:
    hold = world.slack.hold(method, "after" if when == "after" else "before")
    world.alice.phone.will_answer(stay=20)
    world.bob.phone.will_decline()
    world.carol.phone.will_ignore()
    await world.alice.types("/conference @bob @carol")
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    await world.start_bot()
    await world.until(lambda: is_complete(world), within=200)
    assert len(world.boards) == 1
    assert world.dests == [world.alice.number, world.bob.number, world.carol.number]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_while_hoiio_is_asked_to_ring(world: World, when: str) -> None:
    hold = world.hoiio.hold("conference/call", "after" if when == "after" else "before")
    world.alice.phone.will_answer(stay=20)
    world.bob.phone.will_decline()
    world.carol.phone.will_ignore()
    await world.alice.types("/conference @bob @carol")
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    await world.start_bot()
    await world.until(lambda: is_complete(world) if when == "after" else is_left_to_people(world), within=900)
    assert len(world.call_requests) == 1
    assert len(world.rung) == (3 if when == "after" else 0)


async def test_what_happened_while_the_bot_was_down_is_fetched(world: World) -> None:
    world.alice.phone.will_answer(stay=50)
    world.bob.phone.will_decline()
    await world.alice.types("/conference @bob")
    await world.board_shows("@bob: ringing")
    await world.kill_bot()
    await world.advance(300)
    await world.start_bot()
    await world.board_shows("@alice: was in the call, 1 min", "@bob: busy", "Ended at", "|01:31 UTC>")
    await world.thread_says("@alice: was", "@bob: busy")


async def test_a_command_older_than_a_minute_is_abandoned_with_a_word_in_the_channel(world: World) -> None:
    hold = world.slack.hold("users.info", "before")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    await world.advance(61)
    await world.start_bot()
    await world.board_shows("could not start within a minute", "nobody was rung", "@alice, run the command again")
    assert world.dests == []


async def stops(world: World, hold: SlackHold | HoiioHold) -> None:
    """The bot is told to stop while that is held, and stops when it is not held any more."""
    world.tell_bot_to_stop()
    await world.until(lambda: "stopping" in world.log)
    assert world.bot_is_running
    hold.release()
    assert await world.terminate_bot() == 0
    assert " ERROR " not in world.log


async def test_sigterm_finishes_what_is_in_hand(world: World) -> None:
    hold = world.hoiio.hold("conference/call", "after")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    await stops(world, hold)
    assert "@bob: ringing" in world.board_text


async def test_sigterm_finishes_the_answer_to_whoever_has_just_pressed_something(either_world: World) -> None:
    world = either_world
    await world.start_bot()
    await world.alice.has_number()
    world.alice.phone.will_answer()
    await world.alice.types("/conference +6591230009")
    await world.board_shows("@alice: in the call since")
    hold = world.slack.hold("users.info")
    pressing = asyncio.create_task(world.carol.presses("hang_up"))
    await world.until(lambda: hold.is_reached)
    await stops(world, hold)
    await pressing
    assert "Nothing was done: only @alice" in world.told(world.carol)


async def test_sigterm_finishes_what_goes_on_behind_an_answer(either_world: World) -> None:
    world = either_world
    await world.start_bot()
    help_message = (await world.bob.types("/conference help")).message
    form = await world.bob.opens("open_preferences_form", help_message)
    hold = world.slack.hold("views.publish")
    await world.slack.submit(world.bob.person, form, {"rings": "never"})
    await world.until(lambda: hold.is_reached)
    await stops(world, hold)
    assert world.slack.home(world.bob.person)


async def test_a_stopped_bot_has_told_every_outcome_it_knew(world: World) -> None:
    world.alice.phone.will_decline()
    await world.alice.types("/conference @bob")
    await world.until(lambda: "@alice: busy" in world.board_text)
    assert await world.terminate_bot() == 0
    assert "@alice: busy" in "\n".join(world.replies)


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("transaction", range(1, 6))
async def test_killed_while_slack_refuses_the_board(stopped_world: World, where: str, transaction: int) -> None:
    """The caller is told, and nobody stays locked out as if they were in a call."""
    world = stopped_world
    elsewhere = world.slack.add_channel("secret", world.alice.person, world.bob.person, bot_in=False)
    await world.start_bot(kill_at=f"{where}:{transaction}")
    await world.alice.types("/conference @bob", elsewhere)
    await world.until(lambda: not world.bot_is_running, within=120)
    await world.start_bot()
    if (where, transaction) != ("before", 1):
        await world.until(lambda: "/invite @Rollcall" in world.told(world.alice, elsewhere), within=120)
    await world.carol.types("/conference @bob")
    await world.board_shows("@carol: ringing", "@bob: ringing")
    assert world.dests == [world.carol.number, world.bob.number]


async def test_a_clock_that_was_set_back_does_not_make_an_old_command_new(world: World) -> None:
    hold = world.slack.hold("users.info", "before")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    await world.start_bot(now=world.now - timedelta(hours=5))
    await world.board_shows("could not start within a minute")
    assert world.dests == []


async def test_a_locked_database_at_the_start_does_not_keep_the_bot_from_stopping(world: World) -> None:
    hold = world.hoiio.hold("conference/call", "after")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    with world.locked_database():
        await world.start_bot()
        # The wait for a lock is real time.
        await world.until_really(lambda: "the storage does not answer" in world.log)
    await world.board_shows("@bob: ringing")
    assert await world.terminate_bot() == 0


async def test_a_conference_given_up_where_no_board_may_stand_is_told_to_the_caller(world: World) -> None:
    elsewhere = world.slack.add_channel("secret", world.alice.person, world.bob.person, bot_in=False)
    hold = world.slack.hold("users.info", "before")
    await world.alice.types("/conference @bob", elsewhere)
    await world.until(lambda: hold.is_reached)
    await world.kill_bot()
    await world.advance(61)
    await world.start_bot()
    await world.until(lambda: "could not start within a minute" in world.told(world.alice, elsewhere))
