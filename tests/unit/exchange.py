"""What the unit tests of running calls stand on: a carrier that does as it is told, and a storage in memory."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from conference.calls import CallState, Participant, Report
from conference.carrier import Balance, CarrierError, Moderation, NoSuchCall, Placed
from conference.dests import Profile
from conference.dialing import Dialer
from conference.ledger import Ledger
from conference.limits import Limits, Usage
from conference.lines import LinesHeld
from conference.model import Conference, ConferenceKey, ConferenceState
from conference.ports import Change, Notification, NotifyAddress, UnknownConferenceError
from conference.preferences import Preferences
from sandbox.clock import MovedClock
from telephony.hoiio import read_notification
from tests.unit.generated import BEGUN_AT, conference_of

ADDRESS = NotifyAddress("https://bot.test/hoiio")
LIVE, DIALING, QUEUED = ConferenceState.LIVE, ConferenceState.DIALING, ConferenceState.QUEUED
NO_LIMITS = Limits(None, None, None, None, None)
PAGE = 100
"""Calls on a page of the history."""


@dataclass
class StubCarrier:
    """Takes every request; where `errors` has one for it, that is met once. Keeps what was asked, and when."""

    clock: MovedClock
    errors: dict[str, list[Exception | None]] = field(default_factory=lambda: defaultdict(list))
    asked: list[tuple[float, str, str]] = field(default_factory=list)
    """A moment, what was asked for, and about what: dests, a reference, or the number of a page."""
    known: dict[str, Report] = field(default_factory=dict)
    """What it knows of each call, by reference."""
    unlisted: set[str] = field(default_factory=set)
    """References of which its history does not tell."""
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Until this is set, nobody is answered who asks for phones to ring."""

    def __post_init__(self) -> None:
        self.answers.set()

    def met(self, name: str) -> list[str]:
        """What was asked for by that name, oldest first."""
        return [about for _, asked, about in self.asked if asked == name]

    def _take(self, name: str, about: str) -> None:
        self.asked.append((self.clock.monotonic(), name, about))
        if self.errors[name] and (error := self.errors[name].pop(0)):
            raise error

    async def call(self, dests: Sequence[str], *, room: str, tag: str, notify_url: str) -> Placed:
        self.asked.append((self.clock.monotonic(), "call", ",".join(dests)))
        await self.answers.wait()
        if self.errors["call"] and (error := self.errors["call"].pop(0)):
            raise error
        placed = len(self.known)
        refs = tuple(f"AA-{placed + place}" for place, _ in enumerate(dests))
        self.known |= {
            ref: Report(CallState.RINGING, ref, dest, tag=tag) for ref, dest in zip(refs, dests, strict=True)
        }
        return Placed(room, refs)

    async def hang_up(self, txn_ref: str) -> None:
        self._take("hang_up", txn_ref)

    async def moderate(self, txn_ref: str, action: Moderation) -> None:
        self._take(action.value, txn_ref)

    async def text(self, number: str, message: str) -> None:
        raise AssertionError("nobody is texted while a call runs")

    async def balance(self) -> Balance:
        raise CarrierError("nobody is asked here")

    async def status(self, txn_ref: str) -> Report:
        self._take("status", txn_ref)
        if txn_ref not in self.known:
            raise NoSuchCall("error_invalid_txn_ref")
        return self.known[txn_ref]

    async def history(self, since: datetime, until: datetime) -> AsyncGenerator[list[Report]]:
        listed = [report for ref, report in self.known.items() if ref not in self.unlisted]
        for page in range(max(1, -(-len(listed) // PAGE))):
            self._take("history", str(page + 1))
            yield listed[page * PAGE : (page + 1) * PAGE]


class MemoryStorage:
    """A `ConferenceStorage` that needs no thread, so that a moved clock waits for it."""

    def __init__(self, *conferences: Conference) -> None:
        self.kept = {conference.key: conference for conference in conferences}
        self.errors: list[Exception] = []
        """What the next changes meet, each once."""
        self.sent: list[Notification] = []
        """What came, of whatever conference."""
        self.untaken_from = 0
        """Which of those was the first that has not been taken in."""

    async def add(self, conference: Conference) -> None:
        self.kept[conference.key] = conference

    async def conference(self, key: ConferenceKey) -> Conference:
        if key not in self.kept:
            raise UnknownConferenceError(key.conference_id)
        return self.kept[key]

    async def find(self, conference_id: str) -> Conference | None:
        return next((one for one in self.kept.values() if one.conference_id == conference_id), None)

    async def update(
        self,
        key: ConferenceKey,
        change: Change,
        *,
        successor: Conference | None = None,
        takes_in: bool = False,
    ) -> tuple[Conference, Conference]:
        if self.errors:
            raise self.errors.pop(0)
        before = self.kept[key]
        after = change(before, _Nothing(self.sent, self.untaken_from))
        if takes_in:
            self.untaken_from = len(self.sent)
        if after == before:
            return before, before
        self.kept[key] = after = replace(after, version=before.version + 1)
        return before, after

    async def keep(self, conference_id: str, secret: str, notification: Notification) -> ConferenceKey | None:
        conference = await self.find(conference_id)
        if conference is None or conference.notify_secret != secret:
            return None
        self.sent.append(notification)
        return conference.key

    async def untaken(self) -> list[ConferenceKey]:
        return list(self.kept) if self.untaken_from < len(self.sent) else []

    async def owners(self, team_id: str, numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
        return {}

    async def unfinished(self) -> list[ConferenceKey]:
        return [key for key, one in self.kept.items() if not one.is_over]

    async def queued(self) -> list[ConferenceKey]:
        return [key for key, one in self.kept.items() if one.queued]


@dataclass(frozen=True)
class _Nothing:
    """A `Reading` of a storage in which there is nothing but notifications."""

    sent: list[Notification]
    untaken_from: int

    def numbers(self, user_ids: Iterable[str], *, believed: bool) -> dict[str, str]:
        return {}

    def owners(self, numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
        return {}

    def preferences(self, user_ids: Iterable[str]) -> dict[str, Preferences]:
        return {}

    def out(self, conference: Conference) -> frozenset[str]:
        return frozenset()

    def other_numbers(self, conference: Conference) -> Mapping[str, str]:
        return {}

    def open_numbers(self, numbers: Iterable[str]) -> frozenset[str]:
        return frozenset()

    def open_people(self, user_ids: Iterable[str]) -> frozenset[str]:
        return frozenset()

    def rings(self, numbers: Iterable[str], *, since: datetime) -> dict[str, tuple[datetime, ...]]:
        return {}

    def lines_in_use(self) -> int:
        return 0

    def lines_held(self) -> tuple[LinesHeld, ...]:
        return ()

    def phones_ahead(self) -> int:
        return 0

    def usage(self, user_id: str, now: datetime) -> Usage:
        return Usage()

    def notifications(self, *, untaken: bool = False) -> list[Notification]:
        return self.sent[self.untaken_from :] if untaken else list(self.sent)


@dataclass
class StubDirectory:
    """Knows the people of the groups that it is given, and of everybody what `known` says."""

    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known: Mapping[str, Profile] = field(default_factory=dict)

    async def members(self, group_id: str) -> Sequence[str]:
        return self.groups[group_id]

    async def profiles(self, user_ids: Iterable[str]) -> Mapping[str, Profile]:
        return {user_id: self.known[user_id] for user_id in user_ids if user_id in self.known}


def phone(place: int, state: CallState = CallState.WAITING, **changes: object) -> Participant:
    """The phone of U1, U2 and so on; one that was dialed has been since the conference began."""
    dialed_at = BEGUN_AT if state not in {CallState.NOT_RUNG, CallState.QUEUED} else None
    call = Participant(f"+65912300{place:02}", (f"U{place}",), state, dialed_at=dialed_at)
    return replace(call, **changes)  # type: ignore[arg-type]


def talk(*calls: Participant, state: ConferenceState = LIVE, name: str = "c0ffee", **changes: object) -> Conference:
    """A conference whose board is posted and whose phones were rung when it began."""
    conference = replace(conference_of(*calls, state=state), conference_id=name, board_ts="1.2", dialed_at=BEGUN_AT)
    return replace(conference, **changes)  # type: ignore[arg-type]


def states(conference: Conference) -> list[str]:
    """Where each call stands, and why where that is known."""
    return [f"{call.state}: {call.why}" if call.why else str(call.state) for call in conference.participants]


def dialer_of(ledger: Ledger, carrier: StubCarrier) -> Dialer:
    """Somebody who has that carrier ring phones."""
    return Dialer(
        ledger=ledger,
        carrier=carrier,
        clock=carrier.clock,
        notify_address=ADDRESS,
        read_notification=read_notification,
    )


async def until(condition: Callable[[], object]) -> None:
    """Let everything go on that can until something is so; time itself stands still."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for happens on the storage's thread
            await asyncio.sleep(0)


async def settle(rounds: int = 30) -> None:
    """Let everything go on that needs no time and no disk."""
    for _ in range(rounds):
        await asyncio.sleep(0)


MINUTE = timedelta(minutes=1)
