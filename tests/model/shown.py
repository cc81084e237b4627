"""What a board says of each phone, and what it must say of what is stored: worked out here once more, in few words."""

import re
from collections import Counter
from dataclasses import dataclass

from sandbox.slack import Message
from tests.model.stored import NEVER_RUNG, OPEN, StoredCall, StoredConference

_LINE = re.compile(r":(\w+): (.+?): (.+)")
_SINCE = re.compile(r" since <!date\^[^>]*>")
_SIGN_OF_STATE = {
    "not_rung": "heavy_minus_sign",
    "queued": "hourglass",
    "waiting": "hourglass_flowing_sand",
    "ringing": "bell",
    "in_call": "large_green_circle",
    "answered": "white_check_mark",
    "unanswered": "zzz",
    "busy": "no_entry",
    "failed": "warning",
    "unknown": "grey_question",
}
_WORDS = {
    "not_rung": "not rung",
    "queued": "waiting for a line",
    "waiting": "about to be rung",
    "ringing": "ringing",
    "in_call": "in the call",
    "answered": "was in the call",
    "unanswered": "did not pick up",
    "busy": "busy, or declined",
    "failed": "could not be reached",
    "unknown": "nobody can tell how it went",
}


@dataclass(frozen=True)
class Picture:
    """A board, as far as it is about phones: its lines, each as a sign, a name and words; and whether it is closed."""

    lines: tuple[tuple[str, str, str], ...]
    has_ended: bool
    can_be_joined: bool

    def __str__(self) -> str:
        lines = [f"{name}: {words} (:{sign}:)" for sign, name, words in self.lines]
        return "; ".join([*lines, "ended" if self.has_ended else "not ended"]) + (
            ", with Ring me" if self.can_be_joined else ""
        )


def conference_of(board: Message) -> str | None:
    """The id of the conference that a message is the board of; None if it is none."""
    first = board.blocks[0].get("block_id", "") if board.blocks else ""
    kind, _, conference_id = str(first).partition(":")
    return conference_id if kind == "board" else None


def read_board(board: Message) -> Picture:
    lines = []
    for text in texts(board):
        for line in text.split("\n"):
            if (found := _LINE.fullmatch(line)) and found[1] in _SIGN_OF_STATE.values():
                words = "not rung" if found[3].startswith("not rung") else _SINCE.sub("", found[3])
                lines.append((found[1], found[2], words))
    return Picture(
        tuple(sorted(lines)), any(text.startswith("Ended at") for text in texts(board)), "Ring me" in buttons(board)
    )


def picture_of(conference: StoredConference) -> Picture:
    """What the board of a conference must show."""
    rung = Counter(call.number for call in conference.calls if call.number)
    lines = [
        (_sign(call, conference), _name(call), _words(call, conference, is_again=rung[call.number] > 1))
        for call in conference.phones
        if call.why != "not_any_more"
    ]
    return Picture(
        tuple(sorted(lines)),
        conference.state == "ended",
        conference.state == "live" and conference.hung_up_by is None,
    )


def _name(call: StoredCall) -> str:
    if call.people:
        return " and ".join(f"<@{user_id}>" for user_id in call.people)
    return f"{masked(call.number)} (guest)"


def one_name(call: StoredCall) -> str:
    """How the thread calls whoever is at a phone."""
    return _name(call).removesuffix(" (guest)")


def masked(number: str) -> str:
    return f"+65 •••• {number[-4:]}" if number else "a number since forgotten"


def _sign(call: StoredCall, conference: StoredConference) -> str:
    if conference.state in NEVER_RUNG and call.state in OPEN:
        return _SIGN_OF_STATE["not_rung"]
    return _SIGN_OF_STATE["unknown" if call.is_in_doubt else call.state]


def _words(call: StoredCall, conference: StoredConference, *, is_again: bool) -> str:
    if conference.state in NEVER_RUNG and call.state in OPEN:
        return _WORDS["not_rung"]
    if call.is_in_doubt:
        return "not known yet"
    words = _outcome(call)
    match call.state:
        case "ringing":
            return "being hung up" if call.hang_up else "ringing again" if is_again else words
        case "in_call":
            return f"{words}{', muted' if call.is_muted else ''}{', being put out' if call.hang_up else ''}"
        case _:
            return f"{words}, {call.minutes} min" if call.minutes else words


def outcome(call: StoredCall) -> str:
    """How the thread tells of a call that is over: the beginning of the line, for the minutes may be learnt later."""
    return f"{one_name(call)}: {_outcome(call)}"


def _outcome(call: StoredCall) -> str:
    return "was hung up while it rang" if call.state == "unanswered" and call.hang_up else _WORDS[call.state]


def texts(message: Message) -> list[str]:
    """The texts of a message's sections and contexts."""
    found = []
    for block in message.blocks:
        match block:
            case {"text": {"text": str(text)}}:
                found.append(text)
            case {"type": "context", "elements": list(elements)}:
                found += [str(element.get("text", "")) for element in elements]
    return found


def buttons(message: Message) -> list[str]:
    """What the buttons below a board are called."""
    elements = [element for block in message.blocks for element in block.get("elements", [])]
    return [element["text"]["text"] for element in elements if element["type"] == "button"]
