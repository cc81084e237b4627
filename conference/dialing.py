"""Asking the carrier to ring phones, once.

That it is about to be done is on disk before the request leaves: a call is *under way* from the transaction that
claims it until the carrier's answer is stored.
"""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from itertools import chain

from conference.calls import CallState, NotRung, Participant
from conference.carrier import RESTARTED, AnswerLost, Carrier, CarrierError, LinesTaken, NotSent, Placed, Refused
from conference.clock import Clock
from conference.credit import why_refused
from conference.journal import about
from conference.ledger import Ledger
from conference.model import Conference, ConferenceState, Reason
from conference.ports import NotifyAddress, Reading, ReadNotification
from conference.tasks import Tasks

log = logging.getLogger(__name__)

SEND_AGAIN_AFTER_SECONDS = (1.0, 2.0, 4.0)
"""Waits before a request that surely never left is sent again."""

SEND_WITHIN_SECONDS = 20.0
"""After that it is not sent again: each try may take as long, and nobody expects their phone to ring any more."""

UNFORESEEN = "unforeseen"
"""Stands for the code of an AnswerLost of which only the log tells more."""


def claimed(conference: Conference, places: Collection[int], now: datetime) -> Conference:
    """The conference with the calls in these places under way."""
    conference = conference.with_calls(places, lambda call: _waiting(call, now))
    if conference.state in _MAY_HAVE_RUNG:
        return conference
    return replace(conference, state=ConferenceState.DIALING, dialed_at=now, reason=None, detail=None)


def _waiting(call: Participant, now: datetime) -> Participant:
    return replace(call, state=CallState.WAITING, dialed_at=now, why=None)


def without_lines(conference: Conference, detail: str) -> Conference:
    """The conference, none of whose phones was rung, since too few lines were free; `detail` says how few."""
    return conference.with_participants(lambda call: call.not_rung(NotRung.NO_LINES)).abandoned(Reason.NO_LINES, detail)


def under_way(conference: Conference) -> frozenset[int]:
    """The places of the calls that are under way."""
    return frozenset(place for place, call in enumerate(conference.participants) if call.is_under_way)


def failed(
    conference: Conference,
    places: Collection[int],
    error: CarrierError,
    now: datetime,
    *,
    refused_for: str = "",
    were_queued: bool = False,
) -> Conference:
    """The conference after its request for the calls in these places has failed.

    `refused_for`: what stands for a refusal's code where more is known; `were_queued`: if all lines were taken, they
    wait for one again.
    """
    still = under_way(conference).intersection(places)
    is_first = conference.state is ConferenceState.DIALING
    why = refused_for or (error.code if isinstance(error, (Refused, AnswerLost)) else NotRung.NOT_SENT)
    in_doubt = conference.with_calls(still, lambda call: replace(call, why=why))
    if len(still) < len(places) or (is_first and any(call.state in _RANG for call in conference.participants)):
        # A notification came first: whatever the answer was, phones did ring.
        return replace(in_doubt, state=ConferenceState.LIVE).settled(now)
    match error:
        case AnswerLost():
            return replace(in_doubt, state=ConferenceState.UNCONFIRMED, detail=why) if is_first else in_doubt
        case LinesTaken() if were_queued:
            queued = conference.with_calls(still, _queued_again)
            if not is_first:
                return queued.settled(now)
            return replace(queued, state=ConferenceState.QUEUED) if queued.queued else called_off(queued)
        case LinesTaken() if is_first:
            return called_off(conference) if conference.hung_up_by else without_lines(conference, why)
        case Refused() if is_first:
            return replace(in_doubt.without_queue(why), state=ConferenceState.REFUSED, detail=why)
        case _ if is_first and conference.hung_up_by:
            return called_off(conference)
        case _ if is_first:
            return in_doubt.without_queue(why).abandoned(Reason.NOT_SENT)
        case _ if conference.hung_up_by:
            return conference.with_calls(still, lambda call: call.not_rung(NotRung.CALLED_OFF)).settled(now)
        case _:
            reason = NotRung.NO_LINES if isinstance(error, LinesTaken) else why
            return conference.with_calls(still, lambda call: call.not_rung(reason)).settled(now)


def _queued_again(call: Participant) -> Participant:
    if call.hang_up:
        return call.not_rung(NotRung.CALLED_OFF)
    return replace(call, state=CallState.QUEUED, dialed_at=None)


def called_off(conference: Conference) -> Conference:
    """The conference that somebody ended before a phone rang."""
    return conference.with_participants(lambda call: call.not_rung(NotRung.CALLED_OFF)).abandoned(Reason.CALLED_OFF)


_MAY_HAVE_RUNG = frozenset({ConferenceState.LIVE, ConferenceState.UNCONFIRMED})

_RANG = frozenset(CallState) - {CallState.NOT_RUNG, CallState.QUEUED, CallState.WAITING}


