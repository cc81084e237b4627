"""The faults that can be switched on from the page, and a forged notification."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

import aiohttp

from sandbox.hoiio import Hoiio
from sandbox.slack import Fault, JsonObject, Slack

RETRY_AFTER_SECONDS: Final = 5
_MANY: Final = 1_000_000
_LIMITED_METHODS: Final = ("chat.postMessage", "chat.update")


@dataclass(frozen=True)
class _Switch:
    name: str
    label: str
    explanation: str
    turn: Callable[[bool], None]


class FaultSwitches:
    """What goes wrong until it is switched off again."""

    def __init__(self, slack: Slack, hoiio: Hoiio) -> None:
        self._slack = slack
        self._hoiio = hoiio
        self._limits: list[Fault] = []
        self._on: set[str] = set()
        self._switches = (
            _Switch(
                "lost_notification",
                "Lose notifications",
                "Hoiio's news of calls never arrives.",
                self._lose_notifications,
            ),
            _Switch(
                "duplicate_notification",
                "Send notifications twice",
                "Each call is told of twice.",
                self._duplicate_notifications,
            ),
            _Switch(
                "answer_lost",
                "Lose Hoiio's answer",
                "Phones ring, and the bot has to find out by itself.",
                lambda on: self._break_off("answer_lost", "after", on),
            ),
            _Switch(
                "request_lost",
                "Lose the request to Hoiio",
                "No phone rings, and the bot can't know.",
                lambda on: self._break_off("request_lost", "before", on),
            ),
            _Switch(
                "slack_429",
                "Slack says 429",
                f"No message now: come back in {RETRY_AFTER_SECONDS} seconds.",
                self._limit_slack,
            ),
        )

    def turn(self, name: str, on: bool) -> None:
        """Raises LookupError for a fault that does not exist."""
        switch = next((switch for switch in self._switches if switch.name == name), None)
        if switch is None:
            raise LookupError(f"there is no fault called {name!r}.")
        if on != (name in self._on):
            switch.turn(on)
            self._on ^= {name}

    def picture(self) -> list[JsonObject]:
        return [
            {"name": s.name, "label": s.label, "explanation": s.explanation, "on": s.name in self._on}
            for s in self._switches
        ]

    async def forge(self) -> bool:
        """Send a notification with a wrong signature to the latest notify_url; False if none is known yet."""
        addressed = [leg for leg in self._hoiio.legs if leg.notify_url is not None]
        if not addressed:
            return False
        leg = addressed[-1]
        # That nobody answered stands on the wire.
        with suppress(aiohttp.ClientError):
            await self._hoiio.notify(leg.final_notice(), str(leg.notify_url), signature="0" * 64)
        return True

    def _lose_notifications(self, on: bool) -> None:
        self._hoiio.faults.notifications.drop = "all" if on else 0

    def _duplicate_notifications(self, on: bool) -> None:
        self._hoiio.faults.notifications.duplicate = "all" if on else 0

    def _break_off(self, name: str, when: Literal["before", "after"], on: bool) -> None:
        """The connection breaks off before or after the phones are rung; only one of the two can happen."""
        self._on -= {"answer_lost", "request_lost"} - {name}
        self._hoiio.faults.answer_lost = when if on else None
        self._hoiio.faults.answer_lost_calls = _MANY if on else 1

    def _limit_slack(self, on: bool) -> None:
        for fault in self._limits:
            fault.end()
        self._limits = [
            self._slack.faults.fail(method, status=429, retry_after=RETRY_AFTER_SECONDS, times=_MANY)
            for method in _LIMITED_METHODS
            if on
        ]
