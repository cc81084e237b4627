"""Phones that wait until the carrier has a line for them: first come, first served."""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from conference.calls import CallState, NotRung, Participant
from conference.clock import Clock, pause
from conference.dests import refusal
from conference.dialing import Dialer, claimed, under_way, without_lines
from conference.journal import about
from conference.ledger import Ledger
from conference.limits import LimitReached, reached
from conference.lines import free_lines, free_places
from conference.model import MAX_PARTICIPANTS, Conference, ConferenceKey, ConferenceState, Reason
from conference.ports import Change, Reading
from conference.seating import Seating
from conference.tasks import Tasks

log = logging.getLogger(__name__)

WAIT_AT_MOST = timedelta(minutes=30)
"""People who asked to be rung as lines get free do not expect it for ever."""

LOOK_EVERY_SECONDS = 30.0
"""How often it is tried again where lines are taken by something else, of whose end nothing is heard."""


class NotQueued(StrEnum):
    """Why nobody was put into the queue."""

    NOBODY = "nobody"
    TOO_LATE = "too_late"


RefusedFor = tuple[str, LimitReached]
"""The Slack id of who would have passed a limit, and which."""


class LineQueue:
    """Puts phones into the queue, and rings those in it as lines get free."""

    def __init__(self, *, ledger: Ledger, dialer: Dialer, seating: Seating, clock: Clock) -> None:
        self._ledger = ledger
        self._dialer = dialer
        self._seating = seating
        self._clock = clock
        self._tasks = Tasks()
        self._ringing = Tasks()
        self._is_closed = False
        self._anybody_waits = False
        self._is_serving = False
        self._look = asyncio.Event()

    async def wait(self, key: ConferenceKey, *, only_of: str | None = None) -> NotQueued | RefusedFor | None:
        """Have the phones of a conference that no line was free for wait for one; else, why they do not.

        `only_of`: those whom this person had rung, and nobody else's.
        """
        result: NotQueued | RefusedFor | None = None

        def wait(conference: Conference, reading: Reading) -> Conference:
            nonlocal result
            now = self._clock.now()
            places = _may_wait(conference, only_of)
            fresh = [place for place in places if _is_fresh(conference, place, now)]
            if not fresh:
                result = NotQueued.TOO_LATE if places else NotQueued.NOBODY
                return conference
            if result := self._limit(conference, fresh, reading, now):
                return conference.with_limit_reached(*result)
            return queued(conference, fresh, now)

        await self._ledger.update(key, wait)
        return result

    def _limit(self, conference: Conference, places: list[int], reading: Reading, now: datetime) -> RefusedFor | None:
        """Who would pass a limit by having these phones rung, and which."""
        is_begun = conference.state is ConferenceState.LIVE
        askers = Counter(conference.participants[place].asked_by or conference.caller_id for place in places)
        for user_id, phones in askers.items():
            if limit := reached(self._seating.limits, reading.usage(user_id, now), phones, is_begun=is_begun):
                return user_id, limit
        return None

    async def stop_waiting(self, key: ConferenceKey) -> Conference | None:
        """Take the phones of a conference out of the queue; None if none is in it."""

        def stop(conference: Conference, _: Reading) -> Conference:
            return unqueued(conference, self._clock.now())

        before, after = await self._ledger.update(key, stop)
        return None if after is before else after

    def hear(self, conference: Conference) -> None:
        """Something has changed somewhere: a line may be free, or wanted."""
        self._anybody_waits |= bool(conference.queued)
        if not self._anybody_waits or self._is_closed:
            return
        self._look.set()
        if not self._is_serving:
            self._is_serving = True
            self._tasks.start(self._serve())

    @property
    def in_hand(self) -> set[asyncio.Task[Any]]:
        """What must not be broken off: phones are about to ring."""
        return self._ringing.running

    async def close(self) -> None:
        """Stop looking: what waits is stored, and the next start goes on. What is in hand is not broken off."""
        self._is_closed = True
        await self._tasks.close()

    async def _serve(self) -> None:
        """Go through the queue whenever something has changed, until nobody is in it."""
        try:
            while self._anybody_waits:
                self._look.clear()
                self._anybody_waits = False
                if not await self._go_through():
                    await self._clock.sleep(LOOK_EVERY_SECONDS)
                elif self._anybody_waits:
                    await pause(self._clock, LOOK_EVERY_SECONDS, self._look)
        finally:
            self._is_serving = False

    async def _go_through(self) -> bool:
        """Ring whoever there is a line for; False if the carrier says that there is none."""
        ahead = 0
        for key in await self._ledger.persist(self._ledger.storage.queued):
            try:
                after = await self._ring_of(key, ahead)
            except Exception:
                # Whatever it was, those behind it are still to be rung.
                about(log, key.conference_id).exception("those who wait could not be rung")
                self._anybody_waits = True
                continue
            if after is None:
                self._anybody_waits = True
                return False
            self._anybody_waits |= bool(after.queued)
            # Whoever waits for a place in a full room takes no line from those behind.
            ahead += min(len(after.queued), free_places(len(after.open_participants)))
        return True

    async def _ring_of(self, key: ConferenceKey, ahead: int) -> Conference | None:
        """Ring who there is a line for in one conference; None if the carrier says that there is none."""
        # Where something else takes lines, how many are free is only to be found out one by one.
        at_most = MAX_PARTICIPANTS
        while True:
            claim, places, after = await asyncio.shield(self._ringing.start(self._ring(key, ahead, at_most)))
            is_refused = len(after.queued) > len(claim.queued)
            if is_refused and places == 1:
                return None
            if not is_refused and (at_most > 1 or not places or not after.queued):
                return after
            at_most = 1

    async def _ring(self, key: ConferenceKey, ahead: int, at_most: int) -> tuple[Conference, int, Conference]:
        """The conference as its phones were about to ring, how many those were, and what came of it."""
        before, claim = await self._ledger.surely_update(key, self._served(ahead, at_most))
        places = len(under_way(claim) - under_way(before))
        return claim, places, await self._dialer.ring(before, claim, were_queued=True)

    def _served(self, ahead: int, at_most: int) -> Change:
        def serve(conference: Conference, reading: Reading) -> Conference:
            now = self._clock.now()
            conference = self._seating.still_queued(_without_overdue(conference, now), reading)
            if conference.state is ConferenceState.QUEUED and (reason := _why_too_few(conference)):
                return conference.without_queue(NotRung.CALL_OVER).abandoned(reason)
            if conference.is_over or _would_be_alone(conference):
                conference = conference.without_queue(NotRung.CALL_OVER)
            fits = min(
                at_most,
                # A line may have become free since those before it were looked at: it is theirs.
                free_lines(self._seating.lines, reading.lines_in_use(), ahead),
                free_places(len(conference.open_participants)),
            )
            if not (places := conference.queued_places):
                return _without_queue(conference, now)
            # While nobody knows what became of an earlier request, no other is sent.
            if (chosen := places[:fits]) and conference.state is not ConferenceState.UNCONFIRMED:
                conference = claimed(conference, chosen, now)
            return replace(conference, phones_ahead=ahead if conference.queued else None)

        return serve


