"""What was filled into a form."""

from collections.abc import Mapping
from typing import Any


def filled_in(view: Mapping[str, Any], *path: str) -> str:
    """The text at that path below a view's values: block, action, and `value` or what else the element has.

    Empty where nothing was filled in, which is null to Slack, and where no text stands.
    """
    found: object = view
    for key in ("state", "values", *path):
        found = found.get(key) if isinstance(found, dict) else None
    # JSON can hold half of a character, which nothing else can.
    return found.encode("utf-8", "replace").decode() if isinstance(found, str) else ""
