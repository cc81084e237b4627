"""What may happen to a conference: it is begun, rung, reported on, and, after a crash, finished.

Every step is decided by what is stored, so that the same code goes on with a conference whether its command was
typed just now or before the process was killed.
"""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import TypeVar

from conference.carrier import RESTARTED, AnswerLost, Carrier, CarrierError, NotSent, Placed, Refused
from conference.clock import Clock
from conference.credit import why_refused
from conference.dests import same_people
from conference.follow_up import CLOCKS_MAY_DIFFER, FollowUp
from conference.invitation import Invitation
from conference.journal import log_state
from conference.model import (
    CallState,
    Conference,
    ConferenceKey,
    ConferenceState,
    Reason,
    Report,
)
from conference.ports import (
    Change,
    ConferenceStorage,
    GroupUnreadableError,
    Notification,
    NotifyAddress,
    Reading,
    ReadNotification,
    StorageUnavailableError,
)
from conference.seating import Seating, abandoned
from conference.tasks import Tasks

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

STORE_AGAIN_AFTER_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Waits before a change that the storage did not take is stored again; the last one is repeated."""

DIAL_WITHIN = timedelta(minutes=1)
"""Phones that ring later than this after the command ring people who no longer expect it."""

SEND_AGAIN_AFTER_SECONDS = (1.0, 2.0, 4.0)
"""Waits before a request that surely never left is sent again."""


class Conferences:
    """Begins conferences and takes them to their end.

    `changed` is called with a conference's key whenever people may have to be shown something new.
    """

    def __init__(
        self,
        *,
        storage: ConferenceStorage,
        carrier: Carrier,
        seating: Seating,
        clock: Clock,
        notify_address: NotifyAddress,
        read_notification: ReadNotification,
        changed: Callable[[ConferenceKey], None],
    ) -> None:
        self._storage = storage
        self._carrier = carrier
        self._seating = seating
        self._clock = clock
        self._notify_address = notify_address
        self._read_notification = read_notification
        self._changed = changed
        self._tasks = Tasks()
        self._expiring = Tasks()
        self._follow_up = FollowUp(storage=storage, carrier=carrier, clock=clock, changed=changed)

    async def begin(
        self,
        invitation: Invitation,
        *,
        team_id: str,
        channel_id: str,
        caller_id: str,
        response_url: str | None,
    ) -> Conference:
        """Take a command: once this returns, the conference will be rung, or its caller told why not."""
        conference = self._made(invitation, team_id, channel_id, caller_id, response_url)
        await self._storage.add(conference)
        log.info("conference %s: begun", conference.conference_id)
        self._tasks.start(self._go_on(conference.key))
        return conference

    def _made(
        self,
        invitation: Invitation,
        team_id: str,
        channel_id: str,
        caller_id: str,
        response_url: str | None,
    ) -> Conference:
        return Conference(
            team_id=team_id,
            conference_id=secrets.token_hex(8),
            channel_id=channel_id,
            caller_id=caller_id,
            invitation=invitation,
            # Chosen here, the room is known even if the carrier's answer is lost.
            room=f"R{secrets.randbelow(10**7):07}",
            notify_secret=secrets.token_urlsafe(32),
            created_at=self._clock.now(),
            response_url=response_url,
        )

    async def _go_on(self, key: ConferenceKey) -> None:
        """Take a new conference up to its dialing, from wherever it stands."""
        conference = await self._persist(lambda: self._storage.conference(key))
        if conference.state is ConferenceState.NEW:
            self._expire(conference)
        if not conference.is_prepared:
            conference = await self._prepare(conference)
        if conference.state is ConferenceState.NEW and conference.board_ts is not None:
            await self._dial(key)
        else:
            self._changed(key)

    def _expire(self, conference: Conference) -> None:
        """Give it up when its minute is over, whatever it is waiting for by then."""

        async def expire() -> None:
            left = conference.created_at + DIAL_WITHIN - self._clock.now()
            await self._clock.sleep(left.total_seconds())
            await self._abandon(conference.key, Reason.TOO_LATE)

        self._expiring.start(expire())

    async def _prepare(self, conference: Conference) -> Conference:
        """Decide who is rung."""
        try:
            seat = await self._persist(lambda: self._seating.seat(conference))
        except GroupUnreadableError as error:
            return await self._abandon(conference.key, Reason.GROUP_UNREADABLE, str(error))
        _, after = await self._update(conference.key, seat)
        log_state(after)
        return after

    async def _update(self, key: ConferenceKey, change: Change) -> tuple[Conference, Conference]:
        """Store a change, however long it takes: what has happened outside must not be forgotten here."""
        return await self._persist(lambda: self._storage.update(key, change))

    async def _persist(self, work: Callable[[], Awaitable[_Result]]) -> _Result:
        """Ask the storage until it answers."""
        for wait in chain(STORE_AGAIN_AFTER_SECONDS, repeat(STORE_AGAIN_AFTER_SECONDS[-1])):
            try:
                return await work()
            except StorageUnavailableError as error:
                log.warning("the storage does not answer, and is asked again: %s", error)
                await self._clock.sleep(wait)
        raise AssertionError("it is tried for ever")

    async def board_posted(self, key: ConferenceKey) -> None:
        """The board stands in its channel: now the phones may ring."""
        self._tasks.start(self._dial(key))

    async def board_refused(self, key: ConferenceKey, code: str) -> None:
        """Slack will not have the board, and says `code`: nobody is rung."""
        await self._abandon(key, Reason.NO_BOARD, code)

    async def _abandon(self, key: ConferenceKey, reason: Reason, detail: str | None = None) -> Conference:
        def abandon(conference: Conference, _: Reading) -> Conference:
            if conference.state is not ConferenceState.NEW:
                return conference
            return abandoned(conference, reason, detail)

        before, after = await self._update(key, abandon)
        if after is not before:
            log_state(after)
            self._changed(key)
        return after

    async def _dial(self, key: ConferenceKey) -> None:
        """Ring the phones, once. That it is about to be done is on disk before the request leaves."""

        def begin_dialing(conference: Conference, reading: Reading) -> Conference:
            if conference.state is not ConferenceState.NEW:
                return conference
            now = self._clock.now()
            if _is_too_late(conference, now):
                return abandoned(conference, Reason.TOO_LATE)
            conference = self._seating.still_seated(conference, reading)
            if conference.state is not ConferenceState.NEW:
                return conference
            return replace(conference, state=ConferenceState.DIALING, dialed_at=now)

        before, conference = await self._update(key, begin_dialing)
        if before.state is not ConferenceState.NEW:
            return
        log_state(conference)
        self._changed(key)
        if conference.state is ConferenceState.DIALING:
            try:
                placed = await self._send(conference)
            except CarrierError as error:
                await self._record_failure(key, error)
            except Exception:
                # Whatever it was, the request may have left.
                log.exception("conference %s: no answer that makes sense", key.conference_id)
                await self._record_failure(key, AnswerLost("unforeseen"))
            else:
                await self._record_placed(key, placed)
            self._changed(key)

    async def _send(self, conference: Conference) -> Placed:
        for wait in chain(SEND_AGAIN_AFTER_SECONDS, [None]):
            try:
                return await self._carrier.call(
                    [participant.number for participant in conference.participants],
                    room=conference.room,
                    tag=conference.conference_id,
                    notify_url=self._notify_address.url(conference),
                )
            except NotSent as error:
                log.warning("conference %s: not sent: %s", conference.conference_id, error)
                if wait is None:
                    raise
                await self._clock.sleep(wait)
        raise AssertionError("the last try returns or raises")

    async def _record_placed(self, key: ConferenceKey, placed: Placed) -> None:
        now = self._clock.now()

        def place(conference: Conference, reading: Reading) -> Conference:
            participants = tuple(
                replace(
                    participant,
                    txn_ref=txn_ref,
                    state=CallState.RINGING if participant.state is CallState.WAITING else participant.state,
                )
                for participant, txn_ref in zip(conference.participants, placed.txn_refs, strict=True)
            )
            live = replace(conference, state=ConferenceState.LIVE, room=placed.room, participants=participants)
            # A notification may have come before this answer, and named a call that was not known yet.
            return live.with_reports(self._reports(reading), now)

        _, after = await self._update(key, place)
        log_state(after)
        self._follow_up.follow(after)

    def _reports(self, reading: Reading) -> Iterator[Report]:
        return filter(None, map(self._read_notification, reading.notifications()))

    async def _record_failure(self, key: ConferenceKey, error: CarrierError) -> Conference:
        why = await why_refused(error, self._carrier.balance) if isinstance(error, Refused) else None
        now = self._clock.now()

        def fail(conference: Conference, _: Reading) -> Conference:
            if any(participant.state is not CallState.WAITING for participant in conference.participants):
                # A notification came first: whatever the answer was, phones did ring.
                return replace(conference, state=ConferenceState.LIVE).settled(now)
            match error:
                case Refused():
                    return replace(conference, state=ConferenceState.REFUSED, detail=why)
                case AnswerLost(code=code):
                    return replace(conference, state=ConferenceState.UNCONFIRMED, detail=code)
                case _:
                    return abandoned(conference, Reason.NOT_SENT)

        _, after = await self._update(key, fail)
        log_state(after)
        self._follow_up.follow(after)
        return after

    async def notified(self, conference_id: str, secret: str, fields: Mapping[str, str], *, now: datetime) -> bool:
        """Take in a notification; it is durable when this returns. False if that address was never handed out."""
        conference = await self._storage.find(conference_id)
        # Compared even when there is no such conference, so that both take the same time.
        expected = conference.notify_secret if conference else secrets.token_urlsafe(32)
        if not hmac.compare_digest(expected.encode(), secret.encode()) or conference is None:
            return False
        report = self._read_notification(fields)

        def take_in(conference: Conference, _: Reading) -> Conference:
            return conference if report is None else conference.with_reports([report], now)

        _, after = await self._storage.update(conference.key, take_in, notification=Notification(fields, now))
        # A report may show that phones rang which were thought not to have.
        self._follow_up.follow(after)
        known = report is not None and after.find(report) is not None
        log.info(
            "conference %s: notification %s",
            conference_id,
            f"of {report.state}" if report and known else "about no call that is known; kept",
        )
        self._changed(conference.key)
        return True

    async def ring_anew(self, key: ConferenceKey, *, user_id: str, response_url: str | None) -> Conference | None:
        """Ring the people of a conference that was never confirmed, in a new one, because `user_id` decided so.

        None, and nothing is done, unless the search for the old one's calls is over without a trace.
        """
        old = await self._storage.find(key.conference_id)
        if old is None or old.key != key:
            return None
        invitation = same_people(old, user_id)
        new = self._made(invitation, old.team_id, old.channel_id, user_id, response_url)

        def replaced(conference: Conference, _: Reading) -> Conference:
            if not conference.can_be_rung_anew:
                return conference
            return abandoned(conference, Reason.RUNG_ANEW)

        before, after = await self._storage.update(key, replaced, successor=new)
        if after is before:
            return None
        log_state(after)
        self._changed(key)
        self._tasks.start(self._go_on(new.key))
        return new

    # Starting and stopping

    async def recover(self) -> None:
        """Go on with everything that an earlier process began and did not finish.

        To be called before the first command is taken: one that is under way now would look unfinished too.
        """
        for key in await self._storage.unfinished():
            self._tasks.start(self._recover(key))

    async def _recover(self, key: ConferenceKey) -> None:
        conference = await self._persist(lambda: self._storage.conference(key))
        if conference.state is ConferenceState.NEW:
            if _is_too_late(conference, self._clock.now()):
                await self._abandon(key, Reason.TOO_LATE)
            else:
                await self._go_on(key)
            return
        if conference.state is ConferenceState.DIALING:
            # Whether the request left before the process died is not known, so it is not sent again.
            conference = await self._record_failure(key, AnswerLost(RESTARTED))
            self._changed(key)
        self._follow_up.follow(conference, at_once=True)

    @property
    def in_hand(self) -> set[asyncio.Task[None]]:
        """What must not be broken off: phones are about to ring."""
        return self._tasks.running

    async def close(self) -> None:
        """Stop what waits for a later moment: the next start takes it up again."""
        await self._expiring.close()
        await self._follow_up.close()


def _is_too_late(conference: Conference, now: datetime) -> bool:
    """Whether its minute is over; a clock that was set back does not make an old command new."""
    return not -CLOCKS_MAY_DIFFER <= now - conference.created_at <= DIAL_WITHIN
