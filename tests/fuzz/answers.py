"""What is wrong with an answer: anything but what Slack would take, and Hoiio be content with."""

import json
from collections.abc import Iterator
from typing import Any, Final

from sandbox.slack.block_kit import message_problems, view_problems
from tests.fuzz.connection import Answer
from tests.fuzz.inputs import Kind, Request

SLOWEST_SECONDS: Final = 3.0
"""Slack waits no longer for an acknowledgement."""
_LONGEST_TEXT: Final = 40_000
_BLOCKS_OF_FORMS: Final = frozenset(
    {"number", "code", "rings", "quiet_start", "quiet_end", "people", "teams", "groups", "numbers", "channel"}
)


def faults(request: Request, answer: Answer) -> Iterator[str]:
    """A sentence for each thing that is wrong with the answer to a request."""
    if answer.status not in request.right:
        yield f"status {answer.status} where one of {sorted(request.right)} is right"
    if answer.seconds > SLOWEST_SECONDS:
        yield f"answered after more than {SLOWEST_SECONDS:g} s"
    if answer.status != 200:
        return
    match request.kind:
        case Kind.COMMAND | Kind.NUMBER | Kind.TEAM:
            yield from _message_faults(_json(answer.body))
        case Kind.FORM if answer.body:
            yield from _form_faults(_json(answer.body))
        case Kind.CLICK | Kind.EVENT if answer.body:
            yield "an acknowledgement that is not empty"
        case _:
            pass


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _message_faults(message: Any) -> Iterator[str]:
    match message:
        case {"text": str(text), "blocks": list(blocks), "response_type": "ephemeral"} if text.strip():
            if len(text) > _LONGEST_TEXT:
                yield f"a text of {len(text)} characters"
            yield from message_problems(blocks)
        case {"text": str(text), "response_type": "ephemeral"} if "went wrong" not in text:
            yield "a message without blocks"
        case _:
            yield "no message, or one that says that something went wrong"


def _form_faults(answer: Any) -> Iterator[str]:
    match answer:
        case {"response_action": "update", "view": view}:
            yield from view_problems(view, "modal")
        case {"response_action": "errors", "errors": dict(errors)} if errors:
            if not errors.keys() <= _BLOCKS_OF_FORMS:
                yield f"errors beside fields that no form has: {sorted(errors)}"
            if not all(isinstance(text, str) and text for text in errors.values()):
                yield "an error that says nothing"
        case _:
            yield "neither errors nor a view"
