"""The thread under a board: what became of people's calls, told once each. Pure."""

from dataclasses import replace

from conference.calls import CallState, NotRung, Participant
from conference.model import Conference, ConferenceState
from messages.attendance import attendance, minutes_in, minutes_of
from messages.board import cost, outcome, why_not_rung
from messages.mrkdwn import Message, called, lines, listed, mention, section
from messages.refusals import abandoned, again, carrier_refusal


def untold(conference: Conference) -> tuple[Conference, list[str]]:
    """What the thread has not been told: the conference as it is after the telling, and a line for each thing."""
    said = []
    if _must_be_told(conference) and conference.told is not conference.state:
        said.append(_word(conference))
        conference = replace(conference, told=conference.state)
    participants = []
    without_place = False
    for participant in conference.participants:
        if _is_outcome(participant, conference) and participant.told is not participant.state:
            said.append(_line(participant, conference))
            without_place |= participant.why == NotRung.ROOM_FULL and participant.asked_by is None
            participant = replace(participant, told=participant.state)
        participants.append(participant)
    conference = replace(conference, participants=tuple(participants))
    if without_place:
        said.append(_HOW_TO_COME_IN)
    if conference.state is ConferenceState.ENDED and conference.told is not ConferenceState.ENDED:
        said += _summary(conference)
        conference = replace(conference, told=ConferenceState.ENDED)
    return conference, said


def reply(said: list[str], *, block_id: str) -> Message:
    """One message for outcomes that came together."""
    return Message("; ".join(said), (section(lines(said), block_id=block_id),))


def _is_outcome(participant: Participant, conference: Conference) -> bool:
    if participant.state is CallState.NOT_RUNG:
        return conference.state is ConferenceState.LIVE
    if participant.state is CallState.UNKNOWN:
        # While nothing at all is known, the board and one word for everybody say it.
        return conference.state not in {ConferenceState.UNCONFIRMED, ConferenceState.ABANDONED}
    return participant.state.is_final


_HOW_TO_COME_IN = (
    "*Ring me* on the board rings whoever presses it as soon as a place is free; *Ring as lines get free* rings all of "
    "them, each when there is one."
)


def _line(participant: Participant, conference: Conference) -> str:
    if participant.state is CallState.NOT_RUNG:
        return f"{called(participant)}: {why_not_rung(participant, again(conference))}"
    return f"{called(participant)}: {outcome(participant)}"


def _summary(conference: Conference) -> list[str]:
    """The end: how long it was, what it cost, who was in and for how long, who was missed."""
    was_there, length = attendance(conference), conference.length
    over = f"The call is over. It lasted {minutes_of(length)} min." if length else "The call is over."
    said = [f"{over if was_there.was_in else 'The call is over: nobody was in it.'} {cost(conference)}"]
    if was_there.was_in:
        said.append(f"In it: {listed(map(_stay, was_there.was_in))}.")
    if was_there.missed:
        said.append(f"Missed: {listed(map(called, was_there.missed))}.")
    return said


def _stay(calls: tuple[Participant, ...]) -> str:
    minutes = minutes_in(calls)
    return f"{called(calls[-1])} for {minutes} min" if minutes else called(calls[-1])


def _must_be_told(conference: Conference) -> bool:
    return conference.state in {ConferenceState.REFUSED, ConferenceState.ABANDONED} or conference.can_be_rung_anew


def _word(conference: Conference) -> str:
    match conference.state:
        case ConferenceState.REFUSED:
            return f"{carrier_refusal(conference.detail or '', again(conference))} Nobody was rung."
        case ConferenceState.ABANDONED:
            return abandoned(conference)
        case _:
            whom = "" if conference.is_by_itself else f"{mention(conference.caller_id)}, "
            return (
                f"{whom}Hoiio never said whether it took this call, and nothing "
                "has been heard of it since. If nobody's phone rang, *Ring everybody anew* on the board does so."
            )
