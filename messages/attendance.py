"""Who was in a conference that is over and for how long, and who was missed. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from conference.calls import CallState, NotRung, Participant
from conference.model import Conference


@dataclass(frozen=True)
class Attendance:
    """The phones at which somebody was in, each with all its calls; and the last call to each of the others."""

    was_in: tuple[tuple[Participant, ...], ...]
    missed: tuple[Participant, ...]


def attendance(conference: Conference) -> Attendance:
    """Each phone once, however often it was rung, but for those whose people stand among the left out."""
    phones: dict[object, list[Participant]] = {}
    for place, call in enumerate(conference.participants):
        if call.why != NotRung.NOT_ANY_MORE:
            phones.setdefault(call.phone or place, []).append(call)
    was_in = [calls for calls in phones.values() if any(call.state is CallState.ANSWERED for call in calls)]
    missed = [calls[-1] for calls in phones.values() if calls not in was_in]
    return Attendance(tuple(map(tuple, was_in)), tuple(missed))


def minutes_in(calls: tuple[Participant, ...]) -> int:
    """For how many minutes somebody was in, as they are billed."""
    return sum(call.minutes or 0 for call in calls if call.state is CallState.ANSWERED)


def minutes_of(length: timedelta) -> int:
    """A length in whole minutes, at least one."""
    return max(1, round(length / timedelta(minutes=1)))
