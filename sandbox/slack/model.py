"""What a workspace is made of: people, channels, messages, views, and the errors Slack answers with."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object whose shape belongs to Slack's API."""


class SlackError(Exception):
    """An answer of `"ok": false`: Slack's error code, and whatever else Slack puts beside it."""

    def __init__(self, code: str, **beside: Any) -> None:
        super().__init__(code)
        self.code = code
        self.beside: JsonObject = beside

    @classmethod
    def with_messages(cls, code: str, messages: list[str]) -> "SlackError":
        """The same with `response_metadata.messages`, as Slack explains a refused argument."""
        return cls(code, errors=messages, response_metadata={"messages": messages})


@dataclass(eq=False)
class Person:
    """A user. `tz` is an IANA zone; `phone` the free text of the profile.

    `team_id` is empty for the workspace's own; else the person is of that other workspace, and in a channel here
    through Slack Connect. `refused` is the error with which Slack refuses each message to this person; empty for none.
    """

    id: str
    name: str
    real_name: str
    tz: str = "Asia/Singapore"
    is_bot: bool = False
    deleted: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    phone: str = ""
    bot_id: str = ""
    team_id: str = ""
    refused: str = ""

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(eq=False)
class Channel:
    """A channel or a direct message. `bot_in` and `archived` may be set while a test runs."""

    id: str
    name: str
    members: list[Person] = field(default_factory=list)
    bot_in: bool = True
    private: bool = False
    archived: bool = False
    is_direct: bool = False


@dataclass(eq=False)
class Group:
    """A user group, mentioned by its handle."""

    id: str
    handle: str
    members: list[Person] = field(default_factory=list)
    disabled: bool = False

    @property
    def mention(self) -> str:
        return f"<!subteam^{self.id}>"


@dataclass(frozen=True)
class Version:
    """What a message said before an edit, and when it stopped saying so."""

    text: str
    blocks: list[JsonObject]
    until: datetime


@dataclass(eq=False)
class Message:
    """A message as it stands now.

    `via` is how it came: a Web API method, "response_url", "ack", "person" or "slackbot". `notified` holds
    the ids of those whom Slack notified when it was posted; an edit never adds to it.
    """

    channel: Channel
    ts: str
    user: Person
    text: str
    blocks: list[JsonObject] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: JsonObject | None = None
    edits: list[Version] = field(default_factory=list)
    ephemeral_to: Person | None = None
    via: str = "chat.postMessage"
    deleted: bool = False
    broadcast: bool = False
    notified: frozenset[str] = frozenset()

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def edited(self) -> bool:
        return bool(self.edits)


@dataclass(eq=False)
class View:
    """A modal or a Home tab in front of one person. `body` is what the app sent, with ids and defaults filled in.

    `channel` is the conversation that the person had in front of them when they opened it, None if there was none.
    """

    id: str
    person: Person
    body: JsonObject
    hash: str
    root_id: str
    previous_id: str | None = None
    channel: Channel | None = None
    is_open: bool = True

    @property
    def blocks(self) -> list[JsonObject]:
        blocks: list[JsonObject] = self.body["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))


@dataclass(eq=False)
class ApiCall:
    """One request of the app's, written down when it came in and completed when it was answered.

    `status` is 0 while it is under way and when the client left first or was cut off; `processed` says
    whether it had its effect. `seconds` is real time, `at` the sandbox clock's.
    """

    method: str
    arguments: JsonObject
    at: datetime
    status: int = 0
    error: str | None = None
    seconds: float = 0.0
    processed: bool = False
    answer: JsonObject = field(default_factory=dict)
