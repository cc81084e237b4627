"""What Slack sends: signed over HTTP to a real Bolt app, or through its socket."""

import asyncio
import json
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import JsonObject
from tests.sandbox.slack_fixtures import (
    Office,
    Received,
    actions,
    bolt_app,
    button,
    listening,
    plain_bot,
)
from tests.sandbox.waiting import until


def fields(received: Received) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(received.body.decode(), keep_blank_values=True).items()}


async def test_a_command_arrives_with_every_field_and_a_good_signature(office: Office) -> None:
    async with plain_bot(office) as received:
        result = await office.slack.command(office.alice, office.standup, "/conference @bob &  @oncall")
    verifier = SignatureVerifier(office.slack.signing_secret)
    assert verifier.is_valid_request(received[0].body, received[0].headers)
    assert not SignatureVerifier("another").is_valid_request(received[0].body, received[0].headers)
    sent = fields(received[0])
    assert sent.pop("response_url") == result.response_url
    assert sent.pop("trigger_id")
    assert sent.pop("token")
    assert sent == {
        "team_id": "T0ROLLCALL",
        "team_domain": "rollcall-team",
        "channel_id": "C0STANDUP",
        "channel_name": "standup",
        "user_id": "U0ALICE",
        "user_name": "alice",
        "command": "/conference",
        "text": "<@U0BOB|bob> &amp;  <!subteam^S0ONCALL|@oncall>",
        "api_app_id": "A0ROLLCALL",
        "is_enterprise_install": "false",
    }
    assert (result.status, result.acked, result.message) == (200, True, None)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("@alice @nobody", "<@U0ALICE|alice> @nobody"),
        ("in #standup.", "in <#C0STANDUP|standup>."),
        ("a<b & c>d", "a&lt;b &amp; c&gt;d"),
        ("me@alice.com @here", "me@alice.com <!here>"),
        ("see https://example.com/#standup", "see <https://example.com/#standup>"),
        ("+65 9123 4567", "<tel:+6591234567|+65 9123 4567>"),
    ],
)
async def test_typed_text_is_escaped(office: Office, typed: str, text: str) -> None:
    async with plain_bot(office) as received:
        await office.slack.command(office.alice, office.standup, f"/conference {typed}", link_phones=True)
        await office.slack.command(office.alice, office.standup, f"/conference {typed}", escape=False)
    assert [fields(one)["text"] for one in received] == [text, typed]


async def test_an_ack_with_text_is_seen_by_one(office: Office) -> None:
    async with plain_bot(office, lambda _: web.Response(text="Ringing")):
        result = await office.slack.command(office.alice, office.random, "/conference")
    assert (result.ack_text, result.message) == ("Ringing", office.slack.seen_by(office.alice, office.random)[0])
    assert office.slack.messages(office.random) == []


async def test_an_ack_may_be_for_the_whole_channel(office: Office) -> None:
    body = {"text": "x", "response_type": "in_channel", "blocks": [actions(button("a"))]}
    async with plain_bot(office, lambda _: web.json_response(body)):
        result = await office.slack.command(office.alice, office.standup, "/conference")
    assert office.slack.messages(office.standup)[0].via == "ack"
    assert result.ack_blocks == body["blocks"]


async def test_a_late_ack_is_a_timeout_that_the_person_sees(office: Office) -> None:
    office.slack.ack_seconds = 0.05
    app = bolt_app(office)
    released = asyncio.Event()

    async def late(ack: AsyncAck) -> None:
        await released.wait()
        await ack()

    app.command("/conference")(late)
    async with listening(app.web_app()) as office.slack.events_url:
        result = await office.slack.command(office.alice, office.standup, "/conference")
        released.set()
    assert (result.acked, result.error) == (False, "operation_timeout")
    assert 0.05 <= result.took_seconds < 3
    seen = office.slack.seen_by(office.alice, office.standup)
    assert [m.text for m in seen] == ['/conference failed with the error "operation_timeout"']


async def test_an_app_that_is_away_or_fails_is_a_failed_dispatch(office: Office) -> None:
    nowhere = await office.slack.command(office.alice, office.standup, "/conference")
    async with plain_bot(office, lambda _: web.Response(status=500)):
        broken = await office.slack.command(office.alice, office.standup, "/conference")
    gone = await office.slack.command(office.alice, office.standup, "/conference")
    assert [(r.status, r.error) for r in (nowhere, broken, gone)] == [
        (0, "dispatch_failed"),
        (500, "dispatch_failed"),
        (0, "dispatch_failed"),
    ]


