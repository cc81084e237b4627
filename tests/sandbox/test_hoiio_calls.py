"""How the stand-in for Hoiio rings, joins, bills and tells: the limits, and the calls beside conference/call."""

from decimal import Decimal

import httpx
import pytest

from sandbox.clock import MovedClock
from sandbox.hoiio import Hoiio, LegState, PhoneError, PhoneState
from tests.sandbox.conftest import ACCESS_TOKEN, APP_ID, Api, Ear
from tests.sandbox.waiting import until

AMIN = "+6591111111"
BEA = "+6592222222"
CHEN = "+6593333333"
SHUT_PORT = "http://127.0.0.1:1/notify"


async def test_get_is_as_good_as_post(api: Api, hoiio: Hoiio) -> None:
    given = {"app_id": APP_ID, "access_token": ACCESS_TOKEN, "dest": f"{AMIN},{BEA}", "room": "R9"}
    answer = (await api.http.get("conference/call", params=given)).json()
    assert (answer["status"], answer["room"]) == ("success_ok", "R9")
    assert hoiio.phone(AMIN).state is PhoneState.RINGING


async def test_a_plus_that_was_not_escaped_is_a_space(api: Api) -> None:
    body = f"app_id={APP_ID}&access_token={ACCESS_TOKEN}&dest=+6591111111"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await api.http.post("conference/call", content=body, headers=headers)
    assert answer.json() == {"status": "error_dest_invalid"}


async def test_a_call_that_hoiio_does_not_have_is_not_found(api: Api, hoiio: Hoiio) -> None:
    assert (await api.http.get("voice/nonsense")).status_code == 404
    assert hoiio.requests == []


async def test_older_answers_give_txn_refs_as_text(api: Api, hoiio: Hoiio) -> None:
    hoiio.txn_refs_as_text = True
    assert (await api.call(f"{AMIN},{BEA}"))["txn_refs"] == "AA-C-141147,AA-C-141148"


async def test_rooms_made_by_hoiio_differ_from_all_others(api: Api) -> None:
    rooms = [(await api.call(AMIN, room=room))["room"] for room in ("R123", None, None)]
    assert rooms == ["R123", "R124", "R125"]


