"""Asking the carrier how calls stand: who is in, before their notification tells, and what a lost one would have told.

A notification comes at a call's end, once. So whether a phone still rings or its owner is in the call is only to be
had by asking; and so is the outcome that a lost notification told, and what became of a request whose answer was lost.
All questions together keep to a budget.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from conference.calls import CallState, Participant, Report
from conference.carrier import Carrier, CarrierError, NoSuchCall
from conference.clock import Clock, pause
from conference.journal import about
from conference.ledger import Ledger
from conference.line_queue import WAIT_AT_MOST
from conference.model import Conference, ConferenceKey, ConferenceState
from conference.ports import Reading
from conference.tasks import Tasks

log = logging.getLogger(__name__)

QUESTIONS_PER_MINUTE = 30
"""For the whole bot: half of what Hoiio allows an app for its other calls."""

SECONDS_BETWEEN_QUESTIONS = 60.0 / QUESTIONS_PER_MINUTE * 1.02
"""A little more than the budget asks for, so that no minute anywhere holds one question too many."""

ASK_SOON_SECONDS = 4.0
"""Between two questions about a phone that rings, as far as the budget allows."""

RINGS_FOR = timedelta(minutes=2)
"""After this a phone surely rings no more: whatever is still open has been answered, or its news was lost."""

ASK_LATER_SECONDS = (60.0, 60.0, 90.0, 120.0, 180.0, 300.0)
"""Between two questions about a call that is known to be going on, whose end is told by a notification."""

ASK_FOR = timedelta(hours=24)
"""After this nobody can tell any more how a call went."""

SEARCH_FOR = timedelta(minutes=10)
"""How long a request whose answer was lost is searched for in the carrier's history."""

SEARCH_UNREADABLE_FOR = timedelta(minutes=30)
"""The same, while the history can't be read: people must not wait for ever to decide for themselves."""

SEARCH_AFTER_SECONDS = (2.0, 5.0, 10.0, 20.0, 30.0)
"""Waits between those searches; the last one is repeated."""

CLOCKS_MAY_DIFFER = timedelta(minutes=2)
"""How far the carrier's clock may be from ours, when its history is searched."""

_FOLLOWED = frozenset({ConferenceState.LIVE, ConferenceState.UNCONFIRMED})


@dataclass
class _Watched:
    """A call that is open, and when it was asked about; `times` counts questions since it was known to be going on."""

    key: ConferenceKey
    txn_ref: str
    dialed_at: datetime
    is_brief: bool
    """It rings, or is being hung up: soon there is news."""
    brief_since: datetime
    asked_at: float
    times: int = 0
    is_listed: bool = True
    """Whether the carrier's history tells of it while it goes on, as far as is known."""

    def is_soon_over(self, now: datetime) -> bool:
        # A clock that was set back makes nothing younger.
        return self.is_brief and abs(now - self.brief_since) < RINGS_FOR

    def due_at(self, now: datetime) -> float:
        return self.asked_at + (ASK_SOON_SECONDS if self.is_soon_over(now) else _nth(ASK_LATER_SECONDS, self.times))


