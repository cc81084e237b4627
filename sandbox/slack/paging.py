"""Pages of a long answer, and the cursors that lead on (Slack documentation, Pagination)."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from sandbox.slack.model import JsonObject, SlackError

MAX_PAGE: Final = 999
"""Items on one page: Slack's methods take a `limit` under 1000."""

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Page(Generic[_Item]):
    """A part of the whole. `next_cursor` is empty on the last page."""

    items: list[_Item]
    next_cursor: str


def page_of(everything: list[_Item], key: Callable[[_Item], str], given: JsonObject, usual: int | None) -> Page[_Item]:
    """The page that a call's `cursor` and `limit` ask for; `key` tells the items apart.

    Without a `limit` (0 is none) a page has `usual` items, or all the rest when `usual` is None. Raises
    `invalid_limit`, and `invalid_cursor` also once the item that a cursor stands on is gone.
    """
    limit = _limit(given) or usual or len(everything)
    start = _start([key(item) for item in everything], str(given.get("cursor") or ""))
    items = everything[start : start + limit]
    has_more = start + limit < len(everything)
    return Page(items, _cursor_after(key(items[-1])) if has_more else "")


def _limit(given: JsonObject) -> int:
    try:
        limit = int(given.get("limit") or 0)
    except (TypeError, ValueError):
        raise SlackError("invalid_limit") from None
    if limit < 0:
        raise SlackError("invalid_limit")
    return min(limit, MAX_PAGE)


def _start(keys: list[str], cursor: str) -> int:
    if not cursor:
        return 0
    try:
        decoded = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        decoded = ""
    after = decoded.removeprefix("after:")
    if after == decoded or after not in keys:
        raise SlackError("invalid_cursor")
    return keys.index(after) + 1


def _cursor_after(key: str) -> str:
    return base64.b64encode(f"after:{key}".encode()).decode()
