"""One test for each row of the three tables of Hoiio conference/call."""

import pytest

from sandbox.clock import MovedClock
from sandbox.hoiio import Hoiio, PhoneState
from tests.sandbox.conftest import ACCESS_TOKEN, APP_ID, Api, Ear
from tests.sandbox.waiting import until

AMIN = "+6591111111"
BEA = "+6592222222"
CHEN = "+6593333333"
FINAL_ONLY = ("date", "duration", "currency", "rate", "debit")


# Parameters


async def test_parameter_app_id(api: Api) -> None:
    assert await api.status_of(AMIN, app_id=APP_ID) == "success_ok"
    assert await api.status_of(BEA, app_id=None) == "error_app_id_param_missing"


async def test_parameter_access_token(api: Api) -> None:
    assert await api.status_of(AMIN, access_token=ACCESS_TOKEN) == "success_ok"
    assert await api.status_of(BEA, access_token=None) == "error_access_token_param_missing"


async def test_parameter_dest(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    await api.call(f"{AMIN},{BEA},{CHEN}")
    await clock.advance(4)
    assert [ring.number for ring in hoiio.rings] == [AMIN, BEA, CHEN]


async def test_parameter_room(api: Api, hoiio: Hoiio) -> None:
    first = await api.call(AMIN, room="Team.1_x")
    again = await api.call(BEA, room="Team.1_x")
    other = await api.call(CHEN)
    hoiio.phone(AMIN).answer()
    hoiio.phone(BEA).answer()
    hoiio.phone(CHEN).answer()
    assert (first["room"], again["room"]) == ("Team.1_x", "Team.1_x")
    assert hoiio.rooms() == {"Team.1_x": (AMIN, BEA), other["room"]: (CHEN,)}


async def test_parameter_caller_id(api: Api, hoiio: Hoiio) -> None:
    hoiio.registered_number, hoiio.hoiio_numbers = "+6561234567", {"+6531000000"}
    await api.call(AMIN)
    await api.call(BEA, caller_id="+6531000000")
    await api.call(CHEN, caller_id="private")
    shown = [hoiio.phone(number).caller_id for number in (AMIN, BEA, CHEN)]
    assert shown == ["+6561234567", "+6531000000", "private"]
    assert await api.status_of("+6594444444", caller_id="+6599999999") == "error_caller_id_invalid"


async def test_parameter_tag(api: Api, hoiio: Hoiio) -> None:
    (txn_ref,) = await api.txn_refs(AMIN, tag="call-7/α")
    history = await api.ask("voice/get_history")
    assert (await api.query(txn_ref))["tag"] == "call-7/α"
    assert isinstance(history["entries"], list)
    assert [entry["tag"] for entry in history["entries"]] == ["call-7/α"]
    assert [ring.tag for ring in hoiio.rings] == ["call-7/α"]


async def test_parameter_notify_url(api: Api, hoiio: Hoiio, ear: Ear) -> None:
    await api.call(AMIN)
    await api.call(BEA, notify_url=ear.url)
    hoiio.phone(AMIN).decline()
    hoiio.phone(BEA).decline()
    assert (await ear.final())["dest"] == BEA
    # It is on record once it has been answered.
    await until(lambda: hoiio.notifications)
    assert [sent.url for sent in hoiio.notifications] == [ear.url]


# Result Status


async def test_status_success_ok(api: Api) -> None:
    answer = await api.call(f"{AMIN},{BEA},{CHEN}", room="R1")
    assert answer == {
        "status": "success_ok",
        "txn_refs": ["AA-C-141147", "AA-C-141148", "AA-C-141149"],
        "room": "R1",
    }


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_status_error_invalid_http_method(api: Api, hoiio: Hoiio, method: str) -> None:
    given = {"app_id": APP_ID, "access_token": ACCESS_TOKEN, "dest": AMIN}
    answer = await api.http.request(method, "conference/call", params=given)
    assert answer.json() == {"status": "error_invalid_http_method"}
    assert hoiio.rings == []


async def test_status_error_malformed_params(api: Api, hoiio: Hoiio) -> None:
    body = f"app_id={APP_ID}&access_token={ACCESS_TOKEN}&dest=%2B6591111111&tag=%FF%FE"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await api.http.post("conference/call", content=body, headers=headers)
    assert answer.json() == {"status": "error_malformed_params"}
    assert hoiio.rings == []


@pytest.mark.parametrize("missing", ["app_id", "access_token", "dest"])
async def test_status_error_x_param_missing(api: Api, missing: str) -> None:
    given: dict[str, str | None] = {"dest": AMIN, missing: None}
    assert await api.ask("conference/call", **given) == {"status": f"error_{missing}_param_missing"}


async def test_status_error_invalid_access_token(api: Api, hoiio: Hoiio) -> None:
    assert await api.status_of(AMIN, access_token="other") == "error_invalid_access_token"
    hoiio.access_token = "renewed"
    assert await api.status_of(AMIN) == "error_invalid_access_token"
    assert hoiio.rings == []


async def test_status_error_invalid_app_id(api: Api, hoiio: Hoiio) -> None:
    assert await api.status_of(AMIN, app_id="other", access_token="other") == "error_invalid_app_id"
    assert hoiio.rings == []


async def test_status_error_tag_invalid_length(api: Api) -> None:
    assert await api.status_of(AMIN, tag="t" * 257) == "error_tag_invalid_length"
    assert await api.status_of(AMIN, tag="t" * 256) == "success_ok"


@pytest.mark.parametrize(
    "dest",
    [
        "6591111111",
        " 6591111111",
        "+65 9111 1111",
        "+0591111111",
        "+65911x1111",
        f"{AMIN},",
        f"{AMIN}, {BEA}",
        ",".join(f"+659000000{n}" for n in range(9)),
    ],
)
async def test_status_error_dest_invalid(api: Api, hoiio: Hoiio, dest: str) -> None:
    hoiio.lines = 100
    assert await api.status_of(dest) == "error_dest_invalid"
    assert hoiio.rings == []


async def test_status_error_dest_not_supported(api: Api, hoiio: Hoiio) -> None:
    hoiio.unsupported_prefixes = {"+882"}
    assert await api.status_of(f"{AMIN},+88212345678") == "error_dest_not_supported"
    assert hoiio.rings == []


async def test_status_error_not_allowed_for_trial(api: Api, hoiio: Hoiio) -> None:
    hoiio.trial, hoiio.registered_number = True, AMIN
    assert await api.status_of(f"{AMIN},{BEA}") == "error_not_allowed_for_trial"
    assert await api.status_of(AMIN) == "success_ok"


@pytest.mark.parametrize("room", ["", "a-b", "a b", "Raum_ä", "r" * 33, "room\n"])
async def test_status_error_invalid_room(api: Api, hoiio: Hoiio, room: str) -> None:
    assert await api.status_of(AMIN, room=room) == "error_invalid_room"
    assert hoiio.rings == []
    assert await api.status_of(AMIN, room="r" * 32) == "success_ok"


@pytest.mark.parametrize(
    "url", ["bot.example/notify", "ftp://bot.example/", "https://", "http://[::1", "http://a:99999/"]
)
async def test_status_error_invalid_notify_url(api: Api, url: str) -> None:
    assert await api.status_of(AMIN, notify_url=url) == "error_invalid_notify_url"
    assert await api.status_of(AMIN, notify_url="https://bot.example/") == "success_ok"


async def test_status_error_unable_to_resolve_notify_url(api: Api, hoiio: Hoiio) -> None:
    hoiio.unresolvable_hosts = {"gone.example"}
    status = await api.status_of(AMIN, notify_url="https://Gone.example:8443/n")
    assert status == "error_unable_to_resolve_notify_url"
    assert hoiio.rings == []


async def test_status_error_insufficient_credit(api: Api, hoiio: Hoiio) -> None:
    hoiio.balance *= 0
    assert await api.status_of(AMIN) == "error_insufficient_credit"
    assert hoiio.rings == []


async def test_status_error_concurrent_call_limit_reached(api: Api, hoiio: Hoiio) -> None:
    await api.call(",".join(f"+659000000{n}" for n in range(7)))
    assert await api.status_of(f"{AMIN},{BEA}") == "error_concurrent_call_limit_reached"
    assert await api.status_of(AMIN) == "success_ok"
    assert await api.status_of(BEA) == "error_concurrent_call_limit_reached"
    hoiio.phone(AMIN).decline()
    assert await api.status_of(BEA) == "success_ok"


async def test_status_error_rate_limit_exceeded(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    hoiio.rate_limits["conference/call"] = 2
    statuses = [await api.status_of(number) for number in (AMIN, BEA, CHEN)]
    assert statuses == ["success_ok", "success_ok", "error_rate_limit_exceeded"]
    await clock.advance(59)
    assert await api.status_of(CHEN) == "error_rate_limit_exceeded"
    await clock.advance(1)
    assert await api.status_of(CHEN) == "success_ok"


async def test_status_error_internal_server_error(api: Api, hoiio: Hoiio) -> None:
    hoiio.faults.refuse_with = "error_internal_server_error"
    assert await api.call(AMIN) == {"status": "error_internal_server_error"}
    assert hoiio.rings == []
    assert await api.status_of(AMIN) == "success_ok"


# Notification Parameters


async def test_notification_dest(api: Api, hoiio: Hoiio, ear: Ear) -> None:
    await api.call(AMIN, notify_url=ear.url)
    hoiio.phone(AMIN).decline()
    assert (await ear.final())["dest"] == AMIN


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [("answers", "answered"), ("ignores", "unanswered"), ("unreachable", "failed"), ("declines", "busy")],
)
async def test_notification_call_status_dest(
    api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear, behaviour: str, status: str
) -> None:
    phone = hoiio.phone(AMIN)
    {
        "answers": lambda: phone.will_answer(after=3, stay=60),
        "ignores": phone.will_ignore,
        "unreachable": phone.is_unreachable,
        "declines": phone.will_decline,
    }[behaviour]()
    await api.call(AMIN, notify_url=ear.url)
    await clock.advance(100)
    assert (await ear.final())["call_status_dest"] == status


async def test_notification_call_status_dest_of_one_still_in_the_call(
    api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear
) -> None:
    early, final = await _early_and_final(api, hoiio, clock, ear)
    assert (early["call_status_dest"], final["call_status_dest"]) == ("answered", "answered")
    assert early.keys() == final.keys() - set(FINAL_ONLY)


async def test_notification_txn_ref(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    txn_refs = await api.txn_refs(f"{AMIN},{BEA}", notify_url=ear.url)
    await clock.advance(2)
    hoiio.phone(BEA).decline()
    await ear.hears(1)
    hoiio.phone(AMIN).decline()
    assert [heard.fields["txn_ref"] for heard in await ear.hears(2)] == txn_refs[::-1]


async def test_notification_tag(api: Api, hoiio: Hoiio, ear: Ear) -> None:
    await api.call(AMIN, notify_url=ear.url, tag="call 7 & more +")
    hoiio.phone(AMIN).decline()
    assert (await ear.hears(1))[0].fields["tag"] == "call 7 & more +"
    await api.call(AMIN, notify_url=ear.url)
    hoiio.phone(AMIN).decline()
    await api.call(AMIN, notify_url=ear.url, tag="")
    hoiio.phone(AMIN).decline()
    assert ["tag" in heard.fields for heard in await ear.hears(3)] == [True, False, False]


async def test_notification_date(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    await clock.advance(15 * 3600)
    early, final = await _early_and_final(api, hoiio, clock, ear)
    assert "date" not in early
    assert final["date"] == "2026-11-21 00:30:00"


async def test_notification_duration(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    early, final = await _early_and_final(api, hoiio, clock, ear)
    assert "duration" not in early
    assert final["duration"] == "4"


async def test_notification_currency(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    early, final = await _early_and_final(api, hoiio, clock, ear)
    assert "currency" not in early
    assert final["currency"] == "SGD"


async def test_notification_rate(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    early, final = await _early_and_final(api, hoiio, clock, ear)
    assert "rate" not in early
    assert final["rate"] == "0.035"


async def test_notification_debit(api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear) -> None:
    early, final = await _early_and_final(api, hoiio, clock, ear)
    assert "debit" not in early
    assert final["debit"] == "0.140"


async def _early_and_final(
    api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear
) -> tuple[dict[str, str], dict[str, str]]:
    """What is heard of a call that is answered after 10 seconds and lasts 3 minutes and 1 second."""
    hoiio.early_notifications = True
    await api.call(AMIN, notify_url=ear.url)
    await clock.advance(10)
    hoiio.phone(AMIN).answer()
    await ear.hears(1)
    await clock.advance(181)
    assert hoiio.phone(AMIN).state is PhoneState.IN_CALL
    hoiio.phone(AMIN).hang_up()
    early, final = await ear.hears(2)
    return early.fields, final.fields
