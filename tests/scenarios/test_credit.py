"""The Hoiio account: when it is asked what is left, who hears that it runs low, and what a refusal says of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.harness.world import Actor, World

LOW = Decimal("4.200")
ENOUGH = Decimal("50.000")


@pytest.fixture
async def world(quiet_world: World) -> World:
    """Carol and Dave are admins of the workspace. The bot is not running yet."""
    quiet_world.carol.person.is_admin = True
    quiet_world.dave.person.is_admin = True
    return quiet_world


def questions(world: World) -> list[float]:
    """When Hoiio was asked what is left, in seconds of the moved clock."""
    return [
        (request.at - world.hoiio.requests[0].at).total_seconds()
        for request in world.hoiio.requests
        if request.path == "user/get_balance"
    ]


async def asked(world: World, times: int) -> None:
    await world.until(lambda: len(questions(world)) == times, within=700)


async def bot_starts(world: World) -> None:
    """And has asked: a question on the way would be taken for the next one."""
    before = len(questions(world))
    await world.start_bot()
    await asked(world, before + 1)
    await world.advance(1)


async def asked_anew(world: World) -> None:
    """Ten minutes go by, and the next question with them."""
    before = len(questions(world))
    await world.leap(timedelta(minutes=10))
    await asked(world, before + 1)
    await world.advance(1)


def told(world: World, actor: Actor) -> list[str]:
    return [message.text for message in world.slack.direct_messages(actor.person)]


async def both_are_told(world: World, times: int = 1) -> None:
    """And nobody is told once more, however often the balance is asked for."""
    await world.until(lambda: [len(told(world, actor)) for actor in (world.carol, world.dave)] == [times] * 2)
    await asked_anew(world)
    await world.advance(5)
    assert [len(told(world, actor)) for actor in (world.carol, world.dave, world.alice)] == [times, times, 0]


async def test_the_account_is_asked_at_start_after_a_conference_and_every_ten_minutes(world: World) -> None:
    await bot_starts(world)
    await world.alice.has_number()
    await world.bob.has_number()
    world.alice.phone.will_decline()
    world.bob.phone.will_answer(stay=120)
    await world.alice.types("/conference @bob")
    await world.board_shows("@alice: busy")
    await world.advance(60)
    assert len(questions(world)) == 1
    await world.board_shows("Ended at", within=300)
    ended_after = (world.now - world.hoiio.requests[0].at).total_seconds()
    await world.advance(10)
    _, after = questions(world)
    assert ended_after < after < ended_after + 7
    await world.advance(580)
    assert len(questions(world)) == 2
    await asked(world, 3)
    _, _, later = questions(world)
    assert 598 < later - after < 602


async def test_admins_are_told_once_across_a_restart_and_again_after_it_has_been_above(world: World) -> None:
    world.hoiio.balance = LOW
    await bot_starts(world)
    await world.until(lambda: told(world, world.carol))
    assert told(world, world.carol) == [
        "The Hoiio account has SGD 4.20 left, less than `LOW_BALANCE` (5). Top it up: when there is too little for a "
        "call, Hoiio rings nobody, and without credit it sends no codes by SMS. You are told this once, until it has "
        "been above."
    ]
    await both_are_told(world)
    await world.kill_bot()
    await bot_starts(world)
    await both_are_told(world)
    world.hoiio.balance = ENOUGH
    await asked_anew(world)
    assert [len(told(world, actor)) for actor in (world.carol, world.dave)] == [1, 1]
    await world.terminate_bot()
    world.hoiio.balance = LOW
    await bot_starts(world)
    await both_are_told(world, times=2)


@pytest.mark.parametrize("status", [429, 503])
async def test_an_outage_of_slack_puts_off_the_word_to_admins_and_doubles_none(world: World, status: int) -> None:
    """Who the admins are is known, so that nothing but the message itself meets the outage."""
    world.settings["ADMINS"] = "U0CAROL,U0DAVE"
    await bot_starts(world)
    world.hoiio.balance = LOW
    outage = world.slack.faults.fail("*", status=status, until=world.now + timedelta(minutes=12))
    await asked_anew(world)
    await world.advance(60)
    assert outage.hits
    assert told(world, world.carol) == []
    asked_in_the_outage = len(questions(world))
    await world.until(lambda: told(world, world.carol), within=300)
    assert len(questions(world)) == asked_in_the_outage
    await both_are_told(world)


async def test_a_message_that_slack_surely_did_not_take_is_sent_again(world: World) -> None:
    world.hoiio.balance = LOW
    world.slack.faults.fail("chat.postMessage", status=429, retry_after=90, times=1)
    await bot_starts(world)
    await world.advance(80)
    assert told(world, world.carol) + told(world, world.dave) == []
    await world.kill_bot()
    await bot_starts(world)
    await both_are_told(world)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_message_whose_answer_was_lost_is_not_sent_twice(world: World, when: str) -> None:
    world.hoiio.balance = LOW
    world.slack.faults.reset("chat.postMessage", "after" if when == "after" else "before", times=1)
    await bot_starts(world)
    await world.until(lambda: told(world, world.dave), within=120)
    await asked_anew(world)
    await world.advance(70)
    assert (len(told(world, world.carol)), len(told(world, world.dave))) == (int(when == "after"), 1)


async def test_without_anybody_to_tell_the_log_says_so_once(world: World) -> None:
    world.hoiio.balance = LOW
    world.slack.scopes -= {"users:read"}
    await bot_starts(world)
    warning = "no admin can be told of a low balance, name some in ADMINS: missing_scope"
    await world.until(lambda: warning in world.log)
    await asked_anew(world)
    await asked_anew(world)
    assert world.log.count("no admin can be told") == 1
    world.settings |= {"ADMINS": "U0ERIN", "LOW_BALANCE": "4.21"}
    await world.terminate_bot()
    await bot_starts(world)
    await world.until(lambda: told(world, world.erin))
    assert "less than `LOW_BALANCE` (4.21)" in told(world, world.erin)[0]


async def test_a_call_refused_for_lack_of_credit_says_what_is_left(world: World) -> None:
    world.settings["LOW_BALANCE"] = "off"
    await bot_starts(world)
    await world.alice.has_number()
    await world.bob.has_number()
    world.hoiio.balance = Decimal("-0.015")
    await world.alice.types("/conference @bob")
    sentence = "The Hoiio account has SGD -0.015 left, which is not enough for this call."
    await world.board_shows(sentence, "Nobody was rung.", "@bob: not rung")
    await world.thread_says(sentence, "Nobody was rung.")
    assert told(world, world.carol) == []


async def test_an_account_that_says_nothing_changes_nothing_else(world: World) -> None:
    world.hoiio.faults.paths = {"user/get_balance"}
    world.hoiio.faults.refuse_with, world.hoiio.faults.refuse_calls = "error_internal_server_error", 1000
    await bot_starts(world)
    await world.alice.has_number()
    await world.bob.has_number()
    world.alice.phone.will_decline()
    world.bob.phone.will_decline()
    await world.alice.types("/conference @bob")
    await world.board_shows("@alice: busy", "@bob: busy", "Ended at")
    await asked(world, 2)
    world.hoiio.balance = Decimal(0)
    await world.alice.types("/conference @bob")
    await world.board_shows("The Hoiio account has not enough credit for this call.", "Nobody was rung.")
    await world.until(lambda: world.log.count("it is not known what is left in the account") == 3)
    assert "Traceback" not in world.log
    assert told(world, world.carol) == []
