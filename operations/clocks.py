"""Whether this machine's clock is right. Slack's signatures are good for five minutes, and calls are found by time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from operations.findings import Finding, failed, good, noted

SIGNATURES_GOOD_FOR_SECONDS = 300
"""Slack, Verifying requests from Slack."""

WORTH_KNOWING_SECONDS = 30

_MEND = "Have it set by NTP: timedatectl set-ntp true."


async def clocks(client: httpx.AsyncClient, urls: Mapping[str, str]) -> Finding:
    """How far the clock is from those of servers, by name; each answer says what time it is there."""
    behind: dict[str, float] = {}
    for name, url in urls.items():
        try:
            answer = await client.get(url)
            there = parsedate_to_datetime(answer.headers["Date"])
        except (httpx.HTTPError, KeyError, ValueError):
            continue
        behind[name] = (there - datetime.now(UTC)).total_seconds()
    return clock(behind)


def clock(behind: Mapping[str, float]) -> Finding:
    """What it means to be so many seconds behind others' clocks, or, where that is less than nothing, ahead."""
    if not behind:
        return noted("This machine's clock: nobody said what time it is.")
    name, most = max(behind.items(), key=lambda item: abs(item[1]))
    seconds = f"{abs(most):.0f} s {'behind' if most > 0 else 'ahead of'} {name}'s"
    if abs(most) >= SIGNATURES_GOOD_FOR_SECONDS:
        return failed(
            f"This machine's clock is {seconds}: what Slack sends counts as replayed, and is turned away. {_MEND}"
        )
    if abs(most) >= WORTH_KNOWING_SECONDS:
        return noted(
            f"This machine's clock is {seconds}. From five minutes on, what Slack sends is turned away. {_MEND}"
        )
    return good(f"This machine's clock agrees with that of {' and '.join(behind)}.")
