"""Hoiio sms/send: what the bot sends when somebody adds their number, and makes of each answer."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from conference.numbers import show_number
from messages.refusals import carrier_refusal
from tests.harness.world import APP_ID, Actor, World
from tests.unit.test_board import HOIIO_CODES

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "sms/send"
ONE_TEXT_CHARACTERS = 160
LONGER_THAN_ANY_RETRY_SECONDS = 10


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """People prove their numbers."""
    world = World(tmp_path_factory.mktemp("world"))
    world.settings["VERIFY_NUMBERS"] = "sms"
    await world.open()
    try:
        await world.start_bot()
        world.hoiio.faults.paths = {PATH}
        yield world
    finally:
        await world.close()


@pytest_asyncio.fixture(loop_scope="module")
async def world(running_world: World) -> World:
    """Nothing was asked of Hoiio yet."""
    running_world.hoiio.requests.clear()
    return running_world


def asked(world: World) -> list[dict[str, str]]:
    """The parameters of every sms/send that arrived."""
    return [dict(request.parameters) for request in world.hoiio.requests if request.path == PATH]


async def proposes(world: World, actor: Actor) -> None:
    """Somebody adds their number, and Hoiio is asked to text it."""
    before = len(asked(world))
    result = await actor.types(f"/conference number {actor.number}")
    assert "A code is on its way" in result.ack_text
    await world.until(lambda: len(asked(world)) > before)


def why_no_code(number: str, code: str) -> str:
    """What somebody reads whose code Hoiio would not send."""
    if code.startswith("error_dest_"):
        return (
            f"No code could be sent to {show_number(number)}: Hoiio does not take that number. Nothing was changed. "
            "Check it; if it is right, ask an admin to put it on file."
        )
    return f"No code could be sent to {show_number(number)}, so nothing was changed. {carrier_refusal(code)}"


async def test_parameters(world: World) -> None:
    await proposes(world, world.alice)
    (request,) = asked(world)
    assert request.keys() == {"app_id", "access_token", "dest", "msg"}
    assert (request["app_id"], request["dest"]) == (APP_ID, world.alice.number)
    assert request["msg"].isascii()
    assert len(request["msg"]) <= ONE_TEXT_CHARACTERS
    await world.alice.is_texted()
    result = await world.alice.types(f"/conference number code {world.alice.code}")
    assert "you can be rung on" in result.ack_text


@pytest.mark.parametrize(
    "code", [code for code in HOIIO_CODES if code != "error_internal_server_error"] + ["error_moon_in_wrong_phase"]
)
async def test_status_that_says_no(world: World, code: str) -> None:
    """Nothing was changed, and it is neither tried again nor counted: there are more of these than codes in a day."""
    world.hoiio.faults.refuse_with = code
    told = world.told(world.bob).count("No code could be sent")
    await proposes(world, world.bob)
    await world.until(lambda: world.told(world.bob).count("No code could be sent") > told)
    assert why_no_code(world.bob.number, code) in world.told(world.bob)
    await world.advance(LONGER_THAN_ANY_RETRY_SECONDS)
    assert len(asked(world)) == 1
    assert "no number on file" in (await world.bob.types("/conference number")).ack_text


async def test_status_error_internal_server_error(world: World) -> None:
    """Nobody can tell whether it was sent: it is not sent again, and counts."""
    world.hoiio.faults.refuse_with = "error_internal_server_error"
    await proposes(world, world.carol)
    await world.advance(LONGER_THAN_ANY_RETRY_SECONDS)
    assert len(asked(world)) == 1
    result = await world.carol.types("/conference number")
    assert "+65 9123 0003 is not proved yet: enter the code that was texted to it" in result.ack_text
    for _ in range(2):
        await proposes(world, world.carol)
    result = await world.carol.types(f"/conference number {world.carol.number}")
    assert "3 codes within an hour" in result.ack_text
