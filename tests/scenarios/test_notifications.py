"""What Hoiio says, however it says it: early, twice, late, out of order, garbled, or not Hoiio at all."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from io import BytesIO

import aiohttp
import pytest

from sandbox.hoiio import SIGNATURE_HEADER, signature
from storage.notifications import KEPT_OF_A_CONFERENCE
from tests.harness.world import ACCESS_TOKEN, World


@pytest.fixture
async def ringing(world: World) -> World:
    """Alice and Bob are being rung; Hoiio's own notifications are switched off."""
    world.hoiio.faults.notifications.drop = "all"
    world.hoiio.ring_gap_seconds = 0.0
    await world.alice.types("/conference @bob")
    await world.board_shows("@alice: ringing", "@bob: ringing")
    return world


def final(world: World, **changes: str) -> dict[str, str]:
    """The notification of the end of Bob's call, after three minutes."""
    request = world.call_requests[0]
    leg = next(leg for leg in world.hoiio.legs if leg.number == world.bob.number)
    fields = {
        "dest": world.bob.number,
        "call_status_dest": "answered",
        "txn_ref": leg.txn_ref,
        "tag": request["tag"],
        "date": "2026-11-20 09:31:00",
        "duration": "3",
        "currency": "SGD",
        "rate": "0.035",
        "debit": "0.105",
    }
    return {name: value for name, value in (fields | changes).items() if value != "-"}


def early(world: World) -> dict[str, str]:
    return final(world, date="-", duration="-", currency="-", rate="-", debit="-")


async def notify(world: World, fields: Mapping[str, str], *, by_query: bool = False) -> int:
    return await world.hoiio.notify(fields, world.call_requests[0]["notify_url"], by_query=by_query)


async def test_final_then_early_stays_final(ringing: World) -> None:
    assert await notify(ringing, final(ringing)) == 200
    assert await notify(ringing, early(ringing)) == 200
    await ringing.thread_says("@bob: was in the call, 3 min")
    await ringing.advance(5)
    assert "@bob: was in the call, 3 min" in ringing.board_text


async def test_the_same_notification_three_times_is_told_once(ringing: World) -> None:
    for _ in range(3):
        assert await notify(ringing, final(ringing)) == 200
        await ringing.advance(3)
    assert "\n".join(ringing.replies).count("@bob: was in the call") == 1


async def test_a_later_final_notification_is_the_most_up_to_date(ringing: World) -> None:
    await notify(ringing, final(ringing))
    await notify(ringing, final(ringing, duration="5", debit="0.175"))
    await notify(ringing, final(ringing))
    await ringing.board_shows("@bob: was in the call, 5 min")


async def test_fields_in_the_query_string_with_an_empty_body(ringing: World) -> None:
    assert await notify(ringing, final(ringing), by_query=True) == 200
    await ringing.board_shows("@bob: was in the call, 3 min")


async def test_the_body_wins_over_the_query_string(ringing: World) -> None:
    url = ringing.call_requests[0]["notify_url"] + "?call_status_dest=busy&duration=9"
    assert await ringing.hoiio.notify(final(ringing), url) == 200
    await ringing.board_shows("@bob: was in the call, 3 min")


async def test_of_a_repeated_field_the_last_counts(ringing: World) -> None:
    url = ringing.call_requests[0]["notify_url"]
    txn_ref = final(ringing)["txn_ref"]
    body = f"txn_ref=nobody&call_status_dest=answered&txn_ref={txn_ref}&call_status_dest=busy".encode()
    assert await post(url, body, signature(ACCESS_TOKEN, body)) == 200
    await ringing.board_shows("@bob: busy")


async def test_a_notification_that_comes_before_the_answer(world: World) -> None:
    hold = world.hoiio.hold("conference/call", "after")
    world.hoiio.ring_gap_seconds = 0.0
    await world.alice.types("/conference @bob @carol")
    await world.until(lambda: hold.is_reached)
    await world.until(lambda: len(world.rung) == 3)
    world.bob.phone.decline()
    await world.board_shows("@bob: busy")
    hold.release()
    await world.board_shows("@alice: ringing", "@bob: busy", "@carol: ringing")
    world.carol.phone.decline()
    world.alice.phone.decline()
    await world.board_shows("Ended at", "@bob: busy", "@carol: busy")


async def test_one_without_a_dest_that_comes_before_the_answer(world: World) -> None:
    """Only the answer tells whose txn_ref it is: until then it is kept."""
    world.hoiio.faults.notifications.drop = "all"
    hold = world.hoiio.hold("conference/call", "after")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    bobs_leg = next(leg for leg in world.hoiio.legs if leg.number == world.bob.number)
    assert bobs_leg.notify_url
    fields = {"txn_ref": bobs_leg.txn_ref, "call_status_dest": "busy"}
    assert await world.hoiio.notify(fields, bobs_leg.notify_url) == 200
    hold.release()
    await world.board_shows("@alice: ringing", "@bob: busy")


@pytest.mark.parametrize(
    "changes",
    [
        {"tag": "-", "dest": "-"},
        {"tag": "somebody-else's", "extra": "\x00\ufffd" * 9},
        {"call_status_dest": "ANSWERED "},
    ],
    ids=lambda changes: " and ".join(changes),
)
async def test_missing_extra_and_oddly_written_fields_hide_no_outcome(ringing: World, changes: dict[str, str]) -> None:
    assert await notify(ringing, final(ringing, **changes)) == 200
    await ringing.board_shows("@bob: was in the call, 3 min")