def _may_wait(conference: Conference, only_of: str | None) -> list[int]:
    """The places of the phones that may be put into the queue."""
    if not conference.waits_for_lines or conference.hung_up_by:
        return []
    return [
        place
        for place, call in enumerate(conference.participants)
        if call.can_wait_for_a_line and (only_of is None or call.asked_by == only_of)
    ]


def _is_fresh(conference: Conference, place: int, now: datetime) -> bool:
    """Whether people still expect it: an old board must not ring anybody."""
    return abs(now - (conference.participants[place].asked_at or conference.created_at)) <= WAIT_AT_MOST


def queued(conference: Conference, places: Collection[int], now: datetime) -> Conference:
    """The conference, with the phones in these places in the queue."""
    waiting = conference.with_calls(places, lambda call: replace(call, state=CallState.QUEUED, why=None, asked_at=now))
    if conference.state is ConferenceState.LIVE:
        return waiting
    # What comes of it is news, also if it is the same again.
    return replace(waiting, state=ConferenceState.QUEUED, reason=None, told=None)


def unqueued(conference: Conference, now: datetime) -> Conference:
    """The conference, with none of its phones in the queue."""
    if not conference.queued:
        return conference
    if conference.state is ConferenceState.QUEUED:
        return without_lines(conference, conference.detail or "")
    return conference.without_queue(NotRung.NO_LINES).settled(now)


def _without_overdue(conference: Conference, now: datetime) -> Conference:
    def overdue(call: Participant) -> Participant:
        is_overdue = call.asked_at is None or abs(now - call.asked_at) > WAIT_AT_MOST
        return call.not_rung(NotRung.WAITED_TOO_LONG) if is_overdue else call

    return conference.with_calls(conference.queued_places, overdue)


def _would_be_alone(conference: Conference) -> bool:
    """Whether the others have come and gone, and one phone is left that would ring for an empty room."""
    return conference.state is ConferenceState.LIVE and not conference.open_participants and len(conference.queued) == 1


def _why_too_few(conference: Conference) -> Reason | None:
    """Why one who waits must not be rung, where all others must not be rung any more."""
    reason = refusal(conference.queued, conference.invitation, conference.caller_id)
    return reason if reason in {Reason.ONLY_THE_CALLER, Reason.ALONE} else None


def _without_queue(conference: Conference, now: datetime) -> Conference:
    """The conference, nobody of which waits any more."""
    if conference.state is not ConferenceState.QUEUED:
        return replace(conference, phones_ahead=None).settled(now)
    waited_too_long = any(call.why == NotRung.WAITED_TOO_LONG for call in conference.participants)
    return conference.abandoned(Reason.WAITED_TOO_LONG if waited_too_long else Reason.NOBODY_TO_RING)
