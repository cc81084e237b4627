"""What Hoiio is asked: how a call stands, what calls there were, what is left of the credit."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from aiohttp import web

from conference.calls import CallState, Report
from conference.carrier import AnswerLost, Balance
from telephony.hoiio import Hoiio
from tests.unit.generated import charge
from tests.unit.hoiio_server import ACCESS_TOKEN, APP_ID, Server, hoiio_at, raises, running_server


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running_server() as server:
        yield server


@pytest.fixture
async def hoiio(server: Server) -> AsyncIterator[Hoiio]:
    async with hoiio_at(server.url) as hoiio:
        yield hoiio


LEG = {"txn_ref": "AA-1", "tag": "c0ffee", "dest1": "+6591230001", "call_status_dest1": "ongoing", "dest2": ""}
ENDED_LEG = LEG | {"call_status_dest1": "answered", "duration": "7", "currency": "SGD", "debit": "0.140"}
ENDED = Report(CallState.ANSWERED, "AA-1", "+6591230001", 7, charge("SGD", "0.14"), tag="c0ffee")
OTHER_SIDE = {"txn_ref": "AA-1", "dest1": "", "dest2": "+6591230001", "call_status_dest2": "busy"}


@pytest.mark.parametrize(
    ("answer", "report"),
    [
        (LEG, Report(CallState.IN_CALL, "AA-1", "+6591230001", tag="c0ffee")),
        (ENDED_LEG, ENDED),
        (ENDED_LEG | {"duration": 7}, ENDED),
        (LEG | {"call_status_dest1": ""}, Report(CallState.RINGING, "AA-1", "+6591230001", tag="c0ffee")),
        (OTHER_SIDE, Report(CallState.BUSY, "AA-1", "+6591230001")),
    ],
)
async def test_a_calls_status_is_read_from_the_side_that_counts(
    server: Server, hoiio: Hoiio, answer: dict[str, object], report: Report
) -> None:
    server.says({"status": "success_ok"} | answer)
    assert await hoiio.status("AA-1") == report
    assert server.asked[0][0] == "/open/voice/query_status"
    assert server.asked[0][1]["txn_ref"] == "AA-1"


@pytest.mark.parametrize("answer", [{}, {"dest1": ""}, {"txn_ref": "AA-1", "call_status_dest1": "busy"}])
async def test_a_status_that_can_not_be_read_is_an_answer_lost(
    server: Server, hoiio: Hoiio, answer: dict[str, object]
) -> None:
    server.says({"status": "success_ok"} | answer)
    with raises(AnswerLost, "unreadable_answer"):
        await hoiio.status("AA-1")


async def test_history_is_asked_for_in_hoiios_time_and_comes_page_by_page_with_the_tags(
    server: Server, hoiio: Hoiio
) -> None:
    def page(form: dict[str, str]) -> web.Response:
        entries: list[object] = [
            LEG | {"txn_ref": f"AA-{form['page']}"},
            LEG | {"tag": "other"},
            LEG | {"dest1": ""},
            0,
        ]
        return web.json_response({"status": "success_ok", "total_entries_count": "201", "entries": entries})

    server.answer = page
    begin, end = datetime(2026, 11, 20, 16, 30, tzinfo=UTC), datetime(2026, 11, 20, 16, 40, 5, tzinfo=UTC)
    pages = hoiio.history(begin, end)
    for number in (1, 2, 3):
        reports = await anext(pages)
        assert [(report.txn_ref, report.tag) for report in reports] == [(f"AA-{number}", "c0ffee"), ("AA-1", "other")]
        # The next page is asked for only when somebody wants it.
        assert [form["page"] for _, form in server.asked] == ["1", "2", "3"][:number]
    assert await anext(pages, None) is None
    assert len(server.asked) == 3
    assert (server.asked[0][1]["from"], server.asked[0][1]["to"]) == ("2026-11-21 00:30:00", "2026-11-21 00:40:05")


@pytest.mark.parametrize(
    "answer",
    [{}, {"entries": []}, {"entries": {}, "total_entries_count": 1}, {"entries": [], "total_entries_count": "x"}],
)
async def test_a_history_that_can_not_be_read_is_an_answer_lost(
    server: Server, hoiio: Hoiio, answer: dict[str, object]
) -> None:
    server.says({"status": "success_ok"} | answer)
    with raises(AnswerLost, "unreadable_answer"):
        _ = [page async for page in hoiio.history(datetime.now(UTC), datetime.now(UTC))]


async def test_a_history_of_nothing_is_one_question(server: Server, hoiio: Hoiio) -> None:
    server.says({"status": "success_ok", "entries": [], "total_entries_count": "0"})
    assert [page async for page in hoiio.history(datetime.now(UTC), datetime.now(UTC))] == []
    assert len(server.asked) == 1


BALANCE = {"status": "success_ok", "currency": "SGD", "balance": "4.200", "points": "4.200", "bonus": "0.000"}


@pytest.mark.parametrize(
    ("fields", "balance", "shown"),
    [
        ({}, Balance("SGD", Decimal("4.2")), "SGD 4.20"),
        ({"balance": "100"}, Balance("SGD", Decimal(100)), "SGD 100.00"),
        ({"balance": 4}, Balance("SGD", Decimal(4)), "SGD 4.00"),
        ({"balance": " 0.105 "}, Balance("SGD", Decimal("0.105")), "SGD 0.105"),
        ({"balance": "0.000001"}, Balance("SGD", Decimal("0.000001")), "SGD 0.000001"),
        ({"balance": "-0.350"}, Balance("SGD", Decimal("-0.35")), "SGD -0.35"),
        ({"balance": "-0.000"}, Balance("SGD", Decimal(0)), "SGD 0.00"),
        ({"currency": "USD", "points": "", "bonus": None}, Balance("USD", Decimal("4.2")), "USD 4.20"),
    ],
)
async def test_what_is_left_is_exact(
    server: Server, hoiio: Hoiio, fields: dict[str, object], balance: Balance, shown: str
) -> None:
    server.says(BALANCE | fields)
    answered = await hoiio.balance()
    assert (answered, str(answered)) == (balance, shown)
    assert server.asked == [("/open/user/get_balance", {"app_id": APP_ID, "access_token": ACCESS_TOKEN})]


async def test_what_is_left_may_come_as_a_number_and_stays_exact(server: Server, hoiio: Hoiio) -> None:
    server.answer = lambda form: web.Response(text='{"status": "success_ok", "currency": "SGD", "balance": 0.1}')
    assert await hoiio.balance() == Balance("SGD", Decimal("0.1"))


@pytest.mark.parametrize(
    "fields",
    [
        {"balance": None},
        {"balance": ""},
        {"balance": "-"},
        {"balance": "--1"},
        {"balance": "+4.20"},
        {"balance": "4,20"},
        {"balance": "SGD 4.20"},
        {"balance": "NaN"},
        {"balance": "-Infinity"},
        {"balance": "1e9999999"},
        {"balance": "1_0"},
        {"balance": "٤"},
        {"balance": "9" * 99},
        {"balance": True},
        {"balance": ["4.20"]},
        {"currency": ""},
        {"currency": None},
        {"currency": "sgd"},
        {"currency": "<!channel>"},
    ],
)
async def test_what_is_left_and_can_not_be_read_is_an_answer_lost(
    server: Server, hoiio: Hoiio, fields: dict[str, object]
) -> None:
    server.says(BALANCE | fields)
    with raises(AnswerLost, "unreadable_answer"):
        await hoiio.balance()
