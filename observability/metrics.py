"""The bot's metrics, for Prometheus. They name no person, no number and no conference.

What happens is counted as the parts tell of it, by functions that they call and that cost microseconds. How things
stand is read when somebody asks.
"""

import asyncio
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Literal, Protocol, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from conference.calls import CallState
from conference.carrier import AnswerLost, Balance, CarrierError, LinesTaken, NoSuchCall, NotEnoughCredit, NotSent
from conference.clock import Clock
from conference.figures import Figures
from conference.model import Conference, ConferenceState, LeftOutReason, Reason
from conference.ports import StorageUnavailableError
from messages.slack import SlackError, SlackNotReached, SlackRateLimited, SlackRefused
from observability.measured_carrier import CarrierMethod

VERSION = "0.1.0"

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

ANSWERED_WITHIN = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds. Slack waits for three."""

ASKED_WITHIN = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Seconds. Nobody waits longer for an answer of Hoiio's than for twenty."""

SHOWN_WITHIN = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""Seconds. Outcomes that come within one share a redraw."""

RINGS_WITHIN = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 300.0)
"""Seconds. A command is given up after a minute, a standup after five."""

STORAGE_ANSWERS_WITHIN_SECONDS = 2.0

CARRIER_RATE_LIMITED = "error_rate_limit_exceeded"
"""Hoiio, Result Status."""

_SETTLED = frozenset(CallState) - {CallState.QUEUED, CallState.WAITING, CallState.RINGING, CallState.IN_CALL}
"""What a call comes to."""

_CARRIER_KINDS: dict[type[CarrierError], str] = {
    NoSuchCall: "no_such_call",
    LinesTaken: "lines_taken",
    NotEnoughCredit: "not_enough_credit",
    NotSent: "not_sent",
    AnswerLost: "answer_lost",
}
_CARRIER_REFUSED = "refused"
_CARRIER_LIMITED = "rate_limited"
CARRIER_FAILS = (*_CARRIER_KINDS.values(), _CARRIER_REFUSED, _CARRIER_LIMITED)
"""How requests to the carrier fail."""

_SLACK_KINDS: dict[type[SlackError], str] = {
    SlackRefused: "refused",
    SlackRateLimited: "rate_limited",
    SlackNotReached: "not_sent",
}

_ENDS_WITHOUT_REASON = (ConferenceState.ENDED, ConferenceState.REFUSED, ConferenceState.UNCONFIRMED)
"""States in which conferences end, but for `abandoned`, which has a reason."""

_TURNED_AWAY_WITH = {"slack": (400, 401, 404, 405, 413, 500), "hoiio": (403, 404, 405, 413, 429, 500, 503)}
"""The statuses with which requests are turned away, by whose they should have been."""

Shown = Literal["conference", "standup"]


class CountedStorage(Protocol):
    """`failures`: how often since the start it did not do what was asked."""

    @property
    def failures(self) -> int: ...

    async def figures(self) -> Figures:
        """Raises StorageUnavailableError."""


class Owing(Protocol):
    """Something that shows what changes. `oldest_seconds`: how long the oldest change has not been shown."""

    @property
    def oldest_seconds(self) -> float: ...


class Socket(Protocol):
    """`is_connected`: whether Slack can deliver."""

    @property
    def is_connected(self) -> bool: ...


@dataclass(frozen=True)
class Sources:
    """Who knows how things stand. `socket` is None where Slack comes in over HTTP."""

    storage: CountedStorage
    lines: int
    boards: Sequence[Owing]
    socket: Socket | None


class _AtScrape(Collector):
    """What is read when somebody asks."""

    def __init__(self) -> None:
        self.read: Sequence[Metric] = ()

    def collect(self) -> Iterable[Metric]:
        return self.read


class Metrics:
    """All of one bot's metrics, in a registry of its own."""

    def __init__(self, clock: Clock) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._clock = clock
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        build = Gauge("rollcall_build_info", "What runs.", ("version", "python"), registry=registry)
        build.labels(VERSION, platform.python_version()).set(1)
        self._begun = Counter(
            "rollcall_conferences_begun", "Conferences, by what began them.", ("by",), registry=registry
        )
        self._ended = Counter(
            "rollcall_conferences_ended",
            "Conferences that came to an end, by the state in which they did, and why nobody was rung.",
            ("state", "reason"),
            registry=registry,
        )
        self._calls = Counter(
            "rollcall_calls_ended", "Calls to single phones, by what came of them.", ("outcome",), registry=registry
        )
        self._left_out = Counter(
            "rollcall_people_left_out",
            "People who were asked for and not rung, by why.",
            ("reason",),
            registry=registry,
        )
        self._to_ringing = Histogram(
            "rollcall_command_to_ringing_seconds",
            "From the command, or the moment that was due, until Hoiio had taken the first request for its phones.",
            buckets=RINGS_WITHIN,
            registry=registry,
        )
        self._acknowledgement = Histogram(
            "rollcall_slack_acknowledgement_seconds",
            "From a command, click or event of Slack's until it was acknowledged.",
            buckets=ANSWERED_WITHIN,
            registry=registry,
        )
        self._notification = Histogram(
            "rollcall_hoiio_notification_seconds",
            "From a notification of Hoiio's until the 200 that says that it is kept.",
            buckets=ANSWERED_WITHIN,
            registry=registry,
        )
        self._turned_away = Counter(
            "rollcall_requests_turned_away",
            "Requests that were not answered with 200, by whose they should have been and the status.",
            ("route", "status"),
            registry=registry,
        )
        self._shown = Histogram(
            "rollcall_board_drawn_seconds",
            "From a change of a conference or of a standup's day until Slack showed all of it.",
            ("of",),
            buckets=SHOWN_WITHIN,
            registry=registry,
        )
        self._slack_requests = Histogram(
            "rollcall_slack_request_duration_seconds",
            "Requests to Slack's Web API, also those that failed, by method.",
            ("method",),
            buckets=ASKED_WITHIN,
            registry=registry,
        )
        self._slack_errors = Counter(
            "rollcall_slack_errors", "Requests to Slack that failed, by how.", ("method", "kind"), registry=registry
        )
        self._carrier_requests = Histogram(
            "rollcall_hoiio_request_duration_seconds",
            "Requests to Hoiio, also those that failed, by what was asked.",
            ("method",),
            buckets=ASKED_WITHIN,
            registry=registry,
        )
        self._carrier_errors = Counter(
            "rollcall_hoiio_errors", "Requests to Hoiio that failed, by how.", ("method", "kind"), registry=registry
        )
        self._balance = Gauge(
            "rollcall_hoiio_balance",
            "What was left in the Hoiio account when it was last asked for, by currency.",
            ("currency",),
            registry=registry,
        )
        self._balance_asked = Gauge(
            "rollcall_hoiio_balance_timestamp_seconds",
            "When the account was last asked for that, in seconds since 1970.",
            registry=registry,
        )
        self._begin_at_nought()
        self._at_scrape = _AtScrape()
        registry.register(self._at_scrape)

    def _begin_at_nought(self) -> None:
        """What has not happened yet is nought, and not unknown: else Prometheus would not see the first time.

        Requests to Slack are left out: it has a method for everything.
        """
        for by in ("person", "standup"):
            self._begun.labels(by)
        for state in _ENDS_WITHOUT_REASON:
            self._ended.labels(state.value, "")
        for reason in Reason:
            self._ended.labels(ConferenceState.ABANDONED.value, reason.value)
        for outcome in _SETTLED:
            self._calls.labels(outcome.value)
        for why in LeftOutReason:
            self._left_out.labels(why.value)
        for route, statuses in _TURNED_AWAY_WITH.items():
            for status in statuses:
                self._turned_away.labels(route, str(status))
        for method, kind in product(get_args(CarrierMethod), CARRIER_FAILS):
            self._carrier_errors.labels(method, kind)

    # What the parts tell

    def conference_changed(self, before: Conference, after: Conference) -> None:
        """A conference as it was and as it is."""
        if after.is_prepared and not before.is_prepared:
            self._begun.labels("standup" if after.is_by_itself else "person").inc()
        if after.is_over and not before.is_over:
            self._ended.labels(after.state.value, after.reason.value if after.reason else "").inc()
        if (before.state, after.state) == (ConferenceState.DIALING, ConferenceState.LIVE):
            self._observe_ringing(after)
        for place, call in enumerate(after.participants):
            was = before.call_at(place)
            if call.state in _SETTLED and (was is None or was.state not in _SETTLED):
                self._calls.labels(call.state.value).inc()
        known = {(left.user_id, left.number, left.reason) for left in before.left_out}
        for left in after.left_out:
            if (left.user_id, left.number, left.reason) not in known:
                self._left_out.labels(left.reason.value).inc()

    def _observe_ringing(self, conference: Conference) -> None:
        """By the hour of day, which alone outlives a restart. What had waited for a line tells nothing of the bot."""
        if all(call.asked_at is None for call in conference.participants):
            since = conference.due_at or conference.created_at
            self._to_ringing.observe(max(0.0, (self._clock.now() - since).total_seconds()))

    def acknowledged(self, seconds: float) -> None:
        """Something that Slack sent was acknowledged."""
        self._acknowledgement.observe(seconds)

    def notified(self, seconds: float) -> None:
        """A notification was answered with 200."""
        self._notification.observe(seconds)

    def turned_away(self, route: str, status: int) -> None:
        """A request was answered with something else."""
        self._turned_away.labels(route, str(status)).inc()

    def shown(self, what: Shown, seconds: float) -> None:
        """Slack shows everything of something that changed that long ago."""
        self._shown.labels(what).observe(seconds)

    def slack_asked(self, method: str, seconds: float, error: SlackError | None) -> None:
        """A request to Slack has come to its end."""
        self._slack_requests.labels(method).observe(seconds)
        if error is not None:
            self._slack_errors.labels(method, _SLACK_KINDS.get(type(error), "answer_lost")).inc()

    def carrier_asked(self, method: CarrierMethod, seconds: float, error: CarrierError | None) -> None:
        """A request to the carrier has come to its end."""
        self._carrier_requests.labels(method).observe(seconds)
        if error is not None:
            is_limited = getattr(error, "code", "") == CARRIER_RATE_LIMITED
            kind = _CARRIER_LIMITED if is_limited else _CARRIER_KINDS.get(type(error), _CARRIER_REFUSED)
            self._carrier_errors.labels(method, kind).inc()

    def balance_seen(self, balance: Balance) -> None:
        """That much is left in the carrier's account."""
        self._balance.clear()
        self._balance.labels(balance.currency).set(float(balance.amount))
        self._balance_asked.set(self._clock.now().timestamp())

    # What somebody reads

    async def page(self, sources: Sources) -> bytes:
        """Everything, in Prometheus's text format."""
        figures = None
        with suppress(StorageUnavailableError, TimeoutError):
            async with asyncio.timeout(STORAGE_ANSWERS_WITHIN_SECONDS):
                figures = await sources.storage.figures()
        self._at_scrape.read = tuple(_standing(sources, figures))
        return generate_latest(self._registry)


