"""What people can press on a board: each only while it can do something. Pure."""

from collections.abc import Iterator
from enum import StrEnum

from conference.calls import CallState, Participant
from conference.model import Conference, ConferenceKey, ConferenceState, Reason
from messages.mrkdwn import Block, actions, button, overflow, plain_text

RING_ME_ACTION = "ring_me"
RING_AGAIN_ACTION = "ring_again"
INVITE_ACTION = "invite"
HANG_UP_ACTION = "hang_up"
WAIT_ACTION = "ring_as_lines_get_free"
STOP_WAITING_ACTION = "stop_waiting"
CALL_AGAIN_ACTION = "call_again"
RING_ANEW_ACTION = "ring_anew"
CALL_MENU_ACTION = "call_menu"

_MAY_BE_CALLED_OFF = frozenset({ConferenceState.NEW, ConferenceState.DIALING, ConferenceState.UNCONFIRMED})


class CallAct(StrEnum):
    """What can be done to one call, in its menu."""

    MUTE = "mute"
    UNMUTE = "unmute"
    REMOVE = "remove"
    HANG_UP = "hang_up"
    RING_AGAIN = "ring_again"


_ACTS = {
    CallAct.MUTE: "Mute",
    CallAct.UNMUTE: "Unmute",
    CallAct.REMOVE: "Remove from the call",
    CallAct.HANG_UP: "Stop ringing",
    CallAct.RING_AGAIN: "Ring again",
}


_SURELY = {
    "title": plain_text("Ring this phone again?"),
    "text": plain_text("Nobody can tell how the last call went: it may still be ringing, or in the call."),
    "confirm": plain_text("Ring"),
    "deny": plain_text("Leave it"),
}


def board_buttons(conference: Conference) -> Block | None:
    """The row of buttons below a board, None if there is nothing to press."""
    pressed = list(_buttons(conference))
    return actions(*pressed) if pressed else None


def _buttons(conference: Conference) -> Iterator[Block]:
    is_hanging_up = conference.hung_up_by is not None
    if conference.state is ConferenceState.LIVE and not is_hanging_up:
        yield ring_me(conference)
        if missed := len(conference.missed):
            yield button(RING_AGAIN_ACTION, f"Ring {missed} again", value=conference.conference_id)
        yield button(INVITE_ACTION, "Invite…", value=conference.conference_id)
    if conference.waits_for_lines and not is_hanging_up:
        yield wait_button(conference)
    if conference.queued:
        yield button(STOP_WAITING_ACTION, "Stop waiting", value=conference.conference_id)
    may_hang_up = conference.state is ConferenceState.LIVE or conference.state in _MAY_BE_CALLED_OFF
    if may_hang_up and not is_hanging_up and not conference.can_be_rung_anew:
        yield _hang_up(conference)
    if conference.state is ConferenceState.ENDED or _came_to_nothing(conference):
        yield call_again(conference)
    if conference.can_be_rung_anew:
        yield _ring_anew(conference)


def _came_to_nothing(conference: Conference) -> bool:
    """Whether nobody was rung, and nobody typed a command that could be typed again."""
    was_given_up = conference.state in {ConferenceState.REFUSED, ConferenceState.ABANDONED}
    return was_given_up and conference.standup is not None and conference.reason is not Reason.RUNG_ANEW


def call_again(conference: Conference) -> Block:
    """Begins a conference of the same people."""
    return button(CALL_AGAIN_ACTION, "Call again", value=conference.conference_id)


def ring_me(conference: Conference) -> Block:
    """Rings whoever presses it into the conference."""
    return button(RING_ME_ACTION, "Ring me", value=conference.conference_id, style="primary")


def wait_button(conference: Conference, *, only_of: str = "") -> Block:
    """Puts the phones that no line was free for into the queue; or those alone whom somebody had rung."""
    value = f"{conference.conference_id}:{only_of}" if only_of else conference.conference_id
    return button(WAIT_ACTION, "Ring as lines get free", value=value, style="primary")


def read_wait(value: str, team_id: str) -> tuple[ConferenceKey, str | None]:
    """Which conference a `wait_button` is about, and whose phones alone, if so."""
    conference_id, _, only_of = value.partition(":")
    return ConferenceKey(team_id, conference_id), only_of or None


def _hang_up(conference: Conference) -> Block:
    return button(
        HANG_UP_ACTION,
        "Hang up",
        value=conference.conference_id,
        style="danger",
        confirm={
            "title": plain_text("Hang up for everybody?"),
            "text": plain_text("All phones of this conference stop ringing, and everybody who is in it is put out."),
            "confirm": plain_text("Hang up"),
            "deny": plain_text("Cancel"),
            "style": "danger",
        },
    )


def _ring_anew(conference: Conference) -> Block:
    return button(
        RING_ANEW_ACTION,
        "Ring everybody anew",
        value=conference.conference_id,
        confirm={
            "title": plain_text("Ring everybody anew?"),
            "text": plain_text("Do this only if nobody's phone rang: otherwise they are rung a second time."),
            "confirm": plain_text("Ring"),
            "deny": plain_text("Leave it"),
        },
    )


def call_menu(conference: Conference, place: int) -> Block | None:
    """The menu beside a person, None if nothing can be done to their call."""
    if conference.state is not ConferenceState.LIVE or conference.hung_up_by:
        return None
    call = conference.participants[place]
    if call.hang_up and call.state.is_open:
        return None
    options = [(_ACTS[act], f"{act}:{place}:{conference.conference_id}") for act in _acts(call)]
    if not options:
        return None
    return overflow(CALL_MENU_ACTION, options, **({"confirm": _SURELY} if call.state is CallState.UNKNOWN else {}))


def _acts(call: Participant) -> tuple[CallAct, ...]:
    match call.state:
        case CallState.IN_CALL:
            return (CallAct.UNMUTE if call.is_muted else CallAct.MUTE, CallAct.REMOVE)
        case CallState.RINGING:
            return (CallAct.HANG_UP,)
        case _ if call.number and (call.state.is_final or call.state is CallState.UNKNOWN):
            return (CallAct.RING_AGAIN,)
        case _:
            return ()


def read_call_act(value: str, team_id: str) -> tuple[CallAct, int, ConferenceKey] | None:
    """What was chosen in a `call_menu`, for which call of which conference; None where that makes no sense."""
    act, _, rest = value.partition(":")
    place, _, conference_id = rest.partition(":")
    if act not in set(CallAct) or not place.isdecimal() or not place.isascii() or len(place) > 4:
        return None
    return CallAct(act), int(place), ConferenceKey(team_id, conference_id)
