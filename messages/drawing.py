"""One conference being shown: its board, its thread, and the words owed to single people.

What is owed is worked out anew from storage at every step, so a restart or an outage changes when it is said and
never what. Slack has no way to post a message exactly once, so each is noted before it is sent. A board or reply that
was noted and not named afterwards is looked for in the channel before it is sent again; words to one person, which the
bot can't look for, are rather said twice than never.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from conference.clock import Clock
from conference.limits import RINGS_WINDOW, read_limit
from conference.model import Conference, ConferenceKey, ConferenceState, LeftOutReason, Reason
from messages import private, refusals, thread
from messages.board import board, board_block_id
from messages.mrkdwn import Message, left_out_name, plain
from messages.number_requests import ASK_AGAIN_AFTER
from messages.owed import Post, PostStorage
from messages.slack import SlackGateway, SlackNotReached, SlackRateLimited, SlackRefused

log = logging.getLogger(__name__)

TOGETHER_SECONDS = 1.0
"""Outcomes that come within this time of each other share a redraw and a reply."""

CLOCKS_MAY_DIFFER = timedelta(hours=1)
"""How far Slack's clock may be from ours, when a message is looked for."""

KEEP_TRYING_FOR = timedelta(hours=24)
"""How long a message that Slack refuses for a reason that may pass is owed."""

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

BOARD = "board"
PRIVATE_WORD = "private word"
REPLY = "reply"

SAID_IN_PRIVATE = frozenset(
    {
        Reason.NOBODY_TO_RING,
        Reason.ONLY_THE_CALLER,
        Reason.TOO_MANY,
        Reason.GROUP_UNREADABLE,
        Reason.NO_BOARD,
        Reason.LIMIT,
        Reason.CALLER_IS_EXTERNAL,
    }
)
"""Reasons that concern nobody but the caller: no board is put up for them."""

BoardPosted = Callable[[ConferenceKey], Awaitable[None]]
BoardRefused = Callable[[ConferenceKey, str], Awaitable[None]]
Admins = Callable[[], Awaitable[Sequence[str]]]
"""Slack ids of those who hear of limits. Raises SlackError."""