async def test_phones_are_rung_one_after_another(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    hoiio.ring_gap_seconds = 5.0
    begin = clock.now()
    await api.call(f"{AMIN},{BEA},{CHEN}")
    assert (hoiio.phone(AMIN).state, hoiio.phone(BEA).state) == (PhoneState.RINGING, PhoneState.IDLE)
    await clock.advance(4.9)
    assert hoiio.phone(BEA).rings == 0
    await clock.advance(20)
    rung = [(ring.number, (ring.at - begin).total_seconds()) for ring in hoiio.rings]
    assert rung == [(AMIN, 0.0), (BEA, 5.0), (CHEN, 10.0)]


async def test_a_phone_rings_out(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    hoiio.ring_seconds = 20.0
    (txn_ref,) = await api.txn_refs(AMIN)
    await clock.advance(19)
    assert (await api.query(txn_ref))["call_status_dest1"] == ""
    await clock.advance(1)
    assert (await api.query(txn_ref))["call_status_dest1"] == "unanswered"
    assert hoiio.phone(AMIN).state is PhoneState.IDLE


async def test_an_answer_after_the_ringing_has_ended_comes_too_late(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    hoiio.phone(AMIN).will_answer(after=31)
    (txn_ref,) = await api.txn_refs(AMIN)
    await clock.advance(60)
    assert (await api.query(txn_ref))["call_status_dest1"] == "unanswered"


async def test_an_engaged_phone_is_busy_and_does_not_ring(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    await api.call(AMIN, room="one")
    hoiio.phone(AMIN).answer()
    (txn_ref,) = await api.txn_refs(AMIN, room="two")
    await clock.advance(1)
    assert (await api.query(txn_ref))["call_status_dest1"] == "busy"
    assert (hoiio.phone(AMIN).rings, hoiio.phone(AMIN).room) == (1, "one")


async def test_an_unreachable_phone_fails_and_does_not_ring(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    hoiio.phone(AMIN).is_unreachable()
    (txn_ref,) = await api.txn_refs(AMIN)
    await clock.advance(1.9)
    assert (await api.query(txn_ref))["call_status_dest1"] == ""
    await clock.advance(0.1)
    assert (await api.query(txn_ref))["call_status_dest1"] == "failed"
    assert hoiio.phone(AMIN).rings == 0


async def test_the_last_one_in_a_room_stays_until_hung_up(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    hoiio.phone(AMIN).will_answer(stay=30)
    hoiio.phone(BEA).will_answer()
    await api.call(f"{AMIN},{BEA}", room="R1")
    await clock.advance(3600)
    assert hoiio.rooms() == {"R1": (BEA,)}
    hoiio.phone(BEA).hang_up()
    assert hoiio.rooms() == {}


async def test_a_phone_refuses_what_it_cannot_do(api: Api, hoiio: Hoiio) -> None:
    phone = hoiio.phone(AMIN)
    with pytest.raises(PhoneError, match="is idle, not ringing"):
        phone.answer()
    await api.call(AMIN)
    with pytest.raises(PhoneError, match="is ringing, not in_call"):
        phone.hang_up()
    phone.answer()
    with pytest.raises(PhoneError, match="is in_call, not ringing"):
        phone.decline()


async def test_on_change_tells_of_every_change(api: Api, hoiio: Hoiio) -> None:
    seen: list[PhoneState] = []
    hoiio.on_change = lambda: seen.append(hoiio.phone(AMIN).state)
    await api.call(AMIN)
    hoiio.phone(AMIN).answer()
    hoiio.phone(AMIN).hang_up()
    assert seen == [PhoneState.RINGING, PhoneState.IN_CALL, PhoneState.IDLE]


# Limits


async def test_lines_waiting_for_their_turn_count_as_active(api: Api, hoiio: Hoiio) -> None:
    await api.call(f"{AMIN},{BEA},{CHEN}")
    assert (hoiio.active_lines, len(hoiio.rings)) == (3, 1)


async def test_a_room_holds_eight_even_when_the_account_has_more_lines(api: Api, hoiio: Hoiio) -> None:
    hoiio.lines = 20
    await api.call(",".join(f"+659000000{n}" for n in range(8)), room="full")
    assert await api.status_of(AMIN, room="full") == "error_concurrent_call_limit_reached"
    assert await api.status_of(AMIN, room="other") == "success_ok"


async def test_other_calls_allow_sixty_requests_a_minute(api: Api) -> None:
    answers = [(await api.ask("user/get_balance"))["status"] for _ in range(61)]
    assert answers == ["success_ok"] * 60 + ["error_rate_limit_exceeded"]


# Billing


@pytest.mark.parametrize(
    ("seconds", "minutes", "debit"),
    [(0, "1", "0.035"), (1, "1", "0.035"), (60, "1", "0.035"), (60.5, "2", "0.070"), (420, "7", "0.245")],
)
async def test_each_begun_minute_from_the_answer_on_is_billed(
    api: Api, hoiio: Hoiio, clock: MovedClock, seconds: float, minutes: str, debit: str
) -> None:
    (txn_ref,) = await api.txn_refs(AMIN)
    await clock.advance(25.3)
    hoiio.phone(AMIN).answer()
    await clock.advance(seconds)
    hoiio.phone(AMIN).hang_up()
    status = await api.query(txn_ref)
    assert (status["duration"], status["debit"]) == (minutes, debit)
    assert hoiio.balance == Decimal("100.000") - Decimal(debit)


async def test_each_person_is_billed_apart_at_the_rate_of_their_country(
    api: Api, hoiio: Hoiio, clock: MovedClock
) -> None:
    hoiio.rates = {"+": Decimal("0.1"), "+65": Decimal("0.02"), "+659": Decimal("0.03")}
    for number, stay in ((AMIN, 61), ("+6561234567", 10), ("+12025550123", 180)):
        hoiio.phone(number).will_answer(stay=stay)
    await api.call(f"{AMIN},+6561234567,+12025550123")
    await clock.advance(600)
    debits = [(leg.rate, leg.minutes, leg.debit) for leg in hoiio.legs]
    assert debits == [
        (Decimal("0.03"), 2, Decimal("0.06")),
        (Decimal("0.02"), 1, Decimal("0.02")),
        (Decimal("0.1"), 3, Decimal("0.3")),
    ]
    assert (await api.ask("user/get_balance"))["balance"] == "99.620"


async def test_a_call_that_is_not_answered_costs_nothing(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    (txn_ref,) = await api.txn_refs(AMIN)
    await clock.advance(30)
    status = await api.query(txn_ref)
    assert (status["duration"], status["debit"]) == ("0", "0.000")
    assert hoiio.balance == Decimal("100.000")


# The other calls


async def test_query_status_of_a_call_from_ringing_to_its_end(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    (txn_ref,) = await api.txn_refs(AMIN)
    ringing = {
        "status": "success_ok",
        "txn_ref": txn_ref,
        "dest1": AMIN,
        "dest2": "",
        "call_status_dest1": "",
        "call_status_dest2": "",
        "date": "2026-11-20 09:30:00",
        "currency": "SGD",
        "rate": "0.035",
    }
    assert await api.query(txn_ref) == ringing
    hoiio.phone(AMIN).answer()
    assert await api.query(txn_ref) == ringing | {"call_status_dest1": "ongoing"}
    await clock.advance(90)
    hoiio.phone(AMIN).hang_up()
    ended = {"call_status_dest1": "answered", "duration": "2", "debit": "0.070"}
    assert await api.query(txn_ref) == ringing | ended


async def test_query_status_of_an_unknown_call(api: Api) -> None:
    assert await api.query("AA-C-1") == {"status": "error_invalid_txn_ref"}
    assert await api.ask("voice/query_status") == {"status": "error_txn_ref_param_missing"}


async def test_history_is_bounded_by_dates_in_gmt_8(api: Api, clock: MovedClock) -> None:
    for tag in ("early", "inside", "late"):
        await api.call(AMIN, tag=tag)
        await clock.advance(60)
    found = await api.ask("voice/get_history", **{"from": "2026-11-20 09:30:01", "to": "2026-11-20 09:31:00"})
    assert (found["total_entries_count"], found["entries_count"]) == ("1", "1")
    assert isinstance(found["entries"], list)
    assert [entry["tag"] for entry in found["entries"]] == ["inside"]


async def test_history_comes_in_pages_of_a_hundred(api: Api, hoiio: Hoiio) -> None:
    hoiio.lines = 1000
    for n in range(103):
        await api.call(f"+65900001{n:03}")
    counts = []
    for page in ("1", "2", "3"):
        found = await api.ask("voice/get_history", page=page)
        assert isinstance(found["entries"], list)
        counts.append((found["total_entries_count"], found["entries_count"], len(found["entries"])))
    assert counts == [("103", "100", 100), ("103", "3", 3), ("103", "0", 0)]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"from": "20/11/2026"}, "error_from_invalid"),
        ({"to": "2026-11-20T09:30:00"}, "error_to_invalid"),
        ({"from": "2026-11-20 09:30:00", "to": "2026-11-20 09:29:59"}, "error_to_before_from"),
        ({"page": "0"}, "error_page_invalid"),
    ],
)
async def test_history_refuses_bounds_it_cannot_read(api: Api, given: dict[str, str], status: str) -> None:
    assert await api.ask("voice/get_history", **given) == {"status": status}


async def test_moderate_mutes_unmutes_and_kicks(api: Api, hoiio: Hoiio, ear: Ear) -> None:
    (txn_ref,) = await api.txn_refs(AMIN, notify_url=ear.url)
    phone = hoiio.phone(AMIN)
    phone.answer()
    muted = []
    for action in ("mute", "unmute"):
        answer = await api.ask("conference/moderate", txn_ref=txn_ref, action=action)
        assert answer == {"status": "success_ok"}
        muted.append(phone.muted)
    assert muted == [True, False]
    await api.ask("conference/moderate", txn_ref=txn_ref, action="kick")
    assert phone.state is PhoneState.IDLE
    assert (await ear.final())["call_status_dest"] == "answered"


async def test_moderate_knows_only_those_in_the_conference(api: Api, hoiio: Hoiio) -> None:
    (txn_ref,) = await api.txn_refs(AMIN)
    ringing = await api.ask("conference/moderate", txn_ref=txn_ref, action="kick")
    assert ringing == {"status": "error_invalid_txn_ref"}
    hoiio.phone(AMIN).answer()
    unknown = await api.ask("conference/moderate", txn_ref=txn_ref, action="applaud")
    assert unknown == {"status": "error_invalid_action"}
    assert hoiio.phone(AMIN).state is PhoneState.IN_CALL


async def test_hangup_ends_a_call_wherever_it_stands(api: Api, hoiio: Hoiio, clock: MovedClock) -> None:
    hoiio.phone(AMIN).will_answer(after=1)
    in_call, ringing, queued = await api.txn_refs(f"{AMIN},{BEA},{CHEN}")
    await clock.advance(2)
    for txn_ref in (in_call, ringing, queued):
        assert await api.ask("voice/hangup", txn_ref=txn_ref) == {"status": "success_ok"}
    await clock.advance(60)
    statuses = [leg.status.value for leg in hoiio.legs]
    assert statuses == ["answered", "unanswered", "unanswered"]
    assert [ring.number for ring in hoiio.rings] == [AMIN, BEA]
    assert await api.ask("voice/hangup", txn_ref=ringing) == {"status": "error_invalid_txn_ref"}


async def test_sms_lands_on_the_phone(api: Api, hoiio: Hoiio) -> None:
    answer = await api.ask("sms/send", dest=AMIN, msg="Call at 9?", sender_name="Rollcall", tag="t1")
    assert answer["status"] == "success_ok"
    (text,) = hoiio.phone(AMIN).texts
    assert (text.message, text.sender_name, text.tag) == ("Call at 9?", "Rollcall", "t1")
    assert hoiio.phone(AMIN).rings == 0


@pytest.mark.parametrize(("message", "texts"), [("a" * 160, 1), ("a" * 161, 2), ("ä" * 71, 2)])
async def test_sms_is_billed_by_the_text(api: Api, hoiio: Hoiio, message: str, texts: int) -> None:
    await api.ask("sms/send", dest=AMIN, msg=message)
    assert hoiio.balance == Decimal("100.000") - texts * hoiio.text_rate


async def test_sms_refuses_a_bad_number_and_an_empty_message(api: Api, hoiio: Hoiio) -> None:
    assert await api.ask("sms/send", dest="911", msg="x") == {"status": "error_dest_invalid"}
    assert await api.ask("sms/send", dest=AMIN) == {"status": "error_msg_param_missing"}
    assert hoiio.phone(AMIN).texts == []


# Records and clean-up


async def test_requests_are_recorded_without_the_secret(api: Api, hoiio: Hoiio) -> None:
    await api.call(AMIN, tag="t")
    await api.call("nonsense")
    first, second = hoiio.requests
    assert first.path == "conference/call"
    assert first.parameters == {"app_id": APP_ID, "access_token": "***", "dest": AMIN, "tag": "t"}
    assert [(r.status, r.taken) for r in (first, second)] == [
        ("success_ok", True),
        ("error_dest_invalid", False),
    ]


async def test_a_notification_that_nobody_takes_is_not_sent_again(
    api: Api, hoiio: Hoiio, clock: MovedClock, ear: Ear
) -> None:
    ear.status = 503
    await api.call(AMIN, notify_url=ear.url)
    hoiio.phone(AMIN).decline()
    await until(lambda: hoiio.notifications)
    await api.call(AMIN, notify_url=SHUT_PORT)
    hoiio.phone(AMIN).decline()
    await until(lambda: len(hoiio.notifications) == 2)
    await clock.advance(3600)
    assert [sent.http_status for sent in hoiio.notifications] == [503, None]
    assert len(ear.heard) == 1


async def test_nothing_goes_on_after_stop(clock: MovedClock, ear: Ear) -> None:
    hoiio = Hoiio(clock, app_id=APP_ID, access_token=ACCESS_TOKEN)
    await hoiio.start()
    async with httpx.AsyncClient(base_url=hoiio.url, trust_env=False) as http:
        await Api(http).call(f"{AMIN},{BEA}", notify_url=ear.url)
    await hoiio.stop()
    await clock.advance(3600)
    assert [ring.number for ring in hoiio.rings] == [AMIN]
    assert [leg.state for leg in hoiio.legs] == [LegState.RINGING, LegState.QUEUED]
    assert ear.heard == []