class Dialer:
    """Sends requests, and stores what came of each."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        carrier: Carrier,
        clock: Clock,
        notify_address: NotifyAddress,
        read_notification: ReadNotification,
    ) -> None:
        self._ledger = ledger
        self._carrier = carrier
        self._clock = clock
        self._notify_address = notify_address
        self._read_notification = read_notification
        self._tasks = Tasks()

    @property
    def in_hand(self) -> set[asyncio.Task[None]]:
        """What must not be broken off: phones are about to ring."""
        return self._tasks.running

    def begin(self, before: Conference, after: Conference) -> None:
        """Ring what was claimed between these two, behind whatever is being answered."""
        if under_way(after) - under_way(before):
            self._tasks.start(self._ring(before, after), after.conference_id)

    async def _ring(self, before: Conference, after: Conference) -> None:
        await self.ring(before, after)

    async def ring(self, before: Conference, after: Conference, *, were_queued: bool = False) -> Conference:
        """Ring what was claimed between these two, and store what the carrier says to it; returns what is stored."""
        places = sorted(under_way(after) - under_way(before))
        if not places:
            return after
        try:
            placed = await self._send(after, places)
        except CarrierError as error:
            return await self._record_failure(after, places, error, were_queued=were_queued)
        except Exception:
            # Whatever it was, the request may have left.
            about(log, after.conference_id).exception("no answer that makes sense")
            return await self._record_failure(after, places, AnswerLost(UNFORESEEN))
        return await self._record_placed(after, places, placed)

    async def _send(self, conference: Conference, places: list[int]) -> Placed:
        numbers = [conference.participants[place].number for place in places]
        began = self._clock.monotonic()
        for wait in chain(SEND_AGAIN_AFTER_SECONDS, [None]):
            try:
                return await self._carrier.call(
                    numbers,
                    room=conference.room,
                    tag=conference.conference_id,
                    notify_url=self._notify_address.url(conference),
                )
            except NotSent as error:
                about(log, conference.conference_id).warning("not sent: %s", error)
                if wait is None:
                    raise
                await self._clock.sleep(wait)
                is_late = self._clock.monotonic() - began > SEND_WITHIN_SECONDS
                if is_late or await self._is_called_off(conference, places):
                    raise
        raise AssertionError("the last try returns or raises")

    async def _is_called_off(self, conference: Conference, places: list[int]) -> bool:
        """Whether somebody has hung up meanwhile on all who were to be rung."""
        now = await self._ledger.persist(lambda: self._ledger.storage.conference(conference.key), conference.key)
        return all(now.participants[place].hang_up for place in places)

    async def _record_placed(self, conference: Conference, places: list[int], placed: Placed) -> Conference:
        now = self._clock.now()
        refs = dict(zip(places, placed.txn_refs, strict=True))

        def place(conference: Conference, reading: Reading) -> Conference:
            participants = tuple(
                _named(call, refs[place]) if place in refs else call
                for place, call in enumerate(conference.participants)
            )
            live = replace(conference, state=ConferenceState.LIVE, room=placed.room, participants=participants)
            # A notification may have come before this answer, and named a call that was not known yet.
            reports = filter(None, (self._read_notification(one.fields) for one in reading.notifications()))
            return live.with_reports((one for one in reports if one.txn_ref in placed.txn_refs), now)

        _, after = await self._ledger.surely_update(conference.key, place)
        about(log, conference.conference_id).info("phones being rung: %d", len(places))
        return after

    async def _record_failure(
        self, conference: Conference, places: list[int], error: CarrierError, *, were_queued: bool = False
    ) -> Conference:
        why = ""
        if isinstance(error, Refused):
            why = await why_refused(error, self._carrier.balance, conference.conference_id)
        now = self._clock.now()

        def fail(conference: Conference, reading: Reading) -> Conference:
            # Of what has been told already some may not have been taken in: a phone that rang is not rung once more.
            reports = filter(None, (self._read_notification(one.fields) for one in reading.notifications(untaken=True)))
            conference = conference.with_reports(reports, now)
            return failed(conference, places, error, now, refused_for=why, were_queued=were_queued)

        about(log, conference.conference_id).info("phones not surely rung: %d: %s", len(places), error)
        _, after = await self._ledger.surely_update(conference.key, fail)
        return after

    async def recover(self, conference: Conference) -> Conference:
        """Give up what an earlier process had under way: whether its request left is not known, so it is not sent."""
        if not (places := under_way(conference)) and conference.state is not ConferenceState.DIALING:
            return conference

        def fail(conference: Conference, _: Reading) -> Conference:
            return failed(conference, places, AnswerLost(RESTARTED), self._clock.now())

        _, after = await self._ledger.surely_update(conference.key, fail)
        return after


def _named(call: Participant, txn_ref: str) -> Participant:
    """A call that the carrier took."""
    state = CallState.RINGING if call.state is CallState.WAITING else call.state
    return replace(call, txn_ref=txn_ref, state=state, why=None)
