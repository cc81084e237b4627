"""Days on which a standup does not ring, as somebody types them. Pure."""

import re
from collections.abc import Iterable
from datetime import date
from urllib.parse import urlsplit

LONGEST_ADDRESS = 1_000
"""Characters in a calendar's address."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_days_off(text: str) -> tuple[frozenset[date], tuple[str, ...]]:
    """The dates in a text, as in `2026-12-25`, between commas or on lines of their own; and whatever else is there."""
    days: list[date] = []
    others: list[str] = []
    for word in filter(None, re.split(r"[\s,;]+", text)):
        try:
            days.append(_date(word))
        except ValueError:
            others.append(word)
    return frozenset(days), tuple(dict.fromkeys(others))


def _date(word: str) -> date:
    """Raises ValueError."""
    if not _DATE.fullmatch(word):
        raise ValueError("that is no date with a year, a month and a day")
    return date.fromisoformat(word)


def written_days_off(days: Iterable[date]) -> str:
    """The same dates, a line each."""
    return "\n".join(day.isoformat() for day in sorted(days))


def read_calendar_address(text: str) -> str | None:
    """The https address that a calendar may have, also of one that begins with `webcal:`; None if it is none."""
    address = re.sub(r"\Awebcals?://", "https://", text.strip(), flags=re.IGNORECASE)
    try:
        parts = urlsplit(address)
        is_one = parts.scheme == "https" and "." in (parts.hostname or "") and not parts.username
        # Asking for it is what finds a port that is none.
        is_one = is_one and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return address if is_one and not re.search(r"\s", address) and len(address) <= LONGEST_ADDRESS else None
