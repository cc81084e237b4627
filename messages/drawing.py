"""One conference being shown: its board, its thread, and the words owed to single people.

What is owed is worked out anew from storage at every step, so a restart or an outage changes when it is said and
never what. A board or reply that may have been posted is looked for in the channel before it is sent again; words to
one person, which the bot can't look for, are rather said twice than never.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from conference.clock import Clock
from conference.journal import about
from conference.limits import RINGS_WINDOW
from conference.model import Conference, ConferenceKey, ConferenceState, LeftOutReason, Reason
from conference.tasks import begun_behind
from messages import private, refusals, thread
from messages.board import board, board_block_id
from messages.mrkdwn import Message, left_out_name, plain
from messages.number_requests import ASK_AGAIN_AFTER
from messages.outbox import REFUSED_FOR_GOOD, Outbox
from messages.owed import Post, PostStorage
from messages.slack import SlackError, SlackGateway, SlackRateLimited, SlackRefused

log = logging.getLogger(__name__)

TOGETHER_SECONDS = 1.0
"""Outcomes that come within this time of each other share a redraw and a reply."""

ASK_FOR_ADMINS_AGAIN_AFTER_SECONDS = 60.0

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

SAID_IN_PRIVATE_OF_STANDUPS = frozenset({Reason.NO_BOARD, Reason.CALLER_IS_EXTERNAL})
"""The same where people wait for a call that was due: they must read why it does not come."""

BoardPosted = Callable[[ConferenceKey], Awaitable[None]]
BoardRefused = Callable[[ConferenceKey, str], Awaitable[None]]
Admins = Callable[[], Awaitable[Sequence[str]]]
"""Slack ids of those who hear of limits. Raises SlackError."""


class Drawing:
    """Shows one conference, a step at a time. It calls `wake` when a step is due before its time."""

    def __init__(
        self,
        key: ConferenceKey,
        storage: PostStorage,
        gateway: SlackGateway,
        clock: Clock,
        board_posted: BoardPosted,
        board_refused: BoardRefused,
        admins: Admins,
        wake: Callable[[], None],
    ) -> None:
        self._key = key
        self._storage = storage
        self._gateway = gateway
        self._clock = clock
        self._board_posted = board_posted
        self._board_refused = board_refused
        self._admins = admins
        self._wake = wake
        self._known_admins: asyncio.Task[Sequence[str]] | None = None
        self._drawn_at = float("-inf")
        self._drawn: Message | None = None
        self._outcome_came_at: float | None = None
        self._outbox = Outbox(key, storage, gateway, clock)

    async def step(self) -> float | None:
        """Show one thing that is owed.

        Returns the seconds until the next can be shown, 0 for at once, or None when nothing is owed any more.
        Raises SlackError, after which another step tries again.
        """
        # Asked at once, they are read together.
        conference, stored = await asyncio.gather(self._storage.conference(self._key), self._storage.posts(self._key))
        if not conference.is_prepared:
            return None
        posts = {post.name: post for post in stored}
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
                if not self._outbox.is_for_good(error, conference.created_at):
                    raise
                # Somebody deleted it, say: the thread goes on telling what happens.
                about(log, conference.conference_id).warning("the board can't be redrawn: %s", error)
            self._drawn = picture
        await self._storage.finish_post(self._key, BOARD, post.ts, drawn_version=conference.version)
        return 0.0

    async def _post_board(self, conference: Conference, post: Post | None) -> None:
        block_id = board_block_id(conference)
        if post is None:
            post = await self._outbox.begin(BOARD)
        elif ts := await self._outbox.look_for(post, conference.channel_id, block_id):
            await self._board_stands(conference, ts, drawn_version=None)
            return
        try:
            ts = await self._outbox.send(post, conference.channel_id, board(conference))
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
        post = await self._outbox.begin(f"{REPLY} {len(replies) + 1}", content=json.dumps(said), told=told)
        await self._post_reply(conference, post, board_post.ts)
        return 0.0

    async def _post_reply(self, conference: Conference, post: Post, board_ts: str) -> None:
        block_id = f"{post.name}:{conference.conference_id}"
        message = thread.reply(json.loads(post.content), block_id=block_id)
        ts = await self._outbox.look_for(post, conference.channel_id, block_id, thread_ts=board_ts)
        await self._outbox.send_once(
            post, ts, conference.channel_id, message, thread_ts=board_ts, owed_since=conference.created_at
        )

    async def _ask_for_numbers(self, conference: Conference, posts: Mapping[str, Post]) -> float | None:
        if conference.reason not in {None, Reason.NOBODY_TO_RING, Reason.ONLY_THE_CALLER, Reason.ALONE}:
            return None
        waits = []
        for left in conference.left_out:
            # Who asked for themselves was told in the answer; whoever set a standup up has had none.
            asked_by = left.asked_by or (None if conference.is_by_itself else conference.caller_id)
            if left.reason is not LeftOutReason.NO_NUMBER or left.user_id in {None, asked_by}:
                continue
            name = f"ask {left.user_id}"
            post = posts.get(name)
            if post is None:
                a_while_ago = self._clock.now() - ASK_AGAIN_AFTER
                post = await self._outbox.begin_once(name, since=a_while_ago, asks=left.user_id)
                if post is None:
                    continue
            if post.ts is None:
                message = private.ask_for_number(conference, left)
                wait = await self._outbox.say_to_one(post, str(left.user_id), message, owed_since=conference.created_at)
                if wait == 0:
                    return 0.0
                waits.append(wait)
        return min(waits, default=None)

    async def _tell_admins(self, conference: Conference, posts: Mapping[str, Post]) -> float | None:
        """Admins hear of a limit once, however many run into it while it is reached."""
        alerts = list(_alerts(conference))
        if not alerts:
            return None
        if self._known_admins is None:
            # Slack may be slow to say, and a step that waits for it keeps another conference's from being done.
            self._known_admins = begun_behind(self._ask_for_admins())
            self._known_admins.add_done_callback(lambda _: self._wake())
        if not self._known_admins.done():
            return ASK_FOR_ADMINS_AGAIN_AFTER_SECONDS
        waits = []
        for admin_id in self._known_admins.result():
            for limit, window, message in alerts:
                name = f"{limit} to {admin_id}"
                post = posts.get(name)
                if post is None:
                    post = await self._outbox.begin_once(name, since=self._clock.now() - window)
                    if post is None:
                        continue
                if post.ts is None:
                    wait = await self._outbox.say_to_one(post, admin_id, message, owed_since=conference.created_at)
                    if wait == 0:
                        return 0.0
                    waits.append(wait)
        return min(waits, default=None)

    async def _ask_for_admins(self) -> Sequence[str]:
        told = about(log, self._key.conference_id)
        while True:
            try:
                return await self._admins()
            except SlackRefused as error:
                told.warning("no admin can be told of a limit, name some in ADMINS: %s", error)
                return ()
            except Exception as error:
                # Whatever it was, they are still to be told.
                foreseen = isinstance(error, SlackError)
                told.warning("it is not known yet who hears of a limit: %s", error, exc_info=not foreseen)
                await self._clock.sleep(ASK_FOR_ADMINS_AGAIN_AFTER_SECONDS)

    async def _say_in_private(self, conference: Conference, posts: Mapping[str, Post]) -> float | None:
        post = posts.get(PRIVATE_WORD) or await self._outbox.begin(PRIVATE_WORD)
        if post.ts is not None:
            return None
        message = plain(refusals.abandoned_in_private(conference))
        if conference.response_url:
            try:
                await self._gateway.respond(conference.response_url, message)
            except SlackRefused as error:
                # It is good for half an hour and five messages.
                about(log, conference.conference_id).info("no answer to the command: %s", error)
            else:
                await self._storage.finish_post(self._key, PRIVATE_WORD, "response_url")
                return 0.0
        await self._outbox.send_once(post, None, conference.caller_id, message, owed_since=conference.created_at)
        return 0.0


def _alerts(conference: Conference) -> Iterator[tuple[str, timedelta, Message]]:
    """The limits that a conference ran into: a name for each, for how long it is news, and what to tell of it."""
    for user_id, one in conference.limits_reached:
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
    return conference.reason in (SAID_IN_PRIVATE_OF_STANDUPS if conference.is_by_itself else SAID_IN_PRIVATE)
