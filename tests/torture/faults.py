"""Faults on a share of the calls, drawn at random: which one befalls the tenth `chat.update` is the seed's to say."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from sandbox.clock import MovedClock
from sandbox.hoiio import Faults as HoiioFaults
from sandbox.hoiio import NotificationFaults
from sandbox.hoiio.faults import Accident
from sandbox.slack.faults import Fault as SlackFault
from sandbox.slack.faults import Faults as SlackFaults
from sandbox.slack.faults import Hold, Holds, Struck, When
from tests.torture.tally import Fault, Tally, chance_of

SHARE_OF_CALLS: Final = 0.3
SHARE_OF_NEWS: Final = 0.1
"""For each of dropped, doubled, delayed and held back until others have come."""
LONGEST_DELAY_SECONDS: Final = 8.0
LONGEST_NEWS_DELAY_SECONDS: Final = 30.0
LONGEST_RETRY_AFTER_SECONDS: Final = 4

_SLACK: Final = {
    Fault.SLACK_LIMITED: 5,
    Fault.SLACK_FAILED: 5,
    Fault.SLACK_RESET: 5,
    Fault.SLACK_SLOW: 5,
    # These take real time, in which the moved clock goes far.
    Fault.SLACK_SILENT: 1,
}
_HOIIO: Final = {Fault.HOIIO_SLOW: 4, Fault.HOIIO_FAILED: 3, Fault.HOIIO_LOST: 3, Fault.HOIIO_GARBLED: 1}
_WHEN: Final[tuple[When, When]] = ("before", "after")


class SlackAtRandom(SlackFaults):
    """Strikes a share of all calls, while it is on."""

    def __init__(self, clock: MovedClock, holds: Holds, seed: str, tally: Tally) -> None:
        super().__init__(clock)
        self.is_on = False
        self._clock = clock
        self._holds = holds
        self._seed = seed
        self._tally = tally
        self._calls = Counter[str]()
        self._silent: list[Hold] = []

    def strike(self, method: str) -> Struck:
        self._calls[method] += 1
        chance = chance_of(self._seed, method, self._calls[method])
        if not self.is_on or chance.random() >= SHARE_OF_CALLS:
            return Struck(None, None)
        (kind,) = chance.choices(list(_SLACK), list(_SLACK.values()))
        when = chance.choice(_WHEN)
        if kind is Fault.SLACK_SILENT:
            self._silent.append(self._holds.add(method, when))
            return Struck(None, None)
        self._tally.struck[kind] += 1
        match kind:
            case Fault.SLACK_LIMITED:
                wait = chance.randint(1, LONGEST_RETRY_AFTER_SECONDS)
                return Struck(None, self._fault(method, "before", status=429, error="ratelimited", retry_after=wait))
            case Fault.SLACK_FAILED:
                status = chance.choice((500, 502, 503))
                return Struck(None, self._fault(method, when, status=status, error="internal_error"))
            case Fault.SLACK_RESET:
                return Struck(None, SlackFault(method, "reset", when, 1, None))
            case _:
                seconds = chance.uniform(0.5, LONGEST_DELAY_SECONDS)
                return Struck(SlackFault(method, "slow", when, 1, None, seconds=seconds), None)

    def _fault(self, method: str, when: When, *, status: int, error: str, retry_after: int | None = None) -> SlackFault:
        return SlackFault(method, "fail", when, 1, None, status, error, retry_after)

    def bot_dies(self) -> None:
        """From now on, whoever leaves does not do so because they were tired of waiting."""
        self._count_silent()
        self._silent.clear()

    def end(self) -> None:
        self.is_on = False
        self._count_silent()
        for hold in self._silent:
            hold.release()
        self._silent.clear()

    def _count_silent(self) -> None:
        self._tally.struck[Fault.SLACK_SILENT] += sum(hold.abandoned for hold in self._silent)


class HoiioAtRandom(HoiioFaults):
    """Strikes a share of all requests, while it is on."""

    def __init__(self, seed: str, tally: Tally) -> None:
        self.news = NewsAtRandom(seed, tally)
        super().__init__(notifications=self.news)
        self.is_on = False
        self._seed = seed
        self._tally = tally
        self._calls = Counter[str]()

    def draw(self, path: str) -> Accident:
        self._calls[path] += 1
        chance = chance_of(self._seed, path, self._calls[path])
        if not self.is_on or chance.random() >= SHARE_OF_CALLS:
            return Accident()
        (kind,) = chance.choices(list(_HOIIO), list(_HOIIO.values()))
        when = chance.choice(_WHEN)
        self._tally.struck[kind] += 1
        match kind:
            case Fault.HOIIO_SLOW:
                return Accident(delay=chance.uniform(0.5, LONGEST_DELAY_SECONDS))
            case Fault.HOIIO_FAILED:
                return Accident(http_5xx=(when, chance.choice((500, 502, 504))))
            case Fault.HOIIO_LOST:
                return Accident(lost=when)
            case _:
                has_refs = path == "conference/call" and chance.random() < 0.5
                return Accident(missing_txn_refs=has_refs, garbled_answer=not has_refs)


class NewsAtRandom(NotificationFaults):
    """What becomes of notifications, while it is on."""

    def __init__(self, seed: str, tally: Tally) -> None:
        super().__init__()
        self.is_on = False
        self._seed = seed
        self._tally = tally
        self._sent = 0
        self._is_doubled = False

    def drops(self, fields: Mapping[str, str]) -> bool:
        """Decide all that befalls this one: it is asked first."""
        self._sent += 1
        chance = chance_of(self._seed, "notification", self._sent)
        struck = {kind: self.is_on and chance.random() < SHARE_OF_NEWS for kind in _NEWS}
        if struck[Fault.NEWS_DROPPED]:
            self._tally.struck[Fault.NEWS_DROPPED] += 1
            return True
        if self.reorder:
            # One that was held back comes after this one.
            self._tally.struck[Fault.NEWS_REORDERED] += 1
        elif struck[Fault.NEWS_REORDERED]:
            self.reorder = chance.randint(2, 3)
        self.delay = chance.uniform(1.0, LONGEST_NEWS_DELAY_SECONDS) if struck[Fault.NEWS_DELAYED] else 0.0
        self._tally.struck[Fault.NEWS_DELAYED] += struck[Fault.NEWS_DELAYED]
        self._is_doubled = struck[Fault.NEWS_DOUBLED]
        return False

    def duplicates(self) -> bool:
        self._tally.struck[Fault.NEWS_DOUBLED] += self._is_doubled
        return self._is_doubled

    def end(self) -> None:
        self.is_on = False
        self.reorder, self.delay = 0, 0.0


_NEWS: Final = (Fault.NEWS_DROPPED, Fault.NEWS_DOUBLED, Fault.NEWS_DELAYED, Fault.NEWS_REORDERED)
