"""The forms in which a person adds or changes their own number and proves it. Pure."""

from typing import Any

from conference.numbers import show_number
from conference.registration import CODE_DIGITS
from messages import mrkdwn
from messages.mrkdwn import Block, actions, modal, number_input, plain_text, section

OPEN_ACTION = "open_number_form"
CALLBACK_ID = "number_form"
NUMBER_BLOCK = "number"
NUMBER_ACTION = "number"

OPEN_CODE_ACTION = "open_code_form"
CODE_CALLBACK_ID = "code_form"
CODE_BLOCK = "code"
CODE_ACTION = "code"
SEND_AGAIN_ACTION = "send_another_code"

_TITLE = "My number"


def button(number: str | None) -> Block:
    """Opens the form; `number` is the person's own, E.164, or None."""
    return mrkdwn.button(OPEN_ACTION, "Change my number" if number else "Add my number")


def enter_code_button() -> Block:
    """Opens the form for the code."""
    return mrkdwn.button(OPEN_CODE_ACTION, "Enter the code", style="primary")


def form(number: str | None, *, problem: str = "") -> dict[str, Any]:
    """The form, with this number filled in; `problem` is what went wrong the last time."""
    return modal(
        _TITLE,
        *([section(problem)] if problem else []),
        {
            "type": "input",
            "block_id": NUMBER_BLOCK,
            "label": plain_text("The phone that is to ring"),
            "hint": plain_text(
                "With its country code. Everybody but you and this workspace's admins sees only its last four digits."
            ),
            "element": number_input(NUMBER_ACTION, number),
        },
        close="Cancel",
        submit="Keep it",
        callback_id=CALLBACK_ID,
    )


def code_form(number: str, *, is_another: bool = False, problem: str = "") -> dict[str, Any]:
    """Where the code is entered that was texted to this number; `problem` is what went wrong the last time."""
    if is_another:
        sent = f"Another code is on its way by SMS to {show_number(number)}. The one before it is good for nothing now."
    else:
        sent = f"A code of {CODE_DIGITS} digits is on its way by SMS to {show_number(number)}."
    return modal(
        _TITLE,
        section(problem or sent),
        {
            "type": "input",
            "block_id": CODE_BLOCK,
            "label": plain_text("The code"),
            "element": {
                "type": "plain_text_input",
                "action_id": CODE_ACTION,
                "placeholder": plain_text("0" * CODE_DIGITS),
                "focus_on_load": True,
                "max_length": 20,
            },
        },
        actions(mrkdwn.button(SEND_AGAIN_ACTION, "Send another code")),
        close="Later",
        submit="Prove it",
        callback_id=CODE_CALLBACK_ID,
    )


def errors(why: str, *, block: str = NUMBER_BLOCK) -> dict[str, str]:
    """What stands under a field whose text can't be taken: plain text, where `why` may hold backticks."""
    return {block: why.replace("`", "")}


def said(text: str, *more: Block) -> dict[str, Any]:
    """What a form turns into when there is nothing more to fill in."""
    return modal(_TITLE, section(text), *more)
