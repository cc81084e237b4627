"""The form in which a person adds or changes their own number. Pure."""

from typing import Any

from conference.numbers import show_number
from messages.mrkdwn import Block, section

OPEN_ACTION = "open_number_form"
CALLBACK_ID = "number_form"
NUMBER_BLOCK = "number"
NUMBER_ACTION = "number"

_TITLE = {"type": "plain_text", "text": "My number"}


def button(number: str | None) -> Block:
    """Opens the form; `number` is the person's own, E.164, or None."""
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": OPEN_ACTION,
                "text": {"type": "plain_text", "text": "Change my number" if number else "Add my number"},
            }
        ],
    }


def form(number: str | None) -> dict[str, Any]:
    """The form, with the number on file filled in."""
    field: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": NUMBER_ACTION,
        "placeholder": {"type": "plain_text", "text": "+65 9123 4567"},
        "focus_on_load": True,
        "max_length": 40,
    }
    if number:
        field["initial_value"] = show_number(number)
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "title": _TITLE,
        "submit": {"type": "plain_text", "text": "Keep it"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            {
                "type": "input",
                "block_id": NUMBER_BLOCK,
                "label": {"type": "plain_text", "text": "The phone that is to ring"},
                "hint": {
                    "type": "plain_text",
                    "text": "With its country code. Nobody else in Slack sees more than its last four digits.",
                },
                "element": field,
            }
        ],
    }


def errors(why: str) -> dict[str, str]:
    """What stands under the field when its text is no number: plain text, where `why` may hold backticks."""
    return {NUMBER_BLOCK: why.replace("`", "")}


def kept(number: str) -> dict[str, Any]:
    """What the form turns into once the number is kept."""
    return {
        "type": "modal",
        "title": _TITLE,
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [section(f"Done: you can be rung on {show_number(number)}. `/conference number remove` forgets it.")],
    }
