"""Pieces of Slack's message language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conference.model import LeftOut, Participant
from conference.numbers import mask_number

Block = dict[str, Any]

SECTION_TEXT_LIMIT = 3_000
"""Characters of text in a section (Slack, Block Kit)."""


@dataclass(frozen=True)
class Message:
    """What a message says: `text` is what notifications and screen readers get."""

    text: str
    blocks: tuple[Block, ...]


def escape(text: str) -> str:
    """Somebody's text, so that it stands as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mention(user_id: str) -> str:
    return f"<@{user_id}>"


def listed(names: Iterable[str], *, at_most: int = 20) -> str:
    """`a`, `a and b`, `a, b and c`; after `at_most` names, how many more."""
    names = list(names)
    if len(names) > at_most:
        names = [*names[:at_most], f"{len(names) - at_most} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def called(participant: Participant) -> str:
    """Whose phone it is: the people whose number it is, or a guest's number, masked."""
    if not participant.people:
        return mask_number(participant.number)
    return listed(map(mention, participant.people))


def left_out_name(left: LeftOut) -> str:
    """Who is not rung: a person, or a guest's number, masked."""
    return mention(left.user_id) if left.user_id else mask_number(left.number or "")


def moment(when: datetime) -> str:
    """A moment, shown to each reader in their own time zone."""
    return f"<!date^{int(when.timestamp())}^{{time}}|{when:%H:%M} UTC>"


def section(text: str, *, block_id: str | None = None) -> Block:
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": _cut(text)}}
    if block_id:
        block["block_id"] = block_id
    return block


def context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": _cut(text)}]}


def plain(text: str) -> Message:
    """A message that says the same to all readers."""
    return Message(text, (section(text),))


def lines(texts: Sequence[str]) -> str:
    return "\n".join(texts)


def _cut(text: str) -> str:
    return text if len(text) <= SECTION_TEXT_LIMIT else text[: SECTION_TEXT_LIMIT - 1] + "…"
