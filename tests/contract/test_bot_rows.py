"""Hoiio's pages on conference/call, row by row: what the bot sends, and what it makes of each answer."""

import re
import sqlite3
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.contract.conftest import WireRequest, states
from tests.harness.reading import buttons
from tests.harness.world import ACCESS_TOKEN, APP_ID, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
MAX_TAG_CHARACTERS = 256
LONGER_THAN_ANY_RETRY_SECONDS = 10
GUESSING_TAKES_CHARACTERS = 22
"""128 bits in base 64."""


# Parameters


async def called(world: World, typed: str = "/conference @bob") -> dict[str, str]:
    """What the bot asks Hoiio for when Alice types that."""
    before = len(world.call_requests)
    await world.alice.types(typed)
    await world.until(lambda: len(world.call_requests) > before)
    return world.call_requests[-1]


async def test_parameter_app_id(world: World) -> None:
    assert (await called(world))["app_id"] == APP_ID


async def test_parameter_access_token(wire: WireRequest) -> None:
    assert parse_qs(wire.body.decode())["access_token"] == [ACCESS_TOKEN]
    assert ACCESS_TOKEN not in wire.path


async def test_parameter_dest(world: World) -> None:
    request = await called(world, "/conference @bob +65 9123 4567")
    assert set(request["dest"].split(",")) == {world.alice.number, world.bob.number, "+6591234567"}


async def test_parameter_dest_on_the_wire(wire: WireRequest) -> None:
    assert (wire.method, wire.path) == ("POST", "/open/conference/call")
    assert wire.content_type == "application/x-www-form-urlencoded"
    assert b"%2B6591230001" in wire.body
    assert b"%2B6591230002" in wire.body
    assert b"+" not in wire.body


async def test_parameter_dest_has_eight_numbers_at_most(world: World) -> None:
    guests = [f"+659123010{digit}" for digit in range(8)]
    await world.alice.types(f"/conference {' '.join(guests)}")
    await world.until(lambda: "a conference takes at most 8" in world.told(world.alice))
    assert world.call_requests == []
    request = await called(world, f"/conference without me {' '.join(guests)}")
    assert sorted(request["dest"].split(",")) == guests


async def test_parameter_room(world: World) -> None:
    room = (await called(world))["room"]
    assert re.fullmatch(r"[A-Za-z0-9._]{1,32}", room)
    await world.board_shows(f"room `{room}`", "ringing")


@pytest.mark.parametrize(("setting", "sent"), [("+65 6123 4567", "+6561234567"), ("private", "private")])
async def test_parameter_caller_id(set_world: World, setting: str, sent: str) -> None:
    set_world.settings["HOIIO_CALLER_ID"] = setting
    set_world.hoiio.hoiio_numbers = {"+6561234567"}
    await set_world.start_bot()
    await set_world.alice.has_number()
    assert (await called(set_world, "/conference me"))["caller_id"] == sent
    await set_world.until(lambda: set_world.alice.phone.caller_id == sent)


async def test_parameter_caller_id_is_left_out_when_it_is_not_set(world: World) -> None:
    assert "caller_id" not in await called(world)


async def test_parameter_tag(world: World) -> None:
    tag = (await called(world))["tag"]
    with sqlite3.connect(world.database) as db:
        newest = db.execute("SELECT conference_id FROM conferences ORDER BY rowid DESC").fetchone()
    assert newest == (tag,)
    assert 0 < len(tag) <= MAX_TAG_CHARACTERS


async def test_parameter_notify_url(world: World) -> None:
    url = (await called(world))["notify_url"]
    other = (await called(world, "/conference @carol @dave without me"))["notify_url"]
    assert url.startswith(f"{world.url}/")
    *_, secret = urlsplit(url).path.split("/")
    *_, other_secret = urlsplit(other).path.split("/")
    assert len(secret) >= GUESSING_TAKES_CHARACTERS
    assert secret != other_secret


async def test_parameter_notify_url_of_another_conference_opens_nothing(world: World) -> None:
    url = (await called(world))["notify_url"]
    other = (await called(world, "/conference @carol @dave without me"))["notify_url"]
    await world.board_shows("@carol: ringing")
    leg = next(leg for leg in world.hoiio.legs if leg.number == world.carol.number)
    mixed = f"{other.rpartition('/')[0]}/{url.rpartition('/')[2]}"
    assert await world.hoiio.notify({"txn_ref": leg.txn_ref, "call_status_dest": "busy"}, mixed) == 404
    await world.advance(3)
    assert "@carol: ringing" in world.board_text


# Result Status


async def refused(
    world: World, code: str, sentence: str, nobody: str = "Nobody was rung.", *, state: str = "refused"
) -> None:
    """Hoiio refuses the call with that code: people read the sentence, and no phone rings."""
    world.hoiio.faults.refuse_with = code
    await called(world, "/conference @bob @carol")
    await world.board_shows(sentence, nobody, "@bob: not rung")
    await world.thread_says(sentence, nobody)
    await world.advance(LONGER_THAN_ANY_RETRY_SECONDS)
    assert states(world)[-1] == state
    assert len(world.call_requests) == 1
    assert world.rung == []


