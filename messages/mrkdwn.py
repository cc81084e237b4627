"""Pieces of Slack's message language."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from conference.calls import Participant
from conference.invitation import Group, Guest, Invitation, Invitee, Person
from conference.model import LeftOut
from conference.numbers import mask_number, show_number

_Thing = TypeVar("_Thing")

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


_MARKS = re.compile(r"[*_~`:]")


def unmarked(text: str) -> str:
    """Somebody's text without what makes it bold, an emoji or the like."""
    return _MARKS.sub("", text)


def mention(user_id: str) -> str:
    return f"<@{user_id}>"


def listed(names: Iterable[str], *, at_most: int = 20) -> str:
    """`a`, `a and b`, `a, b and c`; after `at_most` names, how many more."""
    names = list(names)
    if len(names) > at_most:
        names = [*names[:at_most], f"{len(names) - at_most} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def bulleted(things: Sequence[_Thing], in_words: Callable[[_Thing], str], *, at_most: int) -> list[str]:
    """A line about each of these things; after `at_most` lines, one that says how many more there are."""
    said = [f"• {in_words(thing)}" for thing in things[:at_most]]
    if more := len(things) - len(said):
        said.append(f"• and {more} more.")
    return said


def counted(count: int, thing: str) -> str:
    """`1 day`, `2 days`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def capitalized(text: str) -> str:
    """A text at the beginning of a sentence; what it names keeps its own letters."""
    return text[:1].upper() + text[1:]


def called(participant: Participant) -> str:
    """Whose phone it is: the people whose number it is, or a guest's number, masked."""
    if not participant.people:
        return _guest(participant.number)
    return listed(map(mention, participant.people))


def left_out_name(left: LeftOut) -> str:
    """Who is not rung: a person, or a guest's number, masked."""
    return mention(left.user_id) if left.user_id else _guest(left.number)


def invitee_name(invitee: Invitee) -> str:
    """Who is named: a person or a user group, so that they are notified, or a guest's number, masked."""
    match invitee:
        case Person(user_id):
            return mention(user_id)
        case Group():
            return str(Invitation((invitee,)))
        case Guest(number):
            return _guest(number)


def _guest(number: str | None) -> str:
    return mask_number(number) if number else "a number since forgotten"


def moment(when: datetime, *, with_date: bool = False) -> str:
    """A moment, shown to each reader in their own time zone; `with_date`, with its day where that is not today."""
    shown = "{time}, {date_short_pretty}" if with_date else "{time}"
    return f"<!date^{int(when.timestamp())}^{shown}|{when:%H:%M} UTC>"


def section(text: str, *, block_id: str | None = None) -> Block:
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": _cut(text)}}
    if block_id:
        block["block_id"] = block_id
    return block


def context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": _cut(text)}]}


def plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str, **more: Any) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain_text(text), **more}


def overflow(action_id: str, options: Iterable[tuple[str, str]], **more: Any) -> Block:
    """A menu: for each option what it is called, and its value."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": [{"text": plain_text(text), "value": value} for text, value in options],
        **more,
    }


def number_input(action_id: str, number: str | None) -> Block:
    """Where a phone number is typed, with this one filled in, E.164."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": action_id,
        "placeholder": plain_text("+65 9123 4567"),
        "focus_on_load": True,
        "max_length": 40,
    }
    return element | ({"initial_value": show_number(number)} if number else {})


def modal(title: str, *blocks: Block, close: str = "Close", submit: str = "", callback_id: str = "") -> dict[str, Any]:
    """A form, if it has a `submit` button and so a `callback_id`, or what stands in the place of one."""
    form = {"submit": plain_text(submit), "callback_id": callback_id} if submit else {}
    return {"type": "modal", "title": plain_text(title), "close": plain_text(close), "blocks": list(blocks), **form}


def actions(*elements: Block) -> Block:
    """Buttons beside each other."""
    return {"type": "actions", "elements": list(elements)}


def plain(text: str) -> Message:
    """A message that says the same to all readers."""
    return Message(text, (section(text),))


def lines(texts: Sequence[str]) -> str:
    return "\n".join(texts)


_LINK = re.compile(r"<(?:!subteam\^|@|#|!)?([^|<>]*)(?:\|([^<>]*))?>")


def as_typed(text: str) -> str:
    """A text as whoever typed it saw it, before Slack made links of it: `@oncall` for `<!subteam^S0|@oncall>`."""
    return _LINK.sub(lambda link: link[2] or link[1], text)


_LONGEST_QUOTE = 40


def quoted(text: str, *, at_most: int | None = _LONGEST_QUOTE) -> str:
    """Somebody's text inside backticks, cut after so many characters."""
    short = text if at_most is None or len(text) <= at_most else text[:at_most] + "…"
    return escape(short).replace("`", "'")


def _cut(text: str) -> str:
    return text if len(text) <= SECTION_TEXT_LIMIT else text[: SECTION_TEXT_LIMIT - 1] + "…"
