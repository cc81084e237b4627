"""Who knocks at /slack/events: what Slack did not sign is turned away before anything is read out of it."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio

from tests.harness.world import SIGNING_SECRET, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/slack/events"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SLACK_TAKES_SECONDS = 5 * 60
"""How far a timestamp may be from the present (Slack, Verifying requests from Slack)."""

NO_TEXT = b"\xff\xfe\x00payload=\xd8\x00"
BODIES = [b"", b"payload=", b"payload=%7B", b"payload=null", NO_TEXT, b"{", b"[" * 100_000, b"\x00" * 64]
"""What nobody can make anything of, and Bolt stumbles over."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The bot is running, and waits for Slack's deliveries over HTTP."""
    world = World(tmp_path_factory.mktemp("world"))
    await world.open()
    try:
        await world.start_bot()
        yield world
    finally:
        await world.close()


def signed(body: bytes, timestamp: str | None = None, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """The headers with which whoever knows the secret signs a body."""
    moment = str(int(time.time())) if timestamp is None else timestamp
    digest = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}


async def answer_to(world: World, body: bytes, headers: dict[str, str], content_type: str = FORM) -> tuple[int, str]:
    """The bot's status and words; its log must hold no traceback, and it must still be well."""
    async with aiohttp.ClientSession(world.url) as session:
        async with session.post(PATH, data=body, headers={"Content-Type": content_type, **headers}) as answer:
            status, words = answer.status, await answer.text()
        async with session.get("/healthz") as well:
            assert well.status == 200
    assert "Traceback" not in world.log
    return status, words


@pytest.mark.parametrize("content_type", [FORM, JSON, "text/plain; charset=no-such-charset"])
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_what_nobody_signed_is_turned_away(world: World, body: bytes, content_type: str) -> None:
    before = len(world.log)
    assert await answer_to(world, body, {}, content_type) == (401, "")
    (line,) = world.log[before:].splitlines()
    assert "did not sign" in line
    assert "SLACK_SIGNING_SECRET" in line


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_what_somebody_else_signed_is_turned_away(world: World, body: bytes) -> None:
    assert await answer_to(world, body, signed(body, secret="another")) == (401, "")
    assert await answer_to(world, body + b" ", signed(body)) == (401, "")


@pytest.mark.parametrize(
    "timestamp",
    [
        *("", "now", "-1", "0", "1e9", "1.5", "0x10", "nan", "inf", "1" * 400, "9" * 5_000, "\u0661", "1 2"),
        *(f"+{SLACK_TAKES_SECONDS + 60}", f"-{SLACK_TAKES_SECONDS + 60}"),
    ],
)
async def test_a_timestamp_that_is_none_or_not_of_now_is_turned_away(world: World, timestamp: str) -> None:
    """Also with a signature that is right for it."""
    moment = str(int(time.time()) + int(timestamp)) if timestamp[1:].isdigit() and len(timestamp) == 4 else timestamp
    assert await answer_to(world, b"payload=", signed(b"payload=", moment)) == (401, "")
    assert await answer_to(world, NO_TEXT, signed(NO_TEXT, moment)) == (401, "")


@pytest.mark.parametrize("missing", ["X-Slack-Request-Timestamp", "X-Slack-Signature"])
async def test_half_a_signature_is_none(world: World, missing: str) -> None:
    headers = signed(b"payload=")
    del headers[missing]
    assert await answer_to(world, b"payload=", headers) == (401, "")


@pytest.mark.parametrize("signature", ["", "v0=", "v1=" + "a" * 64, "v0=" + "0" * 64, "v0=\u00e9", "v0=" + "a" * 6_000])
async def test_a_signature_that_is_none_is_turned_away(world: World, signature: str) -> None:
    headers = {**signed(b"payload="), "X-Slack-Signature": signature}
    assert await answer_to(world, b"payload=", headers) == (401, "")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        *((b"payload=%7B", FORM), (b"payload=x", FORM), (b"payload=[]", FORM), (b"payload=1", FORM)),
        *((b"{", JSON), (b"[]", JSON), (b"[" * 100_000, JSON), (b'{"authorizations":[5]}', JSON)),
        (b"text=x", "application/x-www-form-urlencoded; charset=no-such-charset"),
    ],
)
async def test_nonsense_that_slack_signed_is_answered_as_such(world: World, body: bytes, content_type: str) -> None:
    before = len(world.log)
    assert await answer_to(world, body, signed(body), content_type) == (400, "")
    (line,) = world.log[before:].splitlines()
    assert "could not be read" in line


async def test_a_command_that_slack_signed_is_answered(world: World) -> None:
    typed = {"command": "/conference", "text": "help"}
    where = {"team_id": "T0SANDBOX", "channel_id": world.channel.id, "user_id": world.alice.id}
    body = urlencode({**typed, **where, "trigger_id": "1", "response_url": "http://127.0.0.1:9/"}).encode()
    status, words = await answer_to(world, body, signed(body))
    assert status == 200
    assert "`/conference @alice @bob` rings Alice, Bob and you" in words


async def test_what_is_no_http_is_no_fault_of_the_bots(world: World) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    secret = "0123456789abcdef/part-that-nobody-guesses"
    writer.write(f"POST /hoiio/notifications/{secret} HTTP/9.x\r\nBad Name: 1\r\n\r\n".encode())
    await writer.drain()
    answered = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answered.split()[1] == b"400"
    assert secret not in world.log
    assert "Traceback" not in world.log


@pytest.mark.parametrize("path", ["/slack/events", "/hoiio/notifications/0123456789abcdef/part-that-nobody-guesses"])
async def test_whoever_hangs_up_in_the_middle_of_a_request_is_no_fault_of_the_bots(world: World, path: str) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: rollcall\r\nContent-Length: 100\r\n\r\nhalf".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    # Heard of before this is answered.
    assert (await answer_to(world, b"{", signed(b"{"), JSON))[0] == 400
    assert " ERROR " not in world.log
