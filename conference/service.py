"""What may happen to a conference: it is begun, rung, reported on, and, after a crash, finished.

Every step is decided by what is stored, so that the same code goes on with a conference whether its command was
typed just now or before the process was killed.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from conference.additions import Additions
from conference.calls import CallState
from conference.carrier import Carrier
from conference.clock import Clock
from conference.dests import same_people
from conference.dialing import Dialer, claimed, without_lines
from conference.follow_up import CLOCKS_MAY_DIFFER, FollowUp
from conference.inbox import Inbox
from conference.invitation import Invitation
from conference.journal import about
from conference.ledger import Heard, Ledger, Watched
from conference.line_queue import LineQueue
from conference.model import Conference, ConferenceKey, ConferenceState, Reason
from conference.moderation import Moderator
from conference.ports import (
    ConferenceStorage,
    GroupUnreadableError,
    Notification,
    NotifyAddress,
    Reading,
    ReadNotification,
)
from conference.right_of_way import RightOfWay
from conference.seating import Seating
from conference.standups.model import RING_WITHIN, Occurrence, Standup
from conference.tasks import Tasks

log = logging.getLogger(__name__)

DIAL_WITHIN = timedelta(minutes=1)
"""Phones that ring later than this after the command ring people who no longer expect it."""

CALLED_AGAIN_THAT_DAY = timedelta(hours=12)
"""Within this, who was out when a standup rang is still out when its people are called again."""

GROUPS_AGAIN_AFTER_SECONDS = 10.0
"""A wait before Slack is asked once more who is in a user group that a standup rings."""


class Conferences:
    """Begins conferences and takes them to their end.

    Those of `heard` are called with each conference that has changed, those of `watched` once for each change. What
    people do while one runs is done through `additions`, `queue` and `moderator`.
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
        heard: Iterable[Heard],
        right_of_way: RightOfWay,
        watched: Iterable[Watched],
    ) -> None:
        self._storage = storage
        self._seating = seating
        self._clock = clock
        self._right_of_way = right_of_way
        self._tasks = Tasks()
        self._expiring = Tasks()
        self._ledger = Ledger(storage, clock)
        self._dialer = Dialer(
            ledger=self._ledger,
            carrier=carrier,
            clock=clock,
            notify_address=notify_address,
            read_notification=read_notification,
        )
        self._inbox = Inbox(
            ledger=self._ledger, clock=clock, read_notification=read_notification, right_of_way=right_of_way
        )
        self._follow_up = FollowUp(ledger=self._ledger, carrier=carrier, clock=clock)
        self.additions = Additions(ledger=self._ledger, dialer=self._dialer, seating=seating)
        self.queue = LineQueue(ledger=self._ledger, dialer=self._dialer, seating=seating, clock=clock)
        self.moderator = Moderator(ledger=self._ledger, carrier=carrier, clock=clock)
        self._ledger.watchers += watched
        self._ledger.listeners += [
            *heard,
            self._follow_up.hear,
            self.moderator.hear,
            self.queue.hear,
        ]

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
        self.take_up(conference)
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
            # Chosen here, the room is known even if the carrier's answer is lost. Who is sent to the room of another
            # conference is in its call: two must not be alike.
            room=f"R{secrets.randbelow(10**12):012}",
            notify_secret=secrets.token_urlsafe(32),
            created_at=self._clock.now(),
            response_url=response_url,
        )

    def made_for(self, standup: Standup, occurrence: Occurrence, invitation: Invitation) -> Conference:
        """The conference of a standup on one of its days; to be stored with that, and then taken up."""
        made = self._made(invitation, standup.team_id, occurrence.channel_id, standup.maker_id, None)
        return replace(
            made,
            conference_id=occurrence.occurrence_id,
            standup=standup.name,
            occurrence_id=occurrence.occurrence_id,
            due_at=occurrence.due_at,
        )

    def take_up(self, conference: Conference) -> None:
        """Ring a conference that has just been stored."""
        about(log, conference.conference_id).info("begun")
        self._tasks.start(self._go_on(conference.key), conference.conference_id)

    async def _go_on(self, key: ConferenceKey) -> None:
        """Take a new conference up to its dialing, from wherever it stands."""
        await self._right_of_way.given()
        conference = await self._ledger.persist(lambda: self._storage.conference(key), key)
        if conference.state is ConferenceState.NEW:
            self._expire(conference)
        if not conference.is_prepared:
            # Whoever shows it hears of it by that.
            await self._prepare(conference)
        elif conference.state is ConferenceState.NEW and conference.board_ts is not None:
            await self._dial(key)
        else:
            self._ledger.tell(conference)

    def _expire(self, conference: Conference) -> None:
        """Give it up when its minute is over, whatever it is waiting for by then."""

        async def expire() -> None:
            left = _dial_until(conference) - self._clock.now()
            await self._clock.sleep(left.total_seconds())
            await self._abandon(conference.key, Reason.TOO_LATE)

        self._expiring.start(expire(), conference.conference_id)

    async def _prepare(self, conference: Conference) -> None:
        """Decide who is rung."""
        try:
            seat = await self._ledger.persist(lambda: self._seating.seat(conference), conference.key)
        except GroupUnreadableError as error:
            if error.may_pass and await self._is_still_expected(conference):
                await self._prepare(conference)
            else:
                await self._abandon(conference.key, Reason.GROUP_UNREADABLE, str(error))
        else:
            await self._ledger.surely_update(conference.key, seat)

    async def _is_still_expected(self, conference: Conference) -> bool:
        """Let some time go by; whether people expect a standup's call even then. Nobody is there to type it again."""
        if conference.due_at is None:
            return False
        await self._clock.sleep(GROUPS_AGAIN_AFTER_SECONDS)
        return not _is_too_late(conference, self._clock.now())

    async def board_posted(self, key: ConferenceKey) -> None:
        """The board stands in its channel: now the phones may ring."""
        self._tasks.start(self._dial(key), key.conference_id)

    async def board_refused(self, key: ConferenceKey, code: str) -> None:
        """Slack will not have the board, and says `code`: nobody is rung."""
        await self._abandon(key, Reason.NO_BOARD, code)

    async def _abandon(self, key: ConferenceKey, reason: Reason, detail: str | None = None) -> None:
        def abandon(conference: Conference, _: Reading) -> Conference:
            if conference.state is not ConferenceState.NEW:
                return conference
            return conference.abandoned(reason, detail)

        await self._ledger.surely_update(key, abandon)

    async def _dial(self, key: ConferenceKey) -> None:
        """Ring the phones, once."""
        await self._right_of_way.given()

        def claim(conference: Conference, reading: Reading) -> Conference:
            if conference.state is not ConferenceState.NEW:
                return conference
            now = self._clock.now()
            if _is_too_late(conference, now):
                return conference.abandoned(Reason.TOO_LATE)
            conference = self._seating.still_seated(conference, reading)
            if conference.state is not ConferenceState.NEW:
                return conference
            places = [place for place, call in enumerate(conference.participants) if call.state is CallState.WAITING]
            if short := self._seating.lines_short(conference, reading, len(places)):
                return without_lines(conference, str(short))
            return claimed(conference, places, now)

        before, after = await self._ledger.surely_update(key, claim)
        await self._dialer.ring(before, after)

    async def notified(self, conference_id: str, secret: str, fields: Mapping[str, str], *, now: datetime) -> bool:
        """Keep a notification; it is durable when this returns, and taken in behind.

        False if that address was never handed out. Raises StorageUnavailableError, or TooManyNotificationsError.
        """
        return await self._inbox.keep(conference_id, secret, Notification(fields, now))

    async def ring_anew(self, key: ConferenceKey, *, user_id: str, response_url: str | None) -> Conference | None:
        """Ring the people of a conference that was never confirmed, in a new one, because `user_id` decided so.

        None, and nothing is done, unless the search for the old one's calls is over without a trace.
        """
        old = await self._storage.find(key.conference_id)
        if old is None or old.key != key:
            return None
        new = self._made_again(old, user_id, response_url)

        def replaced(conference: Conference, reading: Reading) -> Conference:
            # What has been told and is not taken in yet may be that phones did ring.
            if not conference.can_be_rung_anew or reading.notifications(untaken=True):
                return conference
            return conference.abandoned(Reason.RUNG_ANEW)

        before, after = await self._ledger.update(key, replaced, successor=new)
        if after is before:
            return None
        self.take_up(new)
        return new

    async def call_again(self, key: ConferenceKey, *, user_id: str, response_url: str | None) -> Conference | None:
        """Begin a conference of the people of one that is over; None, and nothing is done, if it is not."""
        old = await self._storage.conference(key)
        if not old.is_over:
            return None
        new = self._made_again(old, user_id, response_url)
        await self._storage.add(new)
        self.take_up(new)
        return new

    def _made_again(self, old: Conference, user_id: str, response_url: str | None) -> Conference:
        """A new conference of the same people; one of a standup is still called so, and that day is of that day."""
        made = self._made(same_people(old, user_id), old.team_id, old.channel_id, user_id, response_url)
        is_of_the_day = abs(made.created_at - old.created_at) < CALLED_AGAIN_THAT_DAY
        return replace(made, standup=old.standup, occurrence_id=old.occurrence_id if is_of_the_day else None)

    # Starting and stopping

    async def recover(self) -> None:
        """Go on with everything that an earlier process began and did not finish.

        To be called before the first command is taken: one that is under way now would look unfinished too. So it
        goes behind no answer.
        """
        untaken = await self._storage.untaken()
        for key in untaken:
            # Also of a conference that is over: it may be proved wrong.
            self._tasks.start(self._recover(key, has_news=True), key.conference_id, is_behind=False)
        for key in await self._storage.unfinished():
            if key not in untaken:
                self._tasks.start(self._recover(key), key.conference_id, is_behind=False)

    async def _recover(self, key: ConferenceKey, *, has_news: bool = False) -> None:
        # Told before it died, and not taken in: whatever is decided here has to know of it.
        if has_news:
            conference = await self._inbox.recover(key)
        else:
            conference = await self._ledger.persist(lambda: self._storage.conference(key), key)
        if conference.state is ConferenceState.NEW:
            if _is_too_late(conference, self._clock.now()):
                await self._abandon(key, Reason.TOO_LATE)
            else:
                await self._go_on(key)
            return
        # Whether a request left before the process died is not known, so it is not sent again.
        conference = await self._dialer.recover(conference)
        self._follow_up.catch_up(conference)
        self._ledger.tell(conference)

    @property
    def in_hand(self) -> set[asyncio.Task[None]]:
        """What must not be broken off: phones are about to ring, or it has been told how calls went."""
        return self._tasks.running | self._inbox.in_hand | self._dialer.in_hand | self.queue.in_hand

    async def close(self) -> None:
        """Stop what waits for a later moment: the next start takes it up again."""
        await self._expiring.close()
        await self.queue.close()
        await self.moderator.close()
        await self._follow_up.close()


def _is_too_late(conference: Conference, now: datetime) -> bool:
    """Whether its minute is over; a clock that was set back does not make an old command new."""
    return not conference.created_at - CLOCKS_MAY_DIFFER <= now <= _dial_until(conference)


def _dial_until(conference: Conference) -> datetime:
    """How long people expect their phones to ring: a standup's longer, since they know when it is due."""
    until = conference.created_at + DIAL_WITHIN
    return max(until, conference.due_at + RING_WITHIN) if conference.due_at else until
