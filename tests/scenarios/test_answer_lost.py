"""Hoiio's answer to conference/call is lost: nobody is rung a second time, and what became of it is found out."""

import asyncio
from datetime import timedelta

import pytest

from tests.harness.world import World

FAULTS = ["connection closed", "http 502", "not JSON", "no txn_refs"]


def lose_answer(world: World, fault: str, *, taken: bool) -> None:
    faults = world.hoiio.faults
    match fault:
        case "connection closed":
            faults.answer_lost = "after" if taken else "before"
        case "http 502":
            faults.http_5xx = ("after" if taken else "before", 502)
        case "not JSON":
            faults.garbled_answer = 1
        case _:
            faults.missing_txn_refs = 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_settled_by_history(world: World, fault: str) -> None:
    lose_answer(world, fault, taken=True)
    world.hoiio.faults.notifications.drop = "all"
    world.alice.phone.will_answer(stay=30)
    world.bob.phone.will_decline()
    await world.alice.types("/conference @bob")
    await world.board_shows("Ended at", "@alice: was in the call, 1 min", "@bob: busy", within=300)
    assert world.rung == [world.alice.number, world.bob.number]


async def test_the_board_says_that_nobody_knows_while_nobody_knows(world: World) -> None:
    lose_answer(world, "connection closed", taken=True)
    hold = world.hoiio.hold("voice/get_history", "before")
    await world.alice.types("/conference @bob")
    await world.board_shows("Hoiio's answer was lost. Phones may be ringing or may not", "@bob: not known yet")
    await world.until(lambda: hold.is_reached)
    hold.release()
    await world.board_shows("@bob: ringing", "Phones rung at")


async def test_settled_by_a_notification(world: World) -> None:
    lose_answer(world, "connection closed", taken=True)
    world.hoiio.rate_limits["voice/get_history"] = 0
    world.alice.phone.will_decline()
    world.bob.phone.will_decline()
    await world.alice.types("/conference @bob")
    await world.board_shows("Ended at", "@alice: busy", "@bob: busy")
    assert len(world.call_requests) == 1


async def test_one_that_was_never_taken_is_shown_with_a_button_and_rung_anew_once(world: World) -> None:
    lose_answer(world, "connection closed", taken=False)
    await world.alice.types("/conference @bob")
    await world.board_shows("nothing has been heard of it since", within=700)
    await world.thread_says("@alice, Hoiio never said whether it took this call")
    old_board = world.board
    assert world.rung == []

    await world.slack.click(world.carol.person, old_board, "ring_anew")
    await world.board_shows("@alice: ringing", "@bob: ringing")
    assert world.board is not old_board
    await world.until(lambda: "ring everybody anew: see the newer board" in str(old_board.blocks))
    await world.until(lambda: world.rung == [world.alice.number, world.bob.number])
    assert world.log.count(": begun") == 2


async def test_the_button_pressed_by_two_at_once_rings_once(world: World) -> None:
    lose_answer(world, "connection closed", taken=False)
    await world.alice.types("/conference @bob")
    await world.board_shows("nothing has been heard of it since", within=700)
    people = (world.bob.person, world.carol.person)
    await asyncio.gather(*(world.slack.click(person, world.board, "ring_anew") for person in people))
    await world.board_shows("@bob: ringing")
    await world.until(lambda: "settled in the meantime" in world.told(world.bob) + world.told(world.carol))
    assert len(world.boards) == 2
    await world.until(lambda: sorted(world.rung) == [world.alice.number, world.bob.number])


async def test_a_request_that_surely_never_left_is_sent_again(world: World) -> None:
    port = int(world.hoiio.url.rsplit(":", 1)[1].split("/")[0])
    await world.hoiio.stop()
    await world.alice.types("/conference @bob")
    await world.until(lambda: "not sent" in world.log)
    await world.hoiio.start(port=port)
    await world.board_shows("@bob: ringing")
    assert world.dests == [world.alice.number, world.bob.number]


async def test_a_request_that_never_left_is_not_sent_long_after(world: World) -> None:
    port = int(world.hoiio.url.rsplit(":", 1)[1].split("/")[0])
    await world.hoiio.stop()
    await world.alice.types("/conference @bob")
    await world.until(lambda: "not sent" in world.log)
    # As when each try waits long for a connection.
    await world.leap(timedelta(minutes=2))
    await world.hoiio.start(port=port)
    await world.board_shows("Hoiio could not be reached: nobody was rung.")
    assert world.dests == []


async def test_while_hoiio_is_asked_the_board_says_so(world: World) -> None:
    hold = world.hoiio.hold("conference/call", "after")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    await world.board_shows("Hoiio is being asked to ring the phones")
    hold.release()
    await world.board_shows("@bob: ringing")


async def test_records_that_cannot_be_read_do_not_lock_people_out_for_ever(world: World) -> None:
    lose_answer(world, "connection closed", taken=False)
    world.hoiio.rate_limits["voice/get_history"] = 0
    await world.alice.types("/conference @bob")
    await world.board_shows("nothing has been heard of it since", within=2400)
    await world.carol.types("/conference @bob")
    await world.board_shows("@carol: ringing", "@bob: ringing")


async def test_whoever_has_everybody_rung_anew_is_the_new_caller(world: World) -> None:
    lose_answer(world, "connection closed", taken=False)
    await world.alice.types("/conference @bob")
    await world.board_shows("nothing has been heard of it since", within=700)
    await world.slack.click(world.dave.person, world.board, "ring_anew")
    await world.board_shows("Conference by @dave", "@alice: ringing", "@bob: ringing")
    assert "@dave:" not in world.board_text


async def test_an_early_notification_after_the_search_is_over_shows_who_is_in(world: World) -> None:
    lose_answer(world, "connection closed", taken=False)
    await world.alice.types("/conference @bob")
    await world.board_shows("nothing has been heard of it since", within=700)
    fields = {"dest": world.bob.number, "txn_ref": "AA-C-99", "call_status_dest": "answered"}
    assert await world.hoiio.notify(fields, world.call_requests[0]["notify_url"]) == 200
    await world.board_shows("@bob: in the call")
    assert "Ended at" not in world.board_text
