"""The board: one message in the channel that shows a conference as it is stored. Pure."""

from collections.abc import Iterator

from conference.carrier import RESTARTED
from conference.model import CallState, Conference, ConferenceState, LeftOutReason, Participant
from messages import number_form
from messages.mrkdwn import (
    Block,
    Message,
    actions,
    button,
    called,
    context,
    left_out_name,
    lines,
    listed,
    mention,
    moment,
    plain_text,
    section,
)
from messages.refusals import CARRIER_CODES, abandoned, carrier_refusal, filled_in, grouped

RING_ANEW_ACTION = "ring_anew"

_NEVER_RUNG = frozenset({ConferenceState.REFUSED, ConferenceState.ABANDONED})

_SIGNS = {
    CallState.WAITING: (":hourglass_flowing_sand:", "about to be rung"),
    CallState.RINGING: (":bell:", "ringing"),
    CallState.IN_CALL: (":large_green_circle:", "in the call"),
    CallState.ANSWERED: (":white_check_mark:", "was in the call"),
    CallState.UNANSWERED: (":zzz:", "did not pick up"),
    CallState.BUSY: (":no_entry:", "busy, or declined"),
    CallState.FAILED: (":warning:", "could not be reached"),
    CallState.UNKNOWN: (":grey_question:", "nobody can tell how it went"),
}

_LEFT_OUT = {
    LeftOutReason.NO_NUMBER: (":telephone_receiver:", "no number on file, so not rung"),
    LeftOutReason.BOT: (":robot_face:", "a bot, so not rung"),
    LeftOutReason.DEACTIVATED: (":bust_in_silhouette:", "deactivated, so not rung"),
    LeftOutReason.IN_ANOTHER_CALL: (":telephone_receiver:", "in another call already, so not rung again"),
    LeftOutReason.EXTERNAL: (":busts_in_silhouette:", "of another workspace, with no number on file, so not rung"),
    LeftOutReason.NOT_ALLOWED: (":no_entry_sign:", "not rung: that number is not allowed here"),
    LeftOutReason.GUESTS_OFF: (":no_entry_sign:", "not rung: typed numbers are not rung here"),
    LeftOutReason.NOT_WANTED: (":no_bell:", "not rung, as they asked"),
    LeftOutReason.QUIET_HOURS: (":no_bell:", "not rung: quiet hours until UNTIL"),
    LeftOutReason.RUNG_TOO_OFTEN: (
        ":no_bell:",
        "not rung: rung MOST times within ten minutes, so left alone until UNTIL",
    ),
    LeftOutReason.NUMBER_CHANGED: (":telephone_receiver:", "not rung: their number was changed just now"),
}
"""A sign and words; `UNTIL` stands for when it passes, `MOST` for how much is enough."""


def board(conference: Conference) -> Message:
    """Who started it, the room, a line a person, and how it stands."""
    title = f"*Conference by {mention(conference.caller_id)}* · room `{conference.room}`"
    people = [_line(participant, conference) for participant in conference.participants]
    left_out = list(_left_out(conference))
    missing = LeftOutReason.NO_NUMBER
    people += [f"{sign} {words}" for reason, sign, words in left_out if reason is not missing]
    status = _status(conference)
    blocks: list[Block] = [section(title, block_id=board_block_id(conference))]
    if people:
        blocks.append(section(lines(people)))
    for reason, sign, words in left_out:
        if reason is missing:
            # Whoever it is sees the button beside their name.
            blocks.append({**section(f"{sign} {words}"), "accessory": number_form.button(None)})
    blocks.append(context(status))
    if conference.can_be_rung_anew:
        blocks.append(_ring_anew(conference))
    calls = [_spoken(participant, conference) for participant in conference.participants]
    spoken = "; ".join([*calls, *(words for _, _, words in left_out)])
    head = f"Conference by {mention(conference.caller_id)}, room {conference.room}"
    text = ". ".join(filter(None, [head, spoken, status]))
    return Message(text, tuple(blocks))


def board_block_id(conference: Conference) -> str:
    """By which the board is known again in the channel."""
    return f"board:{conference.conference_id}"


def outcome(participant: Participant) -> str:
    """How a call stands, in words: `was in the call, 12 min`."""
    _, words = _SIGNS[participant.state]
    return words if participant.minutes is None or not participant.minutes else f"{words}, {participant.minutes} min"


def _line(participant: Participant, conference: Conference) -> str:
    sign, _ = _SIGNS[participant.state]
    if _not_rung(participant, conference):
        sign = ":heavy_minus_sign:"
    elif _not_known_yet(participant, conference):
        sign, _ = _SIGNS[CallState.UNKNOWN]
    return f"{sign} {_spoken(participant, conference)}"


def _spoken(participant: Participant, conference: Conference) -> str:
    guest = "" if participant.people else " (guest)"
    shared = " (one phone)" if len(participant.people) > 1 else ""
    words = outcome(participant)
    if _not_rung(participant, conference):
        words = "not rung"
    elif _not_known_yet(participant, conference):
        words = "not known yet"
    return f"{called(participant)}{guest}{shared}: {words}"


def _not_rung(participant: Participant, conference: Conference) -> bool:
    return conference.state in _NEVER_RUNG and participant.state.is_open


def _not_known_yet(participant: Participant, conference: Conference) -> bool:
    """Whether the phone may be ringing or may not."""
    return conference.state is ConferenceState.UNCONFIRMED and participant.state is CallState.WAITING


def _left_out(conference: Conference) -> Iterator[tuple[LeftOutReason, str, str]]:
    """A reason for which somebody is not rung, a sign and words for it."""
    for reason, alike in grouped(conference.left_out):
        sign, words = _LEFT_OUT[reason]
        names = listed(map(left_out_name, alike))
        yield reason, sign, f"{names}: {filled_in(words, alike[0])}"


def _status(conference: Conference) -> str:
    match conference.state:
        case ConferenceState.NEW:
            return "Getting ready; no phone is ringing yet."
        case ConferenceState.DIALING:
            return "Hoiio is being asked to ring the phones…"
        case ConferenceState.LIVE:
            return f"Phones rung at {moment(conference.dialed_at or conference.created_at)}."
        case ConferenceState.ENDED:
            ended = f"Ended at {moment(conference.ended_at or conference.created_at)}."
            return f"{ended} {_cost(conference)}"
        case ConferenceState.REFUSED:
            return f"{carrier_refusal(conference.detail or '')} Nobody was rung."
        case ConferenceState.UNCONFIRMED:
            return _unconfirmed(conference)
        case ConferenceState.ABANDONED:
            return abandoned(conference)


def _unconfirmed(conference: Conference) -> str:
    if conference.can_be_rung_anew:
        return (
            "Hoiio never said whether it took this call, and nothing has been heard of it since: "
            "most likely nobody was rung. If nobody's phone rang, ring everybody anew."
        )
    happened = CARRIER_CODES.get(conference.detail or "", "Hoiio's answer was lost.")
    if conference.detail == RESTARTED:
        happened = "Rollcall was restarted while it was asking Hoiio to ring the phones."
    return (
        f"{happened} Phones may be ringing or may not: Rollcall is finding out, "
        "and will not ring anybody a second time by itself."
    )


def _cost(conference: Conference) -> str:
    costs = [f"{currency} {debit}" for currency, debit in sorted(conference.costs.items())]
    if not costs:
        return "No cost was reported."
    unknown = sum(call.state is CallState.UNKNOWN for call in conference.participants)
    return f"Cost at least {listed(costs)}." if unknown else f"Cost {listed(costs)}."


def _ring_anew(conference: Conference) -> Block:
    return actions(
        button(
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
    )
