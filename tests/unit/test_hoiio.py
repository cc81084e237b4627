"""Hoiio over HTTP: what its notifications and answers are taken to mean, and how failures are told apart."""

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from conference.calls import CallState, Charge, Report
from conference.carrier import (
    AnswerLost,
    Balance,
    CarrierError,
    LinesTaken,
    Moderation,
    NoSuchCall,
    NotEnoughCredit,
    NotSent,
    Placed,
    Refused,
)
from telephony.hoiio import Credentials, Hoiio, read_notification
from tests.unit.generated import charge

APP_ID, ACCESS_TOKEN, NOTIFY_URL = "app-id-secret", "access-token-secret", "https://bot.test/n/notify-secret"
DESTS = ["+6591230001", "+6591230002"]
SECRETS = (APP_ID, ACCESS_TOKEN, "notify-secret", *DESTS)

IN_THE_END = {
    "dest": "+6591230001",
    "call_status_dest": "answered",
    "txn_ref": "AA-1",
    "tag": "c0ffee",
    "date": "2026-11-20 09:30:00",
    "duration": "7",
    "currency": "SGD",
    "rate": "0.020",
    "debit": "0.140",
}
ENDED_FIELDS = ("date", "duration", "currency", "rate", "debit")


def without(*names: str, **others: str) -> dict[str, str]:
    return {name: value for name, value in IN_THE_END.items() if name not in names} | others


def test_a_whole_notification_says_how_a_call_went() -> None:
    assert read_notification(IN_THE_END) == Report(
        CallState.ANSWERED,
        "AA-1",
        "+6591230001",
        7,
        Charge("SGD", Decimal("0.140")),
        # Placed at 09:30 in Hoiio's GMT+8, and seven minutes long.
        ended_at=datetime(2026, 11, 20, 1, 37, tzinfo=UTC),
        tag="c0ffee",
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("answered", CallState.ANSWERED),
        ("unanswered", CallState.UNANSWERED),
        ("busy", CallState.BUSY),
        ("failed", CallState.FAILED),
        ("ongoing", CallState.IN_CALL),
        (" Busy ", CallState.BUSY),
    ],
)
def test_each_status_is_known(status: str, state: CallState) -> None:
    report = read_notification(without(call_status_dest=status))
    assert report is not None
    assert report.state is state


@pytest.mark.parametrize("kept", ["duration", "debit"])
def test_what_only_an_ended_call_has_makes_answered_final(kept: str) -> None:
    report = read_notification(without(*(name for name in ENDED_FIELDS if name != kept)))
    assert report is not None
    assert report.state is CallState.ANSWERED


@pytest.mark.parametrize("fields", [without(*ENDED_FIELDS), without(**dict.fromkeys(ENDED_FIELDS, ""))])
def test_answered_without_the_fields_of_an_ended_call_is_somebody_in_the_call(fields: dict[str, str]) -> None:
    assert read_notification(fields) == Report(CallState.IN_CALL, "AA-1", "+6591230001", tag="c0ffee")


@pytest.mark.parametrize("status", ["unanswered", "busy", "failed"])
def test_other_ends_are_final_without_those_fields(status: str) -> None:
    report = read_notification(without(*ENDED_FIELDS, call_status_dest=status))
    assert report is not None
    assert report.state.is_final


@pytest.mark.parametrize(
    "fields",
    [
        {},
        without("call_status_dest"),
        without(call_status_dest=""),
        without(call_status_dest="ended"),
        without("txn_ref", "dest"),
        without(txn_ref=" ", dest=""),
    ],
)
def test_what_names_no_call_or_no_known_status_is_no_report(fields: dict[str, str]) -> None:
    assert read_notification(fields) is None


@pytest.mark.parametrize(
    ("fields", "txn_ref", "dest"),
    [
        (without("dest"), "AA-1", None),
        (without("txn_ref"), None, "+6591230001"),
        (without("tag"), "AA-1", "+6591230001"),
        (without(txn_ref=" AA-1\n"), "AA-1", "+6591230001"),
    ],
)
def test_either_name_of_a_call_is_enough(fields: dict[str, str], txn_ref: str | None, dest: str | None) -> None:
    report = read_notification(fields)
    assert report is not None
    assert (report.txn_ref, report.dest, report.minutes) == (txn_ref, dest, 7)


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [("7", 7), ("0", 0), (" 12 ", 12), ("", None), ("-1", None), ("1.5", None), ("soon", None), ("9" * 99, None)],
)
def test_minutes_are_a_count_or_unknown(duration: str, minutes: int | None) -> None:
    report = read_notification(without(duration=duration))
    assert report is not None
    assert (report.state, report.minutes) == (CallState.ANSWERED, minutes)


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({"debit": "0"}, charge("SGD", "0")),
        ({"debit": "0.140001"}, charge("SGD", "0.140001")),
        ({"debit": ""}, None),
        ({"debit": "free"}, None),
        ({"debit": "1e9999999"}, None),
        ({"debit": "1_0"}, None),
        ({"debit": "-0"}, None),
        ({"currency": "<!channel>"}, None),
        ({"debit": "NaN"}, None),
        ({"debit": "sNaN"}, None),
        ({"debit": "Infinity"}, None),
        ({"debit": "-0.14"}, None),
        ({"currency": ""}, None),
    ],
)
def test_a_cost_is_exact_or_unknown(fields: dict[str, str], cost: Charge | None) -> None:
    report = read_notification(without(**fields))
    assert report is not None
    assert report.charge == cost


