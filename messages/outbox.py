"""The messages owed to Slack for one thing, each sent once as far as that can be known.

Slack has no way to post a message exactly once, so each is noted before it is sent. One that was noted and not named
afterwards is looked for in the channel before it is sent again, where the bot can look.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from conference.clock import Clock
from conference.journal import about
from conference.model import Conference, ConferenceKey
from messages.mrkdwn import Message
from messages.owed import OutboxStorage, Post
from messages.slack import SlackError, SlackGateway, SlackNotReached, SlackRateLimited, SlackRefused

log = logging.getLogger(__name__)

CLOCKS_MAY_DIFFER = timedelta(hours=1)
"""How far Slack's clock may be from ours, when a message is looked for."""

KEEP_TRYING_FOR = timedelta(hours=24)
"""How long a message that Slack refuses for a reason that may pass is owed."""

SAY_AGAIN_AFTER_SECONDS = 5.0
LONGEST_SAY_AGAIN_AFTER_SECONDS = 60.0
"""After these, the longer the more often it has failed, words to one person are tried again."""

FINAL_CODES = frozenset(
    {
        "as_user_not_supported",
        "cannot_dm_bot",
        "cannot_reply_to_message",
        "cant_update_message",
        "channel_not_found",
        "edit_window_closed",
        "invalid_blocks",
        "is_archived",
        "message_not_found",
        "messages_tab_disabled",
        "msg_blocks_too_long",
        "msg_too_long",
        "thread_not_found",
        "user_disabled",
        "user_not_found",
    }
)
"""Slack's reasons that no waiting will change. Others, such as a token being renewed, may pass."""

REFUSED_FOR_GOOD = ""
"""Stands for the ts of a message that Slack will not have."""


@dataclass(frozen=True)
class _Wait:
    """Until when a message waits, on the monotonic clock, and the seconds for which it does so if that fails, too."""

    until: float
    next_seconds: float


class Outbox:
    """Begins, looks for and sends the messages of a conference, or of the day of a standup that becomes one."""

    def __init__(self, key: ConferenceKey, storage: OutboxStorage, gateway: SlackGateway, clock: Clock) -> None:
        self._key = key
        self._storage = storage
        self._gateway = gateway
        self._clock = clock
        self._surely_unsent: set[str] = set()
        self._waits: dict[str, _Wait] = {}

    async def begin(self, name: str, *, content: str = "", told: Conference | None = None) -> Post:
        """Note that a message is about to be sent."""
        self._surely_unsent.add(name)
        return await self._storage.begin_post(self._key, name, content, self._clock.now(), told=told)

    async def begin_once(self, name: str, *, since: datetime, asks: str | None = None) -> Post | None:
        """The same, unless it was sent since a moment, for whatever conference: then None."""
        post = await self._storage.begin_post_once(self._key, name, self._clock.now(), since=since, asks=asks)
        if post:
            self._surely_unsent.add(name)
        return post

    async def look_for(self, post: Post, channel: str, block_id: str, *, thread_ts: str | None = None) -> str | None:
        """The ts of a message that may have been posted without our learning of it."""
        if post.name in self._surely_unsent:
            return None
        oldest = post.begun_at - CLOCKS_MAY_DIFFER
        try:
            return await self._gateway.find_post(channel, block_id, oldest=oldest, thread_ts=thread_ts)
        except SlackRefused as error:
            # Without the scope for it: a message said twice is better than one never said.
            about(log, self._key.conference_id).info("a message can't be looked for: %s", error)
            return None

    async def send(self, post: Post, channel: str, message: Message, *, thread_ts: str | None = None) -> str:
        """Post a message, and remember whether a failure leaves any doubt."""
        self._surely_unsent.discard(post.name)
        try:
            return await self._gateway.post(channel, message, thread_ts=thread_ts)
        except (SlackRateLimited, SlackNotReached):
            self._surely_unsent.add(post.name)
            raise

    async def send_once(
        self,
        post: Post,
        ts: str | None,
        channel: str,
        message: Message,
        *,
        owed_since: datetime,
        thread_ts: str | None = None,
        draws: int | None = None,
    ) -> None:
        """Post a message unless it stands already, as `ts`; one that Slack will never have is given up.

        `draws`: the version that it shows. One that stands already may show another.
        """
        drawn_version = None if ts else draws
        try:
            ts = ts or await self.send(post, channel, message, thread_ts=thread_ts)
        except SlackRefused as error:
            if not self.is_for_good(error, owed_since):
                raise
            about(log, self._key.conference_id).warning("message refused: %s: %s", post.name, error)
            ts = REFUSED_FOR_GOOD
        await self._storage.finish_post(self._key, post.name, ts, drawn_version=drawn_version)

    async def say_to_one(self, post: Post, user_id: str, message: Message, *, owed_since: datetime) -> float:
        """Send words to one person, who alone waits where that fails: nothing else is held up by it.

        Returns the seconds until they may be tried again, or 0 after a try, whatever came of it: what the others see
        may have changed meanwhile.
        """
        wait = self._waits.get(post.name, _Wait(0.0, SAY_AGAIN_AFTER_SECONDS))
        if (seconds := wait.until - self._clock.monotonic()) > 0:
            return seconds
        try:
            await self.send_once(post, None, user_id, message, owed_since=owed_since)
        except SlackError as error:
            about(log, self._key.conference_id).warning("words to one person not said yet: %s", error)
            seconds = error.retry_after if isinstance(error, SlackRateLimited) else wait.next_seconds
            next_seconds = min(2 * wait.next_seconds, LONGEST_SAY_AGAIN_AFTER_SECONDS)
            self._waits[post.name] = _Wait(self._clock.monotonic() + seconds, next_seconds)
        return 0.0

    def is_for_good(self, error: SlackRefused, owed_since: datetime) -> bool:
        """Whether Slack will never do what it refused."""
        return error.code in FINAL_CODES or self._clock.now() - owed_since > KEEP_TRYING_FOR
