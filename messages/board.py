"""The board: one message in the channel that shows a conference as it is stored. Pure."""

from collections.abc import Iterator

from conference.calls import CallState, NotRung, Participant
from conference.carrier import RESTARTED
from conference.model import MAX_PARTICIPANTS, Conference, ConferenceState, LeftOutReason
from messages import number_form
from messages.board_buttons import board_buttons, call_menu
from messages.mrkdwn import (
    Block,
    Message,
    called,
    context,
    left_out_name,
    lines,
    listed,
    mention,
    moment,
    section,
)
from messages.refusals import CARRIER_CODES, abandoned, again, carrier_refusal, filled_in, grouped
from messages.titles import called_conference, set_up_by

MOST_MENUS = 20
"""People with a line of their own and a menu beside it, of the 50 blocks that a message takes (Slack, Block Kit)."""

_NEVER_RUNG = frozenset({ConferenceState.REFUSED, ConferenceState.ABANDONED})

_UNDER_WAY = frozenset({ConferenceState.DIALING, ConferenceState.LIVE})

_SIGNS = {
    CallState.NOT_RUNG: (":heavy_minus_sign:", "not rung"),
    CallState.QUEUED: (":hourglass:", "waiting for a line"),
    CallState.WAITING: (":hourglass_flowing_sand:", "about to be rung"),
    CallState.RINGING: (":bell:", "ringing"),
    CallState.IN_CALL: (":large_green_circle:", "in the call"),
    CallState.ANSWERED: (":white_check_mark:", "was in the call"),
    CallState.UNANSWERED: (":zzz:", "did not pick up"),
    CallState.BUSY: (":no_entry:", "busy, or declined"),
    CallState.FAILED: (":warning:", "could not be reached"),
    CallState.UNKNOWN: (":grey_question:", "nobody can tell how it went"),
}

_NOT_RUNG = {
    NotRung.NO_LINES: "no line was free",
    NotRung.ROOM_FULL: f"a call takes at most {MAX_PARTICIPANTS} phones, and had too few places left",
    NotRung.NOT_SENT: "Hoiio could not be reached",
    NotRung.WAITED_TOO_LONG: "no line became free within half an hour",
    NotRung.CALL_OVER: "the others had gone",
    NotRung.CALLED_OFF: "the call was ended before",
}
"""Why somebody was not rung; the carrier's own codes are apart."""

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
    LeftOutReason.OUT_TODAY: (":palm_tree:", "out today, so not rung"),
}
"""A sign and words; `UNTIL` stands for when it passes, `MOST` for how much is enough."""


def board(conference: Conference) -> Message:
    """Who started it, the room, a line a person, and how it stands."""
    title = f"*{called_conference(conference)}* · room `{conference.room}`{set_up_by(conference)}"
    left_out = list(_left_out(conference))
    missing = LeftOutReason.NO_NUMBER
    status = _status(conference)
    blocks: list[Block] = [section(title, block_id=board_block_id(conference)), *_people(conference)]
    if others := [f"{sign} {words}" for reason, sign, words in left_out if reason is not missing]:
        blocks.append(section(lines(others)))
    for reason, sign, words in left_out:
        if reason is missing:
            # Whoever it is sees the button beside their name.
            blocks.append({**section(f"{sign} {words}"), "accessory": number_form.button(None)})
    blocks.append(context(status))
    if buttons := board_buttons(conference):
        blocks.append(buttons)
    calls = [_spoken(call, conference) for _, call in shown_phones(conference)]
    spoken = "; ".join([*calls, *(words for _, _, words in left_out)])
    head = f"{called_conference(conference)}, room {conference.room}{set_up_by(conference)}"
    text = ". ".join(filter(None, [head, spoken, status]))
    return Message(text, tuple(blocks))


def board_block_id(conference: Conference) -> str:
    """By which the board is known again in the channel."""
    return f"board:{conference.conference_id}"


def shown_phones(conference: Conference) -> list[tuple[int, Participant]]:
    """The phones, but for those whose people stand among the left out."""
    return [(place, call) for place, call in conference.phones if call.why != NotRung.NOT_ANY_MORE]


def _people(conference: Conference) -> Iterator[Block]:
    """A line a phone; those beside each other that have no menu share a block."""
    together = list[str]()
    menus = 0
    for place, call in shown_phones(conference):
        line = phone_line(call, conference)
        menu = call_menu(conference, place) if menus < MOST_MENUS else None
        if menu is None:
            together.append(line)
            continue
        if together:
            yield section(lines(together))
            together.clear()
        menus += 1
        yield {**section(line), "accessory": menu}
    if together:
        yield section(lines(together))


def outcome(participant: Participant) -> str:
    """How a call stands, in words: `was in the call, 12 min`."""
    if participant.state is CallState.UNANSWERED and participant.hang_up:
        return "was hung up while it rang"
    _, words = _SIGNS[participant.state]
    return f"{words}, {participant.minutes} min" if participant.minutes else words