async def test_a_bolt_app_takes_a_signed_delivery_and_refuses_a_forged_one(office: Office) -> None:
    app = bolt_app(office)
    app.command("/conference")(acknowledge)
    body = b"command=/conference&text=&user_id=U0ALICE&team_id=T0ROLLCALL&channel_id=C0STANDUP"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with listening(app.web_app()) as office.slack.events_url:
        good = await office.slack.deliver_raw(body, {**form, **office.slack.signed(body)})
        old = await office.slack.deliver_raw(body, {**form, **office.slack.signed(body, timestamp=1_000_000)})
        forged = await office.slack.deliver_raw(body + b"x", {**form, **office.slack.signed(body)})
        unsigned = await office.slack.deliver_raw(body, form)
    assert (good, old, forged, unsigned) == (200, 401, 401, 401)


async def acknowledge(ack: AsyncAck) -> None:
    await ack("got it")


async def test_an_event_is_sent_again_until_it_is_acknowledged(office: Office) -> None:
    answers = [500, 500, 200]
    async with plain_bot(office, lambda _: web.Response(status=answers.pop(0))) as received:
        first = await office.slack.open_home(office.alice)
        await _answered(office, 2)
        await office.clock.advance(59)
        assert len(received) == 2
        await office.clock.advance(1)
        await _answered(office, 3)
        await office.clock.advance(600)
        await asyncio.sleep(0.02)
    assert (first.acked, len(received)) == (False, 3)
    assert [one.headers.get("X-Slack-Retry-Num") for one in received] == [None, "1", "2"]
    assert received[1].headers["X-Slack-Retry-Reason"] == "http_error"
    event = json.loads(received[0].body)
    assert (event["type"], event["event"]["type"]) == ("event_callback", "app_home_opened")
    assert (event["event"]["user"], event["event"]["tab"]) == ("U0ALICE", "home")


async def test_an_event_is_not_sent_again_to_an_app_that_says_so(office: Office) -> None:
    refusal = {"X-Slack-No-Retry": "1"}
    async with plain_bot(office, lambda _: web.Response(status=500, headers=refusal)) as received:
        await office.slack.open_home(office.alice)
        await office.clock.advance(600)
        await asyncio.sleep(0.02)
    assert len(received) == 1


async def _answered(office: Office, count: int) -> None:
    """Wait until Slack has had so many answers, and waits for when it sends the event again."""
    await until(lambda: len(office.slack.deliveries) >= count)


async def connected(office: Office, app: AsyncApp) -> AsyncSocketModeHandler:
    handler = AsyncSocketModeHandler(app, office.slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await office.slack.socket_connected()
    return handler


async def test_everything_goes_through_a_connected_socket(office: Office) -> None:
    app = bolt_app(office)
    heard: list[str] = []

    async def home_opened(event: JsonObject) -> None:
        heard.append(event["type"])

    async def pressed(ack: AsyncAck, body: JsonObject) -> None:
        await ack()
        heard.append(body["actions"][0]["value"])

    app.command("/conference")(acknowledge)
    app.event("app_home_opened")(home_opened)
    app.action("join")(pressed)
    office.slack.events_url = "http://127.0.0.1:9/not-used"
    handler = await connected(office, app)
    result = await office.slack.command(office.alice, office.standup, "/conference")
    await office.client.chat_postMessage(channel="C0STANDUP", text="x", blocks=[actions(button("join", value="7"))])
    await office.slack.click(office.bob, office.slack.messages(office.standup)[0], "join")
    home = await office.slack.open_home(office.alice)
    await handler.close_async()  # type: ignore[no-untyped-call]
    assert (result.acked, result.ack_text, home.acked) == (True, "got it", True)
    assert sorted(heard) == ["7", "app_home_opened"]


@pytest.mark.parametrize("announced", [False, True])
async def test_a_dropped_socket_is_connected_again(office: Office, announced: bool) -> None:
    app = bolt_app(office)
    app.command("/conference")(acknowledge)
    handler = await connected(office, app)
    await office.slack.drop_socket(announced=announced)
    await office.slack.socket_connected()
    result = await office.slack.command(office.alice, office.standup, "/conference")
    await handler.close_async()  # type: ignore[no-untyped-call]
    assert result.acked
    opened = [call for call in office.slack.calls if call.method == "apps.connections.open"]
    assert len(opened) == 2


async def test_pings_are_answered_and_a_ticket_is_good_once(office: Office) -> None:
    client = AsyncWebClient(base_url=office.slack.api_url)
    url = (await client.apps_connections_open(app_token=office.slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url, autoping=False) as socket:
            hello = await socket.receive_json()
            await socket.ping(b"sdk-ping-pong:1")
            pong = await socket.receive()
            assert (hello["type"], hello["connection_info"]["app_id"]) == ("hello", "A0ROLLCALL")
            assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_an_envelope_without_an_ack_is_a_timeout(office: Office) -> None:
    office.slack.ack_seconds = 0.05
    handler = await connected(office, bolt_app(office))
    result = await office.slack.command(office.alice, office.standup, "/unknown")
    await handler.close_async()  # type: ignore[no-untyped-call]
    assert result.error == "operation_timeout"
