"""A small office in the stand-in for Slack, and bots to put in it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import MovedClock
from sandbox.slack import Channel, Group, JsonObject, Person, Slack
from tests.serving import serving


@dataclass
class Office:
    """Alice and Bob are in #standup with the bot; Carol is not. #random has no bot, #secret is private besides."""

    slack: Slack
    clock: MovedClock
    client: AsyncWebClient
    alice: Person
    bob: Person
    carol: Person
    oncall: Group
    standup: Channel
    random: Channel
    secret: Channel

    async def refused(self, method: str, **arguments: object) -> JsonObject:
        """The answer to a call that Slack is to refuse."""
        with pytest.raises(SlackApiError) as refusal:
            await self.client.api_call(method, json=arguments)
        answer: JsonObject = refusal.value.response.data
        return answer

    async def error(self, method: str, **arguments: object) -> str:
        """Slack's error for such a call."""
        return str((await self.refused(method, **arguments))["error"])


@asynccontextmanager
async def running_office() -> AsyncIterator[Office]:
    clock = MovedClock()
    slack = Slack(clock)
    await slack.start()
    alice = slack.add_person("alice", phone="+65 9123 4567", is_admin=True)
    bob = slack.add_person("bob", tz="Europe/London")
    carol = slack.add_person("carol")
    yield Office(
        slack,
        clock,
        AsyncWebClient(slack.bot_token, slack.api_url, retry_handlers=[]),
        alice,
        bob,
        carol,
        slack.add_group("oncall", bob, carol),
        slack.add_channel("standup", alice, bob),
        slack.add_channel("random", alice, bot_in=False),
        slack.add_channel("secret", alice, bot_in=False, private=True),
    )
    await slack.stop()


def bolt_app(office: Office) -> AsyncApp:
    """A Bolt app with nothing in it yet, that answers before its listeners are done."""
    return AsyncApp(client=office.client, signing_secret=office.slack.signing_secret)


@asynccontextmanager
async def listening(handler: web.Application) -> AsyncIterator[str]:
    """Serve that application; the URL to send Slack's deliveries to."""
    async with serving(handler) as url:
        yield f"{url}/slack/events"


@dataclass
class Received:
    """One delivery as it came in."""

    body: bytes
    headers: dict[str, str]


@asynccontextmanager
async def plain_bot(
    office: Office, answer: Callable[[Received], web.Response] | None = None
) -> AsyncIterator[list[Received]]:
    """A bot that only writes down what it gets and answers as told, else with an empty 200."""
    received: list[Received] = []

    async def take(request: web.Request) -> web.Response:
        received.append(Received(await request.read(), dict(request.headers)))
        return answer(received[-1]) if answer else web.Response()

    app = web.Application()
    app.router.add_post("/slack/events", take)
    async with listening(app) as url:
        office.slack.events_url = url
        yield received


def section(text: str) -> JsonObject:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action_id: str, text: str = "Press", **more: object) -> JsonObject:
    label = {"type": "plain_text", "text": text}
    return {"type": "button", "action_id": action_id, "text": label, **more}


def actions(*elements: JsonObject) -> JsonObject:
    return {"type": "actions", "elements": list(elements)}


def plain(text: str) -> JsonObject:
    return {"type": "plain_text", "text": text}


def text_input(block_id: str, **more: object) -> JsonObject:
    element = {"type": "plain_text_input", "action_id": "typed", **more}
    return {"type": "input", "block_id": block_id, "label": plain("Who"), "element": element}


def modal(*blocks: JsonObject, **more: object) -> JsonObject:
    view = {"type": "modal", "title": plain("Invite"), "submit": plain("Ring"), "blocks": list(blocks)}
    return {**view, **more}
