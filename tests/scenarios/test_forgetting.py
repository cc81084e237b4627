"""A number that is to be forgotten stands nowhere any more: the database's own files are searched for it."""

import re
from datetime import timedelta

from tests.harness.world import World

GUEST = "+6591239999"
LOOKED_AFTER_EVERY = timedelta(hours=1)
"""A look may come before a leap has ended, and the next one after so long."""


def holding(world: World, number: str) -> list[str]:
    """The database's files that hold a number's digits, however they are written."""
    digits = re.sub(r"\D", "", number)[2:]
    found = []
    for path in sorted(world.directory.glob("rollcall.db*")):
        text = re.sub(rb"[ ()\-]", b"", path.read_bytes())
        if digits.encode() in text:
            found.append(path.name)
    return found


async def play_one(world: World) -> None:
    """Everybody declines, so that it is soon over."""
    for phone in (world.alice.phone, world.bob.phone, world.hoiio.phone(GUEST)):
        phone.will_decline()
    await world.alice.types(f"/conference @bob {GUEST}")
    await world.board_shows("Ended at", within=200)


async def test_remove_forgets_it_in_past_conferences_and_notifications_too(world: World) -> None:
    await play_one(world)
    assert holding(world, world.bob.number), "there was something to forget"
    assert "forgotten, in past conferences too" in (await world.bob.types("/conference number remove")).ack_text
    assert holding(world, world.bob.number) == []
    assert holding(world, world.alice.number), "nobody else's was touched"


async def test_remove_forgets_also_where_others_typed_it(world: World) -> None:
    await world.erin.types(f"/conference number {GUEST}")
    await play_one(world)
    await world.erin.types("/conference number remove")
    assert holding(world, GUEST) == []


async def test_a_number_of_a_call_that_goes_on_is_forgotten_at_its_end(world: World) -> None:
    world.alice.phone.will_answer(after=1, stay=60)
    world.bob.phone.will_answer(after=1, stay=60)
    await world.alice.types("/conference @bob")
    await world.until(lambda: world.bob.phone.room)
    await world.bob.types("/conference number remove")
    await world.board_shows("@bob: was in the call", "Ended at", within=300)
    assert holding(world, world.bob.number) == []
    assert holding(world, world.alice.number), "nobody else's was touched"


async def test_a_notification_that_comes_again_does_not_bring_it_back(world: World) -> None:
    await play_one(world)
    (again,) = [one for one in world.hoiio.notifications if one.fields["dest"] == world.bob.number]
    await world.bob.types("/conference number remove")
    assert await world.hoiio.notify(again.fields, again.url) == 200
    assert holding(world, world.bob.number) == []


async def test_whoever_removes_their_number_before_the_phones_ring_is_not_rung(world: World) -> None:
    hold = world.slack.hold("chat.postMessage")
    await world.alice.types("/conference @bob @carol")
    await hold.reached()
    await world.bob.types("/conference number remove")
    hold.release()
    await world.board_shows("@bob: no number on file, so not rung")
    await world.until(lambda: world.dests)
    assert world.bob.number not in world.dests


async def test_when_nobody_is_left_to_ring_the_board_says_so(world: World) -> None:
    hold = world.slack.hold("chat.postMessage")
    await world.alice.types("/conference @bob")
    await hold.reached()
    await world.bob.types("/conference number remove")
    hold.release()
    await world.board_shows("Nobody was rung: @alice would have been alone in the call")
    await world.advance(5)
    assert world.dests == []


async def test_old_conferences_lose_their_numbers_by_themselves(world: World) -> None:
    await play_one(world)
    await world.leap(timedelta(days=89))
    assert holding(world, GUEST)
    await world.leap(timedelta(days=2))
    await world.leap(LOOKED_AFTER_EVERY)
    await world.until(lambda: not holding(world, GUEST))
    assert holding(world, world.bob.number), "what is on file stays"
    await world.carol.types("/conference @dave")
    await world.board_shows("Phones rung at")


async def test_the_operator_says_for_how_long(world: World) -> None:
    await world.terminate_bot()
    world.settings["RETENTION_DAYS"] = "1"
    await world.start_bot()
    await play_one(world)
    await world.leap(timedelta(days=2))
    await world.leap(LOOKED_AFTER_EVERY)
    await world.until(lambda: not holding(world, GUEST))


async def test_a_number_that_was_never_proved_is_forgotten(quiet_world: World) -> None:
    world = quiet_world
    world.settings["VERIFY_NUMBERS"] = "sms"
    await world.start_bot()
    await world.erin.types(f"/conference number {world.erin.number}")
    await world.erin.is_texted()
    assert holding(world, world.erin.number)
    await world.leap(timedelta(hours=1))
    await world.until(lambda: not holding(world, world.erin.number))
