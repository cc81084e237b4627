"""What is kept of the messages that are sent. The storage fits these shapes; neither knows the other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from conference.model import Conference, ConferenceKey


class Post(Protocol):
    """A message that was begun. `ts` is None until Slack has named it, and empty if Slack refused it for good."""

    @property
    def name(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def begun_at(self) -> datetime: ...
    @property
    def ts(self) -> str | None: ...
    @property
    def drawn_version(self) -> int | None: ...


class OutboxStorage(Protocol):
    """Each method is one transaction, and has been made durable when it returns."""

    async def posts(self, key: ConferenceKey) -> Sequence[Post]: ...

    async def begin_post(
        self, key: ConferenceKey, name: str, content: str, now: datetime, *, told: Conference | None = None
    ) -> Post:
        """Note that a message is about to be sent, and what the thread will have been `told` by it."""

    async def begin_post_once(
        self, key: ConferenceKey, name: str, now: datetime, *, since: datetime, asks: str | None = None
    ) -> Post | None:
        """The same, unless one of that name was begun in the workspace since a moment, for whatever conference.

        `asks` is whom it asks for their number: an admin may have had them asked since. Returns None then.
        """

    async def finish_post(self, key: ConferenceKey, name: str, ts: str, *, drawn_version: int | None = None) -> None:
        """Note Slack's name for a message, and the version of the conference that it shows."""


class PostStorage(OutboxStorage, Protocol):
    """What is drawn of conferences besides."""

    async def conference(self, key: ConferenceKey) -> Conference: ...

    async def mark_shown(self, key: ConferenceKey, version: int) -> None:
        """Note that Slack shows everything up to a version."""
