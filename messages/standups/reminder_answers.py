"""Words to somebody who pressed a button of a standup's reminder. Pure."""

from collections.abc import Sequence

from conference.invitation import Group
from conference.standups.model import Occurrence, OccurrenceState, Standup
from messages.mrkdwn import Message, actions, escape, invitee_name, listed, mention, moment, plain, section
from messages.standups.reminder import in_after_all


def out(standup: Standup, occurrence: Occurrence, if_in: Sequence[Group] = ()) -> Message:
    """They are out that day, with a button that takes it back; `if_in`: they are rung only if in one of these."""
    text = (
        f"You are out of {_name(standup)} today: your phone is not rung at {moment(occurrence.due_at)}."
        f"{only_if_in(standup, if_in)}"
    )
    return Message(text, (section(text), actions(in_after_all(occurrence))))


def not_out(standup: Standup, occurrence: Occurrence) -> Message:
    """They are in, again or as before."""
    if occurrence.state is OccurrenceState.SKIPPED:
        return plain(f"You are in again, but {_name(standup)} is skipped today, so nobody is rung.")
    if standup.is_paused:
        return plain(f"You are in again, but {_name(standup)} is paused, so nobody is rung until it is resumed.")
    return plain(f"You are in: {_name(standup)} rings you at {moment(occurrence.due_at)}.")


def only_if_in(standup: Standup, groups: Sequence[Group]) -> str:
    """That it is not known whether somebody is rung at all; nothing if no group leaves that open."""
    if not groups:
        return ""
    return (
        f" Slack did not say in time whether you are in {listed(map(invitee_name, groups), at_most=_MOST_GROUPS)}: "
        f"{_name(standup)} rings you only if you are."
    )


_MOST_GROUPS = 5


def not_named(standup: Standup) -> Message:
    return plain(
        f"Nothing was changed: you are not among those whom {_name(standup)} rings. To be in the call, press *Ring me* "
        "on its board once it has begun."
    )


def not_in_charge(standup: Standup) -> Message:
    """For *Skip today* and *Ring after all*."""
    return plain(
        f"Nothing was changed: only {mention(standup.maker_id)}, who set {_name(standup)} up, and admins can skip a "
        "day of it, or have it rung after all. *I'm out today* leaves only you out."
    )


def skipped_already(standup: Standup, occurrence: Occurrence) -> Message:
    who = f" by {mention(occurrence.skipped_by)}" if occurrence.skipped_by else ""
    return plain(f"{_name(standup)} is skipped today already{who}.")


def not_skipped(standup: Standup, occurrence: Occurrence) -> Message:
    return plain(f"{_name(standup)} is not skipped: it rings at {moment(occurrence.due_at)}.")


def not_due(standup: Standup) -> Message:
    """For *Ring after all*, where the standup itself does not ring that day any more."""
    command = f"`/conference standup {standup.name} resume`"
    why = f"is paused; {command} has it ring again" if standup.is_paused else "is not due today any more"
    return plain(f"Nothing was changed: {_name(standup)} {why}.")


def too_late(standup: Standup, occurrence: Occurrence) -> Message:
    """What can't be changed any more, and what can be done instead."""
    return plain(f"Nothing was changed: {why_too_late(standup, occurrence)}")


def why_too_late(standup: Standup, occurrence: Occurrence) -> str:
    match occurrence.state:
        case OccurrenceState.RUNG | OccurrenceState.PLANNED:
            return f"{_name(standup)} has begun. *Ring me* on its board rings you on your own number."
        case OccurrenceState.SKIPPED:
            return f"that day of {_name(standup)} is over. It was skipped, and rings again on its next day."
        case OccurrenceState.MISSED:
            return f"that day of {_name(standup)} is over. It was missed, and rings again on its next day."
        case OccurrenceState.UNKNOWN:
            known = "Rollcall's data was restored from a backup since, so whether it rang is not known"
            return f"that day of {_name(standup)} is over. {known}; it rings again on its next day."


def _name(standup: Standup) -> str:
    return f"*Standup {escape(standup.name)}*"
