"""How Slack writes what a person typed after a slash command, with `should_escape` on."""

import re
from typing import Final

from sandbox.slack.workspace import Workspace

_TOKEN: Final = re.compile(
    r"(?P<link>https?://[^\s<>]+)"
    r"|(?P<phone>(?<![\w+])\+\d(?:[ ()\-]?\d){6,14}(?!\d))"
    r"|(?<![\w@#])(?P<sign>[@#])(?P<name>\w[\w.\-]*)"
)
_EVERYONE: Final = frozenset({"here", "channel", "everyone"})


def escape_typed(workspace: Workspace, typed: str, *, link_phones: bool = False) -> str:
    """The command's `text`: names as ids, links in angle brackets, and `&`, `<`, `>` as entities.

    `link_phones` also writes a number as `<tel:+65…|+65 …>`, as some of Slack's clients do.
    """
    mentions, channels = _mentions(workspace), _channels(workspace)

    def written(found: re.Match[str]) -> str:
        if found["link"]:
            return f"<{found['link']}>"
        if found["phone"]:
            number = re.sub(r"\D", "", found["phone"])
            return f"<tel:+{number}|{found['phone']}>" if link_phones else found["phone"]
        return _named(found, mentions if found["sign"] == "@" else channels)

    text = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _TOKEN.sub(written, text)


def _named(found: re.Match[str], known: dict[str, str]) -> str:
    name = found["name"]
    # A full stop after a name ends the sentence, unless the name has one.
    for candidate in (name, name.rstrip(".-")):
        if candidate in known:
            return known[candidate] + name[len(candidate) :]
    return found.group()


def _mentions(workspace: Workspace) -> dict[str, str]:
    special = {word: f"<!{word}>" for word in _EVERYONE}
    groups = {g.handle: f"<!subteam^{g.id}|@{g.handle}>" for g in workspace.groups.values() if not g.disabled}
    people = {p.name: f"<@{p.id}|{p.name}>" for p in workspace.people.values() if not p.deleted}
    return {**special, **groups, **people}


def _channels(workspace: Workspace) -> dict[str, str]:
    return {c.name: f"<#{c.id}|{c.name}>" for c in workspace.channels.values() if not c.is_direct}
