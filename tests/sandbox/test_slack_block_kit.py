"""Block Kit's limits: at each one, and one past it."""

from collections.abc import Callable

import pytest

from sandbox.slack import JsonObject
from sandbox.slack.block_kit import message_problems, view_problems
from tests.sandbox.slack_fixtures import actions, button, modal, plain, section, text_input


def header(text: str) -> JsonObject:
    return {"type": "header", "text": plain(text)}


def context(count: int) -> JsonObject:
    return {"type": "context", "elements": [plain("x")] * count}


def option(value: str = "v", text: str = "o") -> JsonObject:
    return {"text": plain(text), "value": value}


def select(count: int) -> JsonObject:
    element = {"type": "static_select", "action_id": "s", "options": [option(str(n)) for n in range(count)]}
    return actions(element)


def overflow(count: int) -> JsonObject:
    return {**section("x"), "accessory": {"type": "overflow", "options": [option()] * count}}


def fields(count: int, chars: int = 1) -> JsonObject:
    return {"type": "section", "fields": [plain("x" * chars)] * count}


LIMITS: list[tuple[str, Callable[[int], JsonObject], int]] = [
    ("section text", lambda n: section("x" * n), 3000),
    ("header text", lambda n: header("x" * n), 150),
    ("fields", fields, 10),
    ("field text", lambda n: fields(1, n), 2000),
    ("context elements", context, 10),
    ("actions elements", lambda n: actions(*(button(str(i)) for i in range(n))), 25),
    ("button text", lambda n: actions(button("a", "x" * n)), 75),
    ("button value", lambda n: actions(button("a", value="x" * n)), 2000),
    ("block_id", lambda n: {**section("x"), "block_id": "x" * n}, 255),
    ("action_id", lambda n: actions(button("x" * n)), 255),
    ("select options", select, 100),
    ("overflow options", overflow, 5),
    ("option value", lambda n: actions({"type": "radio_buttons", "options": [option("x" * n)]}), 150),
    ("option text", lambda n: actions({"type": "radio_buttons", "options": [option("v", "x" * n)]}), 75),
]


@pytest.mark.parametrize(("build", "most"), [case[1:] for case in LIMITS], ids=[case[0] for case in LIMITS])
def test_a_limit_holds(build: Callable[[int], JsonObject], most: int) -> None:
    assert message_problems([build(most)]) == []
    assert len(message_problems([build(most + 1)])) == 1


VIEW_LIMITS: list[tuple[str, Callable[[int], JsonObject], int]] = [
    ("title", lambda n: modal(title=plain("x" * n)), 24),
    ("submit", lambda n: modal(submit=plain("x" * n)), 24),
    ("close", lambda n: modal(close=plain("x" * n)), 24),
    ("private_metadata", lambda n: modal(private_metadata="x" * n), 3000),
    ("callback_id", lambda n: modal(callback_id="x" * n), 255),
    ("blocks", lambda n: modal(*[{"type": "divider"}] * n), 100),
]


@pytest.mark.parametrize(("build", "most"), [case[1:] for case in VIEW_LIMITS], ids=[case[0] for case in VIEW_LIMITS])
def test_a_views_limit_holds(build: Callable[[int], JsonObject], most: int) -> None:
    assert view_problems(build(most), "modal") == []
    assert len(view_problems(build(most + 1), "modal")) == 1


def test_a_message_takes_fifty_blocks() -> None:
    assert message_problems([{"type": "divider"}] * 50) == []
    assert message_problems([{"type": "divider"}] * 51) == [
        "[ERROR] no more than 50 items allowed [json-pointer:/blocks]"
    ]


CONFIRM = {"title": plain("Sure?"), "text": plain("All of them"), "confirm": plain("Yes"), "deny": plain("No")}

REFUSED: list[tuple[str, JsonObject]] = [
    ("unsupported type: poem", {"type": "poem"}),
    ("unsupported type: None", {}),
    ("must have at least one of: text, fields", {"type": "section"}),
    ("missing required field: elements", {"type": "actions"}),
    ("no fewer than 1 items allowed", actions()),
    ("missing required field: text", actions({"type": "button", "action_id": "a"})),
    ("must be one of: plain_text", {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}),
    ("must be one of: primary, danger", actions(button("a", style="loud"))),
    ("unsupported type: plain_text_input", actions({"type": "plain_text_input", "action_id": "a"})),
    ("unsupported type: multi_users_select", actions({"type": "multi_users_select", "action_id": "a"})),
    ("must have exactly one of: options, option_groups", actions({"type": "static_select", "action_id": "a"})),
    ("invalid additional property: colour", {**section("x"), "colour": "red"}),
    ("invalid additional property: emoji", {"type": "section", "text": {**section("x")["text"], "emoji": True}}),
    ("missing required field: deny", actions(button("a", confirm={k: CONFIRM[k] for k in list(CONFIRM)[:3]}))),
    ('`action_id` "a" already exists in this block', actions(button("a"), button("a"))),
    ("missing required field: alt_text", {"type": "image", "image_url": "https://example.com/a.png"}),
]


@pytest.mark.parametrize(("reason", "block"), REFUSED, ids=[reason for reason, _ in REFUSED])
def test_a_block_that_slack_refuses(reason: str, block: JsonObject) -> None:
    problems = message_problems([block])
    assert len(problems) == 1
    assert problems[0].startswith(f"[ERROR] {reason} [json-pointer:/blocks/0")


def test_block_ids_are_unique_in_a_message() -> None:
    problems = message_problems([{**section("x"), "block_id": "same"}, {**section("y"), "block_id": "same"}])
    assert problems == ['[ERROR] `block_id` "same" already exists [json-pointer:/blocks/1/block_id]']


def test_blocks_that_use_everything_are_accepted() -> None:
    accessory = button("a", style="danger", value="1", confirm=CONFIRM)
    blocks = [
        header("A call"),
        {**section("*hi*"), "accessory": accessory},
        {"type": "context", "elements": [{"type": "image", "image_url": "https://e.com", "alt_text": "x"}]},
        actions({"type": "users_select", "action_id": "u", "placeholder": plain("Who")}, button("b")),
        {"type": "divider"},
        text_input("who"),
    ]
    assert message_problems(blocks) == []
    assert view_problems(modal(*blocks), "modal") == []
    assert view_problems({"type": "home", "blocks": blocks}, "home") == []


def test_views_that_slack_refuses() -> None:
    unsubmittable = {key: value for key, value in modal(text_input("who")).items() if key != "submit"}
    assert view_problems(unsubmittable, "modal") == ["[ERROR] missing required field: submit [json-pointer:/view]"]
    assert view_problems({"type": "modal", "blocks": []}, "modal")[0].startswith(
        "[ERROR] missing required field: title"
    )
    assert view_problems(modal(), "home")
    assert view_problems("a view", "home") == ["[ERROR] must be an object [json-pointer:/view]"]
