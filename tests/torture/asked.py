"""How often people asked for each phone, and where."""

from collections import Counter
from collections.abc import Iterable


class Asked:
    """Counts for each conference by itself, so that what was asked for in one excuses no ring in another."""

    def __init__(self) -> None:
        self._begun: dict[str | None, frozenset[str]] = {}
        """By the response URL that only the conference has which was begun there."""
        self._besides = Counter[tuple[str, str]]()
        """By a conference's id and a number."""

    def for_conference(self, response_url: str, numbers: Iterable[str]) -> None:
        """Somebody asked for a conference of these numbers."""
        self._begun[response_url] = frozenset(numbers)

    def besides(self, conference_id: str, numbers: Iterable[str]) -> None:
        """Somebody asked, in a conference that there is, that these be rung once more."""
        self._besides.update((conference_id, number) for number in numbers)

    def times(self, conference_id: str, response_url: str | None, number: str) -> int:
        """How often the conference that was begun there may have rung a number."""
        return (number in self._begun.get(response_url, ())) + self._besides[conference_id, number]
