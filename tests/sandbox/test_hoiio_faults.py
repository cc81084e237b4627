"""What goes wrong on demand: lost answers, odd answers, wayward notifications, and requests held at a point."""

import asyncio
import hashlib
import hmac
from functools import partial

import aiohttp
import httpx
import pytest

from sandbox.clock import MovedClock
from sandbox.hoiio import Hoiio, Hold, PhoneState
from tests.sandbox.conftest import ACCESS_TOKEN, APP_ID, Api, Ear
from tests.sandbox.waiting import until

AMIN = "+6591111111"
BEA = "+6592222222"
CHEN = "+6593333333"


def right_signature(body: bytes) -> str:
    return hmac.new(ACCESS_TOKEN.encode(), body, hashlib.sha256).hexdigest()


# Answers


async def test_answer_lost_before_rings_nobody(api: Api, hoiio: Hoiio) -> None:
    hoiio.faults.answer_lost = "before"
    with pytest.raises(httpx.RemoteProtocolError):
        await api.call(AMIN)
    assert hoiio.legs == []
    assert [(r.status, r.taken) for r in hoiio.requests] == [(None, False)]
    assert await api.status_of(AMIN) == "success_ok"


async def test_a_request_that_breaks_off_is_not_taken(hoiio: Hoiio, caplog: pytest.LogCaptureFixture) -> None:
    address = httpx.URL(hoiio.url)
    _, writer = await asyncio.open_connection(address.host, address.port)
    head = "POST /open/conference/call HTTP/1.1\r\nHost: hoiio\r\nContent-Type: application/x-www-form-urlencoded"
    writer.write(f"{head}\r\nContent-Length: 100\r\n\r\ndest=".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await hoiio.stop()
    assert hoiio.requests == []
    assert caplog.records == []


async def test_answer_lost_after_rings_them_and_history_tells(api: Api, hoiio: Hoiio) -> None:
    hoiio.faults.answer_lost, hoiio.faults.answer_lost_calls = "after", 2
    for number in (AMIN, BEA):
        with pytest.raises(httpx.RemoteProtocolError):
            await api.call(number, tag=number)
    assert await api.status_of(CHEN) == "success_ok"
    assert hoiio.phone(AMIN).state is PhoneState.RINGING
    assert [(r.status, r.taken) for r in hoiio.requests][:2] == [(None, True), (None, True)]
    history = await api.ask("voice/get_history")
    assert history["total_entries_count"] == "3"


@pytest.mark.parametrize(("when", "rung"), [("before", []), ("after", [AMIN])])
async def test_http_5xx(api: Api, hoiio: Hoiio, when: str, rung: list[str]) -> None:
    hoiio.faults.http_5xx = ("before", 502) if when == "before" else ("after", 502)
    given = {"app_id": APP_ID, "access_token": ACCESS_TOKEN, "dest": AMIN}
    answers = [(await api.http.post("conference/call", data=given)).status_code for _ in range(2)]
    assert answers == [502, 200]
    assert [ring.number for ring in hoiio.rings][: len(rung)] == rung
    assert [r.taken for r in hoiio.requests] == [when == "after", True]


async def test_refuse_with_any_code(api: Api, hoiio: Hoiio) -> None:
    hoiio.faults.refuse_with, hoiio.faults.refuse_calls = "error_moon_phase", 2
    statuses = [await api.status_of(AMIN) for _ in range(3)]
    assert statuses == ["error_moon_phase", "error_moon_phase", "success_ok"]
    assert len(hoiio.legs) == 1


async def test_garbled_answer_is_200_and_no_json(api: Api, hoiio: Hoiio) -> None:
    hoiio.faults.garbled_answer = 1
    given = {"app_id": APP_ID, "access_token": ACCESS_TOKEN, "dest": AMIN}
    answer = await api.http.post("conference/call", data=given)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert hoiio.phone(AMIN).state is PhoneState.RINGING


async def test_missing_txn_refs(api: Api, hoiio: Hoiio) -> None:
    hoiio.faults.missing_txn_refs = 1
    assert await api.call(AMIN, room="R1") == {"status": "success_ok", "room": "R1"}
    assert "txn_refs" in await api.call(BEA)


async def test_delay_rings_at_once_and_answers_later(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    hoiio.faults.delay = 10.0
    asking = asyncio.create_task(api.call(AMIN))
    await until(lambda: hoiio.rings)
    await clock.advance(9.9)
    await until(lambda: hoiio.requests[0].taken)
    assert hoiio.requests[0].status is None
    await clock.advance(0.1)
    assert (await asking)["status"] == "success_ok"


async def test_faults_strike_only_the_calls_named(api: Api, hoiio: Hoiio) -> None:
    hoiio.faults.refuse_with = "error_internal_server_error"
    assert (await api.ask("user/get_balance"))["status"] == "success_ok"
    hoiio.faults.paths = {"user/get_balance"}
    assert (await api.ask("user/get_balance"))["status"] == "error_internal_server_error"


# Notifications


async def test_a_notification_is_signed_over_its_body(api: Api, hoiio: Hoiio, ear: Ear) -> None:
    await api.call(AMIN, notify_url=ear.url)
    hoiio.phone(AMIN).decline()
    (heard,) = await ear.hears(1)
    assert heard.body != b""
    assert (heard.method, heard.signature) == ("POST", right_signature(heard.body))


async def test_notify_by_query_signs_an_empty_body(api: Api, hoiio: Hoiio, ear: Ear) -> None:
    hoiio.notify_by_query = True
    await api.call(AMIN, notify_url=f"{ear.url}?key=s3cret", tag="a+b c")
    hoiio.phone(AMIN).decline()
    (heard,) = await ear.hears(1)
    assert (heard.query["key"], heard.query["dest"], heard.query["tag"]) == ("s3cret", AMIN, "a+b c")
    assert (heard.body, heard.signature) == (b"", right_signature(b""))


async def test_dropped_notifications_are_never_sent(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    hoiio.faults.notifications.drop = 1
    await _three_decline(api, hoiio, clock, ear)
    heard = await ear.hears(2)
    assert [one.fields["dest"] for one in heard] == [BEA, CHEN]
    assert [fields["dest"] for fields in hoiio.dropped_notifications] == [AMIN]


async def test_notifications_are_dropped_by_a_predicate_or_all(
    api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear
) -> None:
    hoiio.faults.notifications.drop = lambda fields: fields["dest"] == BEA
    await _three_decline(api, hoiio, clock, ear)
    await ear.hears(2)
    hoiio.faults.notifications.drop = "all"
    await _three_decline(api, hoiio, clock, ear)
    assert [one.fields["dest"] for one in ear.heard] == [AMIN, CHEN]
    assert len(hoiio.dropped_notifications) == 4


async def test_duplicated_notifications_come_twice(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    hoiio.faults.notifications.duplicate = 1
    await _three_decline(api, hoiio, clock, ear)
    heard = await ear.hears(4)
    assert sorted(one.fields["dest"] for one in heard) == [AMIN, AMIN, BEA, CHEN]


async def test_delayed_notifications_come_later(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    hoiio.faults.notifications.delay = 30.0
    hoiio.phone(AMIN).will_decline(after=1.0)
    await api.call(AMIN, notify_url=ear.url)
    await clock.advance(1)
    ended = clock.now()
    await clock.advance(29.9)
    assert hoiio.notifications == []
    await clock.advance(0.1)
    await until(lambda: hoiio.notifications)
    assert (hoiio.notifications[0].at - ended).total_seconds() == 30.0


async def test_reordered_notifications_come_last_first(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    hoiio.faults.notifications.reorder = 3
    await _three_decline(api, hoiio, clock, ear)
    assert [one.fields["dest"] for one in await ear.hears(3)] == [CHEN, BEA, AMIN]
    assert hoiio.faults.notifications.reorder == 0


async def test_a_forged_notification_has_the_signature_it_is_told(hoiio: Hoiio, ear: Ear) -> None:
    for signature in ("right", "f00d", None):
        assert await hoiio.notify({"dest": AMIN}, ear.url, signature=signature) == 200
    right = right_signature(b"dest=%2B6591111111")
    assert [heard.signature for heard in ear.heard] == [right, "f00d", None]


async def test_a_forged_notification_is_past_all_faults(hoiio: Hoiio, ear: Ear) -> None:
    hoiio.faults.notifications.drop = "all"
    ear.status = 404
    assert await hoiio.notify({"dest": AMIN}, ear.url, by_query=True) == 404
    assert ear.heard[0].query == {"dest": AMIN}


async def test_a_forged_notification_that_nobody_hears_raises(hoiio: Hoiio) -> None:
    with pytest.raises(aiohttp.ClientConnectorError):
        await hoiio.notify({"dest": AMIN}, "http://127.0.0.1:1/")
    assert [sent.http_status for sent in hoiio.notifications] == [None]


# Holds


async def test_a_request_held_before_it_is_taken(api: Api, hoiio: Hoiio) -> None:
    hold = hoiio.hold("conference/call", when="before")
    asking = asyncio.create_task(api.call(AMIN))
    await hold.reached()
    assert (hoiio.legs, hoiio.requests[0].taken) == ([], False)
    hold.release()
    assert (await asking)["status"] == "success_ok"
    assert hoiio.phone(AMIN).state is PhoneState.RINGING


async def test_a_request_held_after_it_is_taken(api: Api, hoiio: Hoiio) -> None:
    hold = hoiio.hold("conference/call", when="after")
    asking = asyncio.create_task(api.call(AMIN))
    await hold.reached()
    assert hoiio.phone(AMIN).state is PhoneState.RINGING
    assert not asking.done()
    hold.release()
    assert (await asking)["status"] == "success_ok"


async def test_a_hold_holds_one_request_to_its_path(api: Api, hoiio: Hoiio) -> None:
    hold = hoiio.hold("conference/call", when="before")
    assert (await api.ask("user/get_balance"))["status"] == "success_ok"
    asking = asyncio.create_task(api.call(AMIN))
    await hold.reached()
    assert await api.status_of(BEA) == "success_ok"
    hold.release()
    await asking


async def test_a_held_request_whose_client_is_gone_rings_nobody(hoiio: Hoiio, api: Api, clock: MovedClock) -> None:
    hold = hoiio.hold("conference/call", when="before")
    await _ask_and_go_away(hoiio, hold)
    await clock.advance(60)
    assert await api.status_of(BEA) == "success_ok"
    assert [ring.number for ring in hoiio.rings] == [BEA]


async def test_a_held_request_that_is_released_late_is_taken(hoiio: Hoiio, clock: MovedClock) -> None:
    hold = hoiio.hold("conference/call", when="before")
    await _ask_and_go_away(hoiio, hold)
    await clock.advance(60)
    hold.release()
    await until(lambda: hoiio.rings)
    assert [ring.number for ring in hoiio.rings] == [AMIN]


async def test_an_answer_held_for_a_client_that_is_gone_breaks_nothing(hoiio: Hoiio, api: Api) -> None:
    hold = hoiio.hold("conference/call", when="after")
    await _ask_and_go_away(hoiio, hold)
    hold.release()
    await until(lambda: hoiio.requests[0].status)
    assert [ring.number for ring in hoiio.rings] == [AMIN]
    assert await api.status_of(BEA) == "success_ok"


async def test_stop_with_a_request_held_hangs_up_on_it(clock: MovedClock) -> None:
    hoiio = Hoiio(clock, app_id=APP_ID, access_token=ACCESS_TOKEN)
    await hoiio.start()
    hold = hoiio.hold("conference/call", when="before")
    async with httpx.AsyncClient(base_url=hoiio.url, trust_env=False) as http:
        asking = asyncio.create_task(Api(http).call(AMIN))
        await hold.reached()
        await hoiio.stop()
        with pytest.raises(httpx.RemoteProtocolError):
            await asking
    assert hoiio.legs == []


async def _three_decline(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    """Amin, Bea and Chen decline in this order, each told of before the next declines, unless held back."""
    for number in (AMIN, BEA, CHEN):
        hoiio.phone(number).will_decline(after=1.0)
    told_before = _told(hoiio)
    await api.call(f"{AMIN},{BEA},{CHEN}", notify_url=ear.url)
    for nth in (1, 2, 3):
        await clock.advance(2)
        if hoiio.faults.notifications.reorder == 0:
            await until(partial(_is_told, hoiio, told_before + nth))


def _told(hoiio: Hoiio) -> int:
    return len(hoiio.notifications) + len(hoiio.dropped_notifications)


def _is_told(hoiio: Hoiio, count: int) -> bool:
    return _told(hoiio) >= count


async def _ask_and_go_away(hoiio: Hoiio, hold: Hold) -> None:
    """A client that rings Amin, and closes its connection once the request is held."""
    async with httpx.AsyncClient(base_url=hoiio.url, trust_env=False) as http:
        asking = asyncio.create_task(Api(http).call(AMIN))
        await hold.reached()
        asking.cancel()
        await asyncio.wait({asking})
