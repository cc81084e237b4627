"""The thread under a board: what became of people's calls, told once each. Pure."""

from dataclasses import replace

from conference.model import CallState, Conference, ConferenceState, Participant
from messages.board import outcome
from messages.mrkdwn import Message, called, lines, section
from messages.refusals import abandoned, carrier_refusal


def untold(conference: Conference) -> tuple[Conference, list[str]]:
    """What the thread has not been told: the conference as it is after the telling, and a line for each thing."""
    said = []
    if _must_be_told(conference) and conference.told is not conference.state:
        said.append(_word(conference))
        conference = replace(conference, told=conference.state)
    participants = []
    for participant in conference.participants:
        if _is_outcome(participant, conference) and participant.told is not participant.state:
            said.append(f"{called(participant)}: {outcome(participant)}")
            participant = replace(participant, told=participant.state)
        participants.append(participant)
    return replace(conference, participants=tuple(participants)), said


def reply(said: list[str], *, block_id: str) -> Message:
    """One message for outcomes that came together."""
    return Message("; ".join(said), (section(lines(said), block_id=block_id),))


def _is_outcome(participant: Participant, conference: Conference) -> bool:
    if participant.state is CallState.UNKNOWN:
        # While nothing at all is known, the board and one word for everybody say it.
        return conference.state not in {ConferenceState.UNCONFIRMED, ConferenceState.ABANDONED}
    return participant.state.is_final


def _must_be_told(conference: Conference) -> bool:
    return conference.state in {ConferenceState.REFUSED, ConferenceState.ABANDONED} or conference.can_be_rung_anew


def _word(conference: Conference) -> str:
    match conference.state:
        case ConferenceState.REFUSED:
            return f"{carrier_refusal(conference.detail or '')} Nobody was rung."
        case ConferenceState.ABANDONED:
            return abandoned(conference)
        case _:
            return (
                f"<@{conference.caller_id}>, Hoiio never said whether it took this call, and nothing "
                "has been heard of it since. If nobody's phone rang, *Ring everybody anew* on the board does so."
            )