async def test_status_success_ok(world: World) -> None:
    await called(world)
    await world.board_shows("@alice: ringing", "@bob: ringing", "Phones rung at")
    await world.until(lambda: world.rung == [world.alice.number, world.bob.number])
    assert states(world)[-1] == "live"


async def test_status_success_ok_with_txn_refs_in_one_text(world: World) -> None:
    world.hoiio.txn_refs_as_text = True
    world.bob.phone.will_decline()
    await called(world)
    await world.board_shows("@alice: ringing", "@bob: busy")


async def test_status_error_invalid_http_method(world: World) -> None:
    await refused(world, "error_invalid_http_method", "Hoiio did not accept the way it was asked.")


async def test_status_error_malformed_params(world: World) -> None:
    await refused(world, "error_malformed_params", "Hoiio could not read the request.")


@pytest.mark.parametrize("missing", ["app_id", "access_token", "dest"])
async def test_status_error_x_param_missing(world: World, missing: str) -> None:
    await refused(world, f"error_{missing}_param_missing", f"Hoiio missed `{missing}` in the request.")


async def test_status_error_invalid_access_token(world: World) -> None:
    await refused(world, "error_invalid_access_token", "renew `HOIIO_ACCESS_TOKEN`")


async def test_status_error_invalid_app_id(world: World) -> None:
    await refused(world, "error_invalid_app_id", "correct `HOIIO_APP_ID`")


async def test_status_error_tag_invalid_length(world: World) -> None:
    await refused(world, "error_tag_invalid_length", "the conference's name too long")


async def test_status_error_dest_invalid(world: World) -> None:
    await refused(world, "error_dest_invalid", "one of the numbers is no phone number")


async def test_status_error_dest_not_supported(world: World) -> None:
    await refused(world, "error_dest_not_supported", "does not call the country or network")


async def test_status_error_not_allowed_for_trial(world: World) -> None:
    await refused(world, "error_not_allowed_for_trial", "Hoiio's trial account may not call")


async def test_status_error_invalid_room(world: World) -> None:
    await refused(world, "error_invalid_room", "did not accept the room's name")


async def test_status_error_invalid_notify_url(world: World) -> None:
    await refused(world, "error_invalid_notify_url", "correct `PUBLIC_URL`")


async def test_status_error_unable_to_resolve_notify_url(world: World) -> None:
    await refused(world, "error_unable_to_resolve_notify_url", "check that `PUBLIC_URL` is known to public DNS")


async def test_status_error_insufficient_credit(world: World) -> None:
    world.hoiio.balance = Decimal("7.250")
    await refused(world, "error_insufficient_credit", "account has SGD 7.25 left, which is not enough for this call")


async def test_status_error_concurrent_call_limit_reached(world: World) -> None:
    sentence = "the account's lines are taken by something else than Rollcall's conferences"
    await refused(world, "error_concurrent_call_limit_reached", sentence, "Nobody was rung: ", state="abandoned")
    assert "Ring as lines get free" in buttons(world.board)
    assert "@alice: not rung: no line was free" in world.board_text


async def test_status_error_rate_limit_exceeded(world: World) -> None:
    await refused(world, "error_rate_limit_exceeded", "too much within a minute")


async def test_status_nobody_has_heard_of_is_shown_as_it_is(world: World) -> None:
    await refused(world, "error_moon_in_wrong_phase", "only the code `error_moon_in_wrong_phase`")


async def test_status_nobody_has_heard_of_is_shown_as_text(world: World) -> None:
    await refused(world, "<!channel> `*x*`", "only the code `&lt;!channel&gt; '*x*'`")


async def test_status_error_internal_server_error(world: World) -> None:
    world.hoiio.faults.refuse_with = "error_internal_server_error"
    await called(world, "/conference @bob @carol")
    await world.board_shows("Phones may be ringing or may not", "will not ring anybody a second time by itself")
    assert "Nobody was rung" not in world.board_text
    assert states(world)[-1] == "unconfirmed"
    await world.board_shows("Ring everybody anew", within=660)
    assert len(world.call_requests) == 1
    assert world.rung == []


async def test_status_error_internal_server_error_is_settled_by_history(world: World) -> None:
    world.hoiio.faults.refuse_with = "error_internal_server_error"
    world.hoiio.faults.notifications.drop = "all"
    world.bob.phone.will_decline()
    request = await called(world, "/conference @bob without me")
    await world.board_shows("Phones may be ringing or may not")
    # Hoiio took it all the same.
    world.hoiio.place(
        request["dest"].split(","),
        room=request["room"],
        caller_id="private",
        tag=request["tag"],
        notify_url=request["notify_url"],
    )
    await world.board_shows("@bob: busy", "Ended at", within=150)
    await world.thread_says("@bob: busy")
    assert len(world.call_requests) == 1


async def test_status_error_internal_server_error_ends_with_a_button_that_rings(world: World) -> None:
    world.hoiio.faults.refuse_with = "error_internal_server_error"
    await called(world, "/conference @bob without me")
    await world.board_shows("Ring everybody anew", within=660)
    old_board = world.board
    await world.slack.click(world.alice.person, world.board, "ring_anew")
    await world.until(lambda: world.rung == [world.bob.number])
    await world.board_shows("@bob: ringing")
    await world.until(lambda: "Somebody chose to ring everybody anew" in str(old_board.blocks))