@pytest.mark.parametrize(
    "changes",
    [
        {"call_status_dest": "-"},
        {"call_status_dest": "exploded"},
        {"txn_ref": "AA-C-0", "dest": "+6599999999"},
        {"txn_ref": "AA-C-0"},
        {"txn_ref": "-", "dest": "-"},
    ],
    ids=["no status", "a new status", "a leg nobody knows", "a second leg to a known number", "no leg at all"],
)
async def test_one_that_says_nothing_of_a_known_call_is_kept_and_changes_nothing(
    ringing: World, changes: dict[str, str]
) -> None:
    before = ringing.board_text
    assert await notify(ringing, final(ringing, **changes)) == 200
    await ringing.advance(5)
    assert ringing.board_text == before
    assert ringing.replies == []


@pytest.mark.parametrize(
    "forgery",
    ["wrong signature", "another body's", "another key's", "empty body's", "wrong address", "another's address"],
)
async def test_a_forged_one_changes_nothing(ringing: World, forgery: str) -> None:
    url = ringing.call_requests[0]["notify_url"]
    body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in final(ringing).items()).encode()
    signed = signature(ACCESS_TOKEN, body)
    match forgery:
        case "wrong signature":
            signed = "0" * 64
        case "another body's":
            body = body.replace(b"answered", b"busy")
        case "another key's":
            signed = signature("another token", body)
        case "empty body's":
            signed = signature(ACCESS_TOKEN, b"")
        case "wrong address":
            url = url[:-4] + "AAAA"
        case "another's address":
            await ringing.carol.types("/conference @dave")
            await ringing.until(lambda: len(ringing.call_requests) == 2)
            url = ringing.call_requests[1]["notify_url"]
    status = await post(url, body, signed)
    await ringing.advance(3)
    if forgery == "another's address":
        # It is a right notification about a call that the other conference does not have.
        assert status == 200
    else:
        assert status in {403, 404}
    assert "was in the call" not in ringing.transcript


async def test_an_unsigned_one_with_a_body_is_decided_by_the_secret_part(ringing: World) -> None:
    url = ringing.call_requests[0]["notify_url"]
    body = b"txn_ref=" + final(ringing)["txn_ref"].encode() + b"&call_status_dest=busy"
    assert await post(url, body, None) == 200
    await ringing.board_shows("@bob: busy")


@pytest.mark.parametrize(
    ("size", "status"), [(64 * 1024, 200), (64 * 1024 + 1, 413), (1024 * 1024, 413), (1024 * 1024 + 1, 413)]
)
async def test_bodies_over_64_kib_are_refused(ringing: World, size: int, status: int) -> None:
    body = b"x=" + b"y" * (size - 2)
    url = ringing.call_requests[0]["notify_url"]
    assert await post(url, body, signature(ACCESS_TOKEN, body)) == status
    assert ringing.log.count("a notification of more than 64 KiB was turned away") == (status == 413)
    assert url.rpartition("/")[2] not in ringing.log


async def test_one_that_was_lost_is_fetched(ringing: World) -> None:
    ringing.bob.phone.decline()
    ringing.alice.phone.decline()
    await ringing.board_shows("@alice: busy", "@bob: busy", "Ended at", within=120)


async def test_one_that_cannot_be_stored_is_not_acknowledged_and_is_asked_for_later(ringing: World) -> None:
    await ringing.make_bot_read_only()
    ringing.bob.phone.decline()
    assert await notify(ringing, final(ringing, call_status_dest="busy", duration="0", debit="0.000")) == 503
    assert "a notification could not be stored" in ringing.log
    assert "Error handling request" not in ringing.log
    await ringing.make_bot_read_only(on=False)
    await ringing.board_shows("@bob: busy")


async def test_no_more_are_kept_of_a_conference_than_any_has_unless_they_name_its_calls(ringing: World) -> None:
    """Whoever has its address must not fill the disk."""
    with closing(sqlite3.connect(ringing.database)) as database, database:
        database.executemany(
            "INSERT INTO notifications (team_id, conference_id, digest, fields, received_at) "
            "SELECT team_id, conference_id, ?, '{}', created_at FROM conferences",
            [[str(place)] for place in range(KEPT_OF_A_CONFERENCE - 1)],
        )
    url = ringing.call_requests[0]["notify_url"]
    for body, status in ((b"x=1", 200), (b"x=2", 429), (b"x=1", 200)):
        assert await post(url, body, None) == status
    ringing.hoiio.faults.notifications.drop = 0
    ringing.bob.phone.decline()
    await ringing.board_shows("@bob: busy")
    # Whose address somebody has is said, too.
    told = f"conference {ringing.call_requests[0]['tag']}: a notification was turned away: no conference has so many"
    assert ringing.log.count(told) == 1
    await ringing.carol.types("/conference @dave")
    await ringing.until(lambda: len(ringing.call_requests) == 2)
    assert await post(ringing.call_requests[1]["notify_url"], b"x=1", None) == 200


async def test_delayed_doubled_and_reordered_ones_end_in_the_same_state(world: World) -> None:
    world.hoiio.early_notifications = True
    faults = world.hoiio.faults.notifications
    faults.duplicate, faults.reorder, faults.delay = "all", 3, 2.0
    world.alice.phone.will_answer(stay=70)
    world.bob.phone.will_answer(stay=20)
    world.carol.phone.will_decline()
    await world.alice.types("/conference @bob @carol")
    await world.board_shows(
        "@alice: was in the call, 2 min", "@bob: was in the call, 1 min", "@carol: busy", within=300
    )
    await world.board_shows("Ended at", "Cost SGD 0.105")
    await world.thread_says("@alice:", "@bob:", "@carol:")
    await world.advance(5)
    said = "\n".join(world.replies)
    assert [said.count(f"@{name}:") for name in ("alice", "bob", "carol")] == [1, 1, 1]


async def post(url: str, body: bytes, signed: str | None) -> int:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if signed is not None:
        headers[SIGNATURE_HEADER] = signed
    async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=headers) as answer:
        return answer.status