def phone_line(participant: Participant, conference: Conference) -> str:
    sign, _ = _SIGNS[participant.state]
    if _not_rung(participant, conference):
        sign = ":heavy_minus_sign:"
    elif _not_known_yet(participant, conference):
        sign, _ = _SIGNS[CallState.UNKNOWN]
    return f"{sign} {_spoken(participant, conference)}"


def _spoken(participant: Participant, conference: Conference) -> str:
    guest = "" if participant.people else " (guest)"
    shared = " (one phone)" if len(participant.people) > 1 else ""
    return f"{called(participant)}{guest}{shared}: {_words(participant, conference)}"


def _words(participant: Participant, conference: Conference) -> str:
    if _not_rung(participant, conference):
        return "not rung"
    if _not_known_yet(participant, conference):
        return "not known yet"
    words = outcome(participant)
    match participant.state:
        case CallState.NOT_RUNG:
            return why_not_rung(participant, again(conference))
        case CallState.RINGING if participant.hang_up:
            return "being hung up"
        case CallState.RINGING if _was_rung_before(participant, conference):
            return "ringing again"
        case CallState.IN_CALL:
            since = f" since {moment(participant.answered_at)}" if participant.answered_at else ""
            muted = ", muted" if participant.is_muted else ""
            return f"{words}{since}{muted}{', being put out' if participant.hang_up else ''}"
        case _:
            return words


def why_not_rung(participant: Participant, what_to_do: str) -> str:
    """`not rung: no line was free`; `what_to_do` once what stood in the way is gone."""
    why = participant.why or ""
    if why in set(NotRung):
        return f"not rung: {_NOT_RUNG[NotRung(why)]}" if why in _NOT_RUNG else "not rung"
    return f"not rung. {carrier_refusal(why, what_to_do)}"


def _was_rung_before(participant: Participant, conference: Conference) -> bool:
    calls = [call for call in conference.participants if call.number and call.number == participant.number]
    return len(calls) > 1


def _not_rung(participant: Participant, conference: Conference) -> bool:
    return conference.state in _NEVER_RUNG and participant.state.is_open


def _not_known_yet(participant: Participant, conference: Conference) -> bool:
    """Whether the phone may be ringing or may not."""
    return participant.is_in_doubt and conference.state not in _NEVER_RUNG


def _left_out(conference: Conference) -> Iterator[tuple[LeftOutReason, str, str]]:
    """A reason for which somebody is not rung, a sign and words for it."""
    for reason, alike in grouped(conference.left_out):
        sign, words = _LEFT_OUT[reason]
        names = listed(map(left_out_name, alike))
        yield reason, sign, f"{names}: {filled_in(words, alike[0])}"


def _status(conference: Conference) -> str:
    if conference.hung_up_by and conference.state in _UNDER_WAY:
        return f"{mention(conference.hung_up_by)} hung up for everybody: Hoiio is being told."
    match conference.state:
        case ConferenceState.NEW:
            return "Getting ready; no phone is ringing yet."
        case ConferenceState.DIALING:
            return "Hoiio is being asked to ring the phones…"
        case ConferenceState.QUEUED:
            return f"Nobody is rung yet. {_queue(conference)}"
        case ConferenceState.LIVE:
            return _live(conference)
        case ConferenceState.ENDED:
            ended = f"Ended at {moment(conference.ended_at or conference.created_at)}{_by(conference)}."
            return f"{ended} {cost(conference)}"
        case ConferenceState.REFUSED:
            return f"{carrier_refusal(conference.detail or '', again(conference))} Nobody was rung."
        case ConferenceState.UNCONFIRMED:
            return _unconfirmed(conference)
        case ConferenceState.ABANDONED:
            return abandoned(conference)


def _live(conference: Conference) -> str:
    said = f"Phones rung at {moment(conference.dialed_at or conference.created_at)}."
    return f"{said} {_queue(conference)}" if conference.queued else said


def _queue(conference: Conference) -> str:
    waiting = len(conference.queued)
    phones = "1 phone waits for a line" if waiting == 1 else f"{waiting} phones wait for lines"
    ahead = conference.phones_ahead
    place = f"{ahead} {'phone comes' if ahead == 1 else 'phones come'} first" if ahead else "next in the queue"
    return f"{phones}; {place}."


def _by(conference: Conference) -> str:
    return f" by {mention(conference.hung_up_by)}" if conference.hung_up_by else ""


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


def cost(conference: Conference) -> str:
    """What a conference cost, in each currency, as a sentence."""
    costs = [f"{currency} {debit}" for currency, debit in sorted(conference.costs.items())]
    if not costs:
        return "No cost was reported."
    unknown = sum(call.state is CallState.UNKNOWN for call in conference.participants)
    return f"Cost at least {listed(costs)}." if unknown else f"Cost {listed(costs)}."
