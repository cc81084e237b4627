"""What went wrong on purpose, how often it really did, and what came of it."""

import random
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from tests.model.watch import Kind


class Fault(StrEnum):
    """Something that the campaign does to the bot."""

    SLACK_LIMITED = "Slack: 429 with Retry-After"
    SLACK_FAILED = "Slack: 5xx"
    SLACK_RESET = "Slack: connection reset"
    SLACK_SLOW = "Slack: answers late"
    SLACK_SILENT = "Slack: no answer until the bot gave up"
    HOIIO_SLOW = "Hoiio: answers late"
    HOIIO_FAILED = "Hoiio: 5xx"
    HOIIO_LOST = "Hoiio: answer lost"
    HOIIO_GARBLED = "Hoiio: answer makes no sense"
    NEWS_DROPPED = "notifications dropped"
    NEWS_DOUBLED = "notifications doubled"
    NEWS_DELAYED = "notifications delayed"
    NEWS_REORDERED = "notifications reordered"
    NEWS_FORGED = "notifications forged"
    KILLED = "SIGKILL at a random moment"
    KILLED_AT_COMMIT = "SIGKILL just before or after a commit"
    DISK_FULL = "disk full"
    LOCKED = "database locked"
    READ_ONLY = "database read-only while the bot runs"
    READ_ONLY_START = "database read-only when the bot starts"
    CLOCK_FORWARD = "clock set forward"
    CLOCK_BACK = "clock set back"


class Loss(StrEnum):
    """What must never be, besides what `tests.model.watch` looks for."""

    RUNG_TWICE = "numbers rung twice by accident"
    NEWS_LOST = "acknowledged notifications lost"
    NEWS_FORGED = "forged notifications believed"
    STORED = "calls stored otherwise than they went"
    COMMAND = "commands not answered, or answered wrongly"
    ENDED = "bots that ended by themselves"


ZEROS: tuple[StrEnum, ...] = (
    *(Loss.RUNG_TWICE, Loss.NEWS_LOST, Kind.BOARD, Kind.UNTOLD, Kind.TOLD_TWICE, Kind.GOES_ON),
    *(Loss.STORED, Loss.NEWS_FORGED, Loss.COMMAND, Loss.ENDED),
)


class Tally:
    """Counts, over all acts of a campaign."""

    def __init__(self) -> None:
        self.struck: Counter[Fault] = Counter()
        self.amiss: Counter[StrEnum] = Counter()
        self.seen: Counter[str] = Counter()
        """Conferences, phones and requests."""
        self.slowest_refusal = 0.0
        """Seconds of real time until somebody was told that nothing could be stored."""

    def never_struck(self) -> list[Fault]:
        return [fault for fault in Fault if not self.struck[fault]]

    def table(self) -> Iterator[str]:
        """A table in Markdown."""
        yield "| | |"
        yield "| :-- | --: |"
        rows: list[tuple[str, int]] = [*self.seen.items(), *((str(fault), self.struck[fault]) for fault in Fault)]
        for name, count in rows:
            yield f"| {name} | {count:,} |"
        for loss in ZEROS:
            yield f"| **{loss}** | **{self.amiss[loss]:,}** |"


def chance_of(*words: object) -> random.Random:
    """Random numbers that are the same for the same words, whatever else is drawn, and in which order."""
    return random.Random(" ".join(map(str, words)))  # noqa: S311 - nothing is kept secret by it
