"""The workspace: who and what is in it, what has been said, and who can see it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

from sandbox.clock import MovedClock
from sandbox.slack.model import Channel, Group, JsonObject, Message, Person, SlackError, Version

ALL_SCOPES: Final = frozenset(
    {
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "usergroups:read",
        "users.profile:read",
        "users:read",
    }
)
"""Every scope that a method of the stand-in asks for."""

_MENTION: Final = re.compile(r"<(?:@([UW][A-Z0-9]+)|!subteam\^(S[A-Z0-9]+))(?:\|[^>]*)?>")


class Workspace:
    """Everything the stand-in remembers about people, channels and messages."""

    def __init__(self, clock: MovedClock, team_id: str) -> None:
        self.clock = clock
        self.team_id = team_id
        self.team_domain = "rollcall-team"
        self.app_id = "A0ROLLCALL"
        self.scopes = set(ALL_SCOPES)
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, Group] = {}
        self.messages: list[Message] = []
        self._in_channel: defaultdict[str, list[Message]] = defaultdict(list)
        """The messages of each channel, by its id: there may be a thousand channels."""
        self.on_change: Callable[[str, object], None] | None = None
        self._last_micros = 0
        self._serial = 0
        self.bot = self.add_person("rollcall", real_name="Rollcall", is_bot=True)
        self.bot.bot_id = "B0ROLLCALL"
        self.slackbot = self.add_person("slackbot", user_id="USLACKBOT", real_name="Slackbot", is_bot=True)

    # Who and what is there

    def add_person(self, name: str, *, user_id: str | None = None, real_name: str = "", **traits: Any) -> Person:
        chosen = user_id or self._fresh_id("U0", name, self.people)
        if chosen in self.people or any(other.name == name for other in self.people.values()):
            raise ValueError(f"There is already somebody called {name!r} or with the id {chosen}.")
        person = Person(chosen, name, real_name or name.replace(".", " ").title(), **traits)
        self.people[chosen] = person
        return person

    def add_channel(self, name: str, members: Iterable[Person], *, bot_in: bool, private: bool) -> Channel:
        channel = Channel(
            self._fresh_id("C0", name, self.channels), name, list(members), bot_in=bot_in, private=private
        )
        self.channels[channel.id] = channel
        return channel

    def add_group(self, handle: str, members: Iterable[Person]) -> Group:
        group = Group(self._fresh_id("S0", handle, self.groups), handle, list(members))
        self.groups[group.id] = group
        return group

    def direct_channel(self, person: Person) -> Channel:
        """The direct message between that person and the bot, made at the first call."""
        if channel := self.find_direct(person):
            return channel
        channel = Channel(
            self._fresh_id("D0", person.name, self.channels),
            "directmessage",
            [person],
            private=True,
            is_direct=True,
        )
        self.channels[channel.id] = channel
        return channel

    def find_direct(self, person: Person) -> Channel | None:
        found = (c for c in self.channels.values() if c.is_direct and c.members == [person])
        return next(found, None)

    def find_channel(self, given: str) -> Channel | None:
        """A channel by id, or by name with or without its `#`."""
        by_name = (c for c in self.channels.values() if not c.is_direct and c.name == given.removeprefix("#"))
        return self.channels.get(given) or next(by_name, None)

    # Whose people they are

    def team_of(self, person: Person) -> str:
        """The id of the workspace that the person belongs to."""
        return person.team_id or self.team_id

    def is_external(self, person: Person) -> bool:
        """Whether the person is of another workspace."""
        return self.team_of(person) != self.team_id

    def shares_channel(self, person: Person) -> bool:
        """Whether the person is in a channel that the bot can see, private ones it isn't in left out."""
        return any(
            person in channel.members and not channel.is_direct and (channel.bot_in or not channel.private)
            for channel in self.channels.values()
        )

    # Ids

    @staticmethod
    def _fresh_id(prefix: str, name: str, taken: dict[str, Any]) -> str:
        stem = prefix + re.sub(r"[^A-Z0-9]", "", name.upper())
        number, candidate = 1, stem
        while candidate in taken:
            number += 1
            candidate = f"{stem}{number}"
        return candidate

    def serial(self) -> int:
        """A number never given before in this workspace, for ids that Slack makes up."""
        self._serial += 1
        return self._serial

    def fresh_ts(self) -> str:
        """A message's ts: the clock's moment, one microsecond on for each message that shares it."""
        moment = self.clock.now()
        micros = int(moment.timestamp()) * 1_000_000 + moment.microsecond
        self._last_micros = max(micros, self._last_micros + 1)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    # Messages

    def post(self, channel: Channel, user: Person, text: str, **more: Any) -> Message:
        """Put a message there. `more` are further fields of `Message`; its blocks get their ids filled in."""
        blocks = self.with_ids(more.pop("blocks", None) or [])
        message = Message(channel, self.fresh_ts(), user, text, blocks, **more)
        message.notified = self._notified_by(message)
        self.messages.append(message)
        self._in_channel[channel.id].append(message)
        self.changed("message", message)
        return message

    def edit(self, message: Message, text: str | None, blocks: list[JsonObject] | None) -> None:
        """Change what it says. `None` keeps what was there, as Slack does for a field that is left out."""
        message.edits.append(Version(message.text, message.blocks, self.clock.now()))
        message.text = message.text if text is None else text
        message.blocks = message.blocks if blocks is None else self.with_ids(blocks)
        self.changed("message", message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        self.changed("message", message)

    def changed(self, what: str, thing: object) -> None:
        if self.on_change is not None:
            self.on_change(what, thing)

    def with_ids(self, blocks: list[JsonObject]) -> list[JsonObject]:
        """The blocks with a `block_id` in each, and an `action_id` in each interactive element."""
        filled = []
        for block in blocks:
            copy = {**block}
            copy.setdefault("block_id", f"b{self.serial():04d}")
            for key in ("accessory", "element"):
                if isinstance(block.get(key), dict):
                    copy[key] = self._with_action_id(block[key])
            if block.get("type") == "actions":
                copy["elements"] = [self._with_action_id(element) for element in block["elements"]]
            filled.append(copy)
        return filled

    def _with_action_id(self, element: JsonObject) -> JsonObject:
        if element.get("type") == "image" or "action_id" in element:
            return element
        return {**element, "action_id": f"a{self.serial():04d}"}

    def _notified_by(self, message: Message) -> frozenset[str]:
        # A mention notifies where it is shown: in a message with blocks, `text` is not.
        if message.ephemeral_to is not None:
            return frozenset()
        shown = "\n".join(_strings(message.blocks)) if message.blocks else message.text
        notified = {person.id for person in message.channel.members} if message.channel.is_direct else set()
        for user_id, group_id in _MENTION.findall(shown):
            group = self.groups.get(group_id)
            notified |= {person.id for person in group.members} if group else {user_id} & self.people.keys()
        return frozenset(notified - {message.user.id})

    # Reading

    def in_channel(self, channel: Channel) -> list[Message]:
        """All that everyone there can read, replies included, oldest first."""
        return [m for m in self._alive(channel) if m.ephemeral_to is None]

    def thread(self, message: Message) -> list[Message]:
        """The message that a thread hangs from, and its replies, oldest first."""
        root = message.thread_ts or message.ts
        return [m for m in self.in_channel(message.channel) if root in (m.ts, m.thread_ts)]

    def seen_by(self, person: Person, channel: Channel) -> list[Message]:
        """What that person can read there, with what only they can see.

        To people of another workspace no channel is open that they are not in.
        """
        if (channel.private or self.is_external(person)) and person not in channel.members:
            return [m for m in self._alive(channel) if m.ephemeral_to is person]
        return [m for m in self._alive(channel) if m.ephemeral_to in (None, person)]

    def _alive(self, channel: Channel) -> list[Message]:
        return [m for m in self._in_channel[channel.id] if not m.deleted]

    def find_message(self, channel: Channel, ts: str) -> Message | None:
        return next((m for m in self.in_channel(channel) if m.ts == ts), None)

    # What the bot may reach

    def reachable(self, given: str) -> Channel:
        """A channel the bot can name in a call: raises `channel_not_found` for one it cannot see."""
        channel = self.find_channel(given)
        if channel is None or (channel.private and not channel.bot_in):
            raise SlackError("channel_not_found")
        return channel

    def joined(self, given: str) -> Channel:
        """A channel the bot is in: raises `not_in_channel` besides."""
        channel = self.reachable(given)
        if not channel.bot_in:
            raise SlackError("not_in_channel")
        return channel


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in {"block_id", "action_id", "value"}:
                yield from _strings(item)