class Drawing:
    """Shows one conference, a step at a time."""

    def __init__(
        self,
        key: ConferenceKey,
        storage: PostStorage,
        gateway: SlackGateway,
        clock: Clock,
        board_posted: BoardPosted,
        board_refused: BoardRefused,
        admins: Admins,
    ) -> None:
        self._key = key
        self._storage = storage
        self._gateway = gateway
        self._clock = clock
        self._board_posted = board_posted
        self._board_refused = board_refused
        self._admins = admins
        self._drawn_at = float("-inf")
        self._drawn: Message | None = None
        self._outcome_came_at: float | None = None
        self._surely_unsent: set[str] = set()

    async def step(self) -> float | None:
        """Show one thing that is owed.

        Returns the seconds until the next can be shown, 0 for at once, or None when nothing is owed any more.
        Raises SlackError, after which another step tries again.
        """
        conference = await self._storage.conference(self._key)
        if not conference.is_prepared:
            return None
        posts = {post.name: post for post in await self._storage.posts(self._key)}
        owed = (
            (self._say_in_private, self._ask_for_numbers, self._tell_admins)
            if _is_said_in_private(conference, posts)
            else (self._show_board, self._tell_thread, self._ask_for_numbers, self._tell_admins)
        )
        waits = []
        for show in owed:
            try:
                wait = await show(conference, posts)
            except SlackRateLimited as error:
                # One method being limited holds up nothing that goes through another.
                wait = error.retry_after
            if wait == 0:
                return 0.0
            if wait is not None:
                waits.append(wait)
        if waits:
            return min(waits)
        await self._storage.mark_shown(self._key, conference.version)
        return None

    async def _show_board(self, conference: Conference, posts: Mapping[str, Post]) -> float | None:
        post = posts.get(BOARD)
        if post is None or post.ts is None:
            await self._post_board(conference, post)
            return 0.0
        if (post.drawn_version or 0) >= conference.version:
            return None
        if (wait := self._drawn_at + TOGETHER_SECONDS - self._clock.monotonic()) > 0:
            return wait
        picture = board(conference)
        if picture != self._drawn:
            self._drawn_at = self._clock.monotonic()
            try:
                await self._gateway.update(conference.channel_id, post.ts, picture)
            except SlackRefused as error:
                if not self._is_for_good(conference, error):
                    raise
                # Somebody deleted it, say: the thread goes on telling what happens.
                log.warning("conference %s: the board can't be redrawn: %s", conference.conference_id, error)
            self._drawn = picture
        await self._storage.finish_post(self._key, BOARD, post.ts, drawn_version=conference.version)
        return 0.0

    async def _post_board(self, conference: Conference, post: Post | None) -> None:
        block_id = board_block_id(conference)
        if post is None:
            post = await self._begin(BOARD)
        elif ts := await self._look_for(conference, post, block_id):
            await self._board_stands(conference, ts, drawn_version=None)
            return
        try:
            ts = await self._send(post, conference.channel_id, board(conference))
        except SlackRefused as error:
            # In this order: a conference without a board must not be left standing if the process ends in between.
            await self._board_refused(self._key, error.code)
            await self._storage.finish_post(self._key, BOARD, REFUSED_FOR_GOOD)
        else:
            self._drawn_at = self._clock.monotonic()
            await self._board_stands(conference, ts, drawn_version=conference.version)

    async def _board_stands(self, conference: Conference, ts: str, *, drawn_version: int | None) -> None:
        await self._storage.finish_post(self._key, BOARD, ts, drawn_version=drawn_version)
        if conference.state is ConferenceState.NEW:
            await self._board_posted(self._key)

    async def _tell_thread(self, conference: Conference, posts: Mapping[str, Post]) -> float | None:
        board_post = posts.get(BOARD)
        if board_post is None or not board_post.ts:
            return None
        replies = [post for name, post in posts.items() if name.startswith(REPLY)]
        for post in replies:
            if post.ts is None:
                await self._post_reply(conference, post, board_post.ts)
                return 0.0
        told, said = thread.untold(conference)
        if not said:
            return None
        if self._outcome_came_at is None:
            self._outcome_came_at = self._clock.monotonic()
        if (wait := self._outcome_came_at + TOGETHER_SECONDS - self._clock.monotonic()) > 0:
            return wait
        self._outcome_came_at = None
        post = await self._begin(f"{REPLY} {len(replies) + 1}", content=json.dumps(said), told=told)
        await self._post_reply(conference, post, board_post.ts)
        return 0.0

    async def _post_reply(self, conference: Conference, post: Post, board_ts: str) -> None:
        block_id = f"{post.name}:{conference.conference_id}"
        message = thread.reply(json.loads(post.content), block_id=block_id)
        ts = await self._look_for(conference, post, block_id, thread_ts=board_ts)
        await self._send_once(conference, post, ts, conference.channel_id, message, thread_ts=board_ts)

    async def _ask_for_numbers(self, conference: Conference, posts: Mapping[str, Post]) -> float | None:
        if conference.reason not in {None, Reason.NOBODY_TO_RING, Reason.ONLY_THE_CALLER}:
            return None
        for left in conference.left_out:
            asked_by = left.asked_by or conference.caller_id
            # Who asked for themselves was told in the answer.
            if left.reason is not LeftOutReason.NO_NUMBER or left.user_id in {None, asked_by}:
                continue
            name = f"ask {left.user_id}"
            post = posts.get(name)
            if post is None:
                a_while_ago = self._clock.now() - ASK_AGAIN_AFTER
                post = await self._begin_once(name, since=a_while_ago, asks=left.user_id)
                if post is None:
                    continue
            if post.ts is None:
                message = private.ask_for_number(conference, left)
                await self._send_once(conference, post, None, str(left.user_id), message)
                return 0.0
        return None

    async def _tell_admins(self, conference: Conference, posts: Mapping[str, Post]) -> float | None:
        """Admins hear of a limit once, however many run into it while it is reached."""
        alerts = list(_alerts(conference))
        for admin_id in await self._known_admins() if alerts else ():
            for limit, window, message in alerts:
                name = f"{limit} to {admin_id}"
                post = posts.get(name)
                if post is None:
                    post = await self._begin_once(name, since=self._clock.now() - window)
                    if post is None:
                        continue
                if post.ts is None:
                    await self._send_once(conference, post, None, admin_id, message)
                    return 0.0
        return None

    async def _known_admins(self) -> Sequence[str]:
        try:
            return await self._admins()
        except SlackRefused as error:
            log.warning("no admin can be told of a limit, name some in ADMINS: %s", error)
            return ()

    async def _say_in_private(self, conference: Conference, posts: Mapping[str, Post]) -> float | None:
        post = posts.get(PRIVATE_WORD) or await self._begin(PRIVATE_WORD)
        if post.ts is not None:
            return None
        message = plain(refusals.abandoned(conference, to_caller=True))
        if conference.response_url:
            try:
                await self._gateway.respond(conference.response_url, message)
            except SlackRefused as error:
                # It is good for half an hour and five messages.
                log.info("conference %s: no answer to the command: %s", conference.conference_id, error)
            else:
                await self._storage.finish_post(self._key, PRIVATE_WORD, "response_url")
                return 0.0
        await self._send_once(conference, post, None, conference.caller_id, message)
        return 0.0

    # Sending

    async def _begin(self, name: str, *, content: str = "", told: Conference | None = None) -> Post:
        """Note that a message is about to be sent."""
        self._surely_unsent.add(name)
        return await self._storage.begin_post(self._key, name, content, self._clock.now(), told=told)

    async def _begin_once(self, name: str, *, since: datetime, asks: str | None = None) -> Post | None:
        """The same, unless it was sent since a moment, for whatever conference: then None."""
        post = await self._storage.begin_post_once(self._key, name, self._clock.now(), since=since, asks=asks)
        if post:
            self._surely_unsent.add(name)
        return post

    async def _look_for(
        self, conference: Conference, post: Post, block_id: str, *, thread_ts: str | None = None
    ) -> str | None:
        """The ts of a message that may have been posted without our learning of it."""
        if post.name in self._surely_unsent:
            return None
        try:
            return await self._gateway.find_post(
                conference.channel_id,
                block_id,
                oldest=post.begun_at - CLOCKS_MAY_DIFFER,
                thread_ts=thread_ts,
            )
        except SlackRefused as error:
            # Without the scope for it: a message said twice is better than one never said.
            log.info("conference %s: can't look for a message: %s", conference.conference_id, error)
            return None

    async def _send(self, post: Post, channel: str, message: Message, *, thread_ts: str | None = None) -> str:
        """Post a message, and remember whether a failure leaves any doubt."""
        self._surely_unsent.discard(post.name)
        try:
            return await self._gateway.post(channel, message, thread_ts=thread_ts)
        except (SlackRateLimited, SlackNotReached):
            self._surely_unsent.add(post.name)
            raise

    def _is_for_good(self, conference: Conference, error: SlackRefused) -> bool:
        return error.code in FINAL_CODES or self._clock.now() - conference.created_at > KEEP_TRYING_FOR

    async def _send_once(
        self,
        conference: Conference,
        post: Post,
        ts: str | None,
        channel: str,
        message: Message,
        *,
        thread_ts: str | None = None,
    ) -> None:
        """Post a message unless it stands already, as `ts`; one that Slack will never have is given up."""
        try:
            ts = ts or await self._send(post, channel, message, thread_ts=thread_ts)
        except SlackRefused as error:
            if not self._is_for_good(conference, error):
                raise
            log.warning("conference %s: %s: refused: %s", self._key.conference_id, post.name, error)
            ts = REFUSED_FOR_GOOD
        await self._storage.finish_post(self._key, post.name, ts)


def _alerts(conference: Conference) -> Iterator[tuple[str, timedelta, Message]]:
    """The limits that a conference ran into: a name for each, for how long it is news, and what to tell of it."""
    reached = []
    if conference.reason is Reason.LIMIT:
        reached.append((conference.caller_id, read_limit(conference.detail or "")))
    if conference.limit_reached:
        user_id, _, stored = conference.limit_reached.partition(" ")
        reached.append((user_id, read_limit(stored)))
    for user_id, one in reached:
        whose = user_id if one.limit.is_of_one_person else "all"
        yield f"{one.limit} of {whose}", one.limit.window, private.limit_alert(user_id, one)
    for left in conference.left_out:
        if left.reason is LeftOutReason.RUNG_TOO_OFTEN:
            yield f"rings of {left_out_name(left)}", RINGS_WINDOW, private.rings_alert(left)


def _is_said_in_private(conference: Conference, posts: Mapping[str, Post]) -> bool:
    """Whether it concerns the caller alone, or the channel will not have its board."""
    board_post = posts.get(BOARD)
    if board_post is not None:
        return board_post.ts == REFUSED_FOR_GOOD
    return conference.reason in SAID_IN_PRIVATE
