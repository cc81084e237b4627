"""Slack's limits: over HTTP the stand-in takes what is at each and refuses one more, and nothing the bot says is over.

The numbers are those of Slack's Block Kit reference. What each kind of block may hold besides is in
tests/sandbox/test_slack_block_kit.py.
"""

import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from types import ModuleType
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from conference.model import ConferenceState
from conference.overview import PersonalOverview
from conference.people import PersonOnFile
from messages import admin_words, home, number_form, own_number, preferences_form, private
from messages.board import board
from messages.mrkdwn import Block, Message
from messages.thread import reply, untold
from sandbox.slack import JsonObject
from tests.contract.largest import BLOCKS, CARD, EVERYBODY, FIELD_ERRORS, MESSAGES, MODALS, largest_ones
from tests.sandbox.slack_fixtures import Office, actions, button, modal, running_office, section
from tests.sandbox.slack_fixtures import plain as plain_text

Send = Callable[[Office, JsonObject], Awaitable[object]]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with running_office() as office:
        yield office


# The ways in which blocks come to Slack


async def _post(office: Office, content: JsonObject) -> object:
    return await office.client.api_call("chat.postMessage", json={"channel": "C0STANDUP", "text": "x", **content})


async def _post_ephemeral(office: Office, content: JsonObject) -> object:
    arguments = {"channel": "C0STANDUP", "user": office.alice.id, "text": "x", **content}
    return await office.client.api_call("chat.postEphemeral", json=arguments)


async def _update(office: Office, content: JsonObject) -> object:
    ts = (await office.client.chat_postMessage(channel="C0STANDUP", text="before"))["ts"]
    return await office.client.api_call("chat.update", json={"channel": "C0STANDUP", "ts": ts, "text": "x", **content})


async def _open(office: Office, content: JsonObject) -> object:
    trigger_id = office.slack._views.new_trigger(office.alice)
    view = content if content.get("type") == "modal" else modal() | content
    return await office.client.api_call("views.open", json={"trigger_id": trigger_id, "view": view})


async def _publish(office: Office, content: JsonObject) -> object:
    view = {"type": "home", "blocks": [], **content}
    return await office.client.api_call("views.publish", json={"user_id": office.alice.id, "view": view})


MESSAGE_WAYS: dict[str, tuple[Send, str]] = {
    "chat.postMessage": (_post, "invalid_blocks"),
    "chat.postEphemeral": (_post_ephemeral, "invalid_blocks"),
    "chat.update": (_update, "invalid_blocks"),
}
VIEW_WAYS: dict[str, tuple[Send, str]] = {
    "views.open": (_open, "invalid_arguments"),
    "views.publish": (_publish, "invalid_arguments"),
}
EVERY_WAY = MESSAGE_WAYS | VIEW_WAYS


def blocks(*blocks: JsonObject) -> JsonObject:
    return {"blocks": list(blocks)}


LIMITS: list[tuple[str, int, Callable[[int], JsonObject], dict[str, tuple[Send, str]]]] = [
    ("blocks of a message", 50, lambda n: blocks(*[{"type": "divider"}] * n), MESSAGE_WAYS),
    ("blocks of a view", 100, lambda n: blocks(*[{"type": "divider"}] * n), VIEW_WAYS),
    ("section text", 3_000, lambda n: blocks(section("x" * n)), EVERY_WAY),
    ("button text", 75, lambda n: blocks(actions(button("a", "x" * n))), EVERY_WAY),
    ("button value", 2_000, lambda n: blocks(actions(button("a", value="x" * n))), EVERY_WAY),
    ("block_id", 255, lambda n: blocks({**section("x"), "block_id": "x" * n}), EVERY_WAY),
    ("action_id", 255, lambda n: blocks(actions(button("x" * n))), EVERY_WAY),
    ("header text", 150, lambda n: blocks({"type": "header", "text": plain_text("x" * n)}), EVERY_WAY),
    ("private_metadata", 3_000, lambda n: {"private_metadata": "x" * n}, VIEW_WAYS),
    ("title", 24, lambda n: {"title": plain_text("x" * n)}, {"views.open": VIEW_WAYS["views.open"]}),
]
CASES = [
    pytest.param(way, error, build, most, id=f"{what}-{name}")
    for what, most, build, ways in LIMITS
    for name, (way, error) in ways.items()
]


