"""What was filled into a form."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def filled_in(view: Mapping[str, Any], *path: str) -> str:
    """The text at that path below a view's values: block, action, and `value` or what else the element has.

    Empty where nothing was filled in, which is null to Slack, and where no text stands.
    """
    return readable(_at(view, path))


def time_chosen(view: Mapping[str, Any], block_id: str, action_id: str) -> time | None:
    """The time of day in a timepicker; None where none is chosen."""
    text = filled_in(view, block_id, action_id, "selected_time")
    return time.fromisoformat(text) if _TIME.fullmatch(text) else None


def chosen(view: Mapping[str, Any], *path: str) -> list[str]:
    """The ids or values at that path: those of the options, where options stand there."""
    found = _at(view, path)
    values = [one.get("value") if isinstance(one, dict) else one for one in found] if isinstance(found, list) else []
    return list(filter(None, map(readable, values)))


def has_field(view: Mapping[str, Any], block_id: str) -> bool:
    """Whether a view has that field at all, filled in or not."""
    return _at(view, (block_id,)) is not None


def _at(view: Mapping[str, Any], path: tuple[str, ...]) -> object:
    found: object = view
    for key in ("state", "values", *path):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def readable(value: object) -> str:
    """A text out of a payload, empty where none stands. JSON can hold half of a character, which nothing else can."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
