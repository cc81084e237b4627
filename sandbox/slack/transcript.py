"""A channel as its readers see it, in plain text."""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sandbox.slack.emoji import EMOJI
from sandbox.slack.model import Channel, JsonObject, Message, Person
from sandbox.slack.slack import Slack

_SHORTCODE: Final = re.compile(r":([a-z0-9_+\-]+):")
_ANGLED: Final = re.compile(r"<([^<>]+)>")
_BOLD: Final = re.compile(r"(?<![\w*])\*(\S|\S[^*\n]*?\S)\*(?![\w*])")
_DATE_PART: Final = re.compile(r"\{(\w+)\}")
_RULE: Final = "─" * 24
_MARGIN: Final = "    "


def render(slack: Slack, channel: Channel, *, viewer: Person | None = None, zone: str | None = None) -> str:
    """The channel with its threads, oldest first, times in `zone` or the viewer's (else Asia/Singapore).

    Ephemeral messages are shown to their reader, and all of them when there is no `viewer`.
    """
    reader = _Reader(slack, ZoneInfo(zone or (viewer.tz if viewer is not None else "Asia/Singapore")))
    if viewer is not None:
        shown = slack.seen_by(viewer, channel)
    else:
        shown = [m for m in slack.workspace.messages if m.channel is channel and not m.deleted]
    title = f"Direct message with {channel.members[0].name}" if channel.is_direct else f"#{channel.name}"
    lines = [title]
    for message in shown:
        if message.is_reply and any(other.ts == message.thread_ts for other in shown):
            continue
        lines += reader.message(message)
        for reply in shown:
            if reply.is_reply and reply.thread_ts == message.ts:
                lines += [_MARGIN + line for line in reader.message(reply)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


class _Reader:
    """Turns what the app sent into what is read."""

    def __init__(self, slack: Slack, zone: ZoneInfo) -> None:
        self._slack = slack
        self._zone = zone

    def message(self, message: Message) -> list[str]:
        at = datetime.fromtimestamp(int(message.ts.split(".")[0]), UTC).astimezone(self._zone)
        author = message.user.real_name if message.user.is_bot else message.user.name
        marks = " (edited)" if message.edited else ""
        if message.ephemeral_to is not None:
            marks += f" (only visible to {message.ephemeral_to.name})"
        if message.blocks:
            body = [line for block in message.blocks for line in self._block(block)]
        else:
            body = self._mrkdwn(message.text).split("\n")
        return [f"[{at:%H:%M}] {author}{marks}", *("  " + line for line in body)]

    def _block(self, block: JsonObject) -> list[str]:
        kind = block["type"]
        if kind == "divider":
            return [_RULE]
        if kind == "header":
            return [self._text(block["text"]), "=" * len(self._text(block["text"]))]
        if kind == "section":
            return self._section(block)
        if kind == "context":
            return ["· " + " · ".join(self._context_element(element) for element in block["elements"])]
        if kind == "actions":
            return [" ".join(self._control(element) for element in block["elements"])]
        if kind == "input":
            return [f"{self._text(block['label'])}: {self._control(block['element'])}"]
        if kind == "image":
            return [f"(image: {block['alt_text']})"]
        if kind == "markdown":
            return self._mrkdwn(block["text"]).split("\n")
        return [f"({kind})"]

    def _section(self, block: JsonObject) -> list[str]:
        lines = self._text(block["text"]).split("\n") if "text" in block else []
        for text in block.get("fields", []):
            first, *rest = self._text(text).split("\n")
            lines += [f"| {first}", *(f"|   {line}" for line in rest)]
        if "accessory" in block:
            lines[0] += f"  {self._control(block['accessory'])}"
        return lines

    def _context_element(self, element: JsonObject) -> str:
        return f"(image: {element['alt_text']})" if element["type"] == "image" else self._text(element)

    def _control(self, element: JsonObject) -> str:
        kind = element["type"]
        if kind == "button":
            return f"[ {self._text(element['text'])} ]"
        if kind == "image":
            return f"(image: {element['alt_text']})"
        if kind == "overflow":
            return "[ … ]"
        options = [self._text(option["text"]) for option in element.get("options", [])]
        if kind in {"checkboxes", "radio_buttons"}:
            return " ".join(f"( ) {option}" for option in options)
        placeholder = self._text(element["placeholder"]) if "placeholder" in element else ""
        return f"[ {placeholder} ▾ ]" if "select" in kind else f"[ {placeholder} ]"

    def _text(self, text: JsonObject) -> str:
        written = str(text["text"])
        return _emoji(written) if text["type"] == "plain_text" else self._mrkdwn(written)

    def _mrkdwn(self, text: str) -> str:
        unbolded = _BOLD.sub(r"\1", text)
        named = _ANGLED.sub(lambda found: self._angled(found.group(1)), unbolded)
        return _emoji(named).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def _angled(self, inside: str) -> str:
        target, _, label = inside.partition("|")
        workspace = self._slack.workspace
        if target.startswith("@"):
            person = workspace.people.get(target[1:])
            return f"@{person.name}" if person is not None else f"@{label or target[1:]}"
        if target.startswith("#"):
            channel = workspace.channels.get(target[1:])
            return f"#{channel.name}" if channel is not None else f"#{label or target[1:]}"
        if target.startswith("!subteam^"):
            group = workspace.groups.get(target.removeprefix("!subteam^"))
            return f"@{group.handle}" if group is not None else label or target
        if target.startswith("!date^"):
            return self._date(target, label)
        if target.startswith("!"):
            return label or f"@{target[1:]}"
        return label or target.removeprefix("mailto:").removeprefix("tel:")

    def _date(self, target: str, fallback: str) -> str:
        _, seconds, form, *_ = [*target.split("^"), "", ""]
        if not seconds.isdigit() or not form:
            return fallback
        moment = datetime.fromtimestamp(int(seconds), UTC).astimezone(self._zone)
        today = self._slack.clock.now().astimezone(self._zone)
        parts = _date_parts(moment, today)
        return _DATE_PART.sub(lambda found: parts.get(found.group(1), found.group()), form)


def _date_parts(moment: datetime, today: datetime) -> dict[str, str]:
    """Slack's tokens for a moment, as its English client writes them."""
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    long = f"{moment:%A}, {moment:%B} {moment.day}, {moment:%Y}"
    short = f"{moment:%b} {moment.day}, {moment:%Y}"
    full = f"{moment:%B} {moment.day}, {moment:%Y}"
    days = (moment.date() - today.date()).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    return {
        "time": f"{hour}:{moment:%M} {half}",
        "time_secs": f"{hour}:{moment:%M}:{moment:%S} {half}",
        "date_num": f"{moment:%Y-%m-%d}",
        "date": full,
        "date_short": short,
        "date_long": long,
        "date_pretty": near or full,
        "date_short_pretty": near or short,
        "date_long_pretty": near or long,
    }


def _emoji(text: str) -> str:
    return _SHORTCODE.sub(lambda found: EMOJI.get(found.group(1), found.group()), text)