@pytest.mark.parametrize(("way", "error", "build", "most"), CASES)
async def test_a_limit_is_taken_and_one_more_is_refused(
    office: Office, way: Send, error: str, build: Callable[[int], JsonObject], most: int
) -> None:
    await way(office, build(most))
    assert office.slack.calls[-1].processed
    with pytest.raises(SlackApiError) as refusal:
        await way(office, build(most + 1))
    assert refusal.value.response["error"] == error
    (reason,) = refusal.value.response["response_metadata"]["messages"]
    assert re.fullmatch(rf"\[ERROR\] .*\b({most}|{most + 1})\b.* \[json-pointer:/.+\]", reason)


@pytest.mark.parametrize("way", [way for way, _ in MESSAGE_WAYS.values()])
async def test_a_messages_text_has_a_limit_of_its_own(office: Office, way: Send) -> None:
    await way(office, {"text": "x" * 40_000})
    with pytest.raises(SlackApiError) as refusal:
        await way(office, {"text": "x" * 40_001})
    assert refusal.value.response["error"] == "msg_too_long"


def _makers(*modules: ModuleType) -> dict[Callable[..., object], object]:
    """The public functions of these modules, each with what it returns."""
    functions = [f for module in modules for _, f in inspect.getmembers(module, inspect.isfunction)]
    return {
        f: inspect.signature(f).return_annotation
        for f in functions
        if f.__module__ in {module.__name__ for module in modules} and not f.__name__.startswith("_")
    }


def test_every_message_to_one_person_stands_in_the_table() -> None:
    makers = _makers(private, own_number, admin_words)
    assert {maker for maker, made in makers.items() if made is Message} == {f for f in MESSAGES if f in makers}


def test_every_form_and_button_stands_in_a_table() -> None:
    makers = _makers(number_form, preferences_form)
    assert makers.keys() == {f for f in (*MODALS, *BLOCKS, *FIELD_ERRORS) if f in makers}
    elsewhere = {maker for maker, made in _makers(private, own_number).items() if made in {Block, dict[str, Any]}}
    assert elsewhere <= {*MODALS, *BLOCKS}
    assert set(_makers(home)) == {home.home}


async def _is_taken(office: Office, message: Message) -> None:
    for way, _ in MESSAGE_WAYS.values():
        await way(office, {"text": message.text, "blocks": list(message.blocks)})


@pytest.mark.parametrize("state", ConferenceState)
async def test_slack_takes_the_largest_board_and_its_thread(office: Office, state: ConferenceState) -> None:
    for conference in largest_ones(state):
        shown = board(conference)
        assert all(user_id in shown.text for user_id in conference.participants[-1].people)
        await _is_taken(office, shown)
        _, said = untold(conference)
        if said:
            await _is_taken(office, reply(said, block_id=f"outcome:{'c' * 32}:{8 * 60_000}"))


@pytest.mark.parametrize("maker", MESSAGES, ids=lambda maker: f"{maker.__module__}.{maker.__name__}")
async def test_slack_takes_every_message_to_one_person(office: Office, maker: Callable[..., object]) -> None:
    for message in MESSAGES[maker]:
        await _is_taken(office, message)


@pytest.mark.parametrize("maker", MODALS, ids=lambda maker: f"{maker.__module__}.{maker.__name__}")
async def test_slack_takes_every_form(office: Office, maker: Callable[..., object]) -> None:
    for view in MODALS[maker]:
        await _open(office, view)
        (shown,) = office.slack.views(office.alice)
        assert [block.get("text") for block in shown.blocks] == [block.get("text") for block in view["blocks"]]
        await office.slack.view_closed(office.alice, shown, everything=True)


@pytest.mark.parametrize("person", EVERYBODY, ids=["nobody", "full", "off"])
async def test_slack_takes_every_home_tab(office: Office, person: PersonOnFile) -> None:
    for card_url in (None, CARD):
        overview = PersonalOverview(office.alice.id, date(2026, 11, 1))
        await _publish(office, {"blocks": list(home.home(person, card_url, overview))})


@pytest.mark.parametrize("maker", BLOCKS, ids=lambda maker: f"{maker.__module__}.{maker.__name__}")
async def test_slack_takes_every_button(office: Office, maker: Callable[..., object]) -> None:
    for block in BLOCKS[maker]:
        for way, _ in EVERY_WAY.values():
            await way(office, {"blocks": [block]})
