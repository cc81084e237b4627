"""Slack's rate limits: tiers per method and minute, and about one post a second into each channel."""

import math
from collections import defaultdict, deque
from typing import Final

from sandbox.clock import MovedClock
from sandbox.slack.model import JsonObject

_PER_MINUTE: Final = {
    "usergroups.list": 20,
    "usergroups.users.list": 20,
    "users.list": 20,
    "apps.connections.open": 20,
    "chat.update": 50,
    "chat.delete": 50,
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.info": 50,
    "conversations.open": 50,
    "chat.postEphemeral": 100,
    "conversations.members": 100,
    "users.info": 100,
    "users.profile.get": 100,
    "views.open": 100,
    "views.push": 100,
    "views.update": 100,
    "views.publish": 100,
}
"""Tier 2 is 20 a minute, tier 3 50, tier 4 100; what is not here has limits that nobody meets."""

_WINDOW_SECONDS: Final = 60.0
_POST_BURST: Final = 3
"""Posts that a channel takes at once before it holds to one a second."""


class RateLimits:
    """Counts calls on the sandbox clock."""

    def __init__(self, clock: MovedClock) -> None:
        self._clock = clock
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._full_again: defaultdict[str, float] = defaultdict(float)

    def retry_after(self, method: str, arguments: JsonObject) -> int | None:
        """Whole seconds to wait before that call may be made again, or None when it counts and may go on."""
        now = self._clock.monotonic()
        if method == "chat.postMessage":
            return self._post_into(str(arguments.get("channel", "")), now)
        if method not in _PER_MINUTE:
            return None
        calls = self._calls[method]
        while calls and calls[0] <= now - _WINDOW_SECONDS:
            calls.popleft()
        if len(calls) >= _PER_MINUTE[method]:
            return max(1, math.ceil(calls[0] + _WINDOW_SECONDS - now))
        calls.append(now)
        return None

    def _post_into(self, channel: str, now: float) -> int | None:
        # A bucket that a post empties by one and a second fills by one, kept as the moment it will be full.
        full_again = max(self._full_again[channel], now)
        if full_again - now > _POST_BURST - 1:
            return max(1, math.ceil(full_again - now - (_POST_BURST - 1)))
        self._full_again[channel] = full_again + 1
        return None