class FollowUp:
    """Asks about the open calls of conferences until each is closed, soonest about the one not asked for longest."""

    def __init__(self, *, ledger: Ledger, carrier: Carrier, clock: Clock) -> None:
        self._ledger = ledger
        self._carrier = carrier
        self._clock = clock
        self._watched: dict[str, _Watched] = {}
        self._searching: set[ConferenceKey] = set()
        self._tasks = Tasks()
        self._is_watching = False
        self._is_turn_of_ringing = False
        self._more = asyncio.Event()
        self._question = asyncio.Lock()
        self._ask_no_sooner = float("-inf")

    def hear(self, conference: Conference) -> None:
        """Watch what is open of a conference, and no more what is not. The first question comes after a while."""
        self._follow(conference, at_once=False)

    def catch_up(self, conference: Conference) -> None:
        """The same, and ask at once for what was missed while the bot was down."""
        self._follow(conference, at_once=True)

    def _follow(self, conference: Conference, *, at_once: bool) -> None:
        is_followed = conference.state in _FOLLOWED
        calls = {call.txn_ref: call for call in conference.open_participants if call.txn_ref and is_followed}
        for call in conference.participants:
            if call.txn_ref and call.txn_ref not in calls:
                self._watched.pop(call.txn_ref, None)
        for txn_ref, call in calls.items():
            self._watch(conference, txn_ref, call, at_once)
        if calls and not self._is_watching:
            self._is_watching = True
            self._tasks.start(self._ask_on())
        self._more.set()
        if is_followed and _in_doubt(conference) and conference.key not in self._searching:
            self._searching.add(conference.key)
            self._tasks.start(self._search_on(conference, at_once), conference.conference_id)

    def _watch(self, conference: Conference, txn_ref: str, call: Participant, at_once: bool) -> None:
        is_brief = call.hang_up or call.state is not CallState.IN_CALL
        watched = self._watched.get(txn_ref)
        if watched is None:
            asked_at = float("-inf") if at_once else self._clock.monotonic()
            dialed_at = _dialed_at(conference, call)
            self._watched[txn_ref] = _Watched(conference.key, txn_ref, dialed_at, is_brief, dialed_at, asked_at)
        elif watched.is_brief is not is_brief:
            watched.is_brief, watched.brief_since, watched.times = is_brief, self._clock.now(), 0

    async def close(self) -> None:
        """Stop asking: the next start asks again."""
        await self._tasks.close()

    # Calls that are known by their reference

    async def _ask_on(self) -> None:
        try:
            while self._watched:
                self._more.clear()
                now = self._clock.now()
                due_at = {one.txn_ref: one.due_at(now) for one in self._watched.values()}
                wait = min(due_at.values()) - self._clock.monotonic()
                if wait > 0:
                    await pause(self._clock, wait, self._more)
                    continue
                due = [one for one in self._watched.values() if due_at[one.txn_ref] <= self._clock.monotonic()]
                try:
                    await self._ask(sorted(due, key=lambda one: one.asked_at))
                except Exception:
                    # Whatever it was, the outcomes are still owed.
                    log.exception("could not ask how calls stand")
        finally:
            self._is_watching = False

    async def _ask(self, due: list[_Watched]) -> None:
        """Ask about those that ring, with one question if they are several, or about the one not asked for longest.

        The two take turns: neither those that ring nor those that talk wait long where there are many of both.
        """
        now = self._clock.now()
        ringing = [one for one in due if one.is_soon_over(now) and one.is_listed]
        others = [one for one in due if not (one.is_soon_over(now) and one.is_listed)]
        self._is_turn_of_ringing = bool(ringing) and not (others and self._is_turn_of_ringing)
        asked = ringing if self._is_turn_of_ringing else others[:1]
        if len(asked) > 1:
            since = min(one.dialed_at for one in ringing)
            asked = asked + [one for one in others if one.is_listed and one.dialed_at >= since]
        for one in asked:
            one.asked_at = self._clock.monotonic()
            one.times += not one.is_soon_over(now)
        if len(asked) > 1:
            await self._ask_about_all(asked)
        else:
            await self._ask_about(asked[0])

    async def _ask_about_all(self, asked: list[_Watched]) -> None:
        """The carrier's history tells of up to a hundred calls in one answer."""
        now = self._clock.now()
        since = min(one.dialed_at for one in asked) - CLOCKS_MAY_DIFFER
        listed = set[str | None]()
        try:
            async for page in self._history(since, now + CLOCKS_MAY_DIFFER):
                told = {report.txn_ref: report for report in page}
                listed |= told.keys()
                reports: defaultdict[ConferenceKey, list[Report]] = defaultdict(list)
                for one in asked:
                    if one.txn_ref in told:
                        reports[one.key].append(told[one.txn_ref])
                for key, its in reports.items():
                    await self._take_in(key, its)
        except CarrierError as error:
            # Each is asked about by itself then.
            log.warning("no word of the calls that ring: %s", error)
        for one in asked:
            one.is_listed = one.txn_ref in listed

    async def _ask_about(self, one: _Watched) -> None:
        # A clock that was set back makes no call younger.
        if abs(self._clock.now() - one.dialed_at) > ASK_FOR:
            await self._take_in(one.key, [], lost={one.txn_ref})
            return
        try:
            await self._take_in(one.key, [await self._status(one.txn_ref)])
        except CarrierError as error:
            about(log, one.key.conference_id).warning("no word of a call: %s", error)
            if isinstance(error, NoSuchCall):
                await self._take_in(one.key, [], lost={one.txn_ref})

    async def _take_in(
        self, key: ConferenceKey, reports: Iterable[Report], *, lost: Collection[str | None] = ()
    ) -> None:
        """Store what was told of a conference's calls, and give up those of which nobody can tell any more."""
        news = [report for report in reports if self._is_news(report)]
        if not news and not lost:
            return
        now = self._clock.now()

        def take_in(conference: Conference, _: Reading) -> Conference:
            conference = conference.with_reports(news, now)
            for call in conference.open_participants:
                if call.txn_ref in lost:
                    conference = conference.with_participant(call, replace(call, state=CallState.UNKNOWN))
            return conference.settled(now)

        await self._ledger.update(key, take_in)

    def _is_news(self, report: Report) -> bool:
        if report.state is not CallState.IN_CALL:
            return report.state is not CallState.RINGING
        watched = self._watched.get(report.txn_ref or "")
        return watched is None or watched.is_brief

    # Requests whose answer was lost

    async def _search_on(self, conference: Conference, at_once: bool) -> None:
        searched = 0
        try:
            while conference.state in _FOLLOWED and _in_doubt(conference):
                if searched or not at_once:
                    await self._clock.sleep(_nth(SEARCH_AFTER_SECONDS, searched))
                searched += 1
                try:
                    conference = await self._search(await self._ledger.storage.conference(conference.key))
                except Exception:
                    # Whatever it was, the calls are still to be found.
                    about(log, conference.conference_id).exception("could not search")
        finally:
            self._searching.discard(conference.key)

    async def _search(self, conference: Conference) -> Conference:
        """Look for the calls of a request by its tag; give them up when they would have been found long ago."""
        now = self._clock.now()
        in_doubt = _in_doubt(conference)
        if not in_doubt:
            return conference
        dialed_at = [_dialed_at(conference, call) for call in in_doubt]
        dialed_by = max(_dialed_by(conference, call) for call in in_doubt)
        until = max(*dialed_at, min(now, dialed_by + SEARCH_FOR)) + CLOCKS_MAY_DIFFER
        give_up_after = SEARCH_FOR
        found: list[Report] = []
        try:
            async for page in self._history(min(dialed_at) - CLOCKS_MAY_DIFFER, until):
                found += [report for report in page if report.tag == conference.conference_id]
        except CarrierError as error:
            about(log, conference.conference_id).warning("could not search: %s", error)
            give_up_after = SEARCH_UNREADABLE_FOR

        def take_in(conference: Conference, _: Reading) -> Conference:
            conference = conference.with_reports(found, now)
            for call in _in_doubt(conference):
                if abs(now - _dialed_at(conference, call)) > give_up_after:
                    conference = conference.with_participant(call, replace(call, state=CallState.UNKNOWN))
            return conference.settled(now)

        _, after = await self._ledger.update(conference.key, take_in)
        return after

    # Questions, within the budget

    async def _status(self, txn_ref: str) -> Report:
        async with self._turn():
            return await self._carrier.status(txn_ref)

    async def _history(self, since: datetime, until: datetime) -> AsyncIterator[list[Report]]:
        """What is known of the calls between two moments, a question a page. Raises CarrierError."""
        async with aclosing(self._carrier.history(since, until)) as pages:
            while True:
                async with self._turn():
                    page = await anext(pages, None)
                if page is None:
                    return
                yield page

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """When one more question may be asked; what it tells is known at once, and the next one waits."""
        async with self._question:
            await self._clock.sleep(self._ask_no_sooner - self._clock.monotonic())
            try:
                yield
            finally:
                self._ask_no_sooner = self._clock.monotonic() + SECONDS_BETWEEN_QUESTIONS


def _nth(waits: tuple[float, ...], place: int) -> float:
    """One of these waits; after the last one, that."""
    return waits[min(place, len(waits) - 1)]


def _in_doubt(conference: Conference) -> list[Participant]:
    """The calls of which it is not known whether the carrier took their request."""
    return [call for call in conference.participants if call.is_in_doubt]


def _dialed_at(conference: Conference, call: Participant) -> datetime:
    return call.dialed_at or conference.dialed_at or conference.created_at


def _dialed_by(conference: Conference, call: Participant) -> datetime:
    """The same, at the latest. A backup that has a phone in the queue does not tell when it left that."""
    dialed_at = _dialed_at(conference, call)
    return max(dialed_at, call.asked_at + WAIT_AT_MOST) if call.asked_at else dialed_at