names = st.sampled_from([*IN_THE_END, "other"])
values = st.text(max_size=20) | st.sampled_from([*IN_THE_END.values(), "busy", "1e5", "٣", "²", "\x00"])


@given(st.dictionaries(names, values))
def test_no_notification_raises(fields: dict[str, str]) -> None:
    report = read_notification(fields)
    assert report is None or report.txn_ref or report.dest


# Over HTTP

Answer = Callable[[dict[str, str]], web.Response]


class Server:
    """Answers everything as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = lambda form: web.json_response({"status": "success_ok"})
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = ""
        self.connection: asyncio.Transport | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.connection = request.transport
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append((request.path, form))
        return self.answer(form)

    def says(self, answer: object, status: int = 200) -> None:
        self.answer = lambda form: web.json_response(answer, status=status)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    standing_in = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", standing_in.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    standing_in.url = f"http://127.0.0.1:{runner.addresses[0][1]}/open"
    yield standing_in
    await runner.cleanup()


@pytest.fixture
async def hoiio(server: Server) -> AsyncIterator[Hoiio]:
    carrier = Hoiio(Credentials(APP_ID, ACCESS_TOKEN), api_url=server.url)
    yield carrier
    await carrier.aclose()


async def call(hoiio: Hoiio) -> Placed:
    return await hoiio.call(DESTS, room="R1", tag="c0ffee", notify_url=NOTIFY_URL)


@contextmanager
def raises(kind: type[CarrierError], text: str | None = None) -> Iterator[None]:
    """Expects just this error, without a secret anywhere that it may be printed."""
    with pytest.raises(kind) as raised:
        yield
    printed = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert not [secret for secret in SECRETS if secret in printed]
    assert type(raised.value) is kind
    assert text is None or str(raised.value) == text


@pytest.mark.parametrize("caller_id", [None, "private"])
async def test_a_call_is_asked_for_as_hoiio_documents_it(server: Server, caller_id: str | None) -> None:
    server.says({"status": "success_ok", "txn_refs": ["AA-1", "AA-2"], "room": "R1"})
    hoiio = Hoiio(Credentials(APP_ID, ACCESS_TOKEN), api_url=server.url + "/", caller_id=caller_id)
    assert await call(hoiio) == Placed("R1", ("AA-1", "AA-2"))
    await hoiio.aclose()
    form = {"app_id": APP_ID, "access_token": ACCESS_TOKEN, "dest": "+6591230001,+6591230002", "room": "R1"}
    form |= {"tag": "c0ffee", "notify_url": NOTIFY_URL} | ({"caller_id": caller_id} if caller_id else {})
    assert server.asked == [("/open/conference/call", form)]


@pytest.mark.parametrize("refs", [["AA-1", "AA-2"], "AA-1,AA-2", "AA-1, AA-2"])
async def test_references_come_as_a_list_or_as_one_text(server: Server, hoiio: Hoiio, refs: object) -> None:
    server.says({"status": "success_ok", "txn_refs": refs})
    assert await call(hoiio) == Placed("R1", ("AA-1", "AA-2"))


@pytest.mark.parametrize(
    "refs",
    [
        None,
        [],
        "",
        ["AA-1"],
        ["AA-1", ""],
        ["AA-1", " "],
        ["AA-1", "AA-1"],
        [["AA-1"], "AA-2"],
        ["1", "2", "3"],
        "AA-1",
        {"AA-1": "AA-2"},
        12,
    ],
)
async def test_a_success_without_a_reference_for_each_dest_is_an_answer_lost(
    server: Server, hoiio: Hoiio, refs: object
) -> None:
    server.says({"status": "success_ok", "txn_refs": refs})
    with raises(AnswerLost, "unreadable_answer"):
        await call(hoiio)


async def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        hoiio = Hoiio(Credentials(APP_ID, ACCESS_TOKEN), api_url=f"http://127.0.0.1:{taken.getsockname()[1]}/open")
        with raises(NotSent, "conference/call: ConnectError"):
            await call(hoiio)
        await hoiio.aclose()


async def test_a_connection_that_closes_after_the_request_is_an_answer_lost(server: Server, hoiio: Hoiio) -> None:
    def close(form: dict[str, str]) -> web.Response:
        assert server.connection is not None
        server.connection.abort()
        return web.Response()

    server.answer = close
    with raises(AnswerLost):
        await call(hoiio)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("answer", [{"status": "error_insufficient_credit"}, {"status": "success_ok"}, "oops"])
async def test_a_server_error_is_an_answer_lost_whatever_it_says(
    server: Server, hoiio: Hoiio, status: int, answer: object
) -> None:
    server.says(answer, status)
    with raises(AnswerLost, answer["status"] if isinstance(answer, dict) else f"http_{status}"):
        await call(hoiio)


async def test_hoiios_own_word_for_a_server_error_is_an_answer_lost(server: Server, hoiio: Hoiio) -> None:
    server.says({"status": "error_internal_server_error"})
    with raises(AnswerLost, "error_internal_server_error"):
        await call(hoiio)


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize("code", ["error_dest_invalid", "error_dest_param_missing", "error_nobody_heard_of"])
async def test_a_code_is_a_refusal(server: Server, hoiio: Hoiio, status: int, code: str) -> None:
    server.says({"status": code}, status)
    with raises(Refused, code):
        await call(hoiio)


async def test_a_lack_of_credit_is_a_refusal_of_its_own(server: Server, hoiio: Hoiio) -> None:
    server.says({"status": "error_insufficient_credit"})
    with raises(NotEnoughCredit, "error_insufficient_credit"):
        await call(hoiio)


async def test_a_page_that_is_not_hoiios_and_no_success_is_a_refusal(server: Server, hoiio: Hoiio) -> None:
    server.answer = lambda form: web.Response(text="<html>", status=404)
    with raises(Refused, "http_404"):
        await call(hoiio)


@pytest.mark.parametrize("text", ["", "<html>", "[]", "null", '"success_ok"', "{}", '{"status": 1}', "{", "\ufeff1"])
async def test_a_success_that_can_not_be_read_is_an_answer_lost(server: Server, hoiio: Hoiio, text: str) -> None:
    server.answer = lambda form: web.Response(text=text)
    with raises(AnswerLost, "unreadable_answer"):
        await call(hoiio)


async def test_what_hoiio_repeats_of_the_request_gets_into_no_error_and_no_log(
    server: Server, hoiio: Hoiio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.answer = lambda form: web.Response(text=repr(form))
    with raises(AnswerLost):
        await call(hoiio)
    assert not [secret for secret in SECRETS if secret in caplog.text]
    assert "HTTP/1.1 200" in caplog.text


def test_credentials_show_nothing() -> None:
    assert not [secret for secret in SECRETS if secret in repr(Credentials(APP_ID, ACCESS_TOKEN))]


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


# What is done to a call


async def test_a_call_is_hung_up_and_moderated_as_hoiio_documents_it(server: Server, hoiio: Hoiio) -> None:
    await hoiio.hang_up("AA-1")
    for action in Moderation:
        await hoiio.moderate("AA-1", action)
    named = {"app_id": APP_ID, "access_token": ACCESS_TOKEN, "txn_ref": "AA-1"}
    assert server.asked == [
        ("/open/voice/hangup", named),
        *(("/open/conference/moderate", named | {"action": action}) for action in ("kick", "mute", "unmute")),
    ]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("error_invalid_txn_ref", NoSuchCall),
        ("error_rate_limit_exceeded", Refused),
        ("error_internal_server_error", AnswerLost),
    ],
)
async def test_what_could_not_be_done_to_a_call_is_told_apart(
    server: Server, hoiio: Hoiio, code: str, kind: type[CarrierError]
) -> None:
    server.says({"status": code})
    with raises(kind, code):
        await hoiio.hang_up("AA-1")
    with raises(kind, code):
        await hoiio.moderate("AA-1", Moderation.KICK)


async def test_no_line_that_is_free_is_a_refusal_of_its_own(server: Server, hoiio: Hoiio) -> None:
    server.says({"status": "error_concurrent_call_limit_reached"})
    with raises(LinesTaken, "error_concurrent_call_limit_reached"):
        await call(hoiio)


@pytest.mark.parametrize("status", [[], {}, 7, None, ["success_ok"]])
async def test_a_status_that_is_no_text_is_an_answer_lost(server: Server, hoiio: Hoiio, status: object) -> None:
    server.says({"status": status})
    with raises(AnswerLost):
        await call(hoiio)


async def test_a_room_that_cannot_be_one_is_not_shown_to_people(server: Server, hoiio: Hoiio) -> None:
    server.says({"status": "success_ok", "txn_refs": ["AA-1", "AA-2"], "room": "R1` <!channel>"})
    assert (await call(hoiio)).room == "R1"


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
