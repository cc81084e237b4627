"""Response URLs: a way to answer one command or click, five times within half an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sandbox.slack.chat_methods import MAX_TEXT_CHARS, checked_blocks
from sandbox.slack.model import Channel, JsonObject, Message, Person, SlackError
from sandbox.slack.workspace import Workspace

MAX_USES: Final = 5
MINUTES_OPEN: Final = 30


@dataclass
class _ResponseUrl:
    channel: Channel
    person: Person
    source: Message | None
    expires: datetime
    uses: int = 0


class ResponseUrls:
    """The response URLs given out, by the last part of their path."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._all: dict[str, _ResponseUrl] = {}

    def new(self, channel: Channel, person: Person, source: Message | None = None) -> str:
        """A fresh key. `source` is the message with the button, which an answer may replace or delete."""
        key = f"{self._workspace.serial():024x}"
        expires = self._workspace.clock.now() + timedelta(minutes=MINUTES_OPEN)
        self._all[key] = _ResponseUrl(channel, person, source, expires)
        return key

    def answer(self, key: str, body: JsonObject) -> None:
        """Do what the body asks; raises `expired_url`, `used_url`, `no_text` or `invalid_blocks`."""
        url = self._all.get(key)
        if url is None or self._workspace.clock.now() > url.expires:
            raise SlackError("expired_url")
        if url.uses >= MAX_USES:
            raise SlackError("used_url")
        if body.get("delete_original"):
            if url.source is not None:
                self._workspace.delete(url.source)
            url.uses += 1
            return
        blocks = checked_blocks(body.get("blocks"))
        text = body.get("text")
        if not text and not blocks:
            raise SlackError("no_text")
        if text is not None and len(str(text)) > MAX_TEXT_CHARS:
            raise SlackError("msg_too_long")
        url.uses += 1
        if body.get("replace_original") and url.source is not None:
            # Unlike chat.update, this replaces the whole message: what is left out is gone.
            self._workspace.edit(url.source, str(text or ""), blocks or [])
            return
        self._workspace.post(
            url.channel,
            self._workspace.bot,
            str(text or ""),
            blocks=blocks,
            ephemeral_to=None if body.get("response_type") == "in_channel" else url.person,
            thread_ts=body.get("thread_ts"),
            via="response_url",
        )
