"""How fast the page's clock runs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

RATES: Final = (1, 10, 60)
"""Seconds to the real second that can be chosen."""

_LINGER_SECONDS: Final = 1.0
_ENDING_RATE: Final = 600.0


class Pace:
    """The rate that was chosen, and the rate just now.

    While somebody's act is on its way the clock runs at real speed: Slack's three seconds, for an answer and for a
    trigger_id, are three seconds to the bot, however fast the minutes of a call go by.
    """

    def __init__(self) -> None:
        self.chosen = RATES[0]
        self._acts = 0
        self._ending = False

    def now(self) -> float:
        if self._ending:
            return _ENDING_RATE
        return RATES[0] if self._acts else self.chosen

    def choose(self, rate: int) -> None:
        """Raises ValueError for a rate that is not on offer."""
        if rate not in RATES:
            raise ValueError(f"The clock does not run at {rate}×.")
        self.chosen = rate

    def end(self) -> None:
        """Let whatever is still awaited come quickly."""
        self._ending = True

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """Real speed inside, and for a moment longer: the bot may open a view after its acknowledgement."""
        self._acts += 1
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._act_is_over)

    def _act_is_over(self) -> None:
        self._acts -= 1
