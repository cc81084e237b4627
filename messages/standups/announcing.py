"""One day of a standup being shown in its channel: the reminder, the word that it was missed, the weekly report.

As a conference's board, the reminder is a picture of what is stored, redrawn until it is the picture that stands there.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from conference.clock import Clock
from conference.invitation import Invitee
from conference.journal import about
from conference.model import ConferenceKey
from conference.standups.model import (
    REPORT_WITHIN,
    RING_WITHIN,
    Occurrence,
    OccurrenceKey,
    OccurrenceState,
    Standup,
    StandupKey,
)
from conference.standups.reports import ReportGround, report, weekly_report
from messages.drawing import TOGETHER_SECONDS
from messages.mrkdwn import Message
from messages.outbox import REFUSED_FOR_GOOD, Outbox
from messages.owed import OutboxStorage, Post
from messages.slack import SlackGateway, SlackRefused
from messages.standups import report as words
from messages.standups.reminder import MISSED, REMINDER, block_id, missed, reminder

log = logging.getLogger(__name__)

REPORT = "report"


class AnnouncementStorage(OutboxStorage, Protocol):
    """What is shown of a day. Its messages are kept under the name of the conference that it becomes."""

    async def standup_of(self, key: OccurrenceKey) -> tuple[Standup, Occurrence, Sequence[Invitee]]:
        """A day, the standup that it is a day of, and whom that rings now."""

    async def report_ground(self, key: StandupKey, until: datetime) -> ReportGround:
        """What a report made at that moment rests on."""

    async def mark_occurrence_shown(self, key: OccurrenceKey, version: int) -> None:
        """Note that its channel shows everything of a day up to a version."""


class Announcing:
    """Shows one day, a step at a time."""

    def __init__(self, key: OccurrenceKey, storage: AnnouncementStorage, gateway: SlackGateway, clock: Clock) -> None:
        self._key = key
        self._storage = storage
        self._gateway = gateway
        self._clock = clock
        self._posts_key = ConferenceKey(*key)
        self._outbox = Outbox(self._posts_key, storage, gateway, clock)
        self._drawn_at = float("-inf")

    async def step(self) -> float | None:
        """Show one thing that is owed; see `messages.updater.Steps`."""
        standup, occurrence, everybody = await self._storage.standup_of(self._key)
        posts = {post.name: post for post in await self._storage.posts(self._posts_key)}
        is_late = _is_late(occurrence, self._clock.now())
        for name in _owed(occurrence, posts, is_late=is_late):
            post = posts.get(name)
            if post is None or post.ts is None:
                ahead = occurrence.due_at - self._clock.now()
                message = _message(name, standup, occurrence, everybody, ahead)
                await self._post(occurrence, name, message, post, owed_since=occurrence.due_at)
                return 0.0
            if (post.drawn_version or 0) < occurrence.version:
                if (wait := self._drawn_at + TOGETHER_SECONDS - self._clock.monotonic()) > 0:
                    return wait
                await self._redraw(occurrence, post, _message(name, standup, occurrence, everybody, None))
                return 0.0
        if occurrence.is_reported and await self._reported(standup, occurrence, posts.get(REPORT)):
            return 0.0
        await self._storage.mark_occurrence_shown(self._key, occurrence.version)
        return None

    async def _reported(self, standup: Standup, occurrence: Occurrence, post: Post | None) -> bool:
        """Post the weekly report; False if it stands already, or could not be posted while it was new."""
        key = weekly_report(standup, occurrence)
        is_too_late = post is None and self._clock.now() - key.until > REPORT_WITHIN
        if is_too_late or (post and post.ts is not None):
            return False
        found = report(await self._storage.report_ground(standup.key, key.until))
        await self._post(occurrence, REPORT, words.report(found, key), post, owed_since=key.until)
        return True

    async def _post(
        self, occurrence: Occurrence, name: str, message: Message, post: Post | None, *, owed_since: datetime
    ) -> None:
        ts = None
        if post is None:
            post = await self._outbox.begin(name)
        else:
            ts = await self._outbox.look_for(post, occurrence.channel_id, block_id(name, occurrence))
        if ts is None and name == REMINDER and _is_late(occurrence, self._clock.now()):
            about(log, occurrence.occurrence_id).info("the standup's reminder could not be posted in time")
            await self._storage.finish_post(self._posts_key, name, REFUSED_FOR_GOOD, drawn_version=occurrence.version)
            return
        await self._outbox.send_once(
            post, ts, occurrence.channel_id, message, owed_since=owed_since, draws=occurrence.version
        )
        self._drawn_at = self._clock.monotonic()

    async def _redraw(self, occurrence: Occurrence, post: Post, message: Message) -> None:
        ts = post.ts or REFUSED_FOR_GOOD
        self._drawn_at = self._clock.monotonic()
        if ts != REFUSED_FOR_GOOD:
            try:
                await self._gateway.update(occurrence.channel_id, ts, message)
            except SlackRefused as error:
                if not self._outbox.is_for_good(error, occurrence.due_at):
                    raise
                about(log, occurrence.occurrence_id).warning("the standup's %s can't be redrawn: %s", post.name, error)
        await self._storage.finish_post(self._posts_key, post.name, ts, drawn_version=occurrence.version)


def _is_late(occurrence: Occurrence, now: datetime) -> bool:
    """Whether it is too late to remind anybody; that it was skipped is news for as long as it would have been rung."""
    match occurrence.state:
        case OccurrenceState.PLANNED:
            return now >= occurrence.due_at
        case OccurrenceState.SKIPPED:
            return now - occurrence.due_at > RING_WITHIN
        case _:
            return True


def _owed(occurrence: Occurrence, posts: Mapping[str, Post], *, is_late: bool) -> Iterator[str]:
    """The names of the messages that are to stand in the channel."""
    if occurrence.is_announced and (not is_late or REMINDER in posts):
        yield REMINDER
    if occurrence.state is OccurrenceState.MISSED and occurrence.missed:
        yield MISSED


def _message(
    name: str, standup: Standup, occurrence: Occurrence, everybody: Sequence[Invitee], ahead: timedelta | None
) -> Message:
    if name == MISSED:
        return missed(standup, occurrence)
    return reminder(standup, occurrence, everybody, ahead=ahead)
