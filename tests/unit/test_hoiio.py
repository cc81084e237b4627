"""Calls at Hoiio: how they are asked for and changed, and every way in which that may end."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from conference.carrier import (
    AnswerLost,
    CarrierError,
    LinesTaken,
    Moderation,
    NoSuchCall,
    NotEnoughCredit,
    NotSent,
    Placed,
    Refused,
)
from telephony.hoiio import MAX_CONNECTIONS, Credentials, Hoiio
from tests.unit.exchange import until
from tests.unit.hoiio_server import (
    ACCESS_TOKEN,
    APP_ID,
    NOTIFY_URL,
    SECRETS,
    Server,
    call,
    hoiio_at,
    raises,
    running_server,
)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running_server() as server:
        yield server


@pytest.fixture
async def hoiio(server: Server) -> AsyncIterator[Hoiio]:
    async with hoiio_at(server.url) as hoiio:
        yield hoiio


async def test_many_requests_share_as_many_connections_as_there_may_be(server: Server, hoiio: Hoiio) -> None:
    for _ in range(2):
        server.asked.clear()
        server.may_answer.clear()
        together = asyncio.gather(*(hoiio.hang_up("AA-1") for _ in range(MAX_CONNECTIONS)))
        await until(lambda: len(server.asked) == MAX_CONNECTIONS)
        server.may_answer.set()
        await together
    assert len(server.callers) == MAX_CONNECTIONS


@pytest.mark.parametrize("caller_id", [None, "private"])
async def test_a_call_is_asked_for_as_hoiio_documents_it(server: Server, caller_id: str | None) -> None:
    server.says({"status": "success_ok", "txn_refs": ["AA-1", "AA-2"], "room": "R1"})
    async with hoiio_at(server.url + "/", caller_id) as hoiio:
        assert await call(hoiio) == Placed("R1", ("AA-1", "AA-2"))
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
        async with hoiio_at(f"http://127.0.0.1:{taken.getsockname()[1]}/open") as hoiio:
            with raises(NotSent, "conference/call: ConnectError"):
                await call(hoiio)


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


async def test_a_request_that_finds_no_free_connection_for_too_long_was_not_sent(
    server: Server, hoiio: Hoiio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.hoiio.FREE_CONNECTION_WITHIN_SECONDS", 0.0)
    server.says({"status": "success_ok", "txn_refs": ["AA-1", "AA-2"]})
    for _ in range(MAX_CONNECTIONS):
        await hoiio._connections.acquire()
    with raises(NotSent, "conference/call: no free connection"):
        await call(hoiio)
    assert server.asked == []
    hoiio._connections.release()
    assert (await call(hoiio)).txn_refs == ("AA-1", "AA-2")
