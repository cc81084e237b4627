"""Asking the carrier for outcomes that did not come of their own accord.

Notifications are not resent, so one that was missed is only to be had by asking; and a request whose answer was
lost is found, if it was taken, in the carrier's history.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from conference.carrier import Carrier, CarrierError, NoSuchCall
from conference.clock import Clock
from conference.journal import log_state
from conference.model import CallState, Conference, ConferenceKey, ConferenceState, Report
from conference.ports import ConferenceStorage, Reading

log = logging.getLogger(__name__)

SEARCH_FOR = timedelta(minutes=10)
"""How long a request whose answer was lost is searched for in the carrier's history."""

SEARCH_UNREADABLE_FOR = timedelta(minutes=30)
"""The same, while the history can't be read: people must not wait for ever to decide for themselves."""

SEARCH_AFTER_SECONDS = (2.0, 5.0, 10.0, 20.0, 30.0)
"""Waits between those searches; the last one is repeated."""

ASK_AFTER_SECONDS = (60.0, 60.0, 90.0, 120.0, 180.0, 300.0)
"""Waits before the carrier is asked about calls of which no outcome came; the last one is repeated."""

ASK_FOR = timedelta(hours=24)
"""After this nobody can tell any more how a call went."""

SECONDS_BETWEEN_QUESTIONS = 2.0
"""Keeps the bot's questions to 30 a minute, half of what Hoiio allows an app."""

CLOCKS_MAY_DIFFER = timedelta(minutes=2)
"""How far the carrier's clock may be from ours, when its history is searched."""

_FOLLOWED = frozenset({ConferenceState.LIVE, ConferenceState.UNCONFIRMED})


class FollowUp:
    """Asks about the open calls of conferences, from time to time, until each is closed."""

    def __init__(
        self,
        *,
        storage: ConferenceStorage,
        carrier: Carrier,
        clock: Clock,
        changed: Callable[[ConferenceKey], None],
    ) -> None:
        self._storage = storage
        self._carrier = carrier
        self._clock = clock
        self._changed = changed
        self._following: dict[ConferenceKey, asyncio.Task[None]] = {}
        self._question = asyncio.Lock()

    def follow(self, conference: Conference, *, at_once: bool = False) -> None:
        """Start asking, the first time after a while, or at once for what was missed while the bot was down."""
        key = conference.key
        if key not in self._following and conference.open_participants and conference.state in _FOLLOWED:
            self._following[key] = asyncio.create_task(self._ask_until_closed(conference, at_once))
            self._following[key].add_done_callback(lambda _: self._following.pop(key, None))

    async def close(self) -> None:
        """Stop asking: the next start asks again."""
        tasks = list(self._following.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask_until_closed(self, conference: Conference, at_once: bool) -> None:
        asked = 0
        while conference.open_participants and conference.state in _FOLLOWED:
            waits = SEARCH_AFTER_SECONDS if _unnamed(conference) else ASK_AFTER_SECONDS
            if asked or not at_once:
                await self._clock.sleep(waits[min(asked, len(waits) - 1)])
            asked += 1
            try:
                conference = await self._ask(conference.key)
            except Exception:
                # Whatever it was, the outcome is still owed.
                log.exception("conference %s: could not ask for outcomes", conference.conference_id)

    async def _ask(self, key: ConferenceKey) -> Conference:
        conference = await self._storage.conference(key)
        asked_at = self._clock.now()
        reports, lost = await self._news(conference, asked_at)

        def take_in(conference: Conference, _: Reading) -> Conference:
            conference = conference.with_reports(reports, asked_at)
            for call in conference.open_participants:
                if call.number in lost:
                    conference = conference.with_participant(call, replace(call, state=CallState.UNKNOWN))
            return conference.settled(asked_at)

        before, after = await self._storage.update(key, take_in)
        if after is not before:
            log_state(after)
            self._changed(key)
        return after

    async def _news(self, conference: Conference, asked_at: datetime) -> tuple[list[Report], set[str]]:
        """What the carrier says of the open calls, and the numbers of those nobody will ever hear of."""
        # A clock that was set back makes no call younger.
        since_dialing = abs(asked_at - (conference.dialed_at or conference.created_at))
        if since_dialing > ASK_FOR:
            return [], {call.number for call in conference.open_participants}
        reports: list[Report] = []
        lost: set[str] = set()
        if unnamed := _unnamed(conference):
            found = await self._search(conference, asked_at)
            reports += found or []
            if since_dialing > (SEARCH_FOR if found is not None else SEARCH_UNREADABLE_FOR):
                lost |= unnamed
        for call in conference.open_participants:
            if call.txn_ref is None:
                continue
            try:
                reports.append(await self._status(call.txn_ref))
            except CarrierError as error:
                log.warning("conference %s: no word of a call: %s", conference.conference_id, error)
                if isinstance(error, NoSuchCall):
                    lost.add(call.number)
        return reports, lost

    async def _status(self, txn_ref: str) -> Report:
        async with self._question:
            try:
                return await self._carrier.status(txn_ref)
            finally:
                await self._clock.sleep(SECONDS_BETWEEN_QUESTIONS)

    async def _search(self, conference: Conference, now: datetime) -> list[Report] | None:
        """The calls of a request whose answer was lost, by its tag; None if the carrier could not be asked."""
        dialed_at = conference.dialed_at or conference.created_at
        until = max(dialed_at, min(now, dialed_at + SEARCH_FOR))
        try:
            history = self._carrier.history(
                dialed_at - CLOCKS_MAY_DIFFER, until + CLOCKS_MAY_DIFFER, tag=conference.conference_id
            )
            return [report async for report in history]
        except CarrierError as error:
            log.warning("conference %s: could not search: %s", conference.conference_id, error)
            return None


def _unnamed(conference: Conference) -> set[str]:
    """Numbers of the open calls whose txn_ref is not known."""
    return {call.number for call in conference.open_participants if call.txn_ref is None}