def _standing(sources: Sources, figures: Figures | None) -> Iterator[Metric]:
    """How things stand; what only the storage knows is left out where that does not tell."""

    def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"rollcall_{name}", text, value)

    yield gauge("storage_up", "Whether the database answered just now.", figures is not None)
    yield CounterMetricFamily(
        "rollcall_storage_failures", "What the database did not do when it was asked.", sources.storage.failures
    )
    yield gauge("lines", "Calls that the Hoiio account may have at a time: LINES.", sources.lines)
    yield gauge(
        "oldest_undrawn_board_seconds",
        "For how long Slack has not shown what it has not shown for longest; since the start at most.",
        max(boards.oldest_seconds for boards in sources.boards),
    )
    if sources.socket:
        yield gauge("slack_connected", "Whether the WebSocket to Slack stands.", sources.socket.is_connected)
    if figures is not None:
        yield gauge("undrawn_boards", "Conferences of which Slack does not show everything.", figures.undrawn)
        yield gauge("lines_in_use", "Lines that calls of conferences hold.", figures.lines_in_use)
        yield gauge("queued_phones", "Phones that wait for a line.", figures.queued_phones)
        unfinished = GaugeMetricFamily(
            "rollcall_conferences_open", "Conferences that are not over, by state.", labels=("state",)
        )
        for state, count in figures.unfinished.items():
            unfinished.add_metric([state.value], count)
        yield unfinished
