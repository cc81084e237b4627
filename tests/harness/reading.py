"""What people read in Slack, as the tests compare it."""

import re
from collections.abc import Iterable

from sandbox.slack import Message, View


def reading(message: Message) -> str:
    """All that a message says, with people by name."""
    return read_blocks(message.blocks) or _named(message.text)


def menu_option(board: Message, act: str, user_id: str) -> str:
    """The value of that option in the menu beside somebody. Raises LookupError if it is not there."""
    for block in board.blocks:
        if f"<@{user_id}>" in _block_text(block) and block.get("accessory", {}).get("type") == "overflow":
            for option in block["accessory"]["options"]:
                if option["text"]["text"] == act:
                    return str(option["value"])
    raise LookupError(f"there is no {act!r} beside {user_id}")


def buttons(where: Message | View) -> list[str]:
    """What the buttons in a message or a form are called."""
    elements = [element for block in where.blocks for element in block.get("elements", [])]
    return [element["text"]["text"] for element in elements if element["type"] == "button"]


def read_blocks(blocks: Iterable[object]) -> str:
    """All that blocks say, with people by name."""
    return _named("\n".join(map(_block_text, blocks)))


def _named(text: str) -> str:
    return re.sub(r"<@U0(\w+)>", lambda found: "@" + found[1].lower(), text)


def _block_text(block: object) -> str:
    match block:
        case {"text": {"text": str(text)}}:
            return text
        case {"elements": list(parts)} | {"fields": list(parts)}:
            return " ".join(map(_block_text, parts))
        case {"text": str(text)}:
            return text
        case _:
            return ""
