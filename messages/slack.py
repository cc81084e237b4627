"""Everything that is asked of Slack's Web API goes through here, and every way in which it can fail has one name.

SlackError
├── SlackRefused       Slack answered and said no, with a code
├── SlackRateLimited   Slack took nothing, and says when to come back
├── SlackNotReached    the request surely never left
└── SlackAnswerLost    the request left, and what became of it is not known
"""

import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from conference.clock import Clock, SystemClock
from messages.mrkdwn import Block, Message

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
SESSION_CONNECTIONS = 50
HISTORY_PAGE = 200
USERS_PAGE = 1000
MEMBERS_PAGE = 200
SHORTEST_RETRY_AFTER_SECONDS = 1.0
DEFAULT_RETRY_AFTER_SECONDS = 30.0
"""For a 429 that does not say when to come back."""

TRANSIENT_CODES = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Slack's own words for "something broke on our side": what became of the request is not known."""


class SlackError(Exception):
    """Slack did not do what was asked."""


class SlackRefused(SlackError):  # noqa: N818 - it is no fault of the program
    """Slack answered and said no. `code` is its own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SlackRateLimited(SlackError):  # noqa: N818
    """Slack took nothing, and wants to be left alone for `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"rate limited for {retry_after:g} s")
        self.retry_after = retry_after


class SlackNotReached(SlackError):  # noqa: N818
    """The request surely never left."""


class SlackAnswerLost(SlackError):  # noqa: N818
    """The request left, and what became of it is not known."""


@dataclass(frozen=True)
class Identity:
    """Whose token it is, and what it may do."""

    team_id: str
    team_name: str
    scopes: frozenset[str]


def web_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that repeats nothing by itself: its own retries would post some messages twice."""
    return AsyncWebClient(token=token, base_url=api_url, timeout=TIMEOUT_SECONDS, session=session, retry_handlers=[])


def web_session() -> aiohttp.ClientSession:
    """The pooled connections for all calls; whoever opens it closes it."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
        connector=aiohttp.TCPConnector(limit=SESSION_CONNECTIONS),
    )


Asked = Callable[[str, float, SlackError | None], None]
"""Called with a method that was called, the seconds that it took, and how it failed if it did."""

RESPONSE_URL = "response_url"
"""Stands for the method where a command or a click is answered at its own address."""


def _tell_nobody(method: str, seconds: float, error: SlackError | None) -> None:
    """Where nobody wants to know."""


class SlackGateway:
    """The Web API methods that the bot uses, with errors told apart. `asked` is told of each request.

    A method that Slack has limited is left alone until Slack's time is up, whoever asks for it; chat.postMessage, which
    has its limit by channel, for that channel.
    """

    def __init__(self, client: AsyncWebClient, clock: Clock | None = None, asked: Asked = _tell_nobody) -> None:
        self._client = client
        self._clock = clock or SystemClock()
        self._asked = asked
        self._not_before: dict[tuple[str, str | None], float] = {}
        self._team_id: str | None = None
        self.has_answered = False
        """Slack has done what was asked once, or said no to it."""

    async def identity(self) -> Identity:
        """auth.test, with the token's scopes from the answer's header."""
        answer = await self._call("auth_test")
        scopes = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
        identity = Identity(
            str(answer["team_id"]),
            str(answer.get("team") or answer["team_id"]),
            frozenset(scopes.replace(" ", "").split(",")),
        )
        self._team_id = identity.team_id
        return identity

    async def team_id(self) -> str:
        """The workspace's id, which is asked for no more once it is known."""
        return self._team_id or (await self.identity()).team_id

    async def open_socket(self, app_token: str) -> str:
        """apps.connections.open: the address of a WebSocket, good for one handshake."""
        answer = await self._call("apps_connections_open", app_token=app_token)
        return str(answer["url"])

    async def post(self, channel: str, message: Message, *, thread_ts: str | None = None) -> str:
        """chat.postMessage; returns the message's ts. A person's id for a channel is their direct messages."""
        answer = await self._call(
            "chat_postMessage",
            channel=channel,
            text=message.text,
            blocks=message.blocks,
            thread_ts=thread_ts,
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """chat.update; doing it twice is doing it once."""
        await self._call("chat_update", channel=channel, ts=ts, text=message.text, blocks=message.blocks)

    async def find_post(self, channel: str, block_id: str, *, oldest: datetime, thread_ts: str | None) -> str | None:
        """The ts of a message of ours that has a block with this id: in a thread, or in a channel since `oldest`."""
        if thread_ts is None:
            since = f"{oldest.timestamp():.6f}"
            messages = partial(self._pages, "conversations_history", channel=channel, oldest=since)
        else:
            messages = partial(self._pages, "conversations_replies", channel=channel, ts=thread_ts)
        async for message in messages(field="messages", limit=HISTORY_PAGE):
            if any(block.get("block_id") == block_id for block in message.get("blocks", [])):
                return str(message["ts"])
        return None

    async def respond(self, response_url: str, message: Message, *, replace: bool = False) -> None:
        """Answer the person who typed the command or clicked, and nobody else, where they did so.

        `replace`: in the place of the message that they clicked in.
        """
        began = self._clock.monotonic()
        try:
            await self._respond(response_url, message, replace=replace)
        except SlackError as error:
            self._asked(RESPONSE_URL, self._clock.monotonic() - began, error)
            raise
        self._asked(RESPONSE_URL, self._clock.monotonic() - began, None)

    async def _respond(self, response_url: str, message: Message, *, replace: bool) -> None:
        client = AsyncWebhookClient(
            response_url, timeout=TIMEOUT_SECONDS, session=self._client.session, retry_handlers=[]
        )
        try:
            answer = await client.send_dict(
                {
                    "text": message.text,
                    "blocks": list(message.blocks),
                    "response_type": "ephemeral",
                    "replace_original": replace,
                }
            )
        except (TimeoutError, aiohttp.ClientError) as error:
            raise _sorted(error) from None
        if answer.status_code == 429:
            raise SlackRateLimited(_retry_after(answer.headers))
        if answer.status_code >= 500:
            raise SlackAnswerLost(f"http {answer.status_code}")
        if answer.status_code >= 400:
            raise SlackRefused(answer.body[:80])
        if not _is_ok(answer.body):
            raise SlackAnswerLost("an answer that makes no sense")

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """views.open: a form, for the person whose click brought the trigger, within three seconds of it."""
        await self._call("views_open", trigger_id=trigger_id, view=view)

    async def push_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """views.push: one more form, before the one that is open."""
        await self._call("views_push", trigger_id=trigger_id, view=view)

    async def update_view(self, view_id: str, view: Mapping[str, Any]) -> None:
        """views.update: what stands in an open form's place."""
        await self._call("views_update", view_id=view_id, view=view)

    async def publish_home(self, user_id: str, blocks: Sequence[Block]) -> None:
        """views.publish: what this person sees on the Home tab."""
        await self._call("views_publish", user_id=user_id, view={"type": "home", "blocks": list(blocks)})

    async def user(self, user_id: str) -> Mapping[str, Any]:
        """users.info."""
        answer = await self._call("users_info", user=user_id)
        return dict(answer.get("user") or {})

    async def phone(self, user_id: str) -> str:
        """users.profile.get: the phone in somebody's profile, as they typed it."""
        answer = await self._call("users_profile_get", user=user_id)
        return str((answer.get("profile") or {}).get("phone") or "")

    async def users(self) -> list[Mapping[str, Any]]:
        """users.list, its pages one after another."""
        return [user async for user in self._pages("users_list", "members", limit=USERS_PAGE)]

    async def members(self, channel: str) -> list[str]:
        """conversations.members: the Slack ids of the people in a channel."""
        pages = self._pages("conversations_members", "members", channel=channel, limit=MEMBERS_PAGE)
        return [str(user_id) async for user_id in pages]

    async def is_in(self, channel: str) -> bool:
        """conversations.info: whether the bot is in a channel. A private one that it is not in, it does not see."""
        try:
            answer = await self._call("conversations_info", channel=channel)
        except SlackRefused as error:
            if error.code == "channel_not_found":
                return False
            raise
        return (answer.get("channel") or {}).get("is_member") is not False

    async def groups(self) -> list[Mapping[str, Any]]:
        """usergroups.list: the user groups that are in use."""
        answer = await self._call("usergroups_list")
        return [dict(group) for group in answer.get("usergroups") or []]

    async def authors(self, channel: str, thread_ts: str) -> list[str]:
        """conversations.replies: the Slack ids of the people who wrote in a thread, the first one first."""
        pages = self._pages("conversations_replies", "messages", channel=channel, ts=thread_ts, limit=HISTORY_PAGE)
        by_people = [str(one["user"]) async for one in pages if one.get("user") and not one.get("bot_id")]
        return list(dict.fromkeys(by_people))

    async def _pages(self, name: str, field: str, **arguments: Any) -> AsyncIterator[Any]:
        """What stands in a field of an answer, over all its pages."""
        cursor = None
        while True:
            answer = await self._call(name, cursor=cursor, **arguments)
            for item in answer.get(field) or []:
                yield item
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def group_members(self, group_id: str) -> tuple[str, ...]:
        """usergroups.users.list: the Slack ids of a group's people."""
        answer = await self._call("usergroups_users_list", usergroup=group_id)
        return tuple(map(str, answer.get("users") or []))

    async def _call(self, name: str, **arguments: Any) -> Any:
        """Call a method of the SDK by its name there, and raise a SlackError for whatever goes wrong."""
        limited = (name, arguments["channel"] if name == "chat_postMessage" else None)
        if (wait := self._not_before.get(limited, 0.0) - self._clock.monotonic()) > 0:
            raise SlackRateLimited(wait)
        self._not_before.pop(limited, None)
        began = self._clock.monotonic()
        method = name.replace("_", ".")
        try:
            answer = await getattr(self._client, name)(**arguments)
        except SlackApiError as error:
            sorted_error = _sorted_answer(error)
        except Exception as error:
            # Also what the SDK makes of an answer that makes no sense.
            sorted_error = _sorted(error)
        else:
            self.has_answered = True
            self._asked(method, self._clock.monotonic() - began, None)
            return answer
        self._asked(method, self._clock.monotonic() - began, sorted_error)
        self.has_answered |= isinstance(sorted_error, SlackRefused)
        if isinstance(sorted_error, SlackRateLimited):
            self._not_before[limited] = self._clock.monotonic() + sorted_error.retry_after
        raise sorted_error


def _sorted_answer(error: SlackApiError) -> SlackError:
    response = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    answer = getattr(response, "data", None)
    code = str(answer.get("error", "")) if isinstance(answer, dict) else ""
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return SlackRateLimited(_retry_after(response.headers))
    if code and status < 500 and code not in TRANSIENT_CODES:
        return SlackRefused(code)
    return SlackAnswerLost(code or f"http {status}")


def _sorted(error: Exception) -> SlackError:
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return SlackNotReached(type(error).__name__)
    return SlackAnswerLost(type(error).__name__)


def _is_ok(body: str) -> bool:
    """A response_url of a command answers `ok`, one of a click `{"ok": true}`."""
    try:
        return body == "ok" or json.loads(body).get("ok") is True
    except (ValueError, AttributeError):
        return False


def _retry_after(headers: Mapping[str, str]) -> float:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(SHORTEST_RETRY_AFTER_SECONDS, int(value))
    except ValueError:
        return DEFAULT_RETRY_AFTER_SECONDS
